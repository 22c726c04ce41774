package dataio

import (
	"fmt"
	"io"
	"math"
)

// Table is a result table: what a command prints and what plot and merge read
// back.
//
// A cell is a string, a bool, an int, a float64, or nil when it is empty. Every
// row has one cell per column.
type Table struct {
	Schema  string // e.g. "simtool.score/v1"; "" when a file does not say
	Columns []string
	Rows    [][]any
}

// TableWriter writes a result table row by row, so that the rows of a long
// batch can be seen, and survive, as they come. Call Begin once, Row for each
// row, and Close at the end; Close completes the document but leaves the
// underlying writer open. After an error the writer is spent. A TableWriter is
// not safe for concurrent use.
//
// Row hands each row to the underlying writer before it returns, except in the
// format "table", which has to see all rows to align them and writes on Close.
// Cells are as in Table; an unknown cell type is a programmer's error and
// panics.
type TableWriter interface {
	Begin(columns []string) error
	Row(cells ...any) error
	Close() error
}

// TableOptions concerns the format "table" only; the others have one form.
type TableOptions struct {
	Width int      // columns of the terminal; 0 means unlimited
	Notes []string // columns printed as indented lines below the rows, such as warning and error
	Fixed []string // columns that are never shortened: names that are to be typed
	Spare []string // columns left out, the first first, of a table that is too wide for Width
	// Keys are columns that tell rows apart. Where there are any, a sentence of a note
	// that several rows have stands once below the table, with those for which it holds;
	// else notes stand below their row.
	Keys  []string
	Looks map[string]Look // of columns, by name
}

// Look is how a column looks on a terminal. The zero value is a column at its place.
type Look struct {
	// Range names the column of upper ends whose lower ends this column has: they become
	// one column of intervals.
	Range  string
	After  string // column behind which this one stands
	Last   bool   // it stands behind all that are not
	Digits int    // decimals, 0 for as many as the numbers ask for
	Hidden bool   // it is left out
	// Mark stands behind the cell of a row that has a note which begins with Marks.
	Mark, Marks string
}

// NewTableWriter returns a writer of result tables in format f on w. The schema
// goes into the JSON formats. An unknown format panics: formats come from
// ParseFormat or a constant.
func NewTableWriter(w io.Writer, f Format, schema string, o TableOptions) TableWriter {
	for _, known := range outputFormats {
		if f == known.format {
			return known.open(w, schema, o)
		}
	}
	panic(fmt.Sprintf("dataio: unknown format %q", f))
}

// Write writes the whole table to w in format f.
func (t *Table) Write(w io.Writer, f Format, o TableOptions) error {
	tw := NewTableWriter(w, f, t.Schema, o)
	if err := tw.Begin(t.Columns); err != nil {
		return err
	}
	for _, row := range t.Rows {
		if err := tw.Row(row...); err != nil {
			return err
		}
	}
	return tw.Close()
}

// Index returns the position of the named column, or -1.
func (t *Table) Index(name string) int {
	for i, c := range t.Columns {
		if c == name {
			return i
		}
	}
	return -1
}

// Float returns the cell as a number: NaN when it is empty, and false when it
// is text or a bool.
func Float(cell any) (float64, bool) {
	switch v := cell.(type) {
	case nil:
		return math.NaN(), true
	case int:
		return float64(v), true
	case float64:
		return v, true
	}
	return 0, false
}

// checkRow panics unless a row has the width that Begin announced.
func checkRow(cells []any, columns []string) {
	if len(cells) != len(columns) {
		panic(fmt.Sprintf("dataio: row of %d cells in a table of %d columns", len(cells), len(columns)))
	}
}
