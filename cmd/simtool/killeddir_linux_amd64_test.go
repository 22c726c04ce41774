package main

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// TestDirectoriesKilledAtWrites kills commands that write directories before, and in
// the middle of, their changes of the disk, of which the short test takes some: a run
// with --resume then gives the bytes of one that was left alone, and nothing else.
func TestDirectoriesKilledAtWrites(t *testing.T) {
	inputs := directoryRuns(t)["layers"].inputs
	for name, args := range map[string][]string{
		"optimize": {
			"optimize", "x.npy", "-m", "cka*0.5+nbs*0.5", "--restarts", "2", "--max-iter", "4", "--snapshot-at", "1,3", "--checkpoint-every", "1ns", "-j", "1",
		},
		"layers": {
			"mlem", "layers", "s0/y.npy", "s1/y.npy", "--features", "s0/features.csv", "--bootstrap", "0", "--null", "0", "-j", "1",
		},
	} {
		t.Run(name, func(t *testing.T) {
			args := append(args, "-q", "-o", "out")
			at := func(dir string, more ...string) {
				t.Helper()
				if out, err := simtoolAt(t, dir, append(slices.Clone(args), more...)...).CombinedOutput(); err != nil {
					t.Fatalf("%v\n%s", err, out)
				}
			}
			whole := copyOf(t, inputs)
			at(whole)
			want := resultsIn(t, filepath.Join(whole, "out"))
			names := filesIn(t, whole)
			step := 17
			if *useCluster {
				step = 3
			}
			moments := 0
			for moment := 0; ; moment += step {
				dir := copyOf(t, inputs)
				tr := &tracer{directory: dir, moment: moment}
				killed, status := tr.run(t, simtoolIn(t, dir, args...))
				if !killed {
					if status != exitOK {
						t.Errorf("left alone it ends with %d", status)
					}
					break
				}
				moments++
				when := fmt.Sprintf("killed at moment %d, %s", moment, tr.point)
				at(dir, "--resume")
				for _, name := range differences(resultsIn(t, filepath.Join(dir, "out")), want) {
					t.Errorf("%s: %s differs", when, name)
				}
				if got := filesIn(t, dir); !slices.Equal(got, names) {
					t.Errorf("%s: there are %q, want %q", when, got, names)
				}
				if t.Failed() {
					break
				}
				os.RemoveAll(dir)
			}
			t.Logf("killed at %d moments", moments)
			if moments < 5 {
				t.Errorf("only %d moments to be killed at", moments)
			}
		})
	}
}
