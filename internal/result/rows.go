package result

import (
	"fmt"
	"math"
	"reflect"
	"slices"
	"strconv"
	"strings"
)

// Of is a schema whose rows are values of a struct R. Each exported field of R is a
// column, described by its tags:
//
//	column  name
//	doc     what it holds
//	unit    of its numbers
//	empty   the whole number that stands for an empty cell
//	show    any of: optional, note, fixed, spare=N, key, range=COLUMN, after=COLUMN,
//	        last, digits=N, hidden (see Column)
//	mark    a sign, and the beginning of the notes that set it behind the cell
//
// Fields are strings, bools, ints, float64s, or of type any for cells of several
// kinds. An empty string and NaN are empty cells.
type Of[R any] struct {
	*Schema
	fields []field // of the columns, in their order
}

// field says where a cell comes from.
type field struct {
	index int // in R
	empty *int
}

// Declare declares the table of a struct, and registers it under its name. from says
// which command writes it, and row what one row is. It panics on a struct that is no
// row, which is a programmer's error.
func Declare[R any](name, from, row string) Of[R] {
	all := describe[R](Schema{Name: name, From: from, Row: row})
	register(all.Schema)
	var optional []string
	for _, c := range all.Columns {
		if c.Optional {
			optional = append(optional, c.Name)
		}
	}
	if optional == nil {
		return all
	}
	return all.Without(optional...)
}

// describe reads the columns off the fields of R.
func describe[R any](s Schema) Of[R] {
	t := reflect.TypeFor[R]()
	s.Columns = make([]Column, 0, t.NumField())
	o := Of[R]{Schema: &s, fields: make([]field, 0, t.NumField())}
	for i := range t.NumField() {
		f := t.Field(i)
		tags := tagsOf(f.Tag)
		c := Column{Name: tags.column, Unit: tags.unit, Doc: tags.doc, kind: f.Type.Kind()}
		if c.Name == "" || c.Doc == "" || !slices.Contains([]reflect.Kind{reflect.String, reflect.Bool, reflect.Int, reflect.Float64, reflect.Interface}, f.Type.Kind()) {
			panic(fmt.Sprintf("result: field %s of %s is no column", f.Name, t))
		}
		at := field{index: i}
		if text := tags.empty; text != "" {
			empty := mustInt(text)
			at.empty = &empty
		}
		for word := range strings.SplitSeq(tags.show, ",") {
			switch key, value, _ := strings.Cut(word, "="); key {
			case "":
			case "optional":
				c.Optional = true
			case "note":
				c.Note = true
			case "fixed":
				c.Fixed = true
			case "spare":
				c.Spare = mustInt(value)
			case "key":
				c.Key = true
			case "range":
				c.Range = value
			case "after":
				c.After = value
			case "last":
				c.Last = true
			case "digits":
				c.Digits = mustInt(value)
			case "hidden":
				c.Hidden = true
			default:
				panic(fmt.Sprintf("result: field %s of %s: show %q", f.Name, t, word))
			}
		}
		c.Mark, c.Marks, _ = strings.Cut(tags.mark, " ")
		o.Columns = append(o.Columns, c)
		o.fields = append(o.fields, at)
	}
	return o
}

func mustInt(text string) int {
	v, err := strconv.Atoi(text)
	if err != nil {
		panic(fmt.Sprintf("result: %v", err))
	}
	return v
}

// tags are those of a field; see Of.
type tags struct{ column, doc, unit, empty, show, mark string }

