package main

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"simtool/internal/batch"
)

// directoryRuns are commands that write directories, with what they read, by what
// they do.
func directoryRuns(t *testing.T) map[string]directoryRun {
	t.Helper()
	dir := t.TempDir()
	run := func(args ...string) {
		t.Helper()
		if out, err := simtoolAt(t, dir, args...).CombinedOutput(); err != nil {
			t.Fatalf("%q: %v\n%s", args, err, out)
		}
	}
	run("synth", "recording", "--neurons", "12", "--components", "6", "-o", "x.npy", "-q")
	layers := []string{"mlem", "layers", "--features", "s0/features.csv", "--bootstrap", "40", "--null", "19", "-j", "1"}
	for k := range 12 {
		sim := fmt.Sprint("s", k)
		run("mlem", "simulate", "--stimuli", "50", "--features", "4", "--hidden", "20", "--noise-sd", fmt.Sprint(k), "-o", sim, "-q")
		layers = append(layers, filepath.Join(sim, "y.npy"))
	}
	run("mlem", "simulate", "--stimuli", "50", "--features", "4", "--hidden", "400", "-o", "wide", "-q")
	return map[string]directoryRun{
		"units": {dir, []string{
			"mlem", "fit", "--each-unit", "--features", "wide/features.csv", "--neural", "wide/y.npy", "--bootstrap", "400", "-j", "1",
		}},
		"optimize": {dir, []string{
			"optimize", "x.npy", "-m", "cka*0.5+nbs*0.5", "--restarts", "4", "--max-iter", "300", "--snapshot", "0.4,0.6", "--also", "linreg",
			"--checkpoint-every", "5ms", "-j", "2",
		}},
		"layers": {dir, layers},
	}
}

// directoryRun is a command line that writes a directory.
type directoryRun struct {
	inputs string // where it is run
	args   []string
}

// simtoolAt returns a command line that runs in a directory.
func simtoolAt(t *testing.T, dir string, args ...string) *exec.Cmd {
	t.Helper()
	path, err := exec.LookPath("simtool")
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), path, args...)
	cmd.Dir = dir
	return cmd
}

// check compares what a run left with what one gave that was left alone: the results
// and nothing else.
func (r directoryRun) check(t *testing.T, output string, want map[string]string, when string) {
	t.Helper()
	directory := filepath.Join(r.inputs, output)
	for _, name := range differences(resultsIn(t, directory), want) {
		t.Errorf("%s: %s differs", when, name)
	}
	if batch.Exists(batch.CheckpointOf(directory)) {
		t.Errorf("%s: the checkpoint was left behind", when)
	}
	if !batch.Exists(filepath.Join(directory, batch.ManifestName)) {
		t.Errorf("%s: there is no manifest", when)
	}
}

// TestDirectoriesAfterKills kills runs at random moments, again and again, and goes
// on with --resume until they end.
func TestDirectoriesAfterKills(t *testing.T) {
	runs := directoryRuns(t)
	for _, name := range []string{"optimize", "layers"} {
		t.Run(name, func(t *testing.T) {
			r, began := runs[name], time.Now()
			if out, err := simtoolAt(t, r.inputs, append(slices.Clone(r.args), "-q", "-o", name)...).CombinedOutput(); err != nil {
				t.Fatalf("%v\n%s", err, out)
			}
			took := time.Since(began)
			want := resultsIn(t, filepath.Join(r.inputs, name))
			rng := rand.New(rand.NewPCG(1, 2))
			killed := 0
			limit := took // of the time of a kill; halved when runs end before it
			for round := range 4 {
				output := fmt.Sprint(name, round)
				// The last attempts are left alone.
				for attempt := 0; ; attempt++ {
					cmd := simtoolAt(t, r.inputs, append(slices.Clone(r.args), "-q", "--resume", "-o", output)...)
					out, err := os.CreateTemp(t.TempDir(), "stderr")
					if err != nil {
						t.Fatal(err)
					}
					cmd.Stderr = out
					if err := cmd.Start(); err != nil {
						t.Fatal(err)
					}
					if attempt < 4 {
						time.AfterFunc(time.Duration(rng.Float64()*float64(limit)), func() { _ = cmd.Process.Kill() })
					}
					err = cmd.Wait()
					out.Close()
					if err == nil {
						if attempt == 0 {
							limit /= 2
						}
						break
					}
					if failed, ok := errors.AsType[*exec.ExitError](err); !ok || failed.ExitCode() != -1 {
						text, _ := os.ReadFile(out.Name())
						t.Fatalf("round %d, attempt %d: %v\n%s", round, attempt, err, text)
					}
					killed++
				}
				r.check(t, output, want, fmt.Sprint("round ", round))
			}
			t.Logf("killed %d times", killed)
			if killed == 0 {
				t.Error("no run was killed")
			}
		})
	}
}

// TestDirectoriesStop sets a limit of time and sends signals: such runs end with a
// checkpoint, from which --resume goes on.
func TestDirectoriesStop(t *testing.T) {
	runs := directoryRuns(t)
	for name, more := range map[string][]string{
		// Steps so small that the end is far away.
		"optimize": {"--max-iter", "1000000", "--checkpoint-every", "50ms", "--learning-rate", "1e-7"},
		"units":    nil,
	} {
		r := runs[name]
		r.args = append(r.args, append(more, "-q", "-o", name)...)
		status := func(more ...string) exitStatus {
			cmd := simtoolAt(t, r.inputs, append(slices.Clone(r.args), more...)...)
			_ = cmd.Run()
			return exitStatus(cmd.ProcessState.ExitCode())
		}
		checkpoint := batch.CheckpointOf(filepath.Join(r.inputs, name))
		if got := status("--time-limit", "1ns"); got != exitFailure && got != exitTerminated {
			t.Errorf("%s: exit status %d where there is no time for anything, want %d", name, got, exitFailure)
		}
		if err := os.RemoveAll(checkpoint); err != nil {
			t.Fatal(err)
		}
		if got := status("--time-limit", "2500ms"); got != exitCheckpoint {
			t.Errorf("%s: exit status %d at the limit of time, want %d", name, got, exitCheckpoint)
		}
		for _, signal := range stopSignals {
			before := newest(t, checkpoint)
			cmd := simtoolAt(t, r.inputs, append(slices.Clone(r.args), "--resume")...)
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			waitFor(t, "something to be kept", func() bool { return newest(t, checkpoint).After(before) })
			if err := cmd.Process.Signal(signal); err != nil {
				t.Fatal(err)
			}
			_ = cmd.Wait()
			if got := cmd.ProcessState.ExitCode(); got != int(exitCheckpoint) {
				t.Errorf("%s: exit status %d after %s, want %d", name, got, signal, exitCheckpoint)
			}
		}
		if got := status(); got != exitUsage {
			t.Errorf("%s: exit status %d where a checkpoint is in the way, want %d", name, got, exitUsage)
		}
		if batch.Exists(filepath.Join(r.inputs, name, batch.ManifestName)) {
			t.Errorf("%s: an unfinished result has its final name", name)
		}
	}
}

// newest is the time of the last change of a file in a directory.
func newest(t *testing.T, directory string) (last time.Time) {
	t.Helper()
	entries, err := os.ReadDir(directory)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if info, err := e.Info(); err == nil && info.ModTime().After(last) { // else it is gone
			last = info.ModTime()
		}
	}
	return last
}
