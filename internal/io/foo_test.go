package dataio

import (
	"encoding/binary"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"
	"testing"

	"simtool/internal/data"
)

// fooFormat is a format that nobody uses. It is all that has to be written for a new
// one: this file, without its last function, and one line of inputFormats. A file
// holds tables of numbers under keys. After the magic comes a line for each table, of its key,
// its rows and the names of its columns, then an empty line, then the values of
// all tables as little-endian float64, row by row.
var fooFormat = inputFormat{
	name:     "foo",
	title:    "a table of foo",
	suffixes: []string{".foo"},
	magic:    "FOO1\n",
	read: func(in *input, o Options) (*array, error) {
		t, err := openFoo(in, o)
		if err != nil {
			return nil, err
		}
		a := &array{shape: []int{t.rows, len(t.chosen)}, fileShape: []int{t.rows, t.width}, dtype: "float64"}
		for _, i := range t.chosen {
			a.features = append(a.features, t.names[i])
		}
		for range t.rows {
			if a.values, err = t.row(a.values); err != nil {
				return nil, err
			}
		}
		return a, t.end()
	},
	keys: func(in *input) ([]string, error) {
		tables, err := fooTables(in)
		var keys []string
		for _, t := range tables {
			keys = append(keys, t.key)
		}
		return keys, err
	},
	rows: func(in *input, o Options) (*rowBody, error) {
		t, err := openFoo(in, o)
		if err != nil {
			return nil, err
		}
		return &rowBody{
			shape: []int{t.rows, t.width}, dtype: "float64", samples: t.rows, features: len(t.chosen),
			read: func(b *RowBlock) (err error) {
				b.values = b.values[:0]
				for range b.rows {
					if b.values, err = t.row(b.values); err != nil {
						return err
					}
				}
				return nil
			},
			end: t.end,
		}, nil
	},
	columns: func(in *input, _ Options) (*cellTable, error) {
		t, err := openFoo(in, Options{})
		if err != nil {
			return nil, err
		}
		at := 0
		next := func() ([]string, int, error) {
			if at++; at > t.rows {
				return nil, 0, io.EOF
			}
			values, err := t.row(nil)
			cells := make([]string, len(values))
			for j, v := range values {
				cells[j] = floatText(v)
			}
			return cells, at, err
		}
		return &cellTable{columnList: t.columnList, dtype: "float64", rest: []int{t.width}, next: next}, nil
	},
	write: func(w io.Writer, _ Precision, arrays []NamedArray) error {
		head := "FOO1\n"
		var body []byte
		for _, a := range arrays {
			width := len(a.Values) / a.Shape[0]
			names := make([]string, width)
			for j := range names {
				names[j] = fmt.Sprintf("c%d", j+1)
			}
			head += fmt.Sprintf("%s %d %s\n", a.Name, a.Shape[0], strings.Join(names, ","))
			for _, v := range a.Values {
				body = binary.LittleEndian.AppendUint64(body, math.Float64bits(v))
			}
		}
		_, err := w.Write(append([]byte(head+"\n"), body...))
		return err
	},
}

// fooTable is one table of a file, from which rows are read.
type fooTable struct {
	columnList
	key    string
	rows   int
	chosen []int
	in     *input
	buf    []byte
}

// fooTables reads the lines that say which tables there are.
func fooTables(in *input) ([]*fooTable, error) {
	var tables []*fooTable
	if line, err := in.r.ReadString('\n'); err != nil || line != "FOO1\n" {
		return nil, &data.InputError{Found: "no table of foo", Wanted: `want a file that begins with "FOO1"`, Err: err}
	}
	for {
		line, err := in.r.ReadString('\n')
		if err != nil || line == "\n" {
			return tables, err
		}
		t := &fooTable{in: in}
		var names string
		if _, err := fmt.Sscan(line, &t.key, &t.rows, &names); err != nil || t.rows < 1 {
			return nil, &data.InputError{Found: fmt.Sprintf("the line %.40q", line), Wanted: "want a key, the number of rows and names"}
		}
		t.names = strings.Split(names, ",")
		t.width = len(t.names)
		t.buf = make([]byte, 8*t.width)
		tables = append(tables, t)
	}
}

// openFoo goes to the first row of the table that the input names.
func openFoo(in *input, o Options) (*fooTable, error) {
	tables, err := fooTables(in)
	if err != nil {
		return nil, err
	}
	keys := make([]string, len(tables))
	for i, t := range tables {
		keys[i] = t.key
	}
	i, err := in.member(keys, in.key)
	if err != nil {
		return nil, err
	}
	for _, t := range tables[:i] {
		if _, err := io.CopyN(io.Discard, in.r, int64(len(t.buf)*t.rows)); err != nil {
			return nil, err
		}
	}
	t := tables[i]
	t.chosen, err = t.choose(o.Columns)
	return t, err
}

// row appends the chosen values of the next row.
func (t *fooTable) row(to []float64) ([]float64, error) {
	if _, err := io.ReadFull(t.in.r, t.buf); err != nil {
		return nil, err
	}
	for _, i := range t.chosen {
		to = append(to, math.Float64frombits(binary.LittleEndian.Uint64(t.buf[8*i:])))
	}
	return to, nil
}

// end reads what follows, which verifies the checksum of gzip.
func (t *fooTable) end() error {
	_, err := io.Copy(io.Discard, t.in.r)
	return err
}

// registerFoo adds the format for the time of a test.
func registerFoo(t *testing.T) {
	before := inputFormats
	inputFormats = append(slices.Clone(before), &fooFormat)
	t.Cleanup(func() { inputFormats = before })
}
