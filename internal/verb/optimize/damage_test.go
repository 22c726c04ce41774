package optimize

import (
	"bytes"
	"errors"
	"maps"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"simtool/internal/batch"
	"simtool/internal/data"
	"simtool/internal/synth/optimize"
	"simtool/internal/verb/verbtest"
)

// interrupted leaves a checkpoint with a state, a trajectory and a snapshot, and
// returns the command that goes on with it.
func interrupted(t *testing.T) (command []string) {
	t.Helper()
	inputs(t)
	command = line("x.npy -m nbs --max-iter 3000 --snapshot-at 0 --labels labels.csv --label half --also cka --checkpoint-every 1ms -o out")
	if err := stopAt(t, "out.ckpt/state-0", command...); !errors.As(err, new(*batch.CheckpointError)) {
		t.Fatalf("stopped with %v", err)
	}
	return append(command, "--resume")
}

// TestResumeNoticesDamage changes bytes of each file of a checkpoint, over its whole
// length: no run goes on with it, and the file is named.
func TestResumeNoticesDamage(t *testing.T) {
	command := interrupted(t)
	files := verbtest.Files(t, "out.ckpt")
	for _, name := range []string{"settings.json", "state-0", "trajectory-0", "snapshot-r0-i0.npy"} {
		if files[name] == "" {
			t.Fatalf("the checkpoint has %q", slices.Sorted(maps.Keys(files)))
		}
		whole := []byte(files[name])
		const places = 37
		for k := range places {
			at := k * (len(whole) - 1) / (places - 1)
			damaged := bytes.Clone(whole)
			damaged[at] ^= 1 << (k % 7)
			path := filepath.Join("out.ckpt", name)
			if err := os.WriteFile(path, damaged, 0o666); err != nil {
				t.Fatal(err)
			}
			if err := run(t, command...).Err; err == nil || !strings.Contains(err.Error(), path) {
				t.Fatalf("byte %d of %s: %v, want an error that names it", at, name, err)
			}
			for name, content := range files { // as it was
				if err := os.WriteFile(filepath.Join("out.ckpt", name), []byte(content), 0o666); err != nil {
					t.Fatal(err)
				}
			}
			if err := os.RemoveAll("out"); err != nil {
				t.Fatal(err)
			}
		}
	}
	verbtest.Succeed(t, New(), command...)
}

// TestResumeRefusesImpossibleStates, whose checksum is their own.
func TestResumeRefusesImpossibleStates(t *testing.T) {
	command := interrupted(t)
	note, good, err := readState("out.ckpt/state-0")
	if err != nil {
		t.Fatal(err)
	}
	if good.Iteration == 0 || len(good.Records) == 0 {
		t.Fatalf("stopped at iteration %d with %d records", good.Iteration, len(good.Records))
	}
	for name, change := range map[string]func(s *optimize.State){
		"another restart":       func(s *optimize.State) { s.Restart = 1 },
		"a negative iteration":  func(s *optimize.State) { s.Iteration = -1 },
		"beyond the last":       func(s *optimize.State) { s.Iteration = 1 << 40 },
		"another shape":         func(s *optimize.State) { s.Rows, s.Cols = s.Cols, s.Rows },
		"no data":               func(s *optimize.State) { s.Y = nil },
		"NaN":                   func(s *optimize.State) { s.Y = slices.Repeat([]float64{math.NaN()}, len(s.Y)) },
		"an unknown reason":     func(s *optimize.State) { s.Reason = "tired" },
		"a best in the future":  func(s *optimize.State) { s.BestAt = s.Iteration + 1 },
		"no memory":             func(s *optimize.State) { s.Memory = s.Memory[:1] },
		"an infinite memory":    func(s *optimize.State) { s.Memory[1] = slices.Repeat([]float64{math.Inf(1)}, len(s.Memory[1])) },
		"a decoder too many":    func(s *optimize.State) { s.Decoders = append(s.Decoders, nil) },
		"a score too many":      func(s *optimize.State) { s.ScoresPassed = []bool{true} },
		"a record without also": func(s *optimize.State) { s.Records[0].Also = nil },
		"a record of no PC":     func(s *optimize.State) { s.Records[0].R2 = nil },
		"records out of order":  func(s *optimize.State) { s.Records[0].Iteration = s.Iteration + 1 },
	} {
		t.Run(name, func(t *testing.T) {
			_, s, err := readState("out.ckpt/state-0")
			if err != nil {
				t.Fatal(err)
			}
			whole := verbtest.Text(t, "out.ckpt/state-0")
			change(s)
			var file bytes.Buffer
			if err := writeState(&file, note, s); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile("out.ckpt/state-0", file.Bytes(), 0o666); err != nil {
				t.Fatal(err)
			}
			err = run(t, command...).Err
			if input, ok := data.AsInputError(err); !ok || input.Path != "out.ckpt/state-0" {
				t.Errorf("%v, want an error that names the state", err)
			}
			verbtest.Write(t, "out.ckpt/state-0", whole)
		})
	}
	verbtest.Succeed(t, New(), command...)
}

// TestSecondRunTouchesNothing: a run that finds its output in use by another leaves
// the checkpoint of that one as it is, with and without --resume.
func TestSecondRunTouchesNothing(t *testing.T) {
	command := interrupted(t)
	log, err := batch.OpenLog(filepath.Join("out.ckpt", lockFile))
	if err != nil {
		t.Fatal(err)
	}
	defer log.Close()
	before := verbtest.Files(t, "out.ckpt")
	for _, words := range [][]string{command, command[:len(command)-1]} {
		if err := run(t, words...).Err; err == nil {
			t.Errorf("%q runs beside another", words)
		}
		if after := verbtest.Files(t, "out.ckpt"); !maps.Equal(before, after) {
			t.Errorf("%q has changed the checkpoint of another", words)
		}
	}
	// The other has only begun: nothing says yet whose the folder is.
	if err := os.Remove("out.ckpt/settings.json"); err != nil {
		t.Fatal(err)
	}
	before = verbtest.Files(t, "out.ckpt")
	if err := run(t, command...).Err; err == nil || !strings.Contains(err.Error(), "in use by another run") {
		t.Errorf("beside one that has only begun: %v", err)
	}
	if after := verbtest.Files(t, "out.ckpt"); !maps.Equal(before, after) {
		t.Error("what another has begun was changed")
	}
}
