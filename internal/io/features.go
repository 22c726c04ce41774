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
// that are not); with HeaderNo they are f1, f2, …. A first column without a name names
// the stimuli (data.Table.RowNames) and is no feature. o.Axes and o.Missing do not
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
	f, err := in.format(o)
	if err != nil {
		return nil, err
	}
	open := f.columns
	if open == nil {
		open = f.arrayCells
	}
	cells, err := open(in, o)
	if err != nil {
		return nil, err
	}
	chosen, err := cells.choose(o.Columns)
	if err != nil {
		return nil, err
	}
	names, err := cells.featureNames(chosen)
	if err != nil {
		return nil, err
	}
	if err := checkKinds(names, o); err != nil {
		return nil, err
	}
	columns, rowNames, err := gather(cells, chosen, names)
	if err != nil {
		return nil, err
	}
	table := &data.Table{RowNames: distinctNames(rowNames), Markers: o.Markers}
	if table.Markers == nil {
		table.Markers = DefaultMarkers
	}
	for _, c := range columns {
		column, err := c.infer(o)
		if err != nil {
			return nil, err
		}
		table.Columns = append(table.Columns, column)
	}
	table.Source, err = in.source(f.name, cells.dtype, append([]int{table.Rows()}, cells.rest...))
	if table.RowNames != nil {
		table.Source.Names = cells.name(cells.ids - 1)
	}
	return table, err
}

// distinctNames returns names that tell rows apart, or nil.
func distinctNames(names []string) []string {
	if len(names) == 0 || !namesFit(names, []int{len(names)}) {
		return nil
	}
	return names
}

// cellTable is what a format makes of a table of features.
type cellTable struct {
	columnList
	dtype string
	rest  []int // shape in the file, without the rows

	// next returns the cells of the next row as text, good until the next call,
	// and its line for messages; io.EOF after the last.
	next func() (cells []string, line int, err error)
}

// arrayCells hands out the columns of a 1-d or 2-d array.
func (f *inputFormat) arrayCells(in *input, o Options) (*cellTable, error) {
	a, err := f.read(in, o)
	if err != nil {
		return nil, err
	}
	d, err := data.New(a.values, a.shape...)
	if err != nil {
		return nil, err
	}
	if d.Is3D() {
		return nil, &data.InputError{Found: "a 3-d array of shape " + data.ShapeString(d.Shape), Wanted: "want stimuli × features"}
	}
	t := &cellTable{columnList: columnList{width: d.Width()}, dtype: a.dtype, rest: a.fileShape[1:]}
	cells := make([]string, d.Width())
	row := 0
	t.next = func() ([]string, int, error) {
		if row == d.Samples() {
			return nil, 0, io.EOF
		}
		for j := range cells {
			cells[j] = ""
			if v := d.Values[row*d.Width()+j]; !math.IsNaN(v) {
				cells[j] = floatText(v)
			}
		}
		row++
		return cells, row, nil
	}
	return t, nil
}

// checkKinds refuses a kind for a column that is not there.
func checkKinds(names []string, o Options) error {
	for name := range o.Kinds {
		if !slices.Contains(names, name) {
			return data.NoColumn(name, names)
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

// gather reads the chosen columns, and the names of the rows.
func gather(t *cellTable, chosen []int, names []string) (columns []rawColumn, rowNames []string, err error) {
	columns = make([]rawColumn, len(chosen))
	var lines []int
	var held cellTally
	for {
		cells, line, err := t.next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, nil, err
		}
		lines = append(lines, line)
		if t.ids > 0 {
			rowNames = append(rowNames, strings.TrimSpace(cells[t.ids-1]))
		}
		text := 0
		for k, i := range chosen {
			columns[k].cells = append(columns[k].cells, strings.TrimSpace(cells[i]))
			text += len(cells[i])
		}
		if err := held.add(1, len(chosen), text); err != nil {
			return nil, nil, err
		}
	}
	if len(lines) == 0 {
		return nil, nil, &data.InputError{Found: "a header and no data", Wanted: "want one line for each stimulus"}
	}
	for k := range columns {
		columns[k].name, columns[k].lines = names[k], lines
	}
	return columns, rowNames, nil
}

// infer settles the kind and converts the cells.
func (c rawColumn) infer(o Options) (*data.Column, error) {
	numbers, firstText := 0, -1
	missing := make([]bool, len(c.cells))
	values := make([]float64, len(c.cells))
	var markers []string // that are found
	for i, cell := range c.cells {
		v, ok := parseNumber(cell)
		switch {
		case o.isMissing(cell):
			values[i] = math.NaN()
			missing[i] = true
			if !slices.Contains(markers, cell) {
				markers = append(markers, cell)
			}
		case ok && !math.IsInf(v, 0):
			values[i] = v
			numbers++
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
			Hint:   "mend the cell, declare the column categorical, or say that it is missing: --na " + quoted(c.cells[firstText]),
		}
	case !told && numbers == 0:
		kind = data.Categorical
	}
	if kind == data.Categorical {
		column := c.categorical(missing)
		column.MissingAs = markers
		return column, nil
	}
	if firstText >= 0 {
		return nil, &data.InputError{
			Found:  fmt.Sprintf("line %d, column %q: %.40q", c.lines[firstText], c.name, c.cells[firstText]),
			Wanted: "want a finite number in a numeric column",
		}
	}
	return &data.Column{Name: c.name, Kind: data.Numeric, Values: values, MissingAs: markers}, nil
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
