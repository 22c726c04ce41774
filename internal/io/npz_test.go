package dataio

import (
	"archive/zip"
	"bytes"
	"compress/flate"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/sbinet/npyio/npz"
)

// The archives in testdata were written by numpy.savez and savez_compressed.
func TestReadNPZ(t *testing.T) {
	for _, c := range []struct {
		path, key, dtype string
		shape            []int
		at               int // of one element
		want             float64
	}{
		{"testdata/two.npz:first", "first", "float32", []int{3, 4}, 7, 2},
		{"testdata/two.npz:second", "second", "float64", []int{2, 3, 4}, 23, 123},
		{"testdata/two.npz:second.npy", "second", "float64", []int{2, 3, 4}, 23, 123},
		{"testdata/one.npz", "only", "int64", []int{3, 4}, 0, -5},
		{"testdata/deflated.npz:first", "first", "float64", []int{3, 4}, 7, 2},
		{"testdata/deflated.npz:zeros", "zeros", "float64", []int{200, 50}, 9999, 0},
	} {
		d, err := Read(c.path, Options{})
		if err != nil {
			t.Errorf("%s: %v", c.path, err)
			continue
		}
		if !cmp.Equal(d.Shape, c.shape) || d.Source.DType != c.dtype || d.Source.Format != "npz" || d.Values[c.at] != c.want {
			t.Errorf("%s: %v, %+v", c.path, d.Shape, d.Source)
		}
		if name, _ := splitKey(c.path); d.Source.Path != name+":"+c.key {
			t.Errorf("%s: source is %s", c.path, d.Source.Path)
		}
	}
}

func TestNPZFromStreams(t *testing.T) {
	content, err := os.ReadFile("testdata/two.npz")
	if err != nil {
		t.Fatal(err)
	}
	want, err := Read("testdata/two.npz:second", Options{})
	if err != nil {
		t.Fatal(err)
	}
	stdin, err := Read("-:second", Options{Stdin: bytes.NewReader(content)})
	if err != nil {
		t.Fatal(err)
	}
	zipped, err := Read(put(t, "two.npz.gz", gzipped(t, content))+":second", Options{})
	if err != nil {
		t.Fatal(err)
	}
	if !cmp.Equal(stdin.Values, want.Values) || !cmp.Equal(zipped.Values, want.Values) {
		t.Error("the array differs by the way it came")
	}
}

func TestRefusedNPZ(t *testing.T) {
	array := string(encode(t, []float64{1, 2}, 2))
	damaged := bytes.Replace(zipOf(t, "a.npy", array), []byte("\xf0\x3f"), []byte("\xf1\x3f"), 1)
	cut := zipOf(t, "a.npy", array[:len(array)-1])
	for _, c := range []struct {
		path string
		says []string
	}{
		{"testdata/two.npz", []string{"2 arrays: first, second", "two.npz:first"}},
		{"testdata/two.npz:third", []string{`no array "third"`, "first, second"}},
		{put(t, "x.npz", []byte("PK\x03")), []string{"not a readable archive (3 bytes"}},
		{put(t, "x.npz", nil), []string{"not a readable archive (0 bytes"}},
		{put(t, "x.npz", []byte(array)), []string{"not a readable archive"}},
		{put(t, "x.npz", zipOf(t)), []string{"without arrays"}},
		{put(t, "x.npz", zipOf(t, "a.npy", "")), []string{"empty file"}},
		{put(t, "x.npz", zipOf(t, "a.txt", "some text here")), []string{"not a NumPy array"}},
		{put(t, "x.npz", zipOf(t, "a.npy", array, "a.npy", array)), []string{`two members "a"`}},
		{put(t, "x.npz", zipOf(t, "a.npy", array, "a", array)), []string{`two members "a"`}},
		{put(t, "x.npz", damaged), []string{`"a.npy" is damaged`}},
		{put(t, "x.npz", cut), []string{"15 bytes of data", "want 16 for 2 float64"}},
		{put(t, "x.npz", zipOf(t, "a.npy", array+"x")), []string{"17 bytes of data"}},
	} {
		_, err := Read(c.path, Options{})
		name, _ := splitKey(c.path)
		wantRefused(t, err, name, c.says...)
	}
}

