package dataio

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"simtool/internal/data"
)

// sample is a file of a format with a table of 7 × 3 values, alone or, where the
// format has keys, under x after another one.
type sample struct {
	format  *inputFormat
	content []byte
	key     string // with its colon
}

var sampleValues = func() []float64 {
	values := make([]float64, 7*3)
	for i := range values {
		values[i] = float64(i*i%17) - 2.75
	}
	return values
}()

// samples makes a file of every format: those that cannot be written are texts.
func samples(t *testing.T) []sample {
	t.Helper()
	var all []sample
	for _, f := range inputFormats {
		s := sample{format: f}
		var b bytes.Buffer
		arrays := []NamedArray{{Name: "x", Values: sampleValues, Shape: []int{7, 3}}}
		if f.keys != nil {
			s.key = ":x"
			arrays = append([]NamedArray{{Name: "w", Values: []float64{1, 2}, Shape: []int{2, 1}}}, arrays...)
		}
		comma, text := map[string]string{"csv": ",", "tsv": "\t"}[f.name]
		switch {
		case text:
			fmt.Fprintln(&b, strings.Join([]string{"c1", "c2", "c3"}, comma))
			for i := range 7 {
				v := sampleValues[3*i:]
				fmt.Fprintf(&b, "%v%s%v%s%v\n", v[0], comma, v[1], comma, v[2])
			}
		case f.write != nil:
			if err := f.write(&b, Float64, arrays); err != nil {
				t.Fatal(err)
			}
		default:
			t.Fatalf("format %s: no sample, want a way to make one here", f.name)
		}
		s.content = b.Bytes()
		all = append(all, s)
	}
	return all
}

// TestEveryDoorGivesTheSame holds every format to one answer by whatever door and
// under whatever name, the toy among them.
func TestEveryDoorGivesTheSame(t *testing.T) {
	registerFoo(t)
	for _, s := range samples(t) {
		t.Run(s.format.name, func(t *testing.T) {
			suffix := s.format.suffixes[0]
			for _, path := range []string{
				put(t, "a"+suffix, s.content) + s.key,
				put(t, "A"+strings.ToUpper(suffix), s.content) + s.key,
				put(t, "a"+suffix+".gz", gzipped(t, s.content)) + s.key,
			} {
				checkDoors(t, s, path, Options{Hash: true})
			}
			// Content speaks where the name is silent; a file without a suffix has no
			// key, and what a pipe brings is read but once.
			for _, content := range [][]byte{s.content, gzipped(t, s.content)} {
				if s.key == "" {
					checkDoors(t, s, put(t, "a", content), Options{})
				}
				d, err := Read("-"+s.key, Options{Stdin: bytes.NewReader(content)})
				if err != nil || !slices.Equal(d.Values, sampleValues) || d.Source.Format != s.format.name {
					t.Errorf("standard input: %v, %v", d, err)
				}
			}
		})
	}
}

// checkDoors reads a path in every way that its format has.
func checkDoors(t *testing.T, s sample, path string, o Options) {
	t.Helper()
	d, err := Read(path, o)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(d.Values, sampleValues) || d.Samples() != 7 || d.Width() != 3 || d.Source.Format != s.format.name || d.Source.Path != path {
		t.Errorf("%s: %v of %s (%s)", path, d.Shape, d.Source.Path, d.Source.Format)
	}
	stored, err := os.ReadFile(FileOf(path))
	if err != nil {
		t.Fatal(err)
	}
	if want := sha(stored); o.Hash && d.Source.SHA256 != want {
		t.Errorf("%s: checksum %s, want %s", path, d.Source.SHA256, want)
	}
	table, err := ReadFeatures(path, o)
	if err != nil {
		t.Fatal(err)
	}
	prefix := "f"
	if s.format.columns != nil {
		prefix = "c"
	}
	for j, c := range table.Columns {
		for i, v := range c.Values {
			if v != sampleValues[3*i+j] {
				t.Errorf("%s: column %d has %v in row %d", path, j+1, v, i+1)
			}
		}
		if c.Name != fmt.Sprint(prefix, j+1) || c.Len() != 7 {
			t.Errorf("%s: column %d is %q of %d rows", path, j+1, c.Name, c.Len())
		}
	}
	if table.Source.SHA256 != d.Source.SHA256 || !slices.Equal(table.Source.Shape, d.Source.Shape) || table.Source.DType != d.Source.DType {
		t.Errorf("%s: the source of the table is %+v, of the array %+v", path, table.Source, d.Source)
	}
	if s.format.rows != nil {
		checkBlocks(t, path, o, d)
	} else if _, err := OpenRows(path, o); err == nil || !strings.Contains(err.Error(), "to read block by block") {
		t.Errorf("%s: block by block: %v", path, err)
	}
	if file, key := CutKey(path); file+s.key != path || key != strings.TrimPrefix(s.key, ":") {
		t.Errorf("%s is %s and %s", path, file, key)
	}
	keys, err := Keys(FileOf(path), Options{})
	switch {
	case s.key == "" && err == nil:
		t.Errorf("%s has the keys %q", path, keys)
	case s.key != "" && (err != nil || !slices.Equal(keys, []string{"w", "x"})):
		t.Errorf("%s: %q, %v", path, keys, err)
	}
	o.Columns = []string{"3", "1"}
	d, err = Read(path, o)
	switch {
	case s.format.columns == nil:
		wantRefused(t, err, FileOf(path), "no columns to choose (3,1)")
	case err != nil || d.Width() != 2 || d.Values[0] != sampleValues[2] || d.Values[3] != sampleValues[3]:
		t.Errorf("%s, columns 3 and 1: %v, %v", path, d, err)
	}
}

