package moments

import (
	"bytes"
	"fmt"
	"math"
	"os"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"

	"simtool/internal/data"
	"simtool/internal/measures"
	"simtool/internal/verb/verbtest"
)

// momentsFile writes the moments of a pair to m.npz in a directory of its own, which
// becomes the working directory.
func momentsFile(t *testing.T) *File {
	t.Helper()
	t.Chdir(t.TempDir())
	var x, y strings.Builder
	for i := range 50 {
		v := func(k int) float64 { return math.Sin(float64(i*k)+0.3) + float64(k) }
		fmt.Fprintf(&x, "%v,%v,%v\n", v(1), v(2), v(3))
		fmt.Fprintf(&y, "%v,%v\n", v(5), v(7))
	}
	verbtest.Write(t, "x.csv", x.String())
	verbtest.Write(t, "y.csv", y.String())
	verbtest.Succeed(t, New(), "x.csv", "y.csv", "-o", "m.npz")
	f, err := Read("m.npz")
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// TestReadNoticesDamage changes bytes all over a file of moments, with its manifest
// beside it and without: it is refused by name, or gives the same moments.
func TestReadNoticesDamage(t *testing.T) {
	want := momentsFile(t)
	whole := []byte(verbtest.Text(t, "m.npz"))
	manifest := verbtest.Text(t, "m.npz.manifest.json")
	const stride = 13 // which comes through all fields of all headers
	for i := 0; i < len(whole); i += stride {
		damaged := bytes.Clone(whole)
		damaged[i] ^= 1 << (i % 8)
		if err := os.WriteFile("m.npz", damaged, 0o666); err != nil {
			t.Fatal(err)
		}
		if _, err := Read("m.npz"); err == nil {
			t.Fatalf("byte %d: read in spite of its manifest", i)
		}
		if err := os.Remove("m.npz.manifest.json"); err != nil {
			t.Fatal(err)
		}
		got, err := Read("m.npz")
		if e, ok := data.AsInputError(err); err != nil && (!ok || !strings.HasPrefix(e.Path, "m.npz")) {
			t.Fatalf("byte %d: %v, want an error that names the file", i, err)
		}
		if err == nil {
			for k, n := range got.Nodes {
				of := want.Nodes[k]
				if !mat.Equal(n.Moments.XX, of.Moments.XX) || !mat.Equal(n.Moments.XY, of.Moments.XY) || !mat.Equal(n.Moments.YY, of.Moments.YY) || n.Moments.N != of.Moments.N || got.Identical != want.Identical || got.PrecisionX != want.PrecisionX {
					t.Fatalf("byte %d: other moments without an error", i)
				}
			}
		}
		verbtest.Write(t, "m.npz.manifest.json", manifest)
	}
}

// TestImpossibleMomentsAreRefused, in a file that is whole and has no manifest.
func TestImpossibleMomentsAreRefused(t *testing.T) {
	momentsFile(t)
	if err := os.Remove("m.npz.manifest.json"); err != nil {
		t.Fatal(err)
	}
	whole := verbtest.Text(t, "m.npz")
	for name, c := range map[string]struct {
		change func(f *File)
		found  string
	}{
		"a negative variance": {func(f *File) { f.Nodes[0].Moments.XX.Set(0, 0, -100) }, "the sum of squares -100"},
		"asymmetric":          {func(f *File) { f.Nodes[0].Moments.XX.Set(0, 1, f.Nodes[0].Moments.XX.At(0, 1)+1) }, "sums of products"},
		"beyond Cauchy-Schwarz": {func(f *File) {
			f.Nodes[0].Moments.XY.Set(1, 1, 1.01*math.Sqrt(f.Nodes[0].Moments.XX.At(1, 1)*f.Nodes[0].Moments.YY.At(1, 1)))
		}, "feature 2 of x and 2 of y"},
		"not definite": {func(f *File) {
			m := f.Nodes[0].Moments
			for j, sign := range []float64{1, -1} { // one feature of x that is both of y, which are opposite
				m.XY.Set(0, j, sign*math.Sqrt(m.XX.At(0, 0)*m.YY.At(j, j)))
			}
			m.YY.Set(0, 1, 0)
			m.YY.Set(1, 0, 0)
		}, "not positive semidefinite"},
		"a mean beyond all values":   {func(f *File) { f.Nodes[0].Moments.MeanY[0] = 2 * f.Nodes[0].Moments.MaxY[0] }, "the mean"},
		"a value that no sample has": {func(f *File) { f.Nodes[0].Moments.MaxX[1] = 1e300 }, "which no sample has"},
		"too large a variance":       {func(f *File) { f.Nodes[0].Moments.XX.Set(2, 2, 1e9) }, "the sum of squares"},
		"identical":                  {func(f *File) { f.Identical = true }, "identical"},
		"a strange precision":        {func(f *File) { f.PrecisionX.Stored = 17 }, "precision"},
		"a NaN":                      {func(f *File) { f.Nodes[0].Moments.XX.Set(0, 0, math.NaN()) }, ""},
	} {
		f, err := Read("m.npz")
		if err != nil {
			t.Fatal(err)
		}
		c.change(f)
		var file bytes.Buffer
		if err := f.Encode(&file); err != nil {
			t.Fatal(err)
		}
		verbtest.Write(t, "m.npz", file.String())
		_, err = Read("m.npz")
		if e, ok := data.AsInputError(err); !ok || !strings.Contains(e.Found, c.found) {
			t.Errorf("%s: %v", name, err)
		}
		verbtest.Write(t, "m.npz", whole)
	}
}

// TestMomentsOfNearlyConstantData: a system that is constant but for rounding has moments,
// in which no measure finds directions, and each says so.
func TestMomentsOfNearlyConstantData(t *testing.T) {
	t.Chdir(t.TempDir())
	var x, y strings.Builder
	for i := range 50 {
		fmt.Fprintf(&x, "%v,%v\n", 1e8+1e-8*float64(i%2), 3e8)
		fmt.Fprintf(&y, "%v,%v\n", math.Sin(float64(i)+0.3), math.Cos(float64(7*i)+0.2))
	}
	verbtest.Write(t, "x.csv", x.String())
	verbtest.Write(t, "y.csv", y.String())
	verbtest.Succeed(t, New(), "x.csv", "y.csv", "-o", "m.npz")
	f, err := Read("m.npz")
	if err != nil {
		t.Fatal(err)
	}
	whole, err := Join([]*File{f})
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range measures.FamilyNames() {
		m, err := measures.Parse(name)
		if err != nil {
			t.Fatal(err)
		}
		pair, err := measures.NewMomentPair("x", "y", whole.Segments())
		if err != nil {
			t.Fatal(err)
		}
		if v, err := m.Score(pair); err == nil && math.IsNaN(v.Value) {
			t.Errorf("%s has the value %v without an error", name, v)
		}
	}
}
