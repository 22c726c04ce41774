package dataio

import (
	"bytes"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/sbinet/npyio/npy"
	"gonum.org/v1/gonum/mat"
	"pgregory.net/rapid"

	"simtool/internal/data"
)

// The arrays in testdata/npy were written by NumPy; testdata/make.py says how
// and which values they hold.
func TestReadEveryTypeAndOrder(t *testing.T) {
	files, err := filepath.Glob("testdata/npy/[fiub][1248]_*.npy")
	if err != nil || len(files) != 42 {
		t.Fatalf("%d files, %v; want 42", len(files), err)
	}
	names := map[string]string{
		"f2": "float16", "f4": "float32", "f8": "float64", "b1": "bool",
		"i1": "int8", "i2": "int16", "i4": "int32", "i8": "int64",
		"u1": "uint8", "u2": "uint16", "u4": "uint32", "u8": "uint64",
	}
	for _, path := range files {
		kind := filepath.Base(path)[:2]
		want := make([]float64, 12)
		for i := range want {
			want[i] = float64(i - 5)
			switch {
			case kind[0] == 'u':
				want[i] = math.Abs(want[i])
			case kind == "b1" && want[i] > 0:
				want[i] = 1
			case kind == "b1":
				want[i] = 0
			}
		}
		d, err := Read(path, Options{})
		if err != nil {
			t.Errorf("%s: %v", path, err)
			continue
		}
		if diff := cmp.Diff(want, d.Values); diff != "" {
			t.Errorf("%s: values (-want +got):\n%s", path, diff)
		}
		if diff := cmp.Diff([]int{3, 4}, d.Shape); diff != "" {
			t.Errorf("%s: shape %s", path, diff)
		}
		info, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		source := data.Source{Path: path, Format: "npy", DType: names[kind], Shape: []int{3, 4}, Bytes: info.Size()}
		if diff := cmp.Diff(source, d.Source); diff != "" {
			t.Errorf("%s: source (-want +got):\n%s", path, diff)
		}
	}
}

func TestReadVersions(t *testing.T) {
	want, err := Read("testdata/npy/f8_le_c.npy", Options{})
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{"testdata/npy/version2.npy", "testdata/npy/version3.npy"} {
		d, err := Read(path, Options{})
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want.Values, d.Values); diff != "" {
			t.Errorf("%s: %s", path, diff)
		}
	}
}

func TestReadVector(t *testing.T) {
	d, err := Read("testdata/npy/vector.npy", Options{})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]float64{-1.5, -.5, .5, 1.5, 2.5}, d.Values); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]int{5, 1}, d.Shape); diff != "" {
		t.Error(diff)
	}
}

// The halves in the file, as NumPy prints them with float.hex: subnormals and
// the limits are where conversions go wrong.
func TestReadHalf(t *testing.T) {
	d, err := Read("testdata/npy/half_special.npy", Options{Missing: MissingKeep})
	if err != nil {
		t.Fatal(err)
	}
	want := []float64{0, 0x1p-24, 0x1p-14, 1, 0x1.004p+0, -2, 65504, math.Inf(1), math.Inf(-1), math.NaN()}
	for i, w := range want {
		if got := d.Values[i]; got != w && !(math.IsNaN(got) && math.IsNaN(w)) {
			t.Errorf("half %d: %v, want %v", i, got, w)
		}
	}
}

func TestAxes(t *testing.T) {
	for _, c := range []struct{ file, axes string }{
		{"cube_tcn", ""},
		{"cube_tcn", "tcn"},
		{"cube_nct", "nct"},
		{"cube_ctn", "ctn"},
		{"cube_fortran_tcn", ""},
		{"cube_fortran_cnt", "cnt"},
	} {
		content, err := os.ReadFile("testdata/npy/" + c.file + ".npy")
		if err != nil {
			t.Fatal(err)
		}
		// Standard input takes the way of unknown size, the file that of known size.
		for _, path := range []string{"testdata/npy/" + c.file + ".npy", "-"} {
			d, err := Read(path, Options{Axes: c.axes, Stdin: bytes.NewReader(content)})
			if err != nil {
				t.Errorf("%s as %s: %v", c.file, c.axes, err)
				continue
			}
			if diff := cmp.Diff([]int{2, 3, 4}, d.Shape); diff != "" {
				t.Fatalf("%s as %s: %s", c.file, c.axes, diff)
			}
			for i := range 2 {
				for j := range 3 {
					for k := range 4 {
						if got, want := d.Values[(i*3+j)*4+k], float64(100*i+10*j+k); got != want {
							t.Errorf("%s as %s: element (%d,%d,%d) is %v, want %v", c.file, c.axes, i, j, k, got, want)
						}
					}
				}
			}
		}
	}
	for _, axes := range []string{"tc", "tcc", "txn", "TCN", "tcnn"} {
		_, err := Read("testdata/npy/cube_tcn.npy", Options{Axes: axes})
		wantRefused(t, err, "testdata/npy/cube_tcn.npy", "axes", axes)
	}
}

