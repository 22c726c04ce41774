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

// csvFormat and tsvFormat read samples × features, one sample a line.
var (
	csvFormat = textFormat("csv", ',', ".csv")
	tsvFormat = textFormat("tsv", '\t', ".tsv", ".tab")
)

// textFormat is the format of text whose fields a character separates.
func textFormat(name string, comma rune, suffixes ...string) inputFormat {
	return inputFormat{
		name:     name,
		suffixes: suffixes,
		sniff:    func(head []byte) bool { return looksLikeText(head) && tabFirst(head) == (comma == '\t') },
		read:     func(in *input, o Options) (*array, error) { return readText(in, comma, o) },
		rows:     func(in *input, o Options) (*rowBody, error) { return textRows(in, comma, o) },
		columns:  func(in *input, o Options) (*cellTable, error) { return textCells(in, comma, o) },
	}
}

// textCells hands out the fields of the lines of a table whose columns have names.
func textCells(in *input, comma rune, o Options) (*cellTable, error) {
	t, err := openText(in, comma, o, asFeatures)
	if err != nil {
		return nil, err
	}
	next := func() ([]string, int, error) {
		record, err := t.next()
		return record, t.line, err
	}
	return &cellTable{columnList: t.columnList, dtype: "text", rest: []int{t.width}, next: next}, nil
}

func readText(in *input, comma rune, o Options) (*array, error) {
	t, err := openText(in, comma, o, asRecording)
	if err != nil {
		return nil, err
	}
	chosen, err := t.choose(o.Columns)
	if err != nil {
		return nil, err
	}
	if err := checkUnnamed(t, o); err != nil {
		return nil, err
	}
	var values []float64
	var names []string
	var held cellTally // names
	precision := data.Precision{Stored: data.Integer}
	watch := t.watchIndex(chosen, o)
	rows := 0
	for ; ; rows++ {
		record, err := t.next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, err
		}
		if rows == 0 {
			if err := checkLabels(t, record, chosen, o); err != nil {
				return nil, err
			}
		}
		for _, i := range chosen {
			v, err := t.number(record, i, o)
			if err != nil {
				return nil, err
			}
			values = append(values, v)
			if v == v {
				precision = precision.WithText(record[i])
			}
		}
		watch.look(values[rows*len(chosen):])
		if t.ids > 0 {
			names = append(names, t.rowName(record))
			if err := held.add(1, 1, len(names[rows])); err != nil {
				return nil, err
			}
		}
		if err := allowNumbers(len(values), growingBytes); err != nil {
			return nil, err
		}
	}
	if rows == 0 {
		return nil, &data.InputError{Found: "a header and no data", Wanted: "want one line for each sample"}
	}
	if err := watch.check(); err != nil {
		return nil, err
	}
	a := &array{values: values, shape: []int{rows, len(chosen)}, fileShape: []int{rows, t.width}, dtype: "text", precision: precision}
	if t.ids > 0 {
		if a.names, err = t.checkNames(names, o); err != nil {
			return nil, err
		}
		if a.names != nil {
			a.namesFrom = t.name(t.ids - 1)
		}
	}
	if t.names != nil {
		for _, i := range chosen {
			a.features = append(a.features, t.names[i])
		}
	}
	return a, nil
}

// number parses field i of a record; a missing value is NaN.
func (t *textFile) number(record []string, i int, o Options) (float64, error) {
	field := strings.TrimSpace(record[i])
	if v, ok := parseNumber(field); ok {
		return v, nil
	}
	if o.isMissing(field) {
		return math.NaN(), nil
	}
	return 0, &data.InputError{
		Found:  fmt.Sprintf("line %d, %s: %.40q", t.line, t.name(i), record[i]),
		Wanted: "want a number",
	}
}

// checkUnnamed refuses a column without a name that is no index: nobody knows what
// it holds.
func checkUnnamed(t *textFile, o Options) error {
	if t.names == nil || o.Columns != nil {
		return nil
	}
	var named []int
	unnamed := false
	for i, name := range t.names {
		if name != "" {
			named = append(named, i)
		} else if i != t.ids-1 {
			unnamed = true
		}
	}
	if !unnamed || len(named) == 0 {
		return nil
	}
	e := &data.InputError{
		Found:  "a column without a name",
		Wanted: "want to know which columns are data",
	}
	mends(e, Choice{"columns", t.ranges(named), "reads the named ones"})
	if t.bare {
		e.Hint = "give it a name, or take it out of the file"
	}
	return e
}

// checkLabels refuses columns of text by name, all at once, from the first
// record of data.
func checkLabels(t *textFile, record []string, chosen []int, o Options) error {
	var labels []string
	var numeric, text []int
	for _, i := range chosen {
		if _, err := t.number(record, i, o); err != nil {
			text = append(text, i)
			labels = append(labels, fmt.Sprintf("%s (%.20q)", t.name(i), record[i]))
		} else {
			numeric = append(numeric, i)
		}
	}
	if len(labels) == 0 {
		return nil
	}
	list := strings.Join(labels[:min(len(labels), 4)], ", ")
	if len(labels) > 4 {
		list += fmt.Sprintf(" and %d more", len(labels)-4)
	}
	e := &data.InputError{Found: fmt.Sprintf("line %d: text in %s", t.line, list), Wanted: "want numbers only"}
	switch {
	case len(numeric) > 0 && t.bare:
		e.Hint = t.without(text)
	case len(numeric) > 0 && chosen[0] == 0 && slices.Equal(numeric, t.others(0)):
		mends(e, Choice{"ids", t.shortName(0), "reads that column as the names of the samples"}, Choice{"columns", t.ranges(numeric), "leaves it out"})
	case len(numeric) > 0:
		mends(e, Choice{"columns", t.ranges(numeric), "reads the numeric columns"})
	case decimalComma(record[chosen[0]]) && t.comma == ',':
		// In such a file they stand between quotation marks.
		e.Hint = `if the commas are decimal commas, make points of them: sed 's/\([0-9]\),\([^",]*"\)/\1.\2/g' FILE`
	case decimalComma(record[chosen[0]]):
		e.Hint = "if the commas are decimal commas, make points of them: tr , . < FILE"
	case strings.Contains(record[chosen[0]], ";"):
		e.Hint = "the fields look separated by semicolons; save the file with commas or tabs"
	case strings.Contains(strings.TrimSpace(record[chosen[0]]), " "):
		e.Hint = "the fields look separated by spaces; save the file with commas or tabs"
	}
	return e
}

// decimalComma reports whether a field is a number but for a comma in place of the
// point.
func decimalComma(field string) bool {
	field = strings.TrimSpace(field)
	return strings.Count(field, ",") == 1 && isDecimal(strings.Replace(field, ",", ".", 1))
}
