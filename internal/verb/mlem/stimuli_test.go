package verbmlem

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"simtool/internal/data"
	"simtool/internal/io"
	"simtool/internal/verb/verbtest"
)

func TestDistanceFiles(t *testing.T) {
	path := filepath.Join(t.TempDir(), "fd.npz")
	square := dataio.NamedArray{Name: "size", Values: make([]float64, 4), Shape: []int{2, 2}}
	other := square
	other.Name = "colour"
	if _, err := dataio.WriteFile(path, dataio.WriteOptions{}, func(f *dataio.AtomicFile) error {
		return dataio.EncodeNPZ(f, dataio.Float64, []dataio.NamedArray{square, other})
	}); err != nil {
		t.Fatal(err)
	}
	parts, err := distanceFiles(path)
	if want := []namedPath{{"size", path + ":size"}, {"colour", path + ":colour"}}; err != nil || !slices.Equal(parts, want) {
		t.Errorf("%v %v, want %v", parts, err, want)
	}
	for _, p := range parts {
		if _, err := dataio.Read(p.path, dataio.Options{}); err != nil {
			t.Error(err)
		}
	}
	parts, err = distanceFiles("a=b.npz:c")
	if want := []namedPath{{"a", "b.npz:c"}}; err != nil || !slices.Equal(parts, want) {
		t.Errorf("%v %v, want %v", parts, err, want)
	}
	for _, text := range []string{"b.npy", filepath.Join(t.TempDir(), "none.npz")} {
		if _, err := distanceFiles(text); err == nil {
			t.Errorf("%s: no error", text)
		}
	}
}

// TestPatternsInAnotherShapeSayWhat: an array of time × stimulus × unit, or of unit × stimulus, is
// refused with what to do.
func TestPatternsInAnotherShapeSayWhat(t *testing.T) {
	simulated(t)
	for shape, hint := range map[string]string{
		"(2, 24, 3)": "simtool mlem layers --per time",
		"(6, 24)":    "transpose it",
		"(6, 25)":    "",
	} {
		header := "{'descr': '|u1', 'fortran_order': False, 'shape': " + shape + ", }"
		size := map[string]int{"(2, 24, 3)": 144, "(6, 24)": 144, "(6, 25)": 150}[shape]
		body := make([]byte, size)
		for i := range body {
			body[i] = byte(i * i % 251)
		}
		verbtest.Write(t, "y.npy", "\x93NUMPY\x01\x00\x76\x00"+header+strings.Repeat(" ", 117-len(header))+"\n"+string(body))
		err := verbtest.Run(t, NewFit(), line("--features sim/features.csv --neural y.npy --bootstrap 0 --null 0 -o fit")...).Err
		e, ok := data.AsInputError(err)
		if !ok || !strings.Contains(e.Error(), "but the features are of 24") || !strings.Contains(e.Hint, hint) || (hint == "") != (e.Hint == "") {
			t.Errorf("%s: %v, hint %q", shape, err, e.Hint)
		}
	}
}
