package dataio

import (
	"bytes"
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"testing"

	"simtool/internal/data"
)

// The fuzz targets hold readers to their promise: whatever the bytes, either a
// dataset whose shape fits its values or an InputError that names the file, and
// never a panic or memory out of proportion.

// seed adds every file that matches the patterns.
func seed(f *testing.F, patterns ...string) {
	for _, pattern := range patterns {
		files, err := filepath.Glob(pattern)
		if err != nil || len(files) == 0 {
			f.Fatalf("no seeds in %s: %v", pattern, err)
		}
		for _, path := range files {
			b, err := os.ReadFile(path)
			if err != nil {
				f.Fatal(err)
			}
			f.Add(b)
		}
	}
}

// fuzzDirectory is the one directory of this process: to make one for each input, and to
// remove it, would take more time than to read.
var fuzzDirectory = sync.OnceValues(func() (string, error) { return os.MkdirTemp("", "fuzz") })

// scratch writes an input over the one before.
func scratch(t *testing.T, name string, content []byte) string {
	dir, err := fuzzDirectory()
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, name)
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// checkRead reads content as a file of that name and as a stream, and checks
// that the outcome is one of the two and the same both ways.
func checkRead(t *testing.T, name string, content []byte, o Options) {
	path := scratch(t, name, content)
	file, err := Read(path, o)
	checkOutcome(t, file, err)
	stream, streamErr := read(inMemory(t, name, content), o)
	if (err == nil) != (streamErr == nil) {
		t.Fatalf("file: %v; stream: %v", err, streamErr)
	}
	if err == nil && !bytes.Equal(raw(file.Values), raw(stream.Values)) {
		t.Fatal("file and stream differ")
	}
	blocks, rowsErr := readBlocks(path, o)
	if o.Missing == MissingKeep && rowsErr == nil && (err != nil || !bytes.Equal(raw(file.Values), raw(blocks))) {
		t.Fatalf("in blocks it is read, as a whole: %v", err)
	}
}

// readBlocks reads a file in blocks of two samples.
func readBlocks(path string, o Options) ([]float64, error) {
	r, err := OpenRows(path, o)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	var values []float64
	var b *RowBlock
	for left := r.Samples(); left > 0; {
		rows := min(2, left)
		if b, err = r.Next(rows, b); err != nil {
			return nil, err
		}
		at := len(values)
		values = append(values, make([]float64, rows*r.Width())...)
		b.Decode(values[at:])
		left -= rows
	}
	return values, nil
}

// raw is the encoding of values, which tells NaN from NaN.
func raw(values []float64) []byte {
	var b bytes.Buffer
	if err := EncodeNPY(&b, Float64, values, len(values)); err != nil {
		panic(err)
	}
	return b.Bytes()
}

func checkOutcome(t *testing.T, d *data.Dataset, err error) {
	if err != nil {
		e, ok := data.AsInputError(err)
		if !ok || e.Path == "" || e.Found == "" {
			t.Fatalf("error %q does not explain itself", err)
		}
		return
	}
	if d.Samples()*d.Width() != len(d.Values) || len(d.Values) == 0 {
		t.Fatalf("shape %v of %d values", d.Shape, len(d.Values))
	}
	if d.Features != nil && len(d.Features) != d.Width() {
		t.Fatalf("%d names for %d features", len(d.Features), d.Width())
	}
}

func FuzzNPYHeader(f *testing.F) {
	for _, text := range []string{
		"{'descr': '<f8', 'fortran_order': False, 'shape': (2, 3), }\n",
		"{'shape': (2L,), 'fortran_order': True, \"descr\": [('a', '<i4'), ('b', '<f8', (2,))]}",
		"{'descr': '|b1', 'fortran_order': False, 'shape': (-1, 99999999999, 99999999999)}",
		"{((((((((((((((((((",
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		h, err := parseNPYHeader(text)
		if err != nil {
			return
		}
		count := 1
		for _, d := range h.shape {
			count *= d
		}
		if count != h.count || count <= 0 || h.bodyBytes() <= 0 || len(h.shape) > 3 {
			t.Fatalf("%q gives %+v", text, h)
		}
	})
}

func FuzzNPY(f *testing.F) {
	seed(f, "testdata/npy/*.npy")
	f.Fuzz(func(t *testing.T, content []byte) {
		checkRead(t, "x.npy", content, Options{Missing: MissingKeep, Axes: "nct"})
	})
}

func FuzzNPZ(f *testing.F) {
	seed(f, "testdata/*.npz")
	f.Fuzz(func(t *testing.T, content []byte) {
		checkRead(t, "x.npz", content, Options{Missing: MissingKeep})
		_, err := Read(scratch(t, "x.npz", content)+":first", Options{Missing: MissingKeep})
		if _, ok := data.AsInputError(err); err != nil && !ok {
			t.Fatal(err)
		}
	})
}

func FuzzCSV(f *testing.F) {
	for _, text := range []string{
		"", "a,b\n1,2\n", "1,2\n3,4", "w,a\nx,1\n", "\xef\xbb\xbf\"a\"\"\",b\r\n1,NA\r\n", "0,1,2\n", "# a\tb\n1\t2\n", ",a\n0,1\n",
		"1e999,-inf\n0x1p-2,nan\n", "\"", "\n\n", "1;2\n", "a,a\n,\n",
	} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, content []byte) {
		for _, o := range []Options{{}, {Missing: MissingKeep, Header: HeaderYes}, {Missing: MissingKeep, Columns: []string{"2-", "a"}}} {
			checkRead(t, "x.csv", content, o)
			checkRead(t, "x.tsv", content, o)
		}
	})
}

