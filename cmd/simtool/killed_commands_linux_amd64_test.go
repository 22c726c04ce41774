package main

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"simtool/internal/batch"
)

// TestKilledCommands is TestKilledAtEveryWrite for what is no plain table: a file
// of moments, and a table with another file beside it.
func TestKilledCommands(t *testing.T) {
	needCluster(t) // it takes a while
	inputs := t.TempDir()
	x, y := filepath.Join(inputs, "x.csv"), filepath.Join(inputs, "y.csv")
	writeRecording(t, x, 10000)
	writeRecording(t, y, 10000)
	for _, c := range []struct {
		args    []string
		outputs []string
	}{
		{[]string{"moments", x, y, "--shard", "0/2"}, []string{"out.npz"}},
		{[]string{"joint-range", "--shape", "12,3,3", "-m", "cka,nbs", "--grid", "4", "--steps", "400", "--paths", "paths.csv"}, []string{"out.csv", "paths.csv"}},
	} {
		t.Run(c.args[0], func(t *testing.T) {
			t.Parallel()
			args := append(c.args, "-j", "1", "-o", c.outputs[0])
			whole := t.TempDir()
			begun := time.Now()
			if out, err := simtoolIn(t, whole, args...).CombinedOutput(); err != nil {
				t.Fatalf("the whole run: %v\n%s", err, out)
			}
			from := stoppedHalfway(t, time.Since(begun), c.outputs[0], args)
			for _, output := range c.outputs {
				k := &killed{args: args, output: output, from: t.TempDir(), want: readFile(t, filepath.Join(whole, output)), names: filesIn(t, whole)}
				if output == c.outputs[len(c.outputs)-1] {
					k.everywhere(t, output+" without a checkpoint")
				}
				if output == c.outputs[0] {
					k.from, k.args = from, append(args, "--resume")
					k.everywhere(t, output+" going on from a checkpoint")
				}
			}
			if _, err := os.Stat(filepath.Join(from, c.outputs[0]+".ckpt", batch.FingerprintFile)); err != nil {
				t.Error("there was no checkpoint to go on from")
			}
		})
	}
}
