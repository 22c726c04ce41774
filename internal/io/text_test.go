package dataio

import (
	"bytes"
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

var nan = math.NaN()

func TestReadText(t *testing.T) {
	for _, c := range []struct {
		name, content string
		o             Options
		shape         []int
		values        []float64
		features      []string
	}{
		{"plain.csv", "1,2,3\n4,5,6\n", Options{}, []int{2, 3}, []float64{1, 2, 3, 4, 5, 6}, nil},
		{"header.csv", "a,b\n1,2\n3,4\n", Options{}, []int{2, 2}, []float64{1, 2, 3, 4}, []string{"a", "b"}},
		{"crlf.csv", "\xef\xbb\xbfa,b\r\n1,2\r\n", Options{}, []int{1, 2}, []float64{1, 2}, []string{"a", "b"}},
		{"no_newline.csv", "a,b\n1,2", Options{}, []int{1, 2}, []float64{1, 2}, []string{"a", "b"}},
		{"savetxt.csv", "# a,b\n1.0e+00,2\n", Options{}, []int{1, 2}, []float64{1, 2}, []string{"a", "b"}},
		{"quoted.csv", "\"a,1\", \"b \"\"x\"\"\"\n\"1\", 2\n", Options{}, []int{1, 2}, []float64{1, 2}, []string{"a,1", `b "x"`}},
		{"one.csv", "7\n8\n", Options{}, []int{2, 1}, []float64{7, 8}, nil},
		{"blank_lines.csv", "1,2\n\n3,4\n\n", Options{}, []int{2, 2}, []float64{1, 2, 3, 4}, nil},
		{"t.tsv", "a\tb\n1\t2\n", Options{}, []int{1, 2}, []float64{1, 2}, []string{"a", "b"}},
		{"by_content", "a\tb\n1\t2\n", Options{}, []int{1, 2}, []float64{1, 2}, []string{"a", "b"}},
		{"by_content.dat", "a,b\n1,2\n", Options{}, []int{1, 2}, []float64{1, 2}, []string{"a", "b"}},
		{"years.csv", "2001,2002\n1,2\n", Options{Header: HeaderYes}, []int{1, 2}, []float64{1, 2}, []string{"2001", "2002"}},
		{"counting.csv", "0,1,2\n1,2,3\n", Options{Header: HeaderNo}, []int{2, 3}, []float64{0, 1, 2, 1, 2, 3}, nil},
		{"counting.csv", "0,1,2\n1,2,3\n", Options{Header: HeaderYes}, []int{1, 3}, []float64{1, 2, 3}, []string{"0", "1", "2"}},
		{"names.csv", "w,a,b\nx,1,2\ny,3,4\n", Options{Columns: []string{"b", "a"}}, []int{2, 2}, []float64{2, 1, 4, 3}, []string{"b", "a"}},
		{"ranges.csv", "x,1,2,3\ny,4,5,6\n", Options{Columns: []string{"3-", "2"}}, []int{2, 3}, []float64{2, 3, 1, 5, 6, 4}, nil},
		{"range.csv", "w,a,b,c\nx,1,2,3\n", Options{Columns: []string{"2-3"}}, []int{1, 2}, []float64{1, 2}, []string{"a", "b"}},
		{"name_wins.csv", "w,3,2\nx,1,2\n", Options{Header: HeaderYes, Columns: []string{"3"}}, []int{1, 1}, []float64{1}, []string{"3"}},
		{"index.csv", ",a,b\n0,1,2\n", Options{Columns: []string{"2-"}}, []int{1, 2}, []float64{1, 2}, []string{"a", "b"}},
		{
			"missing.csv", "a,b\n1,\nNA,nan\nNone,null\nNaN,5\n",
			Options{Missing: MissingKeep},
			[]int{4, 2},
			[]float64{1, nan, nan, nan, nan, nan, nan, 5},
			[]string{"a", "b"},
		},
		{"marker.csv", "1,-\n2,3\n", Options{Missing: MissingKeep, Markers: []string{"-"}}, []int{2, 2}, []float64{1, nan, 2, 3}, nil},
	} {
		for _, gz := range []bool{false, true} {
			name, content := c.name, []byte(c.content)
			if gz {
				name, content = name+".gz", gzipped(t, content)
			}
			d, err := Read(put(t, name, content), c.o)
			if err != nil {
				t.Errorf("%s: %v", name, err)
				continue
			}
			if !cmp.Equal(d.Shape, c.shape) || !cmp.Equal(d.Values, c.values, cmpopts.EquateNaNs()) || !cmp.Equal(d.Features, c.features) {
				t.Errorf("%s: %v %v %q, want %v %v %q", name, d.Shape, d.Values, d.Features, c.shape, c.values, c.features)
			}
		}
	}
}

func TestRefusedText(t *testing.T) {
	for _, c := range []struct {
		content string
		o       Options
		says    []string
	}{
		{"", Options{}, []string{"an empty file"}},
		{"\n\n", Options{}, []string{"only empty lines"}},
		{"a,b\n", Options{}, []string{"a header and no data"}},
		{"1,2\n3\n", Options{}, []string{"line 2: 1 field", "want 2"}},
		{"a,b\n1,2\n3,4,5\n", Options{}, []string{"line 3: 3 fields", "want 2"}},
		{"word,a,b\nbear,1,2\n", Options{}, []string{`column "word" ("bear")`, "--ids word", "--columns 2-"}},
		{"bear,1,2\ncat,3,4\n", Options{}, []string{`line 1: text in column 1 ("bear")`, "--ids 1", "--columns 2-"}},
		{"word,a,b\nbear,1,2\nbear,3,4\n", Options{IDs: "word"}, []string{`column "word": two samples "bear" (rows 1 and 2 of data)`}},
		{"a,word\n1,bear\n2,cat\n", Options{}, []string{`line 2: text in column "word" ("bear")`, "--columns 1"}},
		{"w,a,v,b\nx,1,y,2\n", Options{}, []string{`column "w"`, `column "v"`, "--columns 2,4"}},
		{"a,b\n1,2\n3,x4\n", Options{}, []string{`line 3, column "b": "x4"`, "want a number"}},
		{"a;b\n1;2\n", Options{}, []string{"semicolons"}},
		{"1 2\n3 4\n", Options{}, []string{"spaces"}},
		{"1,NA\n2,3\n", Options{}, []string{"NaN at [0,1]", "1 of 4", "--missing drop"}},
		{"1,inf\n2,3\n", Options{}, []string{"infinite value at [0,1]"}},
		{"1,1e999\n2,3\n", Options{}, []string{"infinite value at [0,1]"}},
		{"0,1,2\n3,4,5\n", Options{}, []string{"counts 0, 1, 2, … 2", "--header"}},
		{"a,b,\n1,2,\n", Options{}, []string{"column without a name", "--columns 1-2"}},
		{"a,\"b\n1,2\n", Options{}, []string{"quotation mark"}},
		{"a,b\"\n1,2\n", Options{}, []string{"line 1: a stray or unfinished quotation mark"}},
		{"a\x00b\n", Options{}, []string{"binary data", "UTF-8"}},
		{"\xff\xfea\x00", Options{}, []string{"UTF-16"}},
		{npyMagic + "\x01\x00", Options{}, []string{"a NumPy array"}},
		{"a,b\n1,2\n", Options{Columns: []string{"c"}}, []string{`no column "c"`, "the columns are a, b"}},
		{"1,2\n", Options{Columns: []string{"c"}}, []string{`no column "c"`, "from 1 to 2"}},
		{"1,2\n", Options{Columns: []string{"3"}}, []string{"no columns 3", "from 1 to 2"}},
		{"1,2\n", Options{Columns: []string{"2-1"}}, []string{"no columns 2-1"}},
		{"1,2\n", Options{Columns: []string{"0"}}, []string{"no columns 0"}},
		{"1,2\n", Options{Columns: []string{"1-x"}}, []string{`no column "1-x"`}},
		{"1,2\n", Options{Columns: []string{"1", "1-2"}}, []string{"column 1 chosen twice"}},
		{"a,a\n1,2\n", Options{Columns: []string{"a"}}, []string{`two columns named "a"`}},
		{"1,2\n", Options{Columns: []string{}}, []string{"no columns chosen"}},
	} {
		path := put(t, "x.csv", []byte(c.content))
		_, err := Read(path, c.o)
		wantRefused(t, err, path, c.says...)
	}
}

// A file without line breaks is refused before it is held in memory.
func TestLongLine(t *testing.T) {
	endless := &repeat{text: "1234567,"}
	_, err := Read("-", Options{Stdin: endless})
	wantRefused(t, err, "-", "more than 16 MB")
	if endless.n > maxRecord+2*bufferSize {
		t.Errorf("%d bytes read, want to stop after %d", endless.n, maxRecord)
	}
}

// repeat reads as text over and over.
type repeat struct {
	text string
	n    int
}

func (r *repeat) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = r.text[r.n%len(r.text)]
		r.n++
	}
	return len(p), nil
}

