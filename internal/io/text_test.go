package dataio

import (
	"bytes"
	"math"
	"slices"
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
		{"a\tb\n1\t2\n", Options{}, []string{"fields that tabs separate", ".tsv"}},
		{"a\tb\nx\t1,5\t2\ny\t2,5\t3\n", Options{}, []string{"fields that tabs separate", ".tsv"}},
		{"\ta\tb\n0\t1\t2\n", Options{}, []string{"fields that tabs separate", ".tsv"}},
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

// Columns that say which sample a row is, or what it belongs to, are no data; names say
// so where numbers leave it open, and an indicator of two values among counts is data.
func TestColumnsThatKeepBooks(t *testing.T) {
	measured := []string{"0.25,-1.5", "1.75,0.5", "-0.5,2.25", "3.5,0.125"}
	table := func(header string, front ...string) string {
		text := header + "\n"
		for i, line := range measured {
			text += front[i] + "," + line + "\n"
		}
		return text
	}
	for name, c := range map[string]struct {
		text, found string
		hints       []string
		columns     []string // the hint that leaves them out
	}{
		"conditions":                {table("cond,a,b", "0", "0", "1", "1"), `column "cond" of whole numbers`, []string{"--columns 2- leaves it out", "--columns 1- reads it as data"}, []string{"2-"}},
		"subjects before trials":    {table("subject,run,a,b", "1,1", "1,2", "2,1", "2,2"), `column "subject" of whole numbers`, []string{"--columns 3- leaves it out"}, []string{"3-"}},
		"names with an exponent":    {table("name,a,b", "1e0", "1e1", "1e2", "1e3"), `column "name" of whole numbers`, []string{"--columns 2-"}, []string{"2-"}},
		"a label behind":            {"a,b,label\n0.5,1.5,2\n1.5,2.5,0\n0.25,1.25,0\n", `column "label" of whole numbers`, []string{"--columns 1-2 leaves it out"}, []string{"1-2"}},
		"labels of images":          {"label,p0,p1\n5,0,13\n0,2,9\n4,7,255\n", `column "label" of whole numbers`, []string{"--columns 2-"}, []string{"2-"}},
		"depths above numbers":      {"0.1,0.2,0.4\n1.2345,2.3456,0.5\n3.14159,2.71828,1.5\n-1.41421,0.57721,2.5\n", "numbers that rise (0.1, 0.2, 0.4) above numbers with more digits", []string{"--header yes"}, nil},
		"an indicator among counts": {"trial,a,b\n0,1,2\n1,0,5\n1,3,2\n0,1,1\n", "", nil, nil},
		"a fraction":                {table("cond,a,b", "0.5", "0", "1", "1"), "", nil, nil},
		"nothing else":              {"subject,run\n1,1\n2,2\n3,1\n", "", nil, nil},
		"numbers alike in digits":   {"0.1,0.2,0.4\n1.2,2.3,0.5\n3.1,2.7,1.5\n-1.4,0.5,2.5\n", "", nil, nil},
		"the first is not short":    {"0.12345,0.23456,0.4\n1.2,2.3,0.5\n3.1,2.7,1.5\n-1.4,0.5,2.5\n", "", nil, nil},
	} {
		t.Run(name, func(t *testing.T) {
			path := put(t, "x.csv", []byte(c.text))
			d, err := Read(path, Options{})
			if c.found == "" {
				if err != nil {
					t.Fatal(err)
				}
				return
			}
			if err == nil {
				t.Fatalf("read as %v", d.Shape)
			}
			wantRefused(t, err, path, append(c.hints, c.found)...)
			if c.columns != nil {
				if d, err = Read(path, Options{Columns: c.columns}); err != nil || d.Shape[1] != 2 {
					t.Errorf("with %s: %v, %v", c.columns, d, err)
				}
			}
		})
	}
}

func TestLinesThatAreNoTable(t *testing.T) {
	for text, want := range map[string]string{
		"a,b\r1,2\r3,4\r":              "tr '\\r' '\\n' < ",
		"# of monday\na,b\n1,2\n3,4\n": "grep -v '^#' ",
		"# of monday\n# 2\n1,2\n3,4\n": "grep -v '^#' ",
	} {
		path := put(t, "x.csv", []byte(text))
		_, err := Read(path, Options{})
		wantRefused(t, err, path, want)
	}
	d, err := Read(put(t, "x.csv", []byte("# a,b\n1,2\n3,4\n")), Options{})
	if err != nil || !slices.Equal(d.Features, []string{"a", "b"}) {
		t.Errorf("names behind a sign of comments: %v, %v", d, err)
	}
}