// The directory of an archive is hearsay: it may claim what no packed data can
// hold, or less than there is.
func TestLyingArchive(t *testing.T) {
	big := header("{'descr': '<f8', 'fortran_order': False, 'shape': (1000000, 1000000)}\n", 0)
	zeros := deflated(t, append(header("{'descr': '<f8', 'fortran_order': False, 'shape': (10000,)}\n", 0), make([]byte, 80000)...))
	for _, c := range []struct {
		name string
		h    zip.FileHeader
		body []byte
		says string
	}{
		{"stored, inflated", zip.FileHeader{Method: zip.Store, UncompressedSize64: uint64(len(big)) + 8e12, CompressedSize64: uint64(len(big))}, big, "sizes that can be true"},
		{"stored, longer than the file", zip.FileHeader{Method: zip.Store, UncompressedSize64: 8e12, CompressedSize64: 8e12}, big, "sizes that can be true"},
		{"deflated beyond what deflate can do", zip.FileHeader{Method: zip.Deflate, UncompressedSize64: 8e12, CompressedSize64: uint64(len(zeros))}, zeros, "sizes that can be true"},
		{"deflated to more than it says", zip.FileHeader{Method: zip.Deflate, UncompressedSize64: 70000, CompressedSize64: uint64(len(zeros))}, zeros, "want 80000"},
		{"unknown method", zip.FileHeader{Method: 99, UncompressedSize64: uint64(len(big)), CompressedSize64: uint64(len(big))}, big, "method 99"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var b bytes.Buffer
			z := zip.NewWriter(&b)
			c.h.Name = "a.npy"
			w, err := z.CreateRaw(&c.h)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := w.Write(c.body); err != nil {
				t.Fatal(err)
			}
			if err := z.Close(); err != nil {
				t.Fatal(err)
			}
			path := put(t, "x.npz", b.Bytes())
			_, err = Read(path, Options{})
			wantRefused(t, err, path, c.says)
		})
	}
}

func TestWriteNPZ(t *testing.T) {
	arrays := []NamedArray{
		{Name: "mean", Values: []float64{1, 2, 3}, Shape: []int{3}},
		{Name: "moments", Values: []float64{1, 2, 3, 4, 5, 6}, Shape: []int{2, 3}},
	}
	path := filepath.Join(t.TempDir(), "m.npz")
	if _, err := WriteFile(path, WriteOptions{}, func(f *AtomicFile) error { return EncodeNPZ(f, Float64, arrays) }); err != nil {
		t.Fatal(err)
	}
	d, err := Read(path+":moments", Options{})
	if err != nil {
		t.Fatal(err)
	}
	if !cmp.Equal(d.Values, arrays[1].Values) || !cmp.Equal(d.Shape, arrays[1].Shape) {
		t.Errorf("%v %v", d.Shape, d.Values)
	}
	// npyio, an independent reader, agrees.
	z, err := npz.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer z.Close()
	var mean []float64
	if err := z.Read("mean.npy", &mean); err != nil {
		t.Fatal(err)
	}
	if !cmp.Equal(mean, arrays[0].Values) {
		t.Errorf("npyio reads %v", mean)
	}
}

// zipOf returns a stored archive of pairs of name and content.
func zipOf(t testing.TB, members ...string) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for i := 0; i < len(members); i += 2 {
		w, err := z.CreateHeader(&zip.FileHeader{Name: members[i], Method: zip.Store})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write([]byte(members[i+1])); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func deflated(t testing.TB, content []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	w, err := flate.NewWriter(&b, flate.BestCompression)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write(content); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}
