package figure

import (
	"bytes"
	"compress/gzip"
	"os"
	"path/filepath"
	"testing"

	"simtool/internal/data"
	"simtool/internal/io"
)

// TestSamples finds the number of samples in manifests.
func TestSamples(t *testing.T) {
	input := func(shape ...int) data.Source { return data.Source{Shape: shape} }
	cases := []struct {
		name   string
		config map[string]any
		inputs []data.Source
		want   int
	}{
		{"a recording", nil, []data.Source{input(20, 32, 60), input(7, 5)}, 640},
		{"settings before a table", nil, []data.Source{input(), input(150, 8)}, 150},
		{"random data", map[string]any{"shape": "20,10,10"}, []data.Source{input()}, 20},
		{"samples left out", map[string]any{"missing": "drop"}, []data.Source{input(150, 8)}, 0},
		{"stimuli left out", map[string]any{"drop-missing-stimuli": true}, []data.Source{input(150, 8)}, 0},
		{"nothing", nil, nil, 0},
	}
	for _, c := range cases {
		r := &Result{Manifest: &dataio.Manifest{Config: c.config, Inputs: c.inputs}}
		if got := r.Samples(); got != c.want {
			t.Errorf("%s: %d samples, want %d", c.name, got, c.want)
		}
	}
	if (&Result{}).Samples() != 0 {
		t.Error("samples without a manifest")
	}
}

// TestDistinctLabels checks that labels are as short as possible.
func TestDistinctLabels(t *testing.T) {
	run := func(path, measure string) *Result {
		r := &Result{Path: path}
		if measure != "" {
			r.Manifest = &dataio.Manifest{Config: map[string]any{"measure": measure}}
		}
		return r
	}
	cases := []struct {
		results []*Result
		want    []string
	}{
		{[]*Result{run("a/t.csv", "cka"), run("b/t.csv", "nbs")}, []string{"cka", "nbs"}},
		{[]*Result{run("toy.npy", ""), run("b/y.npy", "nbs")}, []string{"toy", "nbs"}},
		{[]*Result{run("r/monkey/t.csv", ""), run("r/human/t.csv", "")}, []string{"monkey", "human"}},
		{[]*Result{run("a/one/t.csv", "cka"), run("b/one/t.csv", "cka")}, []string{"a/one", "b/one"}},
		{[]*Result{run("a/x.csv", ""), run("a/y.csv", ""), run("b/y.csv", "")}, []string{"a/x", "a/y", "b/y"}},
	}
	for _, c := range cases {
		DistinctLabels(c.results)
		for i, r := range c.results {
			if r.Label != c.want[i] {
				t.Errorf("%s is labelled %q, want %q", r.Path, r.Label, c.want[i])
			}
		}
	}
}

// TestManifests checks that a result has the manifest that lists it, and no other
// manifest of the same directory.
func TestManifests(t *testing.T) {
	dir := t.TempDir()
	for name, content := range map[string]string{
		"a.csv": "feature_a,feature_b,weight\nx,x,1\n", "b.csv": "feature_a,feature_b,weight\nx,x,1\n",
		"manifest.json": `{"schema":"` + dataio.ManifestSchema + `","config":{"measure":"cka"},"outputs":[{"path":"somewhere/a.csv"}]}`,
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	for name, want := range map[string]string{"a.csv": "cka", "b.csv": ""} {
		r, err := Load(filepath.Join(dir, name), dataio.Options{})
		if err != nil {
			t.Fatal(err)
		}
		if got := r.Measure(); got != want {
			t.Errorf("%s was made by optimising %q, want %q", name, got, want)
		}
	}
}

// A file whose name is that of an array is read as one, with its key and compressed, and
// every other file as a table.
func TestLoadArrays(t *testing.T) {
	dir := t.TempDir()
	var array, archive, zipped bytes.Buffer
	values := []float64{1, 2, 3, 4, 5, 6}
	if err := dataio.EncodeNPY(&array, dataio.Float64, values, 3, 2); err != nil {
		t.Fatal(err)
	}
	if err := dataio.EncodeNPZ(&archive, dataio.Float64, []dataio.NamedArray{{Name: "w", Values: values[:2], Shape: []int{2}}, {Name: "x", Values: values, Shape: []int{3, 2}}}); err != nil {
		t.Fatal(err)
	}
	z := gzip.NewWriter(&zipped)
	if _, err := z.Write(array.Bytes()); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	for name, content := range map[string][]byte{
		"a.npy": array.Bytes(), "a.npz": archive.Bytes(), "a.npy.gz": zipped.Bytes(), "a.csv": []byte("x,y\n1,2\n"), "a.npz:w.csv": []byte("x,y\n1,2\n"),
	} {
		if err := os.WriteFile(filepath.Join(dir, name), content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for name, label := range map[string]string{"a.npy": "a", "a.npz:x": "a", "a.npy.gz": "a", "a.csv": "", "a.npz:w.csv": ""} {
		r, err := Load(filepath.Join(dir, name), dataio.Options{})
		switch {
		case err != nil:
			t.Error(err)
		case label == "" && (r.Table == nil || r.Array != nil):
			t.Errorf("%s is no table", name)
		case label != "" && (r.Array == nil || r.Table != nil || r.Array.Samples() != 3 || r.Label != label):
			t.Errorf("%s is no array, or labelled %q", name, r.Label)
		}
	}
	if _, err := Load(filepath.Join(dir, "a.npz"), dataio.Options{}); err == nil {
		t.Error("an archive of two passes for one array")
	}
}
