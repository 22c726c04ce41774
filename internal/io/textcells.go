package dataio

import (
	"fmt"
	"slices"

	"simtool/internal/data"
)

// textCells opens a table of features, whose columns have names.
func textCells(in *input, comma rune, o Options) (*cellTable, error) {
	t, err := openText(in, comma, o, true)
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
	cells := make([]string, len(chosen))
	next := func() ([]string, int, error) {
		record, err := t.next()
		if err != nil {
			return nil, 0, err
		}
		for k, i := range chosen {
			cells[k] = record[i]
		}
		return cells, t.line, nil
	}
	return &cellTable{names: names, dtype: "text", rest: []int{t.width}, next: next}, nil
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
