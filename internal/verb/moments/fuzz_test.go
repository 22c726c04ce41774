package moments

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"simtool/internal/data"
	"simtool/internal/linalg"
	"simtool/internal/measures"
)

// FuzzRead reads anything as moments: what is accepted can be written and read again,
// and is scored or has a reason why not.
func FuzzRead(f *testing.F) {
	dir, err := os.MkdirTemp("", "fuzz")
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(func() { _ = os.RemoveAll(dir) })
	seeds, err := filepath.Glob("testdata/*.npz")
	if err != nil || len(seeds) == 0 {
		f.Fatalf("no seeds: %v", err)
	}
	for _, path := range seeds {
		content, err := os.ReadFile(path)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(content)
	}
	measure, err := measures.Parse("nbs")
	if err != nil {
		f.Fatal(err)
	}
	linalg.Kernel() // the kernels are in use before the first input
	f.Fuzz(func(t *testing.T, content []byte) {
		if err := os.MkdirAll(dir, 0o700); err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(dir, "m.npz")
		if err := os.WriteFile(path, content, 0o600); err != nil {
			t.Fatal(err)
		}
		file, err := Read(path)
		if err != nil {
			if _, ok := data.AsInputError(err); !ok {
				t.Fatal(err)
			}
			return
		}
		if err := file.Encode(&bytes.Buffer{}); err != nil {
			t.Fatal(err)
		}
		whole, err := Join([]*File{file})
		if err != nil {
			return
		}
		if pair, err := measures.NewMomentPair("x", "y", whole.Segments()); err == nil {
			_, _ = measure.Score(pair) // may be undefined, but not panic
		}
	})
}
