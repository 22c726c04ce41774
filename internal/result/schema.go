package result

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
)

// Column is a column of a table.
type Column struct {
	Name string
	Unit string // of its numbers; "" for text, counts and pure numbers
	Doc  string // what it holds, as a phrase

	// Optional columns are in a table only when an option asks for them.
	Optional bool
	// Note columns stand below their row on a terminal.
	Note bool
	// Fixed columns are never shortened on a terminal: their cells are to be typed.
	Fixed bool
	// Spare columns are left out on a terminal that is too narrow, those of the
	// smallest number first; 0 for columns that stay.
	Spare int
	// Key columns tell rows apart: notes that several rows have stand once below the
	// whole table, with the cells of a key column for which they hold.
	Key bool
	// Range names the column of the upper ends of intervals of which this column has the
	// lower ones: on a terminal they are one column, [lo, hi].
	Range string
	// After names the column behind which this one stands on a terminal, "" for its own
	// place; Last columns stand behind all others there.
	After string
	Last  bool
	// Digits is the number of decimals on a terminal, 0 for as many as the numbers ask
	// for. Hidden columns are in files alone.
	Digits int
	Hidden bool
	// Mark is a sign, and the beginning of a note: on a terminal the cell of a row with
	// that note has the sign behind it.
	Mark, Marks string

	kind reflect.Kind // of the field that it was declared by; reflect.Invalid for none
}

// Schema is a kind of table: what its rows are and which columns they have. It is
// immutable; the methods that change something return a copy.
type Schema struct {
	Name    string // and version, e.g. "simtool.score/v1"
	From    string // the command that writes the table, and the option or file, as a phrase
	Row     string // what one row is, as a phrase
	Columns []Column
	// Open says, as a phrase, which columns a table has that is declared without any,
	// because they follow from its data; "" for all others.
	Open string
}

// OfColumns returns the schema of a table that was read: its columns are as they are
// declared, and of others nothing but the name is known.
func OfColumns(name string, columns ...string) *Schema {
	s := &Schema{Name: name}
	known, _ := Lookup(name)
	for _, c := range columns {
		column := Column{Name: c, Note: isNote(c), Fixed: c == "measure"}
		if known != nil && known.Index(c) >= 0 {
			column = known.Columns[known.Index(c)]
		}
		s.Columns = append(s.Columns, column)
	}
	return s
}

// isNote reports whether a column that is not declared is one of those that hold
// sentences in all tables of simtool.
func isNote(name string) bool { return slices.Contains([]string{"warning", "error", "note"}, name) }

// Names returns the names of the columns in their order.
func (s *Schema) Names() []string {
	names := make([]string, len(s.Columns))
	for i, c := range s.Columns {
		names[i] = c.Name
	}
	return names
}

// List returns the names of the columns with a space between each, for help texts.
func (s *Schema) List() string { return strings.Join(s.Names(), " ") }

// Enumerate returns the names of the columns with a comma between each, for sentences.
func (s *Schema) Enumerate() string { return strings.Join(s.Names(), ", ") }

// Index returns the position of a column, -1 where there is none of that name.
func (s *Schema) Index(name string) int {
	return slices.IndexFunc(s.Columns, func(c Column) bool { return c.Name == name })
}

// Has reports whether the schema has all of the columns.
func (s *Schema) Has(names ...string) bool {
	return !slices.ContainsFunc(names, func(name string) bool { return s.Index(name) < 0 })
}

// Only returns the schema with none but some of its columns. It panics where it has
// no such column, which is a programmer's error.
func (s *Schema) Only(names ...string) *Schema {
	c := *s
	c.Columns = make([]Column, len(names))
	for i, name := range names {
		at := s.Index(name)
		if at < 0 {
			panic(fmt.Sprintf("result: %s has no column %q", s.Name, name))
		}
		c.Columns[i] = s.Columns[at]
	}
	return &c
}

// Without returns the schema without some columns.
func (s *Schema) Without(names ...string) *Schema {
	c := *s
	c.Columns = slices.DeleteFunc(slices.Clone(s.Columns), func(c Column) bool { return slices.Contains(names, c.Name) })
	return &c
}

// SpareFirst returns the schema with a column that a narrow terminal leaves out
// before all others.
func (s *Schema) SpareFirst(name string) *Schema {
	c := *s
	c.Columns = slices.Clone(s.Columns)
	for i := range c.Columns {
		switch {
		case c.Columns[i].Name == name:
			c.Columns[i].Spare = 1
		case c.Columns[i].Spare > 0:
			c.Columns[i].Spare++
		}
	}
	return &c
}

// Notes returns the columns that stand below their row on a terminal.
func (s *Schema) Notes() []string { return s.names(func(c Column) bool { return c.Note }) }

// FixedColumns returns the columns that are never shortened.
func (s *Schema) FixedColumns() []string { return s.names(func(c Column) bool { return c.Fixed }) }

// KeyColumns returns the columns that tell rows apart.
func (s *Schema) KeyColumns() []string { return s.names(func(c Column) bool { return c.Key }) }

// SpareColumns returns the columns that a narrow terminal does without, the first
// to go first.
func (s *Schema) SpareColumns() []string {
	spare := slices.DeleteFunc(slices.Clone(s.Columns), func(c Column) bool { return c.Spare == 0 })
	slices.SortStableFunc(spare, func(a, b Column) int { return a.Spare - b.Spare })
	return (&Schema{Columns: spare}).Names()
}

func (s *Schema) names(of func(Column) bool) []string {
	return (&Schema{Columns: slices.DeleteFunc(slices.Clone(s.Columns), func(c Column) bool { return !of(c) })}).Names()
}

// Base is the name of the schema without its version.
func (s *Schema) Base() string { return base(s.Name) }

func base(name string) string {
	before, _, _ := strings.Cut(name, "/")
	return before
}

// Cell returns the cell of a column of a row, nil where the schema has no such
// column.
func (s *Schema) Cell(row []any, name string) any {
	if i := s.Index(name); i >= 0 {
		return row[i]
	}
	return nil
}

// SetCell sets the cell of a column of a row and reports whether the schema has
// that column.
func (s *Schema) SetCell(row []any, name string, value any) bool {
	i := s.Index(name)
	if i >= 0 {
		row[i] = value
	}
	return i >= 0
}

// Check returns an error for a row that has not a cell for each column, or words where
// numbers belong.
func (s *Schema) Check(row []any) error {
	if len(row) != len(s.Columns) {
		return fmt.Errorf("%d cells for %d columns", len(row), len(s.Columns))
	}
	for i, c := range s.Columns {
		if !c.holds(row[i]) {
			return fmt.Errorf("%.40q in the column %q", fmt.Sprint(row[i]), c.Name)
		}
	}
	return nil
}

// holds reports whether a cell can be one of the column.
func (c *Column) holds(cell any) bool {
	if cell == nil {
		return true
	}
	switch c.kind {
	case reflect.Int, reflect.Float64:
		_, err := strconv.ParseFloat(fmt.Sprint(cell), 64)
		return err == nil || errors.Is(err, strconv.ErrRange)
	case reflect.Bool:
		_, err := strconv.ParseBool(fmt.Sprint(cell))
		return err == nil
	}
	return true
}
