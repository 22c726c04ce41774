package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"simtool/internal/batch"
)

// TestKilledAtEveryWrite kills simtool before, and in the middle of, each of its
// changes of the disk: while it writes a result, while it begins a checkpoint, and
// while it goes on from one until that is removed. A run with --resume then gives
// the bytes of a run that was left alone, and leaves nothing else.
func TestKilledAtEveryWrite(t *testing.T) {
	type form struct {
		output string
		shard  batch.Shard
	}
	forms := []form{{"out.csv.gz", batch.Shard{Index: 1, Count: 3}}}
	if *useCluster {
		forms = append(forms, form{"out.csv", batch.Shard{Count: 1}}, form{"out.jsonl", batch.Shard{Count: 2}})
	}
	for _, form := range forms {
		t.Run(form.output, func(t *testing.T) {
			t.Parallel()
			inputs := t.TempDir()
			const pairs = 12
			writePairs(t, inputs, pairs)
			late := fmt.Sprintf("y%d.csv", form.shard.Item(form.shard.Len(pairs)-2))
			k := &killed{
				from: inputs, output: form.output,
				args: []string{"score", "--list", "pairs.txt", "-m", batchMeasures, "-j", "1", "-o", form.output, "--shard", form.shard.String()},
			}
			whole := copyOf(t, inputs)
			if out, err := simtoolIn(t, whole, k.args...).CombinedOutput(); err != nil {
				t.Fatalf("the whole run: %v\n%s", err, out)
			}
			k.want, k.names = readFile(t, filepath.Join(whole, form.output)), filesIn(t, whole)
			k.everywhere(t, "without a checkpoint")

			k.held = late
			k.everywhere(t, "beginning a checkpoint")

			tr, dir := &tracer{moment: never, onOpen: late}, copyOf(t, inputs)
			hold(t, dir, late)
			if _, status := tr.run(t, simtoolIn(t, dir, k.args...)); status != exitCheckpoint {
				t.Fatalf("stopped with status %d, want %d", status, exitCheckpoint)
			}
			release(t, dir, late)
			k.from, k.held, k.args = dir, "", append(k.args, "--resume")
			k.everywhere(t, "going on from a checkpoint")
		})
	}
}

// killed is a run that is killed at one moment after the other.
type killed struct {
	args   []string
	output string
	from   string // state of the directory in which it starts
	held   string // an input at which it waits until it gets SIGTERM; "" for none
	want   []byte
	names  []string // files that are there in the end
}

func (k *killed) everywhere(t *testing.T, when string) {
	t.Helper()
	for moment := 0; ; moment++ {
		dir := copyOf(t, k.from)
		tr := &tracer{directory: dir, moment: moment, onOpen: k.held}
		if k.held != "" {
			hold(t, dir, k.held)
		}
		killed, status := tr.run(t, simtoolIn(t, dir, k.args...))
		if k.held != "" {
			release(t, dir, k.held)
		}
		if !killed {
			if want := map[bool]exitStatus{true: exitCheckpoint}[k.held != ""]; status != want {
				t.Errorf("%s: left alone it ends with %d, want %d", when, status, want)
			}
			if moment < 10 {
				t.Errorf("%s: only %d moments to be killed at", when, moment)
			}
			t.Logf("%s: killed at %d moments", when, moment)
			return
		}
		k.resume(t, dir, fmt.Sprintf("%s, killed at %s", when, tr.point))
		os.RemoveAll(dir)
	}
}

// resume goes on with the run and checks what it leaves.
func (k *killed) resume(t *testing.T, dir, what string) {
	t.Helper()
	args := k.args
	if !slices.Contains(args, "--resume") {
		args = append(slices.Clone(args), "--resume")
	}
	if out, err := simtoolIn(t, dir, args...).CombinedOutput(); err != nil {
		t.Errorf("%s: --resume: %v\n%s", what, err, out)
		return
	}
	if got := readFile(t, filepath.Join(dir, k.output)); !bytes.Equal(got, k.want) {
		t.Errorf("%s: other bytes after --resume:\n%s\nwant\n%s", what, got, k.want)
	}
	if names := filesIn(t, dir); !slices.Equal(names, k.names) {
		t.Errorf("%s: after --resume there are %q, want %q", what, names, k.names)
	}
}
