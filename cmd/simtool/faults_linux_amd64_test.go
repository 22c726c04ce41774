package main

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// diskCommands are commands that meet faults of the disk: their inputs are in in/, what
// they write is in r/. All but collection have --resume.
func diskCommands(t *testing.T) (inputs string, commands map[string][]string) {
	t.Helper()
	inputs = t.TempDir()
	if err := os.Mkdir(filepath.Join(inputs, "in"), 0o777); err != nil {
		t.Fatal(err)
	}
	const rows = 16
	for file := range 4 {
		var b strings.Builder
		b.WriteString("a,b,c\n")
		for i := range rows {
			fmt.Fprintf(&b, "%d,%d,%d\n", (i*7+file*3)%11, (i*i+file)%7, (i*5+file*i)%13)
		}
		writeFile(t, inputs, fmt.Sprintf("in/s%d.csv", file), b.String())
	}
	writeFile(t, inputs, "in/plan.yaml", "command: score\ninputs: {x: in/s0.csv, y: \"in/s{m}.csv\"}\ngrid: {measures: [cka, nbs]}\n")
	writeFile(t, inputs, "in/files.yaml", "command: score\ninputs: {x: in/s0.csv, y: \"in/s{m}.csv\"}\ngrid: {measures: [cka, nbs]}\noutput: \"r/{m}-{measures}.csv\"\n")
	files := []string{"in/s0.csv", "in/s1.csv", "in/s2.csv", "in/s3.csv"}
	with := func(args []string, more ...string) []string { return append(args, more...) }
	return inputs, map[string][]string{
		"matrix":     with([]string{"score", "--all-pairs", "-m", "cka", "--matrix", "r/out.csv"}, files...),
		"pairs":      with([]string{"score", "--all-pairs", "-m", "nbs,ridge", "-o", "r/out.csv"}, files...),
		"run":        {"run", "in/plan.yaml", "-o", "r/out.csv"},
		"run files":  {"run", "in/files.yaml", "-o", "r/out.csv"},
		"optimize":   {"optimize", "in/s0.csv", "-m", "cka", "--restarts", "2", "--max-iter", "3", "--checkpoint-every", "1ns", "-o", "r/out"},
		"units":      {"mlem", "fit", "--features", "in/s0.csv", "--neural", "in/s1.csv", "--each-unit", "--permutations", "2", "--bootstrap", "0", "-o", "r/out"},
		"moments":    {"moments", "in/s0.csv", "in/s1.csv", "-o", "r/out.npz"},
		"collection": with([]string{"collection", "-m", "nbs", "-o", "r/out.csv"}, files...),
	}
}