// scatter must not depend on how the body is cut into pieces.
func TestScatterInPieces(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		// 128 and more is where planes are placed together.
		size := rapid.SampledFrom([]int{1, 2, 3, 5, 128, 135})
		shape := rapid.SliceOfN(size, 1, 2).Draw(t, "shape")
		shape = slices.Insert(shape, rapid.IntRange(0, len(shape)).Draw(t, "at"), rapid.IntRange(1, 4).Draw(t, "small"))
		axes := rapid.SampledFrom([]string{"tcn", "tnc", "ctn", "cnt", "ntc", "nct"}).Draw(t, "axes")
		l, err := newLayout(shape, rapid.Bool().Draw(t, "fortran"), axes)
		if err != nil {
			t.Fatal(err)
		}
		n := 1
		for _, s := range shape {
			n *= s
		}
		src := make([]float64, n)
		for i := range src {
			src[i] = float64(i + 1)
		}
		// Element by element, one at a time, is the definition.
		whole, pieces := make([]float64, n), make([]float64, n)
		for i := range src {
			l.scatter(whole, src[i:i+1], i)
		}
		step := rapid.SampledFrom([]int{l.piece(), l.piece(), n, 1 + n/2, 7}).Draw(t, "step")
		for at := 0; at < n; at += step {
			l.scatter(pieces, src[at:min(at+step, n)], at)
		}
		if diff := cmp.Diff(whole, pieces); diff != "" {
			t.Fatal(diff)
		}
		if l.identity() != cmp.Equal(src, whole) {
			t.Fatalf("identity is %v, but %v came out as %v", l.identity(), src, whole)
		}
	})
}

// Arrays that NumPy writes and that are no recordings.
func TestRefusedArrays(t *testing.T) {
	for name, wants := range map[string][]string{
		"scalar":     {"single number", "1 to 3 dimensions"},
		"empty":      {"empty array of shape 0 × 3"},
		"fourd":      {"4-dimensional", "2 × 2 × 2 × 2", "reshape"},
		"complex":    {"complex", "float64"},
		"text":       {"text (dtype <U1)"},
		"dates":      {"dates"},
		"longdouble": {"16 bytes", "astype"},
		"record":     {"structured dtype"},
		"object":     {"Python objects", "astype"},
	} {
		path := "testdata/npy/bad_" + name + ".npy"
		_, err := Read(path, Options{})
		wantRefused(t, err, path, wants...)
	}
}

// header builds a version 1 file around a dictionary, as it is.
func header(dict string, body int) []byte {
	head := npyMagic + "\x01\x00" + string([]byte{byte(len(dict)), byte(len(dict) >> 8)}) + dict
	return append([]byte(head), make([]byte, body)...)
}

