package dataio

import (
	"errors"
	"io"
	"math"
	"slices"
	"strconv"

	"simtool/internal/data"
)

// ReadTable reads a result table that a TableWriter wrote as csv, tsv, json or
// jsonl, gzipped or not, as a whole. Writing it again in the same format gives
// the same bytes; OpenTable reads row by row what need not be in memory.
//
// A column of csv and tsv is numeric when all its cells that are not empty are
// numbers, and none has a sign or zeros in front that a number would lose: 007
// is a label. Whole numbers are int, others float64. White space around the
// names of columns is left out, and a # before the first, as in other texts.
//
// Errors are *data.InputError.
func ReadTable(path string, o Options) (*Table, error) {
	r, err := OpenTable(path, o)
	if err != nil {
		return nil, err
	}
	defer r.in.close()
	return r.readAll()
}

// ReadTableAndSource is ReadTable with a description of the file, with its digest. It reads
// the file one time, which may be a pipe.
func ReadTableAndSource(path string, o Options) (*Table, data.Source, error) {
	o.Hash = true
	r, err := OpenTable(path, o)
	if err != nil {
		return nil, data.Source{}, err
	}
	defer r.in.close()
	t, err := r.readAll()
	if err != nil {
		return nil, data.Source{}, err
	}
	source, err := r.Source()
	return t, source, err
}

// readAll reads the rest of the table.
func (r *TableReader) readAll() (*Table, error) {
	t := &Table{Schema: r.Schema(), Columns: r.Columns()}
	var held cellTally
	for {
		cells, err := r.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, err
		}
		t.Rows = append(t.Rows, slices.Clone(cells))
		text := 0
		for _, c := range cells {
			if s, ok := c.(string); ok {
				text += len(s)
			}
		}
		if err := held.add(1, len(cells), text); err != nil {
			return nil, r.in.fail(err)
		}
	}
	if r.format == CSV || r.format == TSV {
		t.Columns = headerNames(t.Columns)
		t.parseColumns()
	}
	return t, nil
}

// parseColumns turns the cells of columns that are numeric, all of them text so
// far, into numbers.
func (t *Table) parseColumns() {
	for i := range t.Columns {
		text := slices.ContainsFunc(t.Rows, func(row []any) bool {
			return row[i] != nil && parseCell(row[i].(string)) == nil
		})
		if text {
			continue
		}
		for _, row := range t.Rows {
			if row[i] != nil {
				row[i] = parseCell(row[i].(string))
			}
		}
	}
}

// parseCell returns the number that field spells, or nil: an int if that is how
// an int is written, else a float64, the three undefined ones included.
func parseCell(field string) any {
	if n, err := strconv.Atoi(field); err == nil && strconv.Itoa(n) == field {
		return n
	}
	if v, ok := parseUndefined(field); ok {
		return v
	}
	padded := len(field) > 1 && field[0] == '0' && field[1] >= '0' && field[1] <= '9'
	if v, ok := parseNumber(field); ok && !math.IsInf(v, 0) && !padded && field[0] != '+' {
		return v
	}
	return nil
}

// parseUndefined returns the value that floatText spells so, if it is one that
// is not finite.
func parseUndefined(field string) (float64, bool) {
	switch field {
	case "NaN":
		return math.NaN(), true
	case "inf":
		return math.Inf(1), true
	case "-inf":
		return math.Inf(-1), true
	}
	return 0, false
}
