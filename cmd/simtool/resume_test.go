//go:build unix

package main

import (
	"bytes"
	"fmt"
	"io/fs"
	"maps"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"simtool/internal/batch"
)

// TestCommandsResume stops each command half-way, goes on with --resume, and
// compares what comes of it with a run that nobody disturbed.
func TestCommandsResume(t *testing.T) {
	inputs := t.TempDir()
	long, second, short := filepath.Join(inputs, "x.csv"), filepath.Join(inputs, "y.csv"), filepath.Join(inputs, "short.csv")
	writeRecording(t, long, 20000)
	writeRecording(t, second, 20000)
	writeRecording(t, short, 300)
	for _, c := range []struct {
		name   string
		args   []string
		output string
		beside string   // a file that is written too
		other  []string // settings of another run
		refuse string   // what is said of them
	}{
		{
			"ranges",
			[]string{"joint-range", "--shape", "20,5,5", "-m", "cka,nbs", "--levels", "60", "--restarts", "1", "--save-data", "ends.npz"},
			"out.csv", "ends.npz",
			[]string{"--levels", "30"},
			"levels is 30, but the checkpoint has 60",
		},
		{
			"given",
			[]string{"joint-range", "--shape", "12,3,3", "-m", "cka,nbs,linreg", "--given", "0.9", "--restarts", "1"},
			"out.jsonl", "",
			[]string{"--given", "0.8"},
			"given is 0.8, but the checkpoint has 0.9",
		},
		{
			"targets",
			[]string{"joint-range", "--shape", "20,5,5", "-m", "cka,nbs", "--grid", "10", "--steps", "400", "--paths", "paths.csv"},
			"out.csv", "paths.csv",
			[]string{"--steps", "10"},
			"steps is 10, but the checkpoint has 400",
		},
		{
			"changes",
			[]string{"pc-sensitivity", short, "-m", "cka,rsa", "--keep", "19", "--repeats", "100"},
			"out.csv", "",
			[]string{"--repeats", "4"},
			"repeats is 4, but the checkpoint has 100",
		},
		{
			"slopes",
			[]string{"pc-sensitivity", short, "-m", "cka,nbs", "--keep", "19", "--repeats", "100", "--slopes"},
			"out.csv", "",
			[]string{"--change", "remove"},
			"change is [remove], but the checkpoint has [replace]",
		},
		{
			"learning",
			[]string{"pc-sensitivity", short, "-m", "cka,nbs,procrustes,linreg", "--learning-order", "--method", "adam", "--max-iter", "60"},
			"out.csv", "",
			[]string{"--max-iter", "61"},
			"max-iter is 61, but the checkpoint has 60",
		},
		{
			"study",
			[]string{"mlem", "study", "--noise", "1,2,3", "--sizes", "40", "--replicates", "10", "--methods", "rsa,mlem"},
			"out.jsonl", "",
			[]string{"--seed", "2"},
			"seed is 2, but the checkpoint has 1",
		},
		{
			"moments",
			[]string{"moments", long, second},
			"out.npz", "",
			[]string{"--cv", "4"},
			"cv is [4], but the checkpoint has [5,15]",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			args := append(c.args, "-j", "1", "-q", "-o", c.output)
			whole := t.TempDir()
			begun := time.Now()
			if out, err := simtoolIn(t, whole, args...).CombinedOutput(); err != nil {
				t.Fatalf("the whole run: %v\n%s", err, out)
			}
			dir := stoppedHalfway(t, time.Since(begun), c.output, args)
			refused := func(message string, args ...string) {
				t.Helper()
				cmd := simtoolIn(t, dir, args...)
				out, _ := cmd.CombinedOutput()
				if code := cmd.ProcessState.ExitCode(); code != int(exitUsage) || !strings.Contains(string(out), message) {
					t.Errorf("exit status %d, want %d and %q:\n%s", code, exitUsage, message, out)
				}
			}
			before := contentsOf(t, dir)
			foretold := func(want string, args ...string) {
				t.Helper()
				out, err := simtoolIn(t, dir, append(args, "--dry-run")...).Output()
				if err != nil || !regexp.MustCompile(want).Match(out) {
					t.Errorf("%v --dry-run: %v, want %q in\n%s", args, err, want, out)
				}
			}
			foretold(`(?m)^refused: .*there is a checkpoint already`, args...)
			foretold(`(?m)^finished: [1-9]`, append(args, "--resume")...)
			foretold(`(?m)^refused: .*`+regexp.QuoteMeta(c.refuse), slices.Concat(args, []string{"--resume"}, c.other)...)
			if !maps.Equal(contentsOf(t, dir), before) {
				t.Error("--dry-run has changed something")
			}
			refused("there is a checkpoint already", args...)
			resume := append(args, "--resume")
			refused(c.refuse, append(resume, c.other...)...)
			if out, err := simtoolIn(t, dir, resume...).CombinedOutput(); err != nil {
				t.Fatalf("--resume: %v\n%s", err, out)
			}
			for _, name := range []string{c.output, c.beside} {
				if name != "" && !bytes.Equal(readFile(t, filepath.Join(dir, name)), readFile(t, filepath.Join(whole, name))) {
					t.Errorf("%s has other bytes than without an interruption", name)
				}
			}
			if got, want := fmt.Sprint(filesIn(t, dir)), fmt.Sprint(filesIn(t, whole)); got != want {
				t.Errorf("left are %s, want %s", got, want)
			}
			cmd, stderr := simtoolIn(t, dir, append(c.args, "-o", c.output, "--resume")...), &bytes.Buffer{}
			cmd.Stderr = stderr
			if err := cmd.Run(); err != nil || !strings.Contains(stderr.String(), "is complete already") {
				t.Errorf("once more: %v\n%s", err, stderr)
			}
		})
	}
}

