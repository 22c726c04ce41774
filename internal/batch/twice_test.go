package batch

import (
	"context"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// TestFasterRun lets another run write the output while a first one is at work, as two
// processes do that are given one output. The first is refused, for the output is there.
// It leaves nothing if the other has done the same work, and else what it has finished.
func TestFasterRun(t *testing.T) {
	for name, items := range map[string]int{"the same work": 4, "other work": 5} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			output := Output{Path: filepath.Join(dir, "out.csv"), Format: "csv"}
			first := squaresJob(dir, 4, noFailure)
			var other sync.Once
			work := first.Work
			first.Work = func(ctx context.Context, i int) (*Item, error) {
				other.Do(func() {
					if err := squaresJob(dir, items, noFailure).Run(ctx, testEnv(), output, Control{Shard: Whole}); err != nil {
						t.Errorf("the other run: %v", err)
					}
				})
				return work(ctx, i)
			}
			err := first.Run(t.Context(), testEnv(), output, Control{Shard: Whole})
			if err == nil || !strings.Contains(err.Error(), "exists already") {
				t.Errorf("the first run ends with %v", err)
			}
			alone := t.TempDir()
			if err := squaresJob(alone, items, noFailure).Run(t.Context(), testEnv(), Output{Path: filepath.Join(alone, "out.csv"), Format: "csv"}, Control{Shard: Whole}); err != nil {
				t.Fatal(err)
			}
			for _, name := range []string{"out.csv", "traces.csv", "arrays.npz"} {
				if fileText(t, filepath.Join(dir, name)) != fileText(t, filepath.Join(alone, name)) {
					t.Errorf("%s is not that of the other run", name)
				}
			}
			checkpoint := CheckpointOf(output.Path)
			if got, want := Exists(checkpoint), items != 4; got != want {
				t.Errorf("a checkpoint is left: %v, want %v", got, want)
			}
			if left, _ := filepath.Glob(filepath.Join(dir, ".*.tmp")); len(left) > 0 {
				t.Errorf("%q are left", left)
			}
		})
	}
}

// TestDiscardSparesOthers: a checkpoint that a run works with is not removed by one that
// finds its output complete, not even before there is anything that says whose it is.
func TestDiscardSparesOthers(t *testing.T) {
	output := filepath.Join(t.TempDir(), "out.csv")
	k, err := testEnv().Keep(t.Context(), output, Fingerprint{Settings: map[string]string{}, Inputs: map[string]string{}}, false)
	if err != nil {
		t.Fatal(err)
	}
	if err := k.Store("item", []byte("value"), nil); err != nil {
		t.Fatal(err)
	}
	k.Flush()
	Discard(CheckpointOf(output))
	if !Interrupted(output) {
		t.Error("the settings of a run at work are gone")
	}
	k.End(false)
	log, err := ReadLog(filepath.Join(CheckpointOf(output), LogFile))
	if err != nil {
		t.Fatal(err)
	}
	defer log.Close()
	if !log.Has(keyItem + "item") {
		t.Error("the log of a run at work is gone")
	}
	Discard(CheckpointOf(output))
	if Exists(CheckpointOf(output)) {
		t.Error("what nobody works with is still there")
	}
}