// checkBlocks reads a path in blocks.
func checkBlocks(t *testing.T, path string, o Options, want *data.Dataset) {
	t.Helper()
	r, err := OpenRows(path, o)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if got, err := readBlocks(path, o); err != nil || !slices.Equal(got, want.Values) {
		t.Errorf("%s: in blocks %v, %v", path, got, err)
	}
	if err := r.Skip(7); err != nil {
		t.Fatal(err)
	}
	if _, err := r.Next(1, nil); !errors.Is(err, io.EOF) {
		t.Errorf("%s: after the last block %v", path, err)
	}
	source, err := r.Source()
	if err != nil || source.SHA256 != want.Source.SHA256 || !slices.Equal(source.Shape, want.Source.Shape) || source.Format != want.Source.Format || source.DType != want.Source.DType || source.Path != path {
		t.Errorf("%s: the source of blocks is %+v (%v), of the array %+v", path, source, err, want.Source)
	}
}

// TestFormatsAreTakenForEachOther: a file under the suffix of another format is
// refused by what it is.
func TestFormatsAreTakenForEachOther(t *testing.T) {
	registerFoo(t)
	for _, s := range samples(t) {
		for _, other := range inputFormats {
			if s.format.magic == "" || other == s.format {
				continue
			}
			path := put(t, "a"+other.suffixes[0], s.content)
			_, err := Read(path, Options{})
			if err == nil {
				t.Errorf("%s passes for %s", s.format.name, other.name)
			}
			if other.magic == "" {
				wantRefused(t, err, path, s.format.title, "want UTF-8 text")
			}
		}
	}
}

// TestNewFormatIsNamed: everything that asks which formats there are hears of a new
// one.
func TestNewFormatIsNamed(t *testing.T) {
	if got := InputList(); got != ".npy, .npz (file.npz:key), .csv or .tsv" {
		t.Errorf("formats %s", got)
	}
	if IsArray("a.foo") || IsReadable("a.foo") || !HasColumns("a.foo") || IsArchive("a.foo") {
		t.Error("a format that is not registered is known")
	}
	registerFoo(t)
	if got := InputList(); got != ".npy, .npz (file.npz:key), .csv, .tsv or .foo (file.foo:key)" {
		t.Errorf("formats %s", got)
	}
	if !slices.Equal(KeyedSuffixes(), []string{".npz", ".foo"}) || !slices.Equal(ArchiveSuffixes(), []string{".npz", ".foo"}) || !slices.Equal(ArraySuffixes(), []string{".npy"}) {
		t.Errorf("%q with keys, %q written with keys, %q without", KeyedSuffixes(), ArchiveSuffixes(), ArraySuffixes())
	}
	for _, c := range []struct {
		path                                string
		isArray, archive, columns, readable bool
	}{
		{"a.npy", true, false, false, true},
		{"a.NPY.gz", true, false, false, true},
		{"a.npz", true, true, false, true},
		{"a.csv", false, false, true, true},
		{"a.tab.gz", false, false, true, true},
		{"a.json", false, false, true, true},
		{"a.txt", false, false, true, false}, // a table for people
		{"a", false, false, true, false},
		{"-", false, false, true, false},
		{"a.foo", true, true, true, true},
	} {
		if IsArray(c.path) != c.isArray || IsArchive(c.path) != c.archive || HasColumns(c.path) != c.columns || IsReadable(c.path) != c.readable {
			t.Errorf("%s: array %v, archive %v, columns %v, readable %v", c.path, IsArray(c.path), IsArchive(c.path), HasColumns(c.path), IsReadable(c.path))
		}
	}
	for path, key := range map[string]string{"a.foo:b": "b", "*.foo.gz:b": "b", "a.foo:": "", "a.npy:b": "", "a:b": "", "a.foo": "", "-:b": ""} {
		if _, got := CutKey(path); got != key {
			t.Errorf("CutKey(%q) gives the key %q", path, got)
		}
	}
	_, err := Read(put(t, "a", []byte("\x00\x01")), Options{})
	wantRefused(t, err, "", "want npy, npz, csv, tsv or foo")
	_, err = Read(put(t, "a.npy", nil), Options{Columns: []string{"1"}})
	wantRefused(t, err, "", "want csv, tsv or foo where columns are chosen")
	_, err = OpenRows(put(t, "a.npz", nil), Options{})
	wantRefused(t, err, "", "an archive", "want .npy, .csv, .tsv or .foo to read block by block")
}