func FuzzFeatures(f *testing.F) {
	for _, text := range []string{"a,b\n1,x\n", "a\n", "a,b\nNA,1\n,2\n", "a\tb\nx\t1\n", "a,a\n1,2\n", "1,2\n"} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, content []byte) {
		for _, o := range []Options{{}, {Header: HeaderNo}} {
			table, err := ReadFeatures(scratch(t, "x.csv", content), o)
			if err != nil {
				if _, ok := data.AsInputError(err); !ok {
					t.Fatal(err)
				}
				continue
			}
			for _, c := range table.Columns {
				if c.Len() != table.Rows() || c.Len() == 0 {
					t.Fatalf("column %q of %d rows in a table of %d", c.Name, c.Len(), table.Rows())
				}
				for _, code := range c.Codes {
					if code < -1 || code >= len(c.Levels) {
						t.Fatalf("column %q: code %d of %d levels", c.Name, code, len(c.Levels))
					}
				}
			}
		}
	})
}

func FuzzTable(f *testing.F) {
	for _, text := range []string{
		"a,b\n1,x\n", "a\n\"\"\n\"x\r\ny\"\n", `{"schema":"s","columns":["a"],"rows":[{"a":null,"undefined":{"a":"NaN"}}]}`, `{"schema":"s","a":1}` + "\n" + `{"schema":"s","a":"x"}`,
		`{"columns":["a","b"],"rows":[{"b":-0.5e-7,"a":"\u00e9\n"},` + "\n" + `{"a":true,"b":12345678901234567890}]}`,
	} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, content []byte) {
		for _, format := range []Format{CSV, TSV, JSON, JSONL} {
			path := scratch(t, "x."+string(format), content)
			table, err := ReadTable(path, Options{})
			if err != nil {
				if _, ok := data.AsInputError(err); !ok {
					t.Fatal(err)
				}
				continue
			}
			if err := table.Write(&bytes.Buffer{}, JSON, TableOptions{}); err != nil {
				t.Fatal(err)
			}
			if format == JSON || format == JSONL {
				checkJSONTable(t, table, content, format == JSONL)
			}
			checkCopies(t, path, format)
		}
	})
}

// FuzzManifest reads anything as a manifest: as it was written, or not at all.
func FuzzManifest(f *testing.F) {
	for _, text := range []string{
		`{"schema":"simtool.manifest/v1","run":{"checksum": "` + Unsealed + `"}}`, `{"schema":"simtool.manifest/v1","batch":{"rows":"3x100 1","shards":-1}}`, `{}`, `{"schema":"simtool.manifest/v1","config":{"a":1e999}}`,
	} {
		f.Add([]byte(text))
		f.Add(Seal([]byte(text)))
	}
	f.Fuzz(func(t *testing.T, content []byte) {
		for _, text := range [][]byte{content, Seal(content)} {
			_, err := ReadManifest(scratch(t, "m.json", text))
			if e, ok := data.AsInputError(err); err != nil && (!ok || e.Path == "") {
				t.Fatal(err)
			}
		}
	})
}

// checkCopies holds a copy of a table to be like its own copy.
func checkCopies(t *testing.T, path string, format Format) {
	var first, second bytes.Buffer
	if _, err := copyTable(&first, path, format, Options{}); err != nil {
		t.Fatal(err)
	}
	if _, err := copyTable(&second, scratch(t, "y."+string(format), first.Bytes()), format, Options{}); err != nil {
		t.Fatalf("%v\n%q", err, first.String())
	}
	if first.String() != second.String() {
		t.Fatalf("%q became\n%q", first.String(), second.String())
	}
}

// checkJSONTable compares a table with what encoding/json finds in its text.
func checkJSONTable(t *testing.T, table *Table, content []byte, lines bool) {
	d := json.NewDecoder(bytes.NewReader(content))
	d.UseNumber()
	var rows []map[string]any
	if lines {
		for d.More() {
			var row map[string]any
			if err := d.Decode(&row); err != nil {
				t.Fatal(err)
			}
			if row["schema"] != table.Schema {
				t.Fatalf("schema %q, want %q", table.Schema, row["schema"])
			}
			delete(row, "schema")
			rows = append(rows, row)
		}
	} else {
		doc := map[string]any{}
		if err := d.Decode(&doc); err != nil {
			t.Fatal(err)
		}
		for _, row := range doc["rows"].([]any) {
			rows = append(rows, row.(map[string]any))
		}
	}
	if len(rows) != len(table.Rows) {
		t.Fatalf("%d rows, want %d", len(table.Rows), len(rows))
	}
	for i, row := range table.Rows {
		for k, name := range table.Columns {
			value, ok := rows[i][name]
			if !ok || !sameCell(row[k], value) {
				t.Fatalf("row %d, %q: %v, want %v", i+1, name, row[k], value)
			}
		}
	}
}

func sameCell(cell, value any) bool {
	number, ok := value.(json.Number)
	if !ok {
		return cell == value || notFinite(cell) && value == nil
	}
	switch v := cell.(type) {
	case int:
		return string(number) == strconv.Itoa(v)
	case float64:
		want, err := number.Float64()
		return err == nil && math.Float64bits(v) == math.Float64bits(want)
	}
	return false
}
