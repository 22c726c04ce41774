package dataio

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"simtool/internal/data/datatest"
)

var scores = &Table{
	Schema:  "simtool.score/v2",
	Columns: []string{"x", "measure", "value", "lo", "n", "error"},
	Rows: [][]any{
		{"rec.npy", "cka", 0.1, nil, 360, nil},
		{"a, \"b\".npy", "cca:stat=mean", math.Pi, nil, 360, nil},
		{"<r&d>.npy", "nbs", math.NaN(), nil, 1000000, "zero variance"},
		{"rec.npy", "ridge", math.Inf(-1), nil, -5, nil},
	},
}

func TestWriteFormats(t *testing.T) {
	for format, want := range map[Format]string{
		CSV: "x,measure,value,lo,n,error\n" +
			"rec.npy,cka,0.1,,360,\n" +
			"\"a, \"\"b\"\".npy\",cca:stat=mean,3.141592653589793,,360,\n" +
			"<r&d>.npy,nbs,NaN,,1000000,zero variance\n" +
			"rec.npy,ridge,-inf,,-5,\n",
		TSV: "x\tmeasure\tvalue\tlo\tn\terror\n" +
			"rec.npy\tcka\t0.1\t\t360\t\n" +
			"\"a, \"\"b\"\".npy\"\tcca:stat=mean\t3.141592653589793\t\t360\t\n" +
			"<r&d>.npy\tnbs\tNaN\t\t1000000\tzero variance\n" +
			"rec.npy\tridge\t-inf\t\t-5\t\n",
		JSONL: `{"schema":"simtool.score/v2","x":"rec.npy","measure":"cka","value":0.1,"lo":null,"n":360,"error":null}` + "\n" +
			`{"schema":"simtool.score/v2","x":"a, \"b\".npy","measure":"cca:stat=mean","value":3.141592653589793,"lo":null,"n":360,"error":null}` + "\n" +
			`{"schema":"simtool.score/v2","x":"<r&d>.npy","measure":"nbs","value":null,"lo":null,"n":1000000,"error":"zero variance","undefined":{"value":"NaN"}}` + "\n" +
			`{"schema":"simtool.score/v2","x":"rec.npy","measure":"ridge","value":null,"lo":null,"n":-5,"error":null,"undefined":{"value":"-inf"}}` + "\n",
		Text: "x           measure          value        n  error\n" +
			"rec.npy     cka            0.10000      360\n" +
			"a, \"b\".npy  cca:stat=mean  3.14159      360\n" +
			"<r&d>.npy   nbs                NaN  1000000  zero variance\n" +
			"rec.npy     ridge             -inf       -5\n",
	} {
		var b bytes.Buffer
		if err := scores.Write(&b, format, TableOptions{}); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, b.String()); diff != "" {
			t.Errorf("%s (-want +got):\n%s", format, diff)
		}
	}
}

// The JSON format, read by encoding/json.
func TestJSONDocument(t *testing.T) {
	var b bytes.Buffer
	if err := scores.Write(&b, JSON, TableOptions{}); err != nil {
		t.Fatal(err)
	}
	var doc struct {
		Schema  string
		Columns []string
		Rows    []map[string]any
	}
	if err := json.Unmarshal(b.Bytes(), &doc); err != nil {
		t.Fatal(err)
	}
	if doc.Schema != scores.Schema || !cmp.Equal(doc.Columns, scores.Columns) || len(doc.Rows) != 4 {
		t.Fatalf("%+v", doc)
	}
	want := map[string]any{
		"x": "<r&d>.npy", "measure": "nbs", "value": nil, "lo": nil, "n": 1e6, "error": "zero variance",
		"undefined": map[string]any{"value": "NaN"},
	}
	if diff := cmp.Diff(want, doc.Rows[2]); diff != "" {
		t.Error(diff)
	}
	b.Reset()
	if err := (&Table{Schema: "s/v1", Columns: []string{"a"}}).Write(&b, JSON, TableOptions{}); err != nil {
		t.Fatal(err)
	}
	if !json.Valid(b.Bytes()) {
		t.Errorf("an empty table is %q", b.String())
	}
}