// TestArchivesExplainTheirKeys holds for every format with keys.
func TestArchivesExplainTheirKeys(t *testing.T) {
	registerFoo(t)
	for _, s := range samples(t) {
		path := put(t, "a"+s.format.suffixes[0], s.content)
		if s.key == "" {
			_, err := Read("-:x", Options{Stdin: bytes.NewReader(s.content)})
			wantRefused(t, err, "-", `one array, not an archive with a key "x"`)
			_, err = Read(path+":x", Options{})
			wantRefused(t, err, path+":x", "no such file")
			continue
		}
		_, err := Read(path, Options{})
		wantRefused(t, err, path, "an archive of 2 arrays: w, x", "name the array after a colon: "+path+":w")
		_, err = Read(path+":v", Options{})
		wantRefused(t, err, path, `no array "v"`, "the archive holds w, x")
		for n := range len(s.content) {
			if _, err := Read(put(t, "a"+s.format.suffixes[0], s.content[:n])+":x", Options{}); err == nil {
				t.Fatalf("%s: %d of %d bytes pass", s.format.name, n, len(s.content))
			}
		}
	}
}

// TestShutDoors: a format that can only be read as a whole says so elsewhere.
func TestShutDoors(t *testing.T) {
	before := inputFormats
	t.Cleanup(func() { inputFormats = before })
	inputFormats = append(slices.Clone(before), &inputFormat{
		name: "bar", title: "a bar", suffixes: []string{".bar"}, magic: "BAR",
		read: func(in *input, _ Options) (*array, error) {
			b, err := io.ReadAll(in.r)
			a := &array{dtype: "uint8", shape: []int{len(b) - 3}, fileShape: []int{len(b) - 3}}
			for _, c := range b[3:] {
				a.values = append(a.values, float64(c))
			}
			return a, err
		},
	})
	path := put(t, "a.bar", []byte("BAR\x01\x02"))
	if d, err := Read(path, Options{}); err != nil || !slices.Equal(d.Values, []float64{1, 2}) {
		t.Errorf("%v, %v", d, err)
	}
	if table, err := ReadFeatures(path, Options{}); err != nil || table.Columns[0].Name != "f1" || !slices.Equal(table.Columns[0].Values, []float64{1, 2}) {
		t.Errorf("%v, %v", table, err)
	}
	_, err := OpenRows(path, Options{})
	wantRefused(t, err, path, "a .bar file", "want .npy, .csv or .tsv to read block by block", "save the array as a .npy file")
	_, err = Read(path, Options{Columns: []string{"1"}})
	wantRefused(t, err, path, "no columns to choose")
	_, err = Keys(path, Options{})
	wantRefused(t, err, path, "one array, not an archive", "want .npz")
	if !IsArray(path) || IsArchive(path) || HasColumns(path) || slices.Contains(ArraySuffixes(), ".bar") {
		t.Error("an array without columns and keys, which is not written, passes for another thing")
	}
}

// TestArraysAreWrittenByTheNameOfTheirFile: the suffix decides, .npy and .npz where
// it says nothing of use.
func TestArraysAreWrittenByTheNameOfTheirFile(t *testing.T) {
	registerFoo(t)
	arrays := []NamedArray{{Name: "x", Values: sampleValues, Shape: []int{7, 3}}}
	for name, want := range map[string]*inputFormat{"a.foo": &fooFormat, "a.npz": &npzFormat, "a": &npzFormat, "a.npy": &npzFormat} {
		var b bytes.Buffer
		if err := EncodeArchive(&b, name, Float64, arrays); err != nil || !want.recognises(b.Bytes()) {
			t.Errorf("%s begins with %.8q (%v)", name, b.Bytes(), err)
		}
	}
	for _, name := range []string{"a.npy", "-", "", "a.npz", "a.foo"} {
		var b bytes.Buffer
		if err := EncodeArray(&b, name, Float64, sampleValues, 7, 3); err != nil {
			t.Fatal(err)
		}
		if d, err := Read(put(t, "b.npy", b.Bytes()), Options{}); err != nil || !slices.Equal(d.Values, sampleValues) || !slices.Equal(d.Shape, []int{7, 3}) {
			t.Errorf("%s: %v, %v", name, d, err)
		}
	}
}

// TestTextFromAPipeIsNotReadTwice: what cannot be rewound is refused at once.
func TestTextFromAPipeIsNotReadTwice(t *testing.T) {
	_, err := OpenRows("-", Options{Stdin: strings.NewReader("1,2\n3,4\n")})
	wantRefused(t, err, "-", "text on standard input")
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if _, err := w.WriteString("1,2\n3,4\n"); err != nil {
		t.Fatal(err)
	}
	w.Close()
	path := filepath.Join("/dev/fd", fmt.Sprint(r.Fd()))
	if _, err := os.Stat(path); err != nil {
		t.Skip("no names for pipes on this system")
	}
	_, err = OpenRows(path, Options{})
	wantRefused(t, err, path, "text from a pipe")
}