func TestStdinByContent(t *testing.T) {
	array := encode(t, []float64{1, 2, 3, 4}, 2, 2)
	for format, content := range map[string][]byte{
		"npy": array,
		"npz": zipOf(t, "x.npy", string(array)),
		"csv": []byte("1,2\n3,4\n"),
		"tsv": []byte("a\tb\n1\t2\n3\t4\n"),
	} {
		for _, stored := range [][]byte{content, gzipped(t, content)} {
			d, err := Read("-", Options{Stdin: bytes.NewReader(stored), Hash: true})
			if err != nil {
				t.Errorf("%s: %v", format, err)
				continue
			}
			if d.Source.Format != format || !cmp.Equal(d.Values, []float64{1, 2, 3, 4}) {
				t.Errorf("%s: %s %v", format, d.Source.Format, d.Values)
			}
			if d.Source.SHA256 != sha(stored) || d.Source.Bytes != int64(len(stored)) {
				t.Errorf("%s: %d bytes, %s; want %d, %s", format, d.Source.Bytes, d.Source.SHA256, len(stored), sha(stored))
			}
		}
	}
	_, err := Read("-", Options{})
	wantRefused(t, err, "-", "standard input")
	_, err = Read("-", Options{Stdin: strings.NewReader("")})
	wantRefused(t, err, "-", "empty")
	_, err = Read("-", Options{Stdin: strings.NewReader("\x89HDF\r\n\x1a\n")})
	wantRefused(t, err, "-", "HDF5")
	_, err = Read("-", Options{Stdin: strings.NewReader("\x00\x01\x02")})
	wantRefused(t, err, "-", "unknown format")
}

