package report

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"simtool/internal/io"
	"simtool/internal/result"
)

// Table is a result table. A long table shows its first rows, and those that conclusions
// rest on.
type Table struct {
	ID      string
	Name    string
	Columns []Column
	Rows    []Row
	Total   int
	InAll   string   // columns that have the same value in all rows
	Notes   []string // of rows, whose numbers stand in the column note
}

// Column is the head of a column.
type Column struct {
	Name    string
	Numeric bool
	Doc     string // what it holds, where that is declared
}

// Row is a row, and what it says beside its numbers: its warning or its error, which stand
// below it over the whole width, so that they are never cut off.
type Row struct {
	ID    string // "" unless a conclusion rests on it
	Cells []Cell
	Says  []Saying
}

// Saying is a warning or an error.
type Saying struct{ Kind, Text string }

// Cell is the displayed text of a value and, for numbers, the full value for sorting.
type Cell struct{ Text, Value string }

// MaxRows is the largest number of rows of a table in a report, besides those that are
// cited.
const MaxRows = 100

// openRows is the number of rows of a table that are visible before a reader opens it.
const openRows = 40

// leastFolded is the number of rows from which on columns with one value stand above the
// table.
const leastFolded = 3

// NewTable prepares a result table; id is that of the table on the page, and cited are the
// rows that need an id of their own.
func NewTable(id, name string, t *dataio.Table, cited map[int]bool) *Table {
	out := &Table{ID: id, Name: name, Total: len(t.Rows)}
	schema := result.OfColumns(t.Schema, t.Columns...)
	var shown, says []int
	note := -1
	var inAll []string
	for i, c := range t.Columns {
		numeric, empty, same := true, true, len(t.Rows) >= leastFolded
		for _, row := range t.Rows {
			_, ok := dataio.Float(row[i])
			numeric = numeric && ok
			empty = empty && row[i] == nil
			_, isFloat := row[i].(float64)
			same = same && row[i] == t.Rows[0][i] && !isFloat
		}
		switch {
		case empty && len(t.Rows) > 0: // no cell has a value
		case c == "warning" || c == "error":
			says = append(says, i)
		case same && !schema.Columns[i].Note:
			words := fmt.Sprintf("%s %v", c, t.Rows[0][i])
			if unit := schema.Columns[i].Unit; unit != "" && numeric {
				words += " " + unit
			}
			inAll = append(inAll, words)
		default:
			if c == "note" {
				note = i
				numeric = false
			}
			shown = append(shown, i)
			out.Columns = append(out.Columns, Column{c, numeric, schema.Columns[i].Doc})
		}
	}
	out.InAll = strings.Join(inAll, ", ")
	format := rounding{t.Columns}
	for k, row := range t.Rows {
		if k >= MaxRows && !cited[k] {
			continue
		}
		r := Row{Cells: make([]Cell, len(shown))}
		if cited[k] {
			r.ID = rowID(id, k)
		}
		for j, i := range shown {
			if i == note {
				r.Cells[j] = Cell{Text: out.notes(row[i])}
			} else {
				r.Cells[j] = format.cell(row, i)
			}
		}
		for _, i := range says {
			if row[i] != nil {
				r.Says = append(r.Says, Saying{t.Columns[i], fmt.Sprint(row[i])})
			}
		}
		out.Rows = append(out.Rows, r)
	}
	return out
}

// notes gives the remarks of a note numbers, those that other rows have the same ones.
func (t *Table) notes(cell any) string {
	if cell == nil {
		return ""
	}
	var numbers []string
	for _, remark := range strings.Split(fmt.Sprint(cell), "; ") {
		at := slices.Index(t.Notes, remark)
		if at < 0 {
			at = len(t.Notes)
			t.Notes = append(t.Notes, remark)
		}
		numbers = append(numbers, strconv.Itoa(at+1))
	}
	return strings.Join(numbers, ", ")
}

func cellOf(v any) Cell {
	switch v := v.(type) {
	case nil:
		return Cell{}
	case int:
		return Cell{Text: strconv.Itoa(v), Value: strconv.Itoa(v)}
	}
	return Cell{Text: fmt.Sprint(v)}
}
