package main

import (
	"os"
	"path/filepath"
	"slices"
	"testing"

	"simtool/internal/batch"
)

func init() { stoppedKinds = killedStates }

// killedStates kills one command of each kind of checkpoint when there is something in it.
func killedStates(t *testing.T, dir string) map[string]*fileKind {
	t.Helper()
	kinds := map[string]*fileKind{}
	for name, c := range map[string]struct {
		output string
		holds  []string // that the checkpoint must have
		args   []string
	}{
		"fit":      {"units", []string{batch.LogFile}, []string{"mlem", "fit", "--features", "y0.csv", "--neural", "y1.csv", "--each-unit", "--permutations", "0", "--bootstrap", "0", "--null", "0", "--folds", "2", "--repeats", "1"}},
		"optimize": {"opt2", []string{"state-0", "trajectory-0", "snapshot-r0-i0.npy"}, []string{"optimize", "y0.csv", "-m", "cka", "--max-iter", "3", "--snapshot-at", "0", "--checkpoint-every", "1ns"}},
	} {
		args := append(c.args, "-o", c.output, "-j", "1", "-q")
		checkpoint := batch.CheckpointOf(c.output)
		killedWith(t, dir, checkpoint, c.holds, args)
		for _, file := range append(c.holds, batch.FingerprintFile) {
			kinds[name+" "+file] = &fileKind{
				file: filepath.Join(checkpoint, file), args: append(args, "--resume"), sealed: true, output: c.output, folder: checkpoint,
			}
		}
	}
	return kinds
}

// killedWith kills a command at a change of the disk after which its checkpoint has these
// files, with something in them, and puts the checkpoint into dir. It tries those in the
// middle of the run first.
func killedWith(t *testing.T, dir, checkpoint string, files, args []string) {
	t.Helper()
	whole := &tracer{moment: never}
	whole.directory = copyOf(t, dir)
	if _, status := whole.run(t, simtoolIn(t, whole.directory, args...)); status != exitOK {
		t.Fatalf("%q ends with %d", args, status)
	}
	for k := range whole.seen {
		moment := whole.seen/2 + (k+1)/2
		if k%2 == 0 {
			moment = whole.seen/2 - k/2
		}
		there := copyOf(t, dir)
		tr := &tracer{directory: there, moment: moment}
		tr.run(t, simtoolIn(t, there, args...))
		missing := slices.ContainsFunc(files, func(file string) bool {
			info, err := os.Stat(filepath.Join(there, checkpoint, file))
			return err != nil || info.Size() <= emptyLog
		})
		if !missing {
			if err := os.CopyFS(filepath.Join(dir, checkpoint), os.DirFS(filepath.Join(there, checkpoint))); err != nil {
				t.Fatal(err)
			}
			return
		}
	}
	t.Fatalf("%q never has %q in its checkpoint", args, files)
}
