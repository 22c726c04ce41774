package dataio

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"simtool/internal/data"
)

// hardCells are those that formats have trouble with.
var hardCells = []any{
	nil, "", true, false, 0, -1, math.MaxInt, math.MinInt, 1 << 53, 600,
	0.0, math.Copysign(0, -1), 2.0, 0.1, 1e-7, 1e-6, 123456.5, 1e20, 1e21, 1.5e300, 5e-324, math.MaxFloat64,
	math.NaN(), math.Inf(1), math.Inf(-1),
	"NaN", "007", "-", "null", `"`, `a "b" c`, "a,b", "a\tb", " a ", "\ta", `\.`, `\`, `C:\new`, "<r&d>",
	"two\nlines", "\n", "\r", "a\rb", "a\r\nb", "\u2028", "\u00a0x", "\x01\x7f", "λ→µ 日本 🙂", "no \xff UTF-8", "\ufffd", "undefined", "schema",
}

// hardTable has all hard cells in all of its columns but the first.
func hardTable() *Table {
	t := &Table{Schema: "simtool.<test>/v1", Columns: []string{"# key", "a \"b\"", " λ", ""}}
	for i, cell := range hardCells {
		next := hardCells[(i+1)%len(hardCells)]
		t.Rows = append(t.Rows, []any{i, cell, next, cell})
	}
	return t
}

func encodeTable(t interface{ Fatal(args ...any) }, table *Table, f Format) []byte {
	var b bytes.Buffer
	if err := table.Write(&b, f, TableOptions{}); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

var fileFormats = []Format{CSV, TSV, JSON, JSONL}

// Reading row by row and writing gives the same bytes.
func TestTableReaderSameBytes(t *testing.T) {
	for name, table := range map[string]*Table{
		"hard":     hardTable(),
		"no rows":  {Schema: "s/v1", Columns: []string{"a", "b"}},
		"one cell": {Schema: "s/v1", Columns: []string{"a"}, Rows: [][]any{{nil}, {1}, {nil}, {""}, {"x"}}},
	} {
		for _, f := range fileFormats {
			want := encodeTable(t, table, f)
			for _, path := range []string{put(t, "t."+string(f), want), put(t, "t."+string(f)+".gz", gzipped(t, want))} {
				var got bytes.Buffer
				rows, err := copyTable(&got, path, f, Options{})
				if err != nil || rows != len(table.Rows) {
					t.Errorf("%s, %s: %d rows, %v", name, path, rows, err)
				}
				if diff := cmp.Diff(string(want), got.String()); diff != "" {
					t.Errorf("%s, %s (-want +got):\n%s", name, path, diff)
				}
			}
		}
	}
}

// anyCell draws any text and any numbers.
func anyCell() *rapid.Generator[any] {
	return rapid.OneOf(
		rapid.SampledFrom(hardCells),
		rapid.Map(rapid.Float64(), func(v float64) any { return v }),
		rapid.Map(rapid.Float64Range(-2, 2), func(v float64) any { return v }),
		rapid.Map(rapid.Int(), func(v int) any { return v }),
		// A file with a zero byte is taken for binary.
		rapid.Map(rapid.String(), func(s string) any { return strings.ReplaceAll(s, "\x00", "") }),
	)
}

func anyTable(t *rapid.T) *Table {
	cell := anyCell()
	table := &Table{Schema: "s/v1", Columns: []string{"a", "b", "c"}[:rapid.IntRange(1, 3).Draw(t, "columns")]}
	for range rapid.IntRange(0, 5).Draw(t, "rows") {
		row := make([]any, len(table.Columns))
		for i := range row {
			row[i] = cell.Draw(t, "cell")
		}
		table.Rows = append(table.Rows, row)
	}
	return table
}

func TestTableReaderAnySameBytes(t *testing.T) {
	path := put(t, "t", nil)
	rapid.Check(t, func(t *rapid.T) {
		table := anyTable(t)
		for _, f := range fileFormats {
			name, want := path+"."+string(f), encodeTable(t, table, f)
			if err := os.WriteFile(name, want, 0o644); err != nil {
				t.Fatal(err)
			}
			var got bytes.Buffer
			if _, err := copyTable(&got, name, f, Options{}); err != nil {
				t.Fatalf("%v\n%q", err, want)
			}
			if got.String() != string(want) {
				t.Fatalf("%q became\n%q", want, got.String())
			}
		}
	})
}

// A table in JSON, turned into csv, is what the csv writer makes of its cells.
// Excluded is what JSON does not hold: bytes that are no UTF-8.
func TestTableReaderJSONToCSV(t *testing.T) {
	path := put(t, "t", nil)
	rapid.Check(t, func(t *rapid.T) {
		table := anyTable(t)
		for _, row := range table.Rows {
			for i, cell := range row {
				if v, ok := cell.(string); ok {
					row[i] = strings.ToValidUTF8(v, "?")
				}
			}
		}
		want := encodeTable(t, table, CSV)
		for _, f := range []Format{JSON, JSONL} {
			if f == JSONL && len(table.Rows) == 0 {
				continue // no columns
			}
			name := path + "." + string(f)
			if err := os.WriteFile(name, encodeTable(t, table, f), 0o644); err != nil {
				t.Fatal(err)
			}
			var got bytes.Buffer
			if _, err := copyTable(&got, name, CSV, Options{}); err != nil {
				t.Fatal(err)
			}
			if got.String() != string(want) {
				t.Fatalf("%q, want\n%q", got.String(), want)
			}
		}
	})
}

// Cells are written as encoding/json and encoding/csv write them, with the
// exceptions that make them come back as they were.
func TestCellsAsEncoded(t *testing.T) {
	for _, cell := range hardCells {
		checkEncoded(t, cell)
	}
	cell := anyCell()
	rapid.Check(t, func(t *rapid.T) { checkEncoded(t, cell.Draw(t, "cell")) })
}

func checkEncoded(t rapid.TB, cell any) {
	if !notFinite(cell) {
		if text, ok := cell.(string); ok {
			cell = strings.ToValidUTF8(text, "\ufffd")
		}
		var want bytes.Buffer
		e := json.NewEncoder(&want)
		e.SetEscapeHTML(false)
		if err := e.Encode(cell); err != nil {
			t.Fatal(err)
		}
		if got := string(appendJSON(nil, cell)) + "\n"; got != want.String() {
			t.Fatalf("%#v: %s, want %s", cell, got, want.String())
		}
	}
	for f, comma := range map[Format]rune{CSV: ',', TSV: '\t'} {
		var want bytes.Buffer
		w := csv.NewWriter(&want)
		w.Comma = comma
		text := strings.ReplaceAll(cellText(cell), "\r\n", "\n")
		if err := errors.Join(w.Write([]string{"a", "b"}), w.Write([]string{text, "x"})); err != nil {
			t.Fatal(err)
		}
		w.Flush()
		table := &Table{Columns: []string{"a", "b"}, Rows: [][]any{{cell, "x"}}}
		if got := encodeTable(t, table, f); !bytes.Equal(got, want.Bytes()) {
			t.Fatalf("%#v: %q, want %q", cell, got, want.String())
		}
	}
}

func TestTableReaderCells(t *testing.T) {
	table := &Table{Schema: "s/v1", Columns: []string{"a", "b"}, Rows: [][]any{{1, "x"}, {nil, 0.5}, {2.5, true}}}
	text := [][]any{{"1", "x"}, {nil, "0.5"}, {"2.5", "true"}}
	for _, f := range fileFormats {
		r, err := OpenTable(put(t, "t."+string(f), encodeTable(t, table, f)), Options{})
		if err != nil {
			t.Fatal(err)
		}
		schema, rows := "s/v1", table.Rows
		if f == CSV || f == TSV {
			schema, rows = "", text
		}
		if r.Format() != f || r.Schema() != schema || !cmp.Equal(r.Columns(), table.Columns) {
			t.Errorf("%s: format %s, schema %q, columns %q", f, r.Format(), r.Schema(), r.Columns())
		}
		for _, want := range rows {
			if got, err := r.Next(); err != nil || !cmp.Equal(got, want) {
				t.Errorf("%s: %v, %v, want %v", f, got, err, want)
			}
		}
		for range 2 {
			if _, err := r.Next(); !errors.Is(err, io.EOF) {
				t.Errorf("%s: %v after the last row", f, err)
			}
		}
		r.Close()
	}
	r, err := OpenTable(put(t, "t.jsonl", nil), Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if _, err := r.Next(); r.Schema() != "" || r.Columns() != nil || !errors.Is(err, io.EOF) {
		t.Errorf("jsonl without rows: schema %q, columns %v, %v", r.Schema(), r.Columns(), err)
	}
}

// The layout of JSON, the order of members and the pieces in which the text
// comes make no difference.
func TestTableReaderJSONLayouts(t *testing.T) {
	want := [][]any{{1, "é\n\"😀"}, {math.Inf(-1), nil}}
	for _, c := range []struct {
		lines bool
		text  string
	}{
		{false, `{"schema":"s","columns":["a","b"],"rows":[{"a":1,"b":"é\n\"😀"},{"a":null,"b":null,"undefined":{"a":"-inf"}}]}`},
		{false, "{ \"columns\" : [ \"a\" ,\t\"b\" ] , \"schema\":\"s\",\r\n\"rows\" : [\n { \"b\" : \"\\u00e9\\n\\\"\\ud83d\\ude00\" , \"a\" : 1 } \n,\n{\"undefined\" : { \"a\" : \"-inf\" },\"b\":null , \"a\" : null}\n ]\n}\n\n"},
		{true, `{"schema":"s","a":1,"b":"é\n\"😀"}` + "\n" + `{"schema":"s","a":null,"b":null,"undefined":{"a":"-inf"}}` + "\n"},
		{true, "\n{ \"a\" : 1 ,\n\"b\":\"\\u00E9\\n\\u0022\\uD83D\\uDE00\" , \"schema\" : \"s\" }{\"undefined\":{\"a\":\"-inf\"},\"b\":null,\"schema\":\"s\",\"a\":null}"},
	} {
		for _, r := range []io.Reader{strings.NewReader(c.text), iotest.OneByteReader(strings.NewReader(c.text)), iotest.DataErrReader(strings.NewReader(c.text))} {
			j, err := openJSONRows(r, c.lines)
			if err != nil {
				t.Fatalf("%v\n%s", err, c.text)
			}
			if j.schema != "s" || !cmp.Equal(j.names(), []string{"a", "b"}) {
				t.Errorf("schema %q, columns %q of\n%s", j.schema, j.names(), c.text)
			}
			for _, row := range want {
				if got, err := j.next(); err != nil || !cmp.Equal(got, row) {
					t.Errorf("%v, %v, want %v of\n%s", got, err, row, c.text)
				}
			}
			if _, err := j.next(); !errors.Is(err, io.EOF) {
				t.Errorf("%v after the last row of\n%s", err, c.text)
			}
		}
	}
}

// drain reads a table to its end.
func drain(path string) error {
	_, err := copyTable(io.Discard, path, CSV, Options{})
	return err
}

// A table that is cut anywhere is refused wherever its format can tell: json
// and gzip always, jsonl within a row.
func TestCutTables(t *testing.T) {
	table := &Table{Schema: "s", Columns: []string{"a", "b"}, Rows: [][]any{{1, "é\n"}, {math.NaN(), nil}, {-2.5e-9, true}}}
	check := func(name string, content []byte, complete func(n int) bool) {
		t.Helper()
		for n := range content {
			path := put(t, name, content[:n])
			if complete(n) {
				if err := drain(path); err != nil {
					t.Error(err)
				}
				continue
			}
			wantRefused(t, drain(path), path)
		}
	}
	doc := encodeTable(t, table, JSON)
	check("t.json", doc, func(n int) bool { return n == len(doc)-1 })
	lines := encodeTable(t, table, JSONL)
	check("t.jsonl", lines, func(n int) bool { return n == 0 || lines[n-1] == '\n' || lines[n] == '\n' })
	for _, f := range fileFormats {
		check("t."+string(f)+".gz", gzipped(t, encodeTable(t, table, f)), func(int) bool { return false })
	}
}

// An error in a long table names the row.
func TestTableReaderNamesRow(t *testing.T) {
	const row = `{"schema":"s","a":"some text","b":0.125}` + "\n"
	lines := strings.Repeat(row, 9999)
	path := put(t, "t.jsonl", []byte(lines+`{"schema":"s","a":"x"}`))
	wantRefused(t, drain(path), path, `row 10000: no member "b"`, "every row")
	path = put(t, "t.csv", []byte("a,b\n"+strings.Repeat("1,2\n", 9999)+"1\n"))
	wantRefused(t, drain(path), path, "line 10001: 1 field", "want 2")
	zipped := gzipped(t, []byte(lines))
	path = put(t, "t.jsonl.gz", zipped[:len(zipped)-5])
	wantRefused(t, drain(path), path, "row 10000: the file ends early")
	zipped[len(zipped)-6]++ // of the checksum
	path = put(t, "t.jsonl.gz", zipped)
	wantRefused(t, drain(path), path, "row 10000: damaged gzip data")
}

// A row without end is refused before it fills the memory.
func TestEndlessRows(t *testing.T) {
	for name, head := range map[string]string{
		"t.json":  `{"schema":"s","columns":["a"],"rows":[{"a":"`,
		"t.jsonl": `{"schema":"s","a":"`,
		"u.jsonl": `{"schema":"s","a":1`,
		"t.csv":   "a,b\n1,",
	} {
		endless := &repeat{text: "7"}
		in := &input{name: name, size: -1, stored: -1}
		if err := in.start(io.MultiReader(strings.NewReader(head), endless), false); err != nil {
			t.Fatal(err)
		}
		r, err := newTableReader(in, Options{})
		if err == nil {
			_, err = r.Next()
		}
		wantRefused(t, err, name, "more than 16 MB")
		if endless.n > 2*maxRecord+2*bufferSize {
			t.Errorf("%s: %d bytes read, want to stop after %d", name, endless.n, maxRecord)
		}
	}
}

// A long row comes whole, however small its pieces.
func TestLongRow(t *testing.T) {
	long := strings.Repeat("long text ", 100000)
	for _, f := range fileFormats {
		content := encodeTable(t, &Table{Schema: "s", Columns: []string{"a", "b"}, Rows: [][]any{{1, long}, {2, "x"}}}, f)
		path := put(t, "t."+string(f), content)
		var got bytes.Buffer
		if _, err := copyTable(&got, path, f, Options{}); err != nil || !bytes.Equal(got.Bytes(), content) {
			t.Errorf("%s: %d bytes, %v, want %d", f, got.Len(), err, len(content))
		}
	}
}

// The source of a table is the output that was written, compressed or not.
func TestTableSource(t *testing.T) {
	for _, f := range fileFormats {
		content := encodeTable(t, scores, f)
		for suffix, stored := range map[string][]byte{"": content, ".gz": gzipped(t, content)} {
			path := put(t, "t."+string(f)+suffix, stored)
			want := data.Source{
				Path: path, Format: string(f), DType: "text", Shape: []int{len(scores.Rows), len(scores.Columns)},
				Bytes: int64(len(stored)), SHA256: sha(stored),
			}
			for _, name := range []string{path, "-"} {
				r, err := OpenTable(name, Options{Hash: true, Stdin: bytes.NewReader(stored)})
				if err != nil {
					t.Fatal(err)
				}
				if _, err := r.readAll(); err != nil {
					t.Fatal(err)
				}
				got, err := r.Source()
				if err != nil {
					t.Fatal(err)
				}
				want.Path = name
				if diff := cmp.Diff(want, got); diff != "" {
					t.Errorf("%s (-want +got):\n%s", path, diff)
				}
				r.Close()
			}
		}
	}
}

// Rows beyond a buffer are those that were written.
func TestManyRows(t *testing.T) {
	const rows = 5000 // several buffers
	for _, f := range fileFormats {
		path := putScores(t, f, rows)
		want, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		var got bytes.Buffer
		if n, err := copyTable(&got, path, f, Options{}); err != nil || n != rows {
			t.Errorf("%s: %d rows, %v", f, n, err)
		}
		if !bytes.Equal(want, got.Bytes()) {
			t.Errorf("%s: other bytes", f)
		}
		if f == JSON || f == JSONL {
			got.Reset()
			if _, err := copyTable(&got, path, CSV, Options{}); err != nil {
				t.Error(err)
			}
			if want, _ := os.ReadFile(putScores(t, CSV, rows)); !bytes.Equal(want, got.Bytes()) {
				t.Errorf("%s to csv: other bytes", f)
			}
		}
	}
}

func TestRefusedJSON(t *testing.T) {
	doc := func(row string) string { return `{"schema":"s","columns":["a"],"rows":[` + row + `]}` }
	for _, c := range []struct{ content, says string }{
		{`{"rows":[],"columns":[]}`, "rows before columns"},
		{`{"schema":"s","note":1,"columns":[],"rows":[]}`, `member "note"`},
		{`{"schema":"s","columns":["a","a"],"rows":[]}`, `column "a" twice`},
		{`{"schema":"s","columns":["a"],"rows":[],"more":1}`, "'}' should follow"},
		{`{"schema":1,"columns":["a"],"rows":[]}`, "malformed JSON"},
		{`{"schema":"s","columns":["a"],"rows":null}`, "malformed JSON"},
		{doc(`{"a":1} {"a":2}`), "']' should follow"},
		{doc(`{"a":1},`), "want an object"},
		{doc(`{"a":1,}`), "malformed JSON"},
		{doc(`{"a":{"b":1}}`), "an array or object"},
		{doc(`{"a":nil}`), "null should follow"},
		{doc(`{"a":"` + "\n" + `"}`), "invalid character"},
		{doc(`{"a":"\x"}`), "invalid character"},
		{doc(`{"a":null,"undefined":{"b":"NaN"}}`), `undefined "b"`},
		{doc(`{"a":null,"undefined":{"a":"1.5"}}`), `undefined "a"`},
		{doc(`{"a":null,"undefined":{"a":"NaN","a":"NaN"}}`), `undefined "a"`},
	} {
		path := put(t, "t.json", []byte(c.content))
		wantRefused(t, drain(path), path, c.says)
	}
	for _, number := range []string{"01", "-01", "1.", ".5", "+1", "-", "1e", "1e+", "0x1", "1_0", "NaN", "Infinity", "1e400"} {
		path := put(t, "t.json", []byte(doc(fmt.Sprintf(`{"a":%s}`, number))))
		wantRefused(t, drain(path), path, "row 1: ")
	}
}
