package result

import (
	"bytes"
	"math"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// TestDeclarations holds declarations to what readers of docs/tables.md need: a name
// with a version that no other table has, a command, a row in words, and for each
// column a name of its own and a line of documentation, which does not end as a
// sentence does.
func TestDeclarations(t *testing.T) {
	name := regexp.MustCompile(`^simtool(\.[a-z0-9_-]+)+/v[1-9][0-9]*$`)
	column := regexp.MustCompile(`^[a-z][a-z0-9_]*$`)
	bases := map[string]string{}
	for _, s := range All() {
		if !name.MatchString(s.Name) {
			t.Errorf("%s: a name of another form", s.Name)
		}
		if other := bases[s.Base()]; other != "" {
			t.Errorf("%s and %s: two tables of one name", s.Name, other)
		}
		bases[s.Base()] = s.Name
		if !strings.Contains(s.From, "simtool ") || s.Row == "" || strings.HasSuffix(s.Row, ".") {
			t.Errorf("%s: written by %q, a row is %q", s.Name, s.From, s.Row)
		}
		if (s.Open == "") != (len(s.Columns) > 0) {
			t.Errorf("%s: %d columns that are %q", s.Name, len(s.Columns), s.Open)
		}
		for i, c := range s.Columns {
			if !column.MatchString(c.Name) || s.Index(c.Name) != i {
				t.Errorf("%s: column %d is called %q", s.Name, i, c.Name)
			}
			if c.Doc == "" || strings.HasSuffix(c.Doc, ".") {
				t.Errorf("%s: column %s is documented by %q", s.Name, c.Name, c.Doc)
			}
		}
	}
}

func TestPageIsUpToDate(t *testing.T) {
	const path = "../../docs/tables.md"
	got, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, Page()) {
		t.Errorf("%s is not what the declarations say: run \"go generate ./internal/result\"", path)
	}
}

// sample has a field of every kind.
type sample struct {
	Name  string  `column:"name" doc:"text" show:"fixed"`
	Count int     `column:"count" doc:"number, 0 for none" empty:"0" show:"spare=1"`
	Value float64 `column:"value" doc:"number"`
	Sure  bool    `column:"sure" doc:"yes or no" show:"optional"`
	Any   any     `column:"any" doc:"anything"`
	Error string  `column:"error" doc:"why not" show:"note"`
}

// undeclared is a table that is not registered.
func undeclared() Of[sample] {
	all := describe[sample](Schema{Name: "simtool.sample/v3", From: "simtool test", Row: "a sample"})
	return all.Without("sure")
}

func TestCells(t *testing.T) {
	table := undeclared()
	if got := table.List(); got != "name count value any error" {
		t.Fatalf("columns %s, want those that are not optional", got)
	}
	if got := table.With("sure").List(); got != "name count value sure any error" {
		t.Errorf("columns %s, want the optional one where its field is", got)
	}
	full := sample{Name: "a", Count: 3, Value: 0.5, Sure: true, Any: 7, Error: "none"}
	empty := sample{Value: math.NaN()}
	for _, c := range []struct {
		of   Of[sample]
		row  sample
		want []any
	}{
		{table, full, []any{"a", 3, 0.5, 7, "none"}},
		{table.With("sure"), full, []any{"a", 3, 0.5, true, 7, "none"}},
		{table, empty, []any{nil, nil, nil, nil, nil}},
		{table.Without("value"), full, []any{"a", 3, 7, "none"}},
	} {
		if got := c.of.Cells(c.row); !slices.Equal(got, c.want) {
			t.Errorf("%+v has the cells %v, want %v", c.row, got, c.want)
		}
	}
}

