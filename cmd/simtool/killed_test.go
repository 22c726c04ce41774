//go:build unix

package main

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"simtool/internal/batch"
)

// TestKilledAtAnyTime kills simtool in the middle of real work, on several items at
// once: first when the checkpoint appears, and then at random.
func TestKilledAtAnyTime(t *testing.T) {
	needCluster(t)
	inputs := t.TempDir()
	for i := range 6 {
		cmd := simtoolIn(t, inputs, "synth", "exp-gaussian", "--bins", "1", "--conditions", "1500", "--neurons", "10", "--seed", fmt.Sprint(i+1), "-o", fmt.Sprintf("y%d.npy", i))
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
	}
	const mostKills = 8
	r := rand.New(rand.NewPCG(3, 4))
	for _, form := range []struct{ output, shard string }{
		{"out.csv", "0/1"},
		{"out.jsonl", "0/1"},
		{"out.csv.gz", "0/1"},
		{"out.jsonl", "0/2"},
	} {
		t.Run(form.output+" "+form.shard, func(t *testing.T) {
			args := []string{"score", "--all-pairs", "y*.npy", "-m", "rsa:compare=kendall,linreg", "-j", "2", "-o", form.output, "--shard", form.shard}
			whole := copyOf(t, inputs)
			begun := time.Now()
			if out, err := simtoolIn(t, whole, args...).CombinedOutput(); err != nil {
				t.Fatalf("the whole run: %v\n%s", err, out)
			}
			takes := time.Since(begun)
			dir := copyOf(t, inputs)
			checkpoint := filepath.Join(dir, batch.CheckpointOf(form.output))
			kills := 0
			for ended := false; !ended; {
				cmd := simtoolIn(t, dir, append(args, "--resume")...)
				stderr := &bytes.Buffer{}
				cmd.Stderr = stderr
				if err := cmd.Start(); err != nil {
					t.Fatal(err)
				}
				done := make(chan error, 1)
				go func() { done <- cmd.Wait() }()
				wait := time.Duration(r.Int64N(int64(takes) / 2))
				if kills == mostKills {
					wait = time.Hour
				}
				for start := time.Now(); !ended && time.Since(start) < wait; time.Sleep(time.Millisecond) {
					select {
					case err := <-done:
						if ended = true; err != nil {
							t.Fatalf("after %d kills: %v\n%s", kills, err, stderr)
						}
					default:
					}
					if kills == 0 && batch.Exists(checkpoint) {
						break
					}
				}
				if !ended {
					_ = cmd.Process.Signal(os.Kill)
					<-done
					kills++
				}
			}
			t.Logf("killed %d times", kills)
			if want, got := readFile(t, filepath.Join(whole, form.output)), readFile(t, filepath.Join(dir, form.output)); !bytes.Equal(got, want) {
				t.Errorf("other bytes after %d kills:\n%s\nwant\n%s", kills, got, want)
			}
			if want, got := filesIn(t, whole), filesIn(t, dir); !slices.Equal(got, want) {
				t.Errorf("after %d kills there are %q, want %q", kills, got, want)
			}
		})
	}
}