// TestFaultsOfTheDisk lets commands meet a disk that is full or read-only, directories
// that are gone, and limits of the size and number of files. Each says which file it was,
// and does the work when it is called again on a sound disk: the same bytes, and nothing
// beside them.
func TestFaultsOfTheDisk(t *testing.T) {
	inputs, commands := diskCommands(t)
	whole := map[string]map[string]string{}
	for name, args := range commands {
		dir := diskCopy(t, inputs)
		if out, err := simtoolAt(t, dir, diskArgs(args)...).CombinedOutput(); err != nil {
			t.Fatalf("%s: %v\n%s", name, err, out)
		}
		whole[name] = diskFiles(t, dir)
	}
	limit := func(limit string) func(t *testing.T, dir string, args []string) string {
		return func(t *testing.T, dir string, args []string) string {
			t.Helper()
			cmd := simtoolAt(t, dir, args...)
			cmd.Args = append([]string{"sh", "-c", limit + `; exec "$0" "$@"`, cmd.Path}, args...)
			var err error
			if cmd.Path, err = exec.LookPath("sh"); err != nil {
				t.Skip("no sh here")
			}
			return diskOutcome(t, cmd)
		}
	}
	faults := map[string]func(t *testing.T, dir string, args []string) string{
		"no file of any size": limit("ulimit -f 0"),
		"small files":         limit("ulimit -f 1"),
		"7 open files":        limit("ulimit -n 7"),
		"8 open files":        limit("ulimit -n 8"),
		"10 open files":       limit("ulimit -n 10"),
		"full": func(t *testing.T, dir string, args []string) string {
			t.Helper()
			defer mountSmall(t, dir)()
			return diskOutcome(t, simtoolAt(t, dir, args...))
		},
		"read-only": func(t *testing.T, dir string, args []string) string {
			t.Helper()
			if os.Getuid() == 0 { // who may write everywhere but on such a volume
				defer mountSmall(t, dir)()
				if err := syscall.Mount("", filepath.Join(dir, "r"), "", syscall.MS_REMOUNT|syscall.MS_RDONLY, ""); err != nil {
					t.Skipf("no read-only volume here: %v", err)
				}
			} else if err := os.Chmod(filepath.Join(dir, "r"), 0o555); err != nil {
				t.Fatal(err)
			}
			text := diskOutcome(t, simtoolAt(t, dir, args...))
			if err := os.Chmod(filepath.Join(dir, "r"), 0o777); err != nil && os.Getuid() != 0 {
				t.Fatal(err)
			}
			return text
		},
	}
	for _, moment := range []int{1, 4, 9} {
		faults[fmt.Sprintf("gone at moment %d", moment)] = func(t *testing.T, dir string, args []string) string {
			t.Helper()
			cmd := simtoolIn(t, dir, args...)
			stderr, err := os.Create(filepath.Join(t.TempDir(), "stderr")) // nobody waits for the end of a pipe
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = stderr.Close() }()
			cmd.Stderr = stderr
			results := filepath.Join(dir, "r")
			tr := &tracer{directory: dir, moment: moment, fault: func() { _ = os.RemoveAll(results) }}
			_, status := tr.run(t, cmd)
			if err := os.MkdirAll(results, 0o777); err != nil {
				t.Fatal(err)
			}
			switch {
			case status != exitOK:
				return fmt.Sprintf("status %d\n%s", status, readFile(t, stderr.Name()))
			case len(filesIn(t, results)) == 0:
				return "r/ went when the work was done"
			default:
				return "" // the command made the directory itself
			}
		}
	}
	for _, moment := range []int{2, 5, 8, 13} {
		faults[fmt.Sprintf("killed at moment %d", moment)] = func(t *testing.T, dir string, args []string) string {
			t.Helper()
			tr := &tracer{directory: dir, moment: moment}
			if killed, status := tr.run(t, simtoolIn(t, dir, args...)); !killed && status != exitOK {
				t.Errorf("left alone it ends with %d", status)
			} else if !killed {
				return ""
			}
			return "killed in r/ at " + tr.point
		}
	}
	for fault, meet := range faults {
		t.Run(fault, func(t *testing.T) {
			t.Parallel()
			for name, args := range commands {
				dir := diskCopy(t, inputs)
				text := meet(t, dir, diskArgs(args))
				if strings.Contains(text, "goroutine") || text != "" && !strings.Contains(text, "r/") && !strings.Contains(text, "in/") && !strings.Contains(text, "ulimit") {
					t.Errorf("%s: it says %q, want which file it is about", name, text)
				}
				if text != "" {
					args := diskArgs(args)
					if name != "collection" {
						args = append(args, "--resume")
					}
					if out, err := simtoolAt(t, dir, args...).CombinedOutput(); err != nil {
						t.Errorf("%s: after %q: %v\n%s", name, text, err, out)
					}
				}
				for _, file := range differences(diskFiles(t, dir), whole[name]) {
					t.Errorf("%s: after %q: %s is not as without", name, text, file)
				}
				t.Logf("%s: %q", name, text)
			}
		})
	}
}