// TestScan reads rows back from columns in another order, among others, as numbers
// or as text.
func TestScan(t *testing.T) {
	table := undeclared().With("sure")
	columns := []string{"other", "error", "sure", "value", "count", "name", "any"}
	want := sample{Name: "a", Count: 3, Value: 0.5, Sure: true, Any: "7"}
	for _, cells := range [][]any{{"x", nil, true, 0.5, 3, "a", "7"}, {"x", "", "true", "0.5", "3", "a", "7"}} {
		if got, err := table.Scan(columns, cells); err != nil || got != want {
			t.Errorf("%v became %+v, %v", cells, got, err)
		}
	}
	got, err := table.Scan(columns, []any{nil, nil, false, nil, nil, nil, nil})
	if err != nil || got.Count != 0 || !math.IsNaN(got.Value) {
		t.Errorf("empty cells became %+v, %v", got, err)
	}
	for want, cells := range map[string][]any{
		`column "sure": an empty cell`: {nil, nil, nil, 0.5, 3, "a", nil},
		`column "count": `:             {nil, nil, true, 0.5, "three", "a", nil},
		`column "value": `:             {nil, nil, true, "half", 3, "a", nil},
	} {
		if _, err := table.Scan(columns, cells); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v: %v, want %s", cells, err, want)
		}
	}
	if _, err := table.Scan([]string{"name"}, []any{"a"}); err == nil || err.Error() != `no column "count"` {
		t.Errorf("a table without its columns: %v", err)
	}
}

// TestLookup: a table is of a schema in any version, and of none that only begins
// with its name.
func TestLookup(t *testing.T) {
	for name, want := range map[string]string{
		"simtool.score/v2": "simtool.score/v2", "simtool.score/v99": "simtool.score/v2", "simtool.score": "simtool.score/v2",
		"simtool.joint-range.given/v1": "simtool.joint-range.given/v2",
		"simtool.scores/v1":            "", "": "", "/v1": "", "scores.csv": "",
	} {
		got := ""
		if s, ok := Lookup(name); ok {
			got = s.Name
		}
		if got != want {
			t.Errorf("a table of %q is %q, want %q", name, got, want)
		}
	}
	if s, _ := Lookup("simtool.score/v2"); !s.Has("time", "condition") || Scores.Has("time") {
		t.Error("the declaration has the optional columns, and the table not before it is asked for them")
	}
}

// TestOfColumns: columns of a table that was read are as they are declared.
func TestOfColumns(t *testing.T) {
	s := OfColumns("simtool.score/v2", "seed", "measure", "value", "time", "n", "warning")
	if got := s.List(); got != "seed measure value time n warning" {
		t.Errorf("columns %s", got)
	}
	if s.Columns[2].Doc == "" || s.Columns[0].Doc != "" || !s.Columns[3].Optional || !slices.Equal(s.SpareColumns(), []string{"n"}) {
		t.Errorf("columns %+v, want all but seed as they are declared", s.Columns)
	}
	other := OfColumns("other", "measure", "n", "note")
	if !slices.Equal(other.Notes(), []string{"note"}) || !slices.Equal(other.FixedColumns(), []string{"measure"}) || len(other.SpareColumns()) > 0 {
		t.Errorf("columns %+v of an unknown table", other.Columns)
	}
}

func TestOnly(t *testing.T) {
	s := Scores.Only("value", "x")
	if s.Name != Scores.Name || s.List() != "value x" || s.Columns[0].Doc == "" {
		t.Errorf("%+v", s)
	}
	defer func() {
		if recover() == nil {
			t.Error("a column that is not declared is no error")
		}
	}()
	Scores.Only("values")
}

func TestOneNameOneTable(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("a second version of a table is no error")
		}
	}()
	register(&Schema{Name: "simtool.score/v2"})
}

// TestCheckOfCells: a row has a cell for each column, and numbers where they belong.
func TestCheckOfCells(t *testing.T) {
	type row struct {
		Name  string  `column:"name" doc:"a word"`
		Count int     `column:"count" doc:"a count"`
		Value float64 `column:"value" doc:"a number"`
		Good  bool    `column:"good" doc:"yes or no"`
	}
	table := describe[row](Schema{Name: "test.check/v1"})
	for _, c := range []struct {
		cells []any
		ok    bool
	}{
		{table.Cells(row{"a", 1, 0.5, true}), true},
		{[]any{nil, nil, nil, nil}, true},
		{[]any{"a", 1, 1, false}, true},
		{[]any{"1", "1", "1e999", "true"}, true}, // as a table that was read has them
		{[]any{"a", 1, 0.5}, false},
		{[]any{"a", "one", 0.5, true}, false},
		{[]any{"a", 1, "half", true}, false},
		{[]any{"a", 1, true, true}, false},
		{[]any{"a", 1, 0.5, "perhaps"}, false},
	} {
		if err := table.Check(c.cells); (err == nil) != c.ok {
			t.Errorf("%v: %v", c.cells, err)
		}
	}
}
