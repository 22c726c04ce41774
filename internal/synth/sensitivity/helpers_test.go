package sensitivity

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"simtool/internal/data"
	dataio "simtool/internal/io"
	"simtool/internal/measures"
)

func named(t testing.TB, list string) []measures.Named {
	t.Helper()
	m, err := measures.ParseList(list, 1)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func reference(t testing.TB, x *data.Dataset, keep int) *Reference {
	t.Helper()
	c, err := Decompose(x, keep)
	if err != nil {
		t.Fatal(err)
	}
	r, err := NewReference(c)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// recordings returns the bundled recording and the published ones, if present. A
// published recording with fewer samples than neurons is truncated, so that there are
// directions orthogonal to its components.
func recordings(t *testing.T) map[string]*Reference {
	t.Helper()
	root := filepath.Join("..", "..", "..")
	shared := os.Getenv("SIMTOOL_SHARED")
	if shared == "" {
		shared = filepath.Join(root, "..", "shared")
	}
	out := map[string]*Reference{}
	for _, file := range []struct {
		path string
		keep int
	}{
		{filepath.Join(root, "testdata", "recording.npy"), 0},
		{filepath.Join(shared, "data", "mouse_plcoa", "plCoA_rates.npy"), 40},
		{filepath.Join(shared, "data", "larval_orn", "responses.npy"), 0},
	} {
		d, err := dataio.Read(file.path, dataio.Options{Missing: dataio.MissingKeep})
		if os.IsNotExist(err) || err != nil && strings.Contains(err.Error(), "no such file") {
			t.Logf("no published recording (SIMTOOL_SHARED): %v", err)
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		flat := &data.Dataset{Values: d.Values, Shape: []int{d.Samples(), d.Width()}, Source: d.Source}
		kept, err := data.DropMissing.Apply(data.Samples, []*data.Dataset{flat})
		if err != nil {
			t.Fatal(err)
		}
		if kept.Changed() {
			d = kept.Systems[0]
		}
		out[filepath.Base(file.path)] = reference(t, d, file.keep)
	}
	return out
}