func TestHeaders(t *testing.T) {
	accepted := []string{
		"{'descr': '<f8', 'fortran_order': False, 'shape': (2, 3), }\n",
		"{'descr': '<f8', 'fortran_order': False, 'shape': (2, 3)}",
		"{'shape': (2, 3), 'fortran_order': False, 'descr': '<f8'}   \n",
		"{\"descr\":\"<f8\",\"fortran_order\":False,\"shape\":(2,3,)}\n",
		"  { 'descr' : '=f8' , 'fortran_order' : True , 'shape' : ( 2L , 3L ) }\n",
		"{'descr': 'f8', 'fortran_order': False, 'shape': [2, 3]}\n",
	}
	for _, dict := range accepted {
		d, err := Read(put(t, "x.npy", header(dict, 48)), Options{})
		if err != nil {
			t.Errorf("%q: %v", dict, err)
		} else if diff := cmp.Diff([]int{2, 3}, d.Shape); diff != "" {
			t.Errorf("%q: %s", dict, diff)
		}
	}
	refused := []struct{ dict, says string }{
		{"", "ends where '{'"},
		{"\n", "ends where '{'"},
		{"{}\n", "without descr"},
		{"{'descr': '<f8', 'fortran_order': False}\n", "without shape"},
		{"{'descr': '<f8', 'fortran_order': False, 'shape': (2, 3)\n", "',' or '}'"},
		{"{'descr': '<f8', 'fortran_order': False, 'shape': (2, 3\n", "',' or ')'"},
		{"{'descr': '<f8', 'fortran_order': False, 'shape': (2, 3)} x\n", "nothing after"},
		{"{'descr': '<f8', 'descr': '<f8', 'fortran_order': False, 'shape': (2, 3)}\n", "twice"},
		{"{'descr': '<f8', 'fortran_order': False, 'shape': (2, 3), 'x': 1}\n", "4 keys"},
		{"{'descr': '<f8', 'fortran_order': 0, 'shape': (2, 3)}\n", "fortran_order 0"},
		{"{'descr': '<f8', 'fortran_order': Falsehood, 'shape': (2, 3)}\n", "',' or '}'"},
		{"{'descr': '<f8', 'fortran_order': False, 'shape': (6)}\n", "shape 6"},
		{"{'descr': '<f8', 'fortran_order': False, 'shape': (-2, -3)}\n", "size -2"},
		{"{'descr': '<f8', 'fortran_order': False, 'shape': ('2', 3)}\n", "size 2"},
		{"{'descr': '<f8', 'fortran_order': False, 'shape': (2.0, 3)}\n", "should follow"},
		{"{'descr': '<f8', 'fortran_order': False, 'shape': (1000000000000, 1000000000000)}\n", "exist in memory"},
		{"{'descr': '<f8', 'fortran_order': False, 'shape': (99999999999999999999, 3)}\n", "number 9999"},
		{"{'descr': '<f8', 'fortran_order': False, 'shape': (0, 3)}\n", "empty array"},
		{"{'descr': '<f8\\n', 'fortran_order': False, 'shape': (2, 3)}\n", "unfinished or escaped"},
		{"{'descr': '<f', 'fortran_order': False, 'shape': (2, 3)}\n", `dtype "<f"`},
		{"{'descr': '<f+8', 'fortran_order': False, 'shape': (2, 3)}\n", "<f+8"},
		{"{'descr': '', 'fortran_order': False, 'shape': (2, 3)}\n", `dtype ""`},
		{"{'descr': '<f3', 'fortran_order': False, 'shape': (2, 3)}\n", "<f3"},
		{"{'descr': '<i16', 'fortran_order': False, 'shape': (2, 3)}\n", "<i16"},
		{"{'descr': '<f8', 'fortran_order': False, 'shape': " + strings.Repeat("(", 60) + "\n", "nested too deeply"},
	}
	for _, c := range refused {
		path := put(t, "x.npy", header(c.dict, 48))
		_, err := Read(path, Options{})
		wantRefused(t, err, path, c.says)
	}
}

func TestNotNPY(t *testing.T) {
	for content, says := range map[string]string{
		"":                                    "an empty file",
		"\x93NUM":                             "not a NumPy array",
		"1,2,3\n4,5,6\n":                      "not a NumPy array",
		"PK\x03\x04aaaaaaaa":                  "zip",
		"\x89HDF\r\n\x1a\n0000":               "HDF5",
		npyMagic + "\x04\x00\x10\x00aaaaaaaa": "version 4.0",
		npyMagic + "\x01\x00":                 "ends early",
		npyMagic + "\x01\x00\xff\xff{'descr'": "ends early",
		npyMagic + "\x02\x00\xff\xff\xff\xff": "header of 4294967295 bytes",
	} {
		path := put(t, "x.npy", []byte(content))
		_, err := Read(path, Options{})
		wantRefused(t, err, path, says)
	}
}

