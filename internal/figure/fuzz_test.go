package figure

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"simtool/internal/data"
	"simtool/internal/io"
)

// FuzzTable draws anything that is recognised: it ends, does not panic, and explains
// what it refuses.
func FuzzTable(f *testing.F) {
	paths, err := filepath.Glob(filepath.Join("testdata", "*.csv"))
	if err != nil || len(paths) == 0 {
		f.Fatal(err)
	}
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil {
			f.Fatal(err)
		}
		lines := bytes.SplitAfter(text, []byte("\n"))
		f.Add(bytes.Join(lines[:min(4, len(lines))], nil))
	}
	f.Add([]byte("restart,iteration,measure,score,grad_norm\n0,1e308,cka,1,5e-324\n"))
	dir, err := os.MkdirTemp("", "fuzz")
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(func() { _ = os.RemoveAll(dir) })
	theme, err := FindTheme("light")
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, content []byte) {
		if err := os.MkdirAll(dir, 0o700); err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(dir, "t.csv")
		if err := os.WriteFile(path, content, 0o600); err != nil {
			t.Fatal(err)
		}
		r, err := Load(path, dataio.Options{})
		if err == nil {
			var drawing *Figure
			if drawing, err = New([]*Result{r}, Style{Theme: theme}); err == nil {
				err = drawing.Write(&bytes.Buffer{}, "svg", 0)
			}
		}
		if _, ok := data.AsInputError(err); err != nil && !ok {
			t.Fatal(err)
		}
	})
}