// In 60 columns: the empty column goes, long text gives way, a path from the
// left; numbers keep their digits, notes go below their row.
func TestTerminalTable(t *testing.T) {
	table := &Table{
		Columns: []string{"x", "measure", "value", "lo", "p", "n", "warning"},
		Rows: [][]any{
			{"/data/a/very/long/way/to/recording.npy", "procrustes:as=angular-score", 0.98765432, nil, 1e-7, 360, nil},
			{"rec.npy", "cka", -1.0, nil, 0.25, 12, "the shapes differ but the numbers of samples agree\nso they were pooled"},
		},
	}
	want := strings.Join([]string{
		"x                   measure                value      p    n",
		"…/to/recording.npy  procrustes:as=ang…   0.98765  1e-07  360",
		"rec.npy             cka                 -1.00000   0.25   12",
		"  warning: the shapes differ but the numbers of samples",
		"    agree so they were pooled",
		"",
	}, "\n")
	var b bytes.Buffer
	if err := table.Write(&b, Text, TableOptions{Width: 60, Notes: []string{"warning"}}); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, b.String()); diff != "" {
		t.Error(diff)
	}
}

func TestNumberFormat(t *testing.T) {
	for _, c := range []struct {
		values []float64
		want   []string
	}{
		{[]float64{1, -2, 30000}, []string{"1", "-2", "30000"}},
		{[]float64{0.5, 1.25}, []string{"0.50000", "1.25000"}},
		{[]float64{0.5, 0.123456789}, []string{"0.500000", "0.123457"}},
		{[]float64{1234.5, 0.25}, []string{"1234.50", "0.25"}},
		{[]float64{0, 0.5}, []string{"0.000000", "0.500000"}},
		{[]float64{1e-9, 0.5}, []string{"1e-09", "0.5"}},
		{[]float64{1e12}, []string{"1e+12"}},
		{[]float64{math.NaN(), math.Inf(1), 2}, []string{"NaN", "inf", "2"}},
	} {
		format := numberFormat(c.values)
		for i, v := range c.values {
			if got := format(v); got != c.want[i] {
				t.Errorf("%v among %v: %q, want %q", v, c.values, got, c.want[i])
			}
		}
	}
}

// Rows of the streaming formats are there as soon as they are written.
func TestRowsAppearAtOnce(t *testing.T) {
	for _, f := range []Format{CSV, TSV, JSON, JSONL} {
		var b bytes.Buffer
		w := NewTableWriter(&b, f, "s/v1", TableOptions{})
		if err := w.Begin([]string{"a", "b"}); err != nil {
			t.Fatal(err)
		}
		for i, cell := range []string{"first", "second", "third"} {
			if err := w.Row(i, cell); err != nil {
				t.Fatal(err)
			}
			if !strings.Contains(b.String(), cell) {
				t.Errorf("%s: the %s row is not there yet", f, cell)
			}
		}
	}
}

// A writer whose reader is gone says so.
func TestTableWriterReportsErrors(t *testing.T) {
	for _, f := range Formats() {
		if err := scores.Write(closed{}, Format(f), TableOptions{}); !errors.Is(err, io.ErrClosedPipe) {
			t.Errorf("%s: %v", f, err)
		}
	}
}

type closed struct{}

func (closed) Write([]byte) (int, error) { return 0, io.ErrClosedPipe }

func TestReadTable(t *testing.T) {
	for _, f := range []Format{CSV, TSV, JSON, JSONL} {
		var b bytes.Buffer
		if err := scores.Write(&b, f, TableOptions{}); err != nil {
			t.Fatal(err)
		}
		want := *scores
		if f == CSV || f == TSV {
			want.Schema = ""
		}
		for _, path := range []string{
			put(t, "t."+string(f), b.Bytes()),
			put(t, "t."+string(f)+".gz", gzipped(t, b.Bytes())),
			put(t, "unnamed", b.Bytes()),
		} {
			got, err := ReadTable(path, Options{})
			if err != nil {
				t.Errorf("%s: %v", path, err)
				continue
			}
			if diff := cmp.Diff(&want, got, cmpopts.EquateNaNs()); diff != "" {
				t.Errorf("%s (-want +got):\n%s", path, diff)
			}
		}
	}
}

