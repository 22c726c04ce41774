package verbmlem

import (
	"path/filepath"
	"slices"
	"testing"

	"simtool/internal/io"
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