// tagsOf reads all tags of a field at once: every run declares all tables, and asking for
// one tag after the other reads them five times.
func tagsOf(tag reflect.StructTag) (t tags) {
	for rest := string(tag); rest != ""; {
		key, after, _ := strings.Cut(rest, ":")
		quoted, err := strconv.QuotedPrefix(after)
		if err != nil {
			panic(fmt.Sprintf("result: tag %s", tag))
		}
		text := quoted[1 : len(quoted)-1]
		if strings.Contains(text, `\`) {
			text, _ = strconv.Unquote(quoted)
		}
		rest = strings.TrimLeft(after[len(quoted):], " ")
		switch key {
		case "column":
			t.column = text
		case "doc":
			t.doc = text
		case "unit":
			t.unit = text
		case "empty":
			t.empty = text
		case "show":
			t.show = text
		case "mark":
			t.mark = text
		}
	}
	return t
}

// With returns the table with some of its optional columns, which stand where the
// struct has them.
func (o Of[R]) With(names ...string) Of[R] {
	all := describe[R](*o.Schema)
	return all.Without(slices.DeleteFunc(all.Names(), func(name string) bool {
		return slices.Contains(names, name) || o.Has(name)
	})...)
}

// Without returns the table without some of its columns.
func (o Of[R]) Without(names ...string) Of[R] {
	kept := Of[R]{Schema: o.Schema.Without(names...)}
	for i, c := range o.Columns {
		if !slices.Contains(names, c.Name) {
			kept.fields = append(kept.fields, o.fields[i])
		}
	}
	return kept
}

// Cells returns a row as the cells of the table.
func (o Of[R]) Cells(row R) []any {
	v := reflect.ValueOf(&row).Elem()
	cells := make([]any, len(o.fields))
	for i, f := range o.fields {
		cells[i] = cellOf(v.Field(f.index), f.empty)
	}
	return cells
}

func cellOf(v reflect.Value, empty *int) any {
	switch v.Kind() {
	case reflect.String:
		if v.Len() == 0 {
			return nil
		}
		return v.String()
	case reflect.Bool:
		return v.Bool()
	case reflect.Int:
		n := int(v.Int())
		if empty != nil && n == *empty {
			return nil
		}
		return n
	case reflect.Float64:
		if math.IsNaN(v.Float()) {
			return nil
		}
		return v.Float()
	}
	return v.Interface()
}

// Scan reads a row of a table that was read from a file, whose cells may all be
// text. It returns an error for a column that is missing and for a cell that is not
// of the kind of its field.
func (o Of[R]) Scan(columns []string, cells []any) (R, error) {
	var row R
	v := reflect.ValueOf(&row).Elem()
	for i, c := range o.Columns {
		at := slices.Index(columns, c.Name)
		if at < 0 {
			return row, fmt.Errorf("no column %q", c.Name)
		}
		if err := scanCell(v.Field(o.fields[i].index), cells[at], o.fields[i].empty); err != nil {
			return row, fmt.Errorf("column %q: %w", c.Name, err)
		}
	}
	return row, nil
}

func scanCell(v reflect.Value, cell any, empty *int) error {
	if cell == nil || cell == "" {
		switch {
		case v.Kind() == reflect.Float64:
			v.SetFloat(math.NaN())
		case v.Kind() == reflect.Int && empty != nil:
			v.SetInt(int64(*empty))
		case v.Kind() == reflect.Int, v.Kind() == reflect.Bool:
			return fmt.Errorf("an empty cell")
		}
		return nil
	}
	text := fmt.Sprint(cell)
	var err error
	switch v.Kind() {
	case reflect.String:
		v.SetString(text)
	case reflect.Bool:
		var b bool
		b, err = strconv.ParseBool(text)
		v.SetBool(b)
	case reflect.Int:
		var n int
		n, err = strconv.Atoi(text)
		v.SetInt(int64(n))
	case reflect.Float64:
		f, isFloat := cell.(float64)
		if !isFloat {
			f, err = strconv.ParseFloat(text, 64)
		}
		v.SetFloat(f)
	default:
		v.Set(reflect.ValueOf(cell))
	}
	return err
}

// Positive returns a value, or NaN for an empty cell where the value is 0 for not
// computed.
func Positive(v float64) float64 {
	if v > 0 {
		return v
	}
	return math.NaN()
}

// Finite returns a value, or NaN for an empty cell where there is no finite one.
func Finite(v float64) float64 {
	if math.IsInf(v, 0) {
		return math.NaN()
	}
	return v
}
