package dataio

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// shortHeader is the header of a 2 × 2 array.
func shortHeader(descr, fortran string) string {
	dict := fmt.Sprintf("{'descr': '%s', 'fortran_order': %s, 'shape': (2, 2), }\n", descr, fortran)
	return "\x93NUMPY\x01\x00" + string(rune(len(dict))) + "\x00" + dict
}

// TestRowsReadWhatReadReads: by blocks of any size, every readable layout gives
// the values that Read gives of the whole.
func TestRowsReadWhatReadReads(t *testing.T) {
	dir := t.TempDir()
	values := make([]float64, 23*3)
	for i := range values {
		values[i] = float64(i*i%97) - 40.5
	}
	write := func(name string, content []byte) string {
		t.Helper()
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, content, 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	encode := func(p Precision, shape ...int) []byte {
		t.Helper()
		var b bytes.Buffer
		if err := EncodeNPY(&b, p, values, shape...); err != nil {
			t.Fatal(err)
		}
		return b.Bytes()
	}
	var zipped bytes.Buffer
	z := gzip.NewWriter(&zipped)
	if _, err := z.Write(encode(Float64, 23, 3)); err != nil {
		t.Fatal(err)
	}
	z.Close()
	var text, ints strings.Builder
	text.WriteString("a,b,c\n")
	for i := range 23 {
		fmt.Fprintf(&text, "%v,%v,%v\n", values[3*i], values[3*i+1], values[3*i+2])
	}
	ints.WriteString(shortHeader("<i2", "False"))
	ints.WriteString("\x01\x00\xff\xff\x00\x01\x07\x00")
	for _, path := range []string{
		write("a.npy", encode(Float64, 23, 3)),
		write("b.npy", encode(Float32, 23, 3)),
		write("c.npy", encode(Float64, 23, 1, 3)),
		write("d.npy", encode(Float64, 69)),
		write("e.npy.gz", zipped.Bytes()),
		write("f.csv", []byte(text.String())),
		write("g.npy", []byte(ints.String())),
	} {
		want, err := Read(path, Options{Hash: true})
		if err != nil {
			t.Fatal(err)
		}
		for _, size := range []int{1, 4, 1000} {
			r, err := OpenRows(path, Options{Hash: true})
			if err != nil {
				t.Fatal(err)
			}
			if r.Samples() != want.Samples() || r.Width() != want.Width() {
				t.Fatalf("%s: %d × %d, want %d × %d", path, r.Samples(), r.Width(), want.Samples(), want.Width())
			}
			var got []float64
			var b *RowBlock
			for left := r.Samples(); left > 0; {
				k := min(size, left)
				if b, err = r.Next(k, b); err != nil {
					t.Fatal(err)
				}
				dst := make([]float64, k*r.Width())
				b.Decode(dst)
				got = append(got, dst...)
				left -= k
			}
			if !slices.Equal(got, want.Values) {
				t.Errorf("%s in blocks of %d: other values", path, size)
			}
			if _, err := r.Next(1, b); !errors.Is(err, io.EOF) {
				t.Errorf("%s: after the end: %v", path, err)
			}
			source, err := r.Source()
			if err != nil || source.SHA256 != want.Source.SHA256 || source.Bytes != want.Source.Bytes || source.DType != want.Source.DType {
				t.Errorf("%s: source %+v (%v), want %+v", path, source, err, want.Source)
			}
			r.Close()
		}
		r, err := OpenRows(path, Options{})
		if err != nil {
			t.Fatal(err)
		}
		if err := r.Skip(r.Samples() - 1); err != nil {
			t.Fatal(err)
		}
		b, err := r.Next(1, nil)
		if err != nil {
			t.Fatal(err)
		}
		last := make([]float64, r.Width())
		b.Decode(last)
		if !slices.Equal(last, want.Values[len(want.Values)-r.Width():]) {
			t.Errorf("%s: after Skip %v", path, last)
		}
		r.Close()
	}
}

func TestRowsRefuseWhatCannotBeStreamed(t *testing.T) {
	dir := t.TempDir()
	fortran := shortHeader("<i2", "True") + "\x01\x00\x02\x00\x03\x00\x04\x00"
	short := shortHeader("<f8", "False") + "\x01\x00\x02\x00\x03\x00\x04\x00"
	for name, c := range map[string]struct{ content, say string }{
		"fortran.npy": {fortran, "row-major"},
		"short.npy":   {short, "bytes of data after the header"},
		"text.csv":    {"a,b\n1,x\n", "text in column"},
		"ragged.csv":  {"1,2\n3\n", "line 2: 1 field"},
		"header.csv":  {"a,b\n", "no data"},
		"a.npz":       {"PK\x03\x04", "archive"},
	} {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(c.content), 0o600); err != nil {
			t.Fatal(err)
		}
		r, err := OpenRows(path, Options{})
		if err == nil {
			_, err = r.Next(r.Samples(), nil)
			r.Close()
		}
		wantRefused(t, err, path, c.say)
	}
	if _, err := OpenRows("-", Options{Stdin: strings.NewReader("1,2\n3,4\n")}); err == nil {
		t.Error("text on standard input passed")
	}
	if _, err := OpenRows(filepath.Join(dir, "none.npy"), Options{}); err == nil {
		t.Error("a missing file passed")
	}
}