// contentsOf returns the files below a directory.
func contentsOf(t *testing.T, dir string) map[string]string {
	t.Helper()
	files := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			files[path] = string(readFile(t, path))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// stoppedHalfway runs simtool in a new directory until SIGTERM finds it with
// something to keep, but not finished. The time it would take is a guess.
func stoppedHalfway(t *testing.T, guess time.Duration, output string, args []string) (dir string) {
	t.Helper()
	stopHalfway(t, guess, output, func() *exec.Cmd {
		dir = t.TempDir()
		return simtoolIn(t, dir, args...)
	})
	return dir
}

// stopHalfway runs a command again and again, each time from the beginning, until
// SIGTERM finds it with something to keep, but not finished. How long it takes differs
// between machines and moments: the time of the signal follows from what came too late
// and what came too early.
func stopHalfway(t *testing.T, guess time.Duration, output string, fresh func() *exec.Cmd) {
	t.Helper()
	low, high := time.Duration(0), 2*guess
	for range 200 {
		cmd := fresh()
		stderr := &bytes.Buffer{}
		cmd.Stderr = stderr
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		after := low + time.Duration(rand.Float64()*float64(high-low))
		time.Sleep(after)
		_ = cmd.Process.Signal(syscall.SIGTERM)
		_ = cmd.Wait()
		switch code := exitStatus(cmd.ProcessState.ExitCode()); code {
		case exitCheckpoint:
			if want := "the work so far is in " + output + ".ckpt\nsimtool: hint: --resume goes on from there\n"; !strings.Contains(stderr.String(), want) {
				t.Errorf("standard error holds %q, want %q", stderr, want)
			}
			return
		case exitOK: // too late
			high = after
		case exitTerminated, -1: // too early
			low = after
		default:
			t.Fatalf("stopped after %s with status %d\n%s", after, code, stderr)
		}
		if high-low < guess/50 { // another program slowed one of them down
			low, high = 0, 2*guess
		}
	}
	t.Fatal("never stopped half-way")
}

// writeRecording writes random numbers, samples of 20 features, which take a while
// to read where there are many.
func writeRecording(t *testing.T, path string, samples int) {
	t.Helper()
	rng := rand.New(rand.NewPCG(1, uint64(filepath.Base(path)[0])))
	var b bytes.Buffer
	for range samples {
		for k := range 20 {
			if k > 0 {
				b.WriteByte(',')
			}
			fmt.Fprintf(&b, "%.3f", rng.NormFloat64()*float64(k+1))
		}
		b.WriteByte('\n')
	}
	if err := os.WriteFile(path, b.Bytes(), 0o666); err != nil {
		t.Fatal(err)
	}
}

// TestMomentsResumeFromWhatAKillLeaves: a checkpoint without sums, with a part of
// a file that was being written, and one whose input has changed.
func TestMomentsResumeFromWhatAKillLeaves(t *testing.T) {
	inputs := t.TempDir()
	x, y := filepath.Join(inputs, "x.csv"), filepath.Join(inputs, "y.csv")
	writeRecording(t, x, 20000)
	writeRecording(t, y, 20000)
	args := []string{"moments", x, y, "-j", "1", "-q", "-o", "out.npz"}
	whole := t.TempDir()
	begun := time.Now()
	if out, err := simtoolIn(t, whole, args...).CombinedOutput(); err != nil {
		t.Fatalf("the whole run: %v\n%s", err, out)
	}
	from := stoppedHalfway(t, time.Since(begun), "out.npz", args)
	sums := filepath.Join("out.npz.ckpt", "moments.npz")
	for name, damage := range map[string]func(dir string) error{
		"without sums": func(dir string) error { return os.Remove(filepath.Join(dir, sums)) },
		"a part of the next sums": func(dir string) error {
			return os.WriteFile(filepath.Join(dir, "out.npz.ckpt", ".moments.npz.0123abcd.tmp"), []byte("PK"), 0o666)
		},
		"nothing but sums": func(dir string) error {
			return os.Remove(filepath.Join(dir, "out.npz.ckpt", batch.FingerprintFile))
		},
	} {
		t.Run(name, func(t *testing.T) {
			dir := copyOf(t, from)
			if err := damage(dir); err != nil {
				t.Fatal(err)
			}
			if out, err := simtoolIn(t, dir, append(args, "--resume")...).CombinedOutput(); err != nil {
				t.Fatalf("%v\n%s", err, out)
			}
			if !bytes.Equal(readFile(t, filepath.Join(dir, "out.npz")), readFile(t, filepath.Join(whole, "out.npz"))) {
				t.Error("other bytes than without an interruption")
			}
			if got, want := fmt.Sprint(filesIn(t, dir)), fmt.Sprint(filesIn(t, whole)); got != want {
				t.Errorf("left are %s, want %s", got, want)
			}
		})
	}
	now := time.Now().Add(time.Hour)
	if err := os.Chtimes(x, now, now); err != nil {
		t.Fatal(err)
	}
	cmd := simtoolIn(t, from, append(args, "--resume")...)
	out, _ := cmd.CombinedOutput()
	if code := cmd.ProcessState.ExitCode(); code != int(exitUsage) || !strings.Contains(string(out), "x.csv: the file has changed, or was touched") {
		t.Errorf("exit status %d for an input that was touched:\n%s", code, out)
	}
	if !strings.Contains(string(out), "hint: remove the checkpoint to begin anew") {
		t.Errorf("no hint:\n%s", out)
	}
	if err := os.RemoveAll(filepath.Join(from, "out.npz.ckpt")); err != nil {
		t.Fatal(err)
	}
	if out, err := simtoolIn(t, from, args...).CombinedOutput(); err != nil {
		t.Fatalf("the hint was followed: %v\n%s", err, out)
	}
	if !bytes.Equal(readFile(t, filepath.Join(from, "out.npz")), readFile(t, filepath.Join(whole, "out.npz"))) {
		t.Error("other bytes than without an interruption")
	}
}
