package data

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
)

// Kind is the type of a column of a Table.
type Kind int

// The kinds of column.
const (
	Numeric     Kind = iota // a number; missing is NaN
	Categorical             // one of a few levels; missing is level -1
)

// String names the kind.
func (k Kind) String() string {
	if k == Numeric {
		return "numeric"
	}
	return "categorical"
}

// Column is one feature of a stimulus table, or one label of the conditions.
type Column struct {
	Name   string
	Kind   Kind
	Values []float64 // Numeric: one value per row, NaN where missing
	Levels []string  // Categorical: the distinct levels in order of first appearance
	Codes  []int     // Categorical: index into Levels per row, -1 where missing

	MissingAs []string // the cells of the source that stand for missing values, each once
}

// Len returns the number of rows.
func (c *Column) Len() int {
	if c.Kind == Numeric {
		return len(c.Values)
	}
	return len(c.Codes)
}

// Missing returns the number of rows without a value.
func (c *Column) Missing() int {
	n := 0
	for i := range c.Len() {
		if c.IsMissing(i) {
			n++
		}
	}
	return n
}

// IsMissing reports whether row i has no value.
func (c *Column) IsMissing(i int) bool {
	if c.Kind == Numeric {
		return math.IsNaN(c.Values[i])
	}
	return c.Codes[i] < 0
}

// Table is a list of columns of equal length: the theoretical features of a
// set of stimuli, or the labels of a recording's conditions.
type Table struct {
	Columns  []*Column
	RowNames []string // of the stimuli or conditions; nil when the file gives none
	Source   Source
	Markers  []string // the cells that count as missing besides the empty one; nil if unknown
}

// Rows returns the number of rows.
func (t *Table) Rows() int {
	if len(t.Columns) == 0 {
		return 0
	}
	return t.Columns[0].Len()
}

// Column returns the column of that name, or an InputError that lists the names of
// all columns.
func (t *Table) Column(name string) (*Column, error) {
	for _, c := range t.Columns {
		if c.Name == name {
			return c, nil
		}
	}
	e := NoColumn(name, t.Names())
	e.Path = t.Source.Path
	return nil, e
}

// NoColumn is the error that there is no column of a name, with the one that may be meant.
func NoColumn(name string, names []string) *InputError {
	e := &InputError{Found: fmt.Sprintf("no column %q", name), Wanted: "the columns are " + strings.Join(names, ", ")}
	if near, ok := Nearest(name, names); ok {
		e.Hint = fmt.Sprintf("did you mean %s?", near)
	}
	return e
}

// Names returns the names of the columns.
func (t *Table) Names() []string {
	names := make([]string, len(t.Columns))
	for i, c := range t.Columns {
		names[i] = c.Name
	}
	return names
}

// Cells returns the rows of the table as cells in the order of the columns, for a table
// writer: a float64 of a numeric column, the level of a categorical one, and nil where
// the value is missing.
func (t *Table) Cells() [][]any {
	rows := make([][]any, t.Rows())
	for i := range rows {
		rows[i] = make([]any, len(t.Columns))
		for j, c := range t.Columns {
			switch {
			case c.IsMissing(i):
			case c.Kind == Numeric:
				rows[i][j] = c.Values[i]
			default:
				rows[i][j] = c.Levels[c.Codes[i]]
			}
		}
	}
	return rows
}

// Select returns some rows of the table, in the order of their numbers, as a new
// table. It keeps levels without rows.
func (t *Table) Select(rows []int) *Table {
	out := &Table{Source: t.Source, Markers: t.Markers, Columns: make([]*Column, len(t.Columns))}
	if t.RowNames != nil {
		out.RowNames = pick(t.RowNames, rows)
	}
	for k, c := range t.Columns {
		part := &Column{Name: c.Name, Kind: c.Kind, Levels: c.Levels, MissingAs: c.MissingAs}
		if c.Kind == Numeric {
			part.Values = pick(c.Values, rows)
		} else {
			part.Codes = pick(c.Codes, rows)
		}
		out.Columns[k] = part
	}
	return out
}

// NamesAmong returns names of the rows of a table where it has none but a column that
// holds names of samples: text, each once, of which more than half are among the names of
// the samples; or numbers that are, in a column that is called as the one they are from, or
// numbers that are all of the names, which do more than count rows. It returns RowNames where
// there are some, and nil where no column is one of names.
func (t *Table) NamesAmong(names []string, from string) []string {
	if t.RowNames != nil || names == nil {
		return t.RowNames
	}
	known := make(map[string]bool, len(names))
	for _, name := range names {
		known[name] = true
	}
	for _, c := range t.Columns {
		called := c.Kind != Numeric || from == fmt.Sprintf("column %q", c.Name)
		if c.Missing() > 0 || !called && (Counts(names) || c.Len() != len(names)) {
			continue
		}
		words := c.words()
		shared := 0
		for _, word := range words {
			if known[word] {
				shared++
			}
		}
		if distinct := slices.Compact(slices.Sorted(slices.Values(words))); len(distinct) == len(words) && (called && 2*shared > len(words) || shared == len(words)) {
			return words
		}
	}
	return nil
}

// words returns the values of a column as text.
func (c *Column) words() []string {
	words := make([]string, c.Len())
	for i := range words {
		if c.Kind == Numeric {
			words[i] = strconv.FormatFloat(c.Values[i], 'f', -1, 64)
		} else {
			words[i] = c.Levels[c.Codes[i]]
		}
	}
	return words
}
