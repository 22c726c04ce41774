package optimize

import (
	"bytes"
	"crypto/sha256"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"simtool/internal/data"
	"simtool/internal/synth/optimize"
)

// FuzzStateFile reads anything as the file of a restart, and as what stands behind a
// right checksum in one: a state that can be written again, or a refusal that names it.
func FuzzStateFile(f *testing.F) {
	state := &optimize.State{Rows: 2, Cols: 1, Y: []float64{1, -1}, Iteration: 1, Evaluations: 2, ScoresPassed: []bool{}}
	var good bytes.Buffer
	if err := writeState(&good, stateNote{Rows: 3, RowsSum: "x", Snapshots: map[string]string{"snapshot-r0-i0.npy": "y"}}, state); err != nil {
		f.Fatal(err)
	}
	f.Add(good.Bytes())
	f.Add(good.Bytes()[len(stateMagic)+sha256.Size:])
	f.Add([]byte(`{"rows":-1}` + "\n"))
	dir, err := os.MkdirTemp("", "fuzz")
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(func() { _ = os.RemoveAll(dir) })
	f.Fuzz(func(t *testing.T, content []byte) {
		if err := os.MkdirAll(dir, 0o700); err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(dir, "state-0")
		sum := sha256.Sum256(content)
		for _, text := range [][]byte{content, slices.Concat([]byte(stateMagic), sum[:], content)} {
			if err := os.WriteFile(path, text, 0o600); err != nil {
				t.Fatal(err)
			}
			note, s, err := readState(path)
			if err != nil {
				if e, ok := data.AsInputError(err); !ok || e.Path != path {
					t.Fatal(err)
				}
				continue
			}
			if err := writeState(&bytes.Buffer{}, note, s); err != nil {
				t.Fatal(err)
			}
		}
	})
}