func TestHashOfFiles(t *testing.T) {
	array := encode(t, []float64{1, 2, 3, 4}, 2, 2)
	for name, stored := range map[string][]byte{
		"x.npy": array, "x.npy.gz": gzipped(t, array), "x.npz": zipOf(t, "x.npy", string(array)), "x.csv": []byte("1,2\n"),
	} {
		d, err := Read(put(t, name, stored), Options{Hash: true})
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if d.Source.SHA256 != sha(stored) || d.Source.Bytes != int64(len(stored)) {
			t.Errorf("%s: %+v", name, d.Source)
		}
	}
}

func TestRefusedFiles(t *testing.T) {
	dir := t.TempDir()
	whole := gzipped(t, encode(t, []float64{1, 2, 3, 4}, 2, 2))
	damaged := bytes.Clone(whole)
	damaged[len(damaged)-5] ^= 1 // in the checksum
	for _, c := range []struct{ path, says string }{
		{dir + "/nothing.npy", "no such file"},
		{dir, "a directory"},
		{put(t, "x.csv.gz", []byte("1,2\n")), "not gzip"},
		{put(t, "x.npy.gz", whole[:len(whole)-9]), "ends early"},
		{put(t, "x.npy.gz", whole[:len(whole)-1]), "ends early"},
		{put(t, "x.npy.gz", damaged), "damaged gzip"},
		{put(t, "x.npy.gz", []byte("\x1f\x8b")), "ends early"},
		{put(t, "x.npy.gz", []byte("\x1f\x8bxxxxxxxxxxxx")), "damaged gzip"},
	} {
		_, err := Read(c.path, Options{Hash: true})
		wantRefused(t, err, c.path, c.says)
	}
}
