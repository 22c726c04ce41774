package dataio

import (
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"

	"simtool/internal/data"
)

// ReadFeatures reads a table of stimulus features, one stimulus a line, from
// csv or tsv (gzipped or not, "-" for standard input), or a numeric table
// without names from an array, whose columns are then f1, f2, ….
//
// A column is numeric when every cell that is not missing is a number, and
// categorical when none is; its levels are in order of first appearance. A
// column that mixes both is refused, for it is a typing error more often than
// a set of categories: o.Kinds settles it. o.Kinds also makes a numeric column
// (such as the codes 1, 2, 3) categorical. Missing cells are kept: NaN and
// level -1. Names must be there and distinct (o.Columns can leave out those
// that are not); with HeaderNo they are f1, f2, …. o.Axes and o.Missing do not
// apply.
//
// Errors are *data.InputError.
func ReadFeatures(path string, o Options) (*data.Table, error) {
	in, err := openInput(path, o)
	if err != nil {
		return nil, err
	}
	defer in.close()
	t, err := readFeatures(in, o)
	if err != nil {
		return nil, in.fail(err)
	}
	return t, nil
}

func readFeatures(in *input, o Options) (*data.Table, error) {
	f, err := in.format()
	if err != nil {
		return nil, err
	}
	if err := f.checkColumns(o); err != nil {
		return nil, err
	}
	if f.comma == 0 {
		return arrayFeatures(in, o)
	}
	t, err := openText(in, f.comma, o, true)
	if err != nil {
		return nil, err
	}
	chosen, err := selectColumns(t, o.Columns)
	if err != nil {
		return nil, err
	}
	names, err := featureNames(t, chosen)
	if err != nil {
		return nil, err
	}
	if err := checkKinds(names, o); err != nil {
		return nil, err
	}
	columns, err := gather(t, names, chosen)
	if err != nil {
		return nil, err
	}
	table := &data.Table{}
	for _, c := range columns {
		column, err := c.infer(o)
		if err != nil {
			return nil, err
		}
		table.Columns = append(table.Columns, column)
	}
	table.Source, err = in.source(f.name, "text", []int{table.Rows(), t.width})
	return table, err
}

// arrayFeatures reads the columns of a 1-d or 2-d array.
func arrayFeatures(in *input, o Options) (*data.Table, error) {
	o.Missing = MissingKeep
	d, err := read(in, o)
	if err != nil {
		return nil, err
	}
	if d.Is3D() {
		return nil, &data.InputError{Found: "a 3-d array of shape " + data.ShapeString(d.Shape), Wanted: "want stimuli × features"}
	}
	table := &data.Table{Source: d.Source}
	names := make([]string, d.Width())
	for j := range d.Width() {
		names[j] = fmt.Sprintf("f%d", j+1)
	}
	if err := checkKinds(names, o); err != nil {
		return nil, err
	}
	for j, name := range names {
		c := rawColumn{name: name, lines: make([]int, d.Samples())}
		for i := range d.Samples() {
			c.lines[i] = i + 1
			c.cells = append(c.cells, floatText(d.Values[i*d.Width()+j]))
		}
		column, err := c.infer(o)
		if err != nil {
			return nil, err
		}
		table.Columns = append(table.Columns, column)
	}
	return table, nil
}

// featureNames returns the names of the chosen columns and refuses empty and
// repeated ones.
func featureNames(t *textFile, chosen []int) ([]string, error) {
	names := make([]string, len(chosen))
	for k, i := range chosen {
		if t.names == nil {
			names[k] = fmt.Sprintf("f%d", i+1)
			continue
		}
		names[k] = t.names[i]
		if names[k] == "" {
			return nil, &data.InputError{
				Found:  fmt.Sprintf("column %d without a name, such as the row index that pandas writes", i+1),
				Wanted: "want a name for each feature",
				Hint:   "name the features to read with --columns",
			}
		}
		if slices.Contains(names[:k], names[k]) {
			return nil, &data.InputError{Found: fmt.Sprintf("two columns named %q", names[k]), Wanted: "want distinct names"}
		}
	}
	return names, nil
}

// checkKinds refuses a kind for a column that is not there.
func checkKinds(names []string, o Options) error {
	for name := range o.Kinds {
		if !slices.Contains(names, name) {
			return &data.InputError{Found: fmt.Sprintf("no column %q to be given a type", name), Wanted: "the columns are " + strings.Join(names, ", ")}
		}
	}
	return nil
}

// rawColumn is one column before its kind is known.
type rawColumn struct {
	name  string
	cells []string // trimmed
	lines []int    // of the file, for messages
}

func gather(t *textFile, names []string, chosen []int) ([]rawColumn, error) {
	columns := make([]rawColumn, len(chosen))
	for k := range columns {
		columns[k].name = names[k]
	}
	var lines []int
	for {
		record, err := t.next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, err
		}
		lines = append(lines, t.line)
		for k, i := range chosen {
			columns[k].cells = append(columns[k].cells, strings.TrimSpace(record[i]))
		}
	}
	if len(lines) == 0 {
		return nil, &data.InputError{Found: "a header and no data", Wanted: "want one line for each stimulus"}
	}
	for k := range columns {
		columns[k].lines = lines
	}
	return columns, nil
}

// infer settles the kind and converts the cells.
func (c rawColumn) infer(o Options) (*data.Column, error) {
	numbers, firstText := 0, -1
	missing := make([]bool, len(c.cells))
	values := make([]float64, len(c.cells))
	for i, cell := range c.cells {
		v, ok := parseNumber(cell)
		switch {
		case ok && !math.IsInf(v, 0):
			values[i] = v
			numbers++
		case !ok && o.isMissing(cell):
			values[i] = math.NaN()
			missing[i] = true
		case firstText < 0:
			firstText = i
		}
	}
	kind, told := o.Kinds[c.name]
	switch {
	case !told && numbers == 0 && firstText < 0:
		return nil, &data.InputError{Found: fmt.Sprintf("column %q has no values", c.name), Wanted: "want a feature that is known for some stimuli"}
	case !told && numbers > 0 && firstText >= 0:
		return nil, &data.InputError{
			Found:  fmt.Sprintf("line %d, column %q: %.40q among %d numbers", c.lines[firstText], c.name, c.cells[firstText], numbers),
			Wanted: "want all numbers or all categories",
			Hint:   "mend the cell, leave it empty if it is missing, or declare the column categorical",
		}
	case !told && numbers == 0:
		kind = data.Categorical
	}
	if kind == data.Categorical {
		return c.categorical(missing), nil
	}
	if firstText >= 0 {
		return nil, &data.InputError{
			Found:  fmt.Sprintf("line %d, column %q: %.40q", c.lines[firstText], c.name, c.cells[firstText]),
			Wanted: "want a finite number in a numeric column",
		}
	}
	return &data.Column{Name: c.name, Kind: data.Numeric, Values: values}, nil
}

func (c rawColumn) categorical(missing []bool) *data.Column {
	column := &data.Column{Name: c.name, Kind: data.Categorical, Codes: make([]int, len(c.cells))}
	codes := map[string]int{}
	for i, cell := range c.cells {
		if missing[i] {
			column.Codes[i] = -1
			continue
		}
		code, ok := codes[cell]
		if !ok {
			code = len(column.Levels)
			codes[cell] = code
			column.Levels = append(column.Levels, cell)
		}
		column.Codes[i] = code
	}
	return column
}