// A file that is one byte short or long is refused, whichever way it comes.
func TestBodySize(t *testing.T) {
	whole := encode(t, []float64{1, 2, 3, 4, 5, 6}, 2, 3)
	for _, c := range []struct {
		content      []byte
		file, stream string
	}{
		{whole[:len(whole)-1], "47 bytes of data", "fewer bytes"},
		{whole[:128], "0 bytes of data", "fewer bytes"},
		{append(bytes.Clone(whole), 0), "49 bytes of data", "bytes after the end"},
	} {
		path := put(t, "x.npy", c.content)
		_, err := Read(path, Options{})
		wantRefused(t, err, path, c.file, "want 48 for 2 × 3 float64")
		_, err = Read("-", Options{Stdin: bytes.NewReader(c.content)})
		wantRefused(t, err, "-", c.stream)
		path = put(t, "x.npy.gz", gzipped(t, c.content))
		_, err = Read(path, Options{})
		wantRefused(t, err, path, c.stream)
	}
}

// A header may claim terabytes: what is allocated follows what is there.
func TestLyingHeaderAllocatesLittle(t *testing.T) {
	for _, descr := range []string{"<f8", ">f4", "<f2", "|i1", "<u8"} {
		claim := header("{'descr': '"+descr+"', 'fortran_order': False, 'shape': (1000000, 1000000)}\n", 100)
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		for _, read := range []func() error{
			func() error { _, err := Read(put(t, "x.npy", claim), Options{}); return err },
			func() error { _, err := Read(put(t, "x.npy.gz", gzipped(t, claim)), Options{}); return err },
			func() error { _, err := Read("-", Options{Stdin: bytes.NewReader(claim)}); return err },
		} {
			if err := read(); err == nil {
				t.Fatal("accepted")
			}
		}
		runtime.ReadMemStats(&after)
		if got := after.TotalAlloc - before.TotalAlloc; got > 32<<20 {
			t.Errorf("%s: %d MB allocated for a file of 200 bytes", descr, got>>20)
		}
	}
}

func TestWriteThenRead(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		shape := rapid.SliceOfN(rapid.IntRange(1, 6), 2, 3).Draw(t, "shape")
		n := 1
		for _, s := range shape {
			n *= s
		}
		values := rapid.SliceOfN(rapid.Float64(), n, n).Draw(t, "values")
		var b bytes.Buffer
		if err := EncodeNPY(&b, Float64, values, shape...); err != nil {
			t.Fatal(err)
		}
		if at := bytes.IndexByte(b.Bytes(), '\n') + 1; at%64 != 0 {
			t.Fatalf("body begins at %d, want a multiple of 64", at)
		}
		d, err := Read("-", Options{Stdin: &b, Missing: MissingKeep})
		if err != nil {
			t.Fatal(err)
		}
		for i, v := range values {
			if math.Float64bits(d.Values[i]) != math.Float64bits(v) {
				t.Fatalf("value %d: %v became %v", i, v, d.Values[i])
			}
		}
		if diff := cmp.Diff(shape, d.Shape); diff != "" {
			t.Fatal(diff)
		}
	})
}

// npyio, an independent reader, agrees about what is written.
func TestNPYIOReadsWhatIsWritten(t *testing.T) {
	values := []float64{1, -2.5, math.Pi, 4, 5e-300, 6}
	var got mat.Dense
	if err := npy.Read(bytes.NewReader(encode(t, values, 2, 3)), &got); err != nil {
		t.Fatal(err)
	}
	if !mat.Equal(&got, mat.NewDense(2, 3, values)) {
		t.Errorf("npyio reads %v", mat.Formatted(&got))
	}
	var b bytes.Buffer
	if err := EncodeNPY(&b, Float32, values, 6); err != nil {
		t.Fatal(err)
	}
	var single []float32
	if err := npy.Read(&b, &single); err != nil {
		t.Fatal(err)
	}
	for i, v := range values {
		if single[i] != float32(v) {
			t.Errorf("element %d: npyio reads %v, want %v", i, single[i], float32(v))
		}
	}
}

