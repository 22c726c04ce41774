package figure

import (
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

// TestDistinctLabels checks that labels are as short as they can be.
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

// TestManifests checks that a result has the manifest that lists it, and no
// other that lies beside it.
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