// TestFullDiskEndsARun: a run whose items have files of their own ends when their disk has
// no room, as the machine is at fault and no item, and goes on from there. The table of
// the run, on another disk, would else be complete with rows that failed.
func TestFullDiskEndsARun(t *testing.T) {
	inputs, _ := diskCommands(t)
	args := diskArgs([]string{"run", "in/files.yaml", "-o", "out.csv"})
	whole := diskCopy(t, inputs)
	if out, err := simtoolAt(t, whole, args...).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	for name, meet := range map[string]func(t *testing.T, dir string) *exec.Cmd{
		"full": func(t *testing.T, dir string) *exec.Cmd {
			t.Helper()
			t.Cleanup(mountSmall(t, dir))
			return simtoolAt(t, dir, args...)
		},
		"small files": func(t *testing.T, dir string) *exec.Cmd {
			t.Helper()
			cmd := simtoolAt(t, dir)
			shell, err := exec.LookPath("sh")
			if err != nil {
				t.Skip("no sh here")
			}
			cmd.Args, cmd.Path = append([]string{"sh", "-c", `ulimit -f 1; exec "$0" "$@"`, cmd.Path}, args...), shell
			return cmd
		},
	} {
		t.Run(name, func(t *testing.T) {
			dir := diskCopy(t, inputs)
			t.Run("run", func(t *testing.T) {
				out, err := meet(t, dir).CombinedOutput()
				if exit, ok := errors.AsType[*exec.ExitError](err); !ok || exit.ExitCode() != int(exitFailure) || !strings.Contains(string(out), "r/0-") {
					t.Errorf("it ends with %v and says %q, want status 1 and the file", err, out)
				}
				if _, err := os.Stat(filepath.Join(dir, "out.csv")); err == nil {
					t.Error("it has written its table")
				}
			})
			if out, err := simtoolAt(t, dir, append(args, "--resume")...).CombinedOutput(); err != nil {
				t.Errorf("on a sound disk: %v\n%s", err, out)
			}
			for _, file := range differences(diskFiles(t, dir), diskFiles(t, whole)) {
				t.Errorf("%s is not as without", file)
			}
			if got, want := readFile(t, filepath.Join(dir, "out.csv")), readFile(t, filepath.Join(whole, "out.csv")); !bytes.Equal(got, want) {
				t.Errorf("the table is\n%s\nwant\n%s", got, want)
			}
		})
	}
}

// diskArgs completes a command line: one item after the other.
func diskArgs(args []string) []string {
	return append(append([]string{}, args...), "-q", "-j", "1")
}

// diskCopy copies inputs and makes the directory of results.
func diskCopy(t *testing.T, inputs string) string {
	t.Helper()
	dir := copyOf(t, inputs)
	if err := os.Mkdir(filepath.Join(dir, "r"), 0o777); err != nil {
		t.Fatal(err)
	}
	return dir
}

// diskOutcome runs a command that may fail, and returns what it says then.
func diskOutcome(t *testing.T, cmd *exec.Cmd) string {
	t.Helper()
	out, err := cmd.CombinedOutput()
	if err == nil {
		return ""
	}
	return fmt.Sprintf("%v\n%s", err, out)
}

// diskFiles reads the results in a directory, of manifests only that they are there.
func diskFiles(t *testing.T, dir string) map[string]string {
	t.Helper()
	files := map[string]string{}
	root := os.DirFS(filepath.Join(dir, "r"))
	err := fs.WalkDir(root, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		text, err := fs.ReadFile(root, name)
		if files[name] = string(text); strings.HasSuffix(name, "manifest.json") {
			files[name] = ""
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// mountSmall mounts a volume of one page on the directory of results. What it returns
// takes the volume away and leaves what was written.
func mountSmall(t *testing.T, dir string) (unmount func()) {
	t.Helper()
	results := filepath.Join(dir, "r")
	if err := syscall.Mount("tmpfs", results, "tmpfs", 0, "size=4k"); err != nil {
		t.Skipf("no volume can be mounted here: %v", err)
	}
	return func() {
		written := t.TempDir()
		err := os.CopyFS(written, os.DirFS(results))
		if err2 := syscall.Unmount(results, syscall.MNT_DETACH); err2 != nil {
			t.Fatal(err2)
		}
		if err == nil {
			err = os.CopyFS(results, os.DirFS(written))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}