// Any table, written, read and written again, gives the same bytes: what
// merging shards relies on.
func TestTableRoundTrip(t *testing.T) {
	text := rapid.StringMatching(`[a-z][ -~äλ]{0,8}`)
	number := rapid.OneOf(
		rapid.Map(rapid.Float64(), func(v float64) any { return v }),
		rapid.SampledFrom([]any{math.NaN(), math.Inf(1), math.Inf(-1), math.Copysign(0, -1), 1e21, 1e6, nil}),
		rapid.Map(rapid.Int(), func(v int) any { return v }),
	)
	word := rapid.OneOf(rapid.Map(text, func(s string) any { return s }), rapid.Just[any](nil))
	rapid.Check(t, func(t *rapid.T) {
		table := &Table{Schema: "s/v1", Columns: []string{"key", "word", "number"}}
		for range rapid.IntRange(0, 5).Draw(t, "rows") {
			table.Rows = append(table.Rows, []any{text.Draw(t, "key"), word.Draw(t, "word"), number.Draw(t, "number")})
		}
		for _, f := range []Format{CSV, TSV, JSON, JSONL} {
			var first, second bytes.Buffer
			if err := table.Write(&first, f, TableOptions{}); err != nil {
				t.Fatal(err)
			}
			r, err := newTableReader(inMemory(t, "x."+string(f), first.Bytes()), Options{})
			if err != nil {
				t.Fatalf("%v\n%s", err, first.String())
			}
			got, err := r.readAll()
			if err != nil {
				t.Fatalf("%v\n%s", err, first.String())
			}
			if err := got.Write(&second, f, TableOptions{}); err != nil {
				t.Fatal(err)
			}
			// Without rows jsonl has nowhere to say its columns.
			if first.String() != second.String() {
				t.Fatalf("%s became\n%s", first.String(), second.String())
			}
		}
	})
}

// inMemory is an input of that name over content.
func inMemory(t interface{ Fatal(args ...any) }, name string, content []byte) *input {
	in := &input{name: name, size: -1, stored: -1}
	if err := in.start(bytes.NewReader(content), false); err != nil {
		t.Fatal(err)
	}
	return in
}

func TestReadTableLabels(t *testing.T) {
	got, err := ReadTable(put(t, "t.csv", []byte("a,b,c,d\n007,1,0.5,x\n1,2,2e3,\n")), Options{})
	if err != nil {
		t.Fatal(err)
	}
	want := [][]any{{"007", 1, 0.5, "x"}, {"1", 2, 2000.0, nil}}
	if diff := cmp.Diff(want, got.Rows); diff != "" {
		t.Error(diff)
	}
}

func TestRefusedTables(t *testing.T) {
	// doc is a JSON table with one column a and the given rows.
	doc := func(rows string) string { return `{"schema":"s","columns":["a"],"rows":[` + rows + `]}` }
	for _, c := range []struct{ name, content, says string }{
		{"t.csv", "", "an empty file"},
		{"t.csv", "a,b\n1\n", "line 2: 1 field"},
		{"t.txt", "a b\n", "a table in format table"},
		{"t.json", "", "malformed JSON"},
		{"t.json", "[1]", "malformed JSON"},
		{"t.json", "{}", "without columns or rows"},
		{"t.json", doc(`{"a":1}`) + "x", "more after"},
		{"t.json", doc(`{"a":1},{}`), `row 2: no member "a"`},
		{"t.json", doc(`{"a":1,"b":1}`), `row 1: member "b"`},
		{"t.json", doc(`{"a":[1]}`), `member "a"`},
		{"t.json", doc(`{"a":1,"a":2}`), "twice"},
		{"t.json", doc(`3`), "want an object"},
		{"t.json", doc(`{"a":1,"undefined":{"a":"NaN"}}`), "undefined"},
		{"t.json", doc(`{"a":null,"undefined":{"a":"x"}}`), "undefined"},
		{"t.jsonl", `{"schema":"s","a":1}{"schema":"r","a":1}`, `row 2: schema "r"`},
		{"t.jsonl", `{"a":1}`, `row 1: no member "schema"`},
		{"t.jsonl", `{"schema":"s","a":1`, "malformed JSON"},
		{"t.jsonl", `{"schema":"s","a":1e999}`, `member "a"`},
	} {
		path := put(t, c.name, []byte(c.content))
		_, err := ReadTable(path, Options{})
		wantRefused(t, err, path, c.says)
	}
}