// The reference pairs of the measures, made with NumPy, read as what
// testdata/README.md there says of them.
func TestReferencePairs(t *testing.T) {
	dir := filepath.Join("..", "measures", "testdata", "pairs")
	for name, want := range map[string][]int{
		"tall_X": {100, 30}, "widths_rev_X": {90, 40}, "widths_rev_Y": {90, 12}, "wide_Y": {40, 90}, "tiny_Y": {6, 3},
		"g_3d_X": {5, 8, 4}, "threed_small_Y": {8, 10, 6}, "f32_X": {90, 25}, "f32as64_X": {90, 25},
	} {
		d, err := Read(filepath.Join(dir, name+".npy"), Options{})
		if err != nil {
			t.Error(err)
			continue
		}
		dtype := "float64"
		if name == "f32_X" {
			dtype = "float32"
		}
		if !cmp.Equal(d.Shape, want) || d.Source.DType != dtype {
			t.Errorf("%s: %v %s, want %v %s", name, d.Shape, d.Source.DType, want, dtype)
		}
	}
	// Some elements, as NumPy prints them.
	tall, err := Read(filepath.Join(dir, "tall_X.npy"), Options{})
	if err != nil {
		t.Fatal(err)
	}
	if got, want := tall.Matrix().At(3, 2), 1.4732281686485693; got != want {
		t.Errorf("tall_X[3,2] = %v, want %v", got, want)
	}
	cube, err := Read(filepath.Join(dir, "g_3d_Y.npy"), Options{})
	if err != nil {
		t.Fatal(err)
	}
	if got, want := cube.Time(3).Matrix().At(0, 2), 1.145952299138552; got != want {
		t.Errorf("g_3d_Y[3,0,2] = %v, want %v", got, want)
	}
	// The same numbers in two types.
	x64, err := Read(filepath.Join(dir, "f32as64_X.npy"), Options{})
	if err != nil {
		t.Fatal(err)
	}
	x32, err := Read(filepath.Join(dir, "f32_X.npy"), Options{})
	if err != nil {
		t.Fatal(err)
	}
	if !cmp.Equal(x32.Values, x64.Values) {
		t.Error("float32 and float64 files of the same numbers differ")
	}
}

// Arrays long enough to be read in shares as a file, and to grow as a stream,
// in both orders of storage, and with planes placed together.
func TestLongArrays(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(4))
	for _, c := range []struct {
		rows, columns int
		fortran       string
	}{
		{3, share + 7, "False"},
		{3, share + 7, "True"},
		{share/64 + 7, 200, "True"},
	} {
		body := make([]byte, c.rows*c.columns)
		for i := range body {
			body[i] = byte(i % 251)
		}
		dict := fmt.Sprintf("{'descr': '|u1', 'fortran_order': %s, 'shape': (%d, %d)}\n", c.fortran, c.rows, c.columns)
		content := append(header(dict, 0), body...)
		for _, path := range []string{"-", put(t, "x.npy", content)} {
			d, err := Read(path, Options{Stdin: bytes.NewReader(content)})
			if err != nil {
				t.Fatal(err)
			}
			for i := range c.rows {
				for j := range c.columns {
					at := i*c.columns + j
					if c.fortran == "True" {
						at = j*c.rows + i
					}
					if got := d.Values[i*c.columns+j]; got != float64(body[at]) {
						t.Fatalf("%s from %s: element (%d,%d) is %v, want %v", dict, path, i, j, got, body[at])
					}
				}
			}
		}
	}
}

func TestKeyOfAnArray(t *testing.T) {
	_, err := Read("-:x", Options{Stdin: bytes.NewReader(encode(t, []float64{1}, 1))})
	wantRefused(t, err, "-", `one array, not an archive with a key "x"`)
}

// TestArraysHaveNoColumns checks that a choice of columns is never passed over.
func TestArraysHaveNoColumns(t *testing.T) {
	const path = "testdata/npy/cube_tcn.npy"
	o := Options{Columns: []string{"2-1"}}
	_, read := Read(path, o)
	_, opened := OpenRows(path, o)
	_, features := ReadFeatures(path, o)
	for i, err := range []error{read, opened, features} {
		if e, ok := data.AsInputError(err); !ok || e.Path != path || !strings.Contains(e.Found, "no columns to choose (2-1)") {
			t.Errorf("%d: %v", i, err)
		}
	}
}
