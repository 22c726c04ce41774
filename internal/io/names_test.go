package dataio

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// textArray is a .npy file of texts as NumPy writes them.
func textArray(descr string, width int, texts ...string) string {
	dict := fmt.Sprintf("{'descr': '%s', 'fortran_order': False, 'shape': (%d,), }\n", descr, len(texts))
	var b bytes.Buffer
	b.WriteString(npyMagic + "\x01\x00")
	_ = binary.Write(&b, binary.LittleEndian, uint16(len(dict)))
	b.WriteString(dict)
	for _, text := range texts {
		runes := []rune(text)
		for i := range width {
			c := uint32(0)
			if i < len(runes) {
				c = uint32(runes[i])
			}
			switch descr[0] {
			case '<':
				_ = binary.Write(&b, binary.LittleEndian, c)
			case '>':
				_ = binary.Write(&b, binary.BigEndian, c)
			default:
				b.WriteByte(byte(c))
			}
		}
	}
	return b.String()
}

// Members of an archive that name the samples are names, and no array to choose.
func TestArchivesNameTheirSamples(t *testing.T) {
	x := string(encode(t, []float64{1, 2, 3, 4, 5, 6}, 3, 2))
	want := []string{"chat", "éléphant", "b"}
	for name, c := range map[string]struct {
		ids  string
		want []string
	}{
		"UTF-32":        {textArray("<U8", 8, want...), want},
		"big-endian":    {textArray(">U9", 9, want...), want},
		"bytes":         {textArray("|S3", 3, "a", "bc", "def"), []string{"a", "bc", "def"}},
		"too few":       {textArray("<U2", 2, "a", "b"), nil},
		"twice":         {textArray("<U2", 2, "a", "b", "a"), nil},
		"an array":      {x, nil},
		"cut short":     {textArray("<U2", 2, "a", "b", "c")[:85], nil},
		"not an npy":    {"nothing", nil},
		"whole numbers": {string(append([]byte(npyMagic+"\x01\x00"), wholeNumbers(7, 5, 9)...)), []string{"7", "5", "9"}},
	} {
		path := put(t, "x.npz", zipOf(t, "ids.npy", c.ids, "x.npy", x))
		for _, key := range []string{"", ":x"} {
			d, err := Read(path+key, Options{})
			if err != nil || !slices.Equal(d.Names, c.want) || d.Width() != 2 {
				t.Errorf("%s%s: names %q, %v; want %q", name, key, d.Names, err, c.want)
			}
		}
	}
}

// wholeNumbers is a .npy file of int64 after its magic and version.
func wholeNumbers(values ...int64) []byte {
	dict := fmt.Sprintf("{'descr': '<i8', 'fortran_order': False, 'shape': (%d,), }\n", len(values))
	body := binary.LittleEndian.AppendUint16(nil, uint16(len(dict)))
	body = append(body, dict...)
	for _, v := range values {
		body = binary.LittleEndian.AppendUint64(body, uint64(v))
	}
	return body
}

// A list beside an array names its samples if it is of them, by whatever road they are
// read.
func TestListsBesideArrays(t *testing.T) {
	path := put(t, "features.npy", encode(t, []float64{1, 2, 3, 4, 5, 6}, 3, 2))
	for content, want := range map[string][]string{
		"a.jpg\nb.jpg\nc.jpg\n":   {"a.jpg", "b.jpg", "c.jpg"},
		"a.jpg\r\nb.jpg\r\nc.jpg": {"a.jpg", "b.jpg", "c.jpg"},
		"a.jpg\nb.jpg\n":          nil,
		"a\na\nb\n":               nil,
	} {
		if err := os.WriteFile(filepath.Join(filepath.Dir(path), namesBeside), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		d, err := Read(path, Options{})
		if err != nil || !slices.Equal(d.Names, want) {
			t.Errorf("%q: names %q, %v; want %q", content, d.Names, err, want)
		}
		rows, err := OpenRows(path, Options{})
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(rows.Names(), want) {
			t.Errorf("%q: by blocks names %q, want %q", content, rows.Names(), want)
		}
		rows.Close()
	}
	list := put(t, "list.txt", []byte("u\nv\n"))
	_, err := Read(path, Options{IDs: list})
	wantRefused(t, err, list, "2 names", "one a line for each of the 3 samples")
}

// An empty line is a missing value where it can be nothing else.
func TestEmptyLinesOfOneColumn(t *testing.T) {
	for content, want := range map[string][]float64{
		"rate\n1\n\n3\n":          {1, nan, 3},
		"rate\n\n2.5\n3\n":        {nan, 2.5, 3},
		"rate\n1\n\n\n4\n5\n\n\n": {1, nan, nan, 4, 5},
		"1.5\n\n2\n":              {1.5, nan, 2},
	} {
		for _, rows := range []bool{false, true} {
			path := put(t, "x.csv", []byte(content))
			var got []float64
			if rows {
				r, err := OpenRows(path, Options{Missing: MissingKeep})
				if err != nil {
					t.Fatal(err)
				}
				got = make([]float64, r.Samples())
				b, err := r.Next(r.Samples(), nil)
				if err != nil {
					t.Fatal(err)
				}
				b.Decode(got)
				r.Close()
			} else {
				d, err := Read(path, Options{Missing: MissingKeep})
				if err != nil {
					t.Fatal(err)
				}
				got = d.Values
			}
			if !slices.EqualFunc(got, want, func(a, b float64) bool { return a == b || a != a && b != b }) {
				t.Errorf("%q: %v, want %v", content, got, want)
			}
		}
	}
}