// The published tables of scores, which come gzipped.
func TestSharedTables(t *testing.T) {
	path := datatest.Shared(t, "data", "paper_cloos", "siegel15_scores_at_threshold.csv.gz")
	table, err := ReadTable(path, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"scores_at_threshold", "pc_explained_variance", "measure", "dataset"}, table.Columns); diff != "" {
		t.Error(diff)
	}
	first := []any{0.1773986818810773, 0.31007147389435313, "cka", "siegel15-FEF-stim_period-var99"}
	if diff := cmp.Diff(first, table.Rows[0]); diff != "" {
		t.Error(diff)
	}
}

func TestFormats(t *testing.T) {
	for path, want := range map[string]Format{"a.csv": CSV, "b.TSV": TSV, "dir.csv/c.json": JSON, "d.jsonl": JSONL, "e.ndjson": JSONL, "f.txt": Text} {
		if got, ok := FormatFromPath(path); !ok || got != want {
			t.Errorf("%s: %q", path, got)
		}
	}
	if f, ok := FormatFromPath("scores.npy"); ok {
		t.Errorf(".npy is a table in %s", f)
	}
	for _, name := range Formats() {
		if f, err := ParseFormat(name); err != nil || string(f) != name {
			t.Errorf("%s: %q, %v", name, f, err)
		}
	}
	if _, err := ParseFormat("xlsx"); err == nil || !strings.Contains(err.Error(), "want csv, tsv, json, jsonl or table") {
		t.Errorf("xlsx: %v", err)
	}
}

func TestCells(t *testing.T) {
	if i := scores.Index("lo"); i != 3 {
		t.Errorf("lo is column %d, want 3", i)
	}
	if i := scores.Index("hi"); i != -1 {
		t.Errorf("hi is column %d, want -1", i)
	}
	for _, c := range []struct {
		cell any
		want float64
		ok   bool
	}{{0.5, 0.5, true}, {7, 7, true}, {nil, math.NaN(), true}, {"0.5", 0, false}, {true, 0, false}} {
		got, ok := Float(c.cell)
		if ok != c.ok || (got != c.want && !(math.IsNaN(got) && math.IsNaN(c.want))) {
			t.Errorf("%v: %v %v, want %v %v", c.cell, got, ok, c.want, c.ok)
		}
	}
}

// TestNarrowTable checks that a table without room does without what can be
// spared, says so, and leaves fixed columns whole.
func TestNarrowTable(t *testing.T) {
	table := &Table{
		Columns: []string{"y", "measure", "value", "n", "p"},
		Rows: [][]any{
			{"models/of/the/first.npy", "rsa:compare=spearman", 0.5, 10, 2},
			{"models/of/the/second.npy", "rsa:compare=pearson", 0.25, 10, 2},
		},
	}
	for _, c := range []struct {
		width int
		want  string
	}{
		{50, // 11 columns are left for y
			"y            measure                  value   n  p\n" +
				"…/first.npy  rsa:compare=spearman  0.500000  10  2\n" +
				"…second.npy  rsa:compare=pearson   0.250000  10  2\n"},
		{45, // y would have 6, fewer than a text must have
			"y              measure                  value\n" +
				"…he/first.npy  rsa:compare=spearman  0.500000\n" +
				"…e/second.npy  rsa:compare=pearson   0.250000\n" +
				"  too wide for the terminal: p, n\n"},
		{30, // the measure is shortened as well
			"y       measure          value\n" +
				"…t.npy  rsa:compare…  0.500000\n" +
				"…d.npy  rsa:compare…  0.250000\n" +
				"  too wide for the terminal:\n    p, n\n"},
	} {
		var b strings.Builder
		o := TableOptions{Width: c.width, Fixed: []string{"measure"}, Spare: []string{"p", "n"}}
		if err := table.Write(&b, Text, o); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(c.want, b.String()); diff != "" {
			t.Errorf("width %d (-want +got)\n%s", c.width, diff)
		}
	}
}
