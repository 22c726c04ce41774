package dataio

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"simtool/internal/data"
)

// columnList is what a file says of its columns.
type columnList struct {
	names []string // nil where it does not name them
	width int      // how many there are
	ids   int      // the column that names the rows, counted from 1; 0 for none
}

// name is the name of column i, or its position counted from 1.
func (l columnList) name(i int) string {
	if l.names == nil {
		return fmt.Sprintf("column %d", i+1)
	}
	return fmt.Sprintf("column %q", l.names[i])
}

// shortName names column i as Columns and IDs take it.
func (l columnList) shortName(i int) string {
	if l.names == nil || l.names[i] == "" {
		return strconv.Itoa(i + 1)
	}
	return l.names[i]
}

// choose resolves Options.Columns to positions counted from 0.
func (l columnList) choose(specs []string) ([]int, error) {
	if specs == nil {
		return l.others(l.ids - 1), nil
	}
	var chosen []int
	taken := make([]bool, l.width)
	for _, spec := range specs {
		from, to, err := l.resolve(strings.TrimSpace(spec))
		if err != nil {
			return nil, err
		}
		for i := from; i <= to; i++ {
			if taken[i] {
				return nil, &data.InputError{Found: l.name(i) + " chosen twice", Wanted: "want each column once"}
			}
			taken[i] = true
			chosen = append(chosen, i)
		}
	}
	if len(chosen) == 0 {
		return nil, &data.InputError{Found: "no columns chosen", Wanted: "want at least one"}
	}
	return chosen, nil
}

// resolve returns the first and last position that spec means: a name, or a
// range of positions counted from 1.
func (l columnList) resolve(spec string) (from, to int, err error) {
	at := -1
	for i, name := range l.names {
		if name != spec {
			continue
		}
		if at >= 0 {
			return 0, 0, &data.InputError{Found: fmt.Sprintf("two columns named %q", spec), Wanted: "want a position, counted from 1"}
		}
		at = i
	}
	if at >= 0 {
		return at, at, nil
	}
	first, last, isRange := strings.Cut(spec, "-")
	from, err = strconv.Atoi(first)
	if err != nil {
		return 0, 0, l.unknown(spec)
	}
	switch {
	case !isRange:
		to = from
	case last == "":
		to = l.width
	default:
		if to, err = strconv.Atoi(last); err != nil {
			return 0, 0, l.unknown(spec)
		}
	}
	if from < 1 || to < from || to > l.width {
		return 0, 0, &data.InputError{Found: "no columns " + spec, Wanted: fmt.Sprintf("want positions from 1 to %d", l.width)}
	}
	return from - 1, to - 1, nil
}

func (l columnList) unknown(spec string) *data.InputError {
	e := &data.InputError{Found: fmt.Sprintf("no column %q", spec), Wanted: fmt.Sprintf("want a position from 1 to %d, for there is no header", l.width)}
	if l.names != nil {
		e.Wanted = "the columns are " + firstOf(l.names)
	}
	return e
}

// featureNames returns the names of the chosen columns and refuses empty and
// repeated ones.
func (l columnList) featureNames(chosen []int) ([]string, error) {
	names := make([]string, len(chosen))
	for k, i := range chosen {
		if l.names == nil {
			names[k] = fmt.Sprintf("f%d", i+1)
			continue
		}
		names[k] = l.names[i]
		if names[k] == "" {
			return nil, &data.InputError{
				Found:  fmt.Sprintf("column %d without a name, such as the row index that pandas writes", i+1),
				Wanted: "want a name for each feature",
				Hint:   "give it a name, or take it out of the file",
			}
		}
		if slices.Contains(names[:k], names[k]) {
			return nil, &data.InputError{Found: fmt.Sprintf("two columns named %q", names[k]), Wanted: "want distinct names"}
		}
	}
	return names, nil
}

// ranges renders positions counted from 0 as Columns takes them, so that they mean
// the same of a file with other columns behind: "2,4-7", or "2-" to the last.
func (l columnList) ranges(positions []int) string {
	var parts []string
	for i := 0; i < len(positions); {
		j := i
		for j+1 < len(positions) && positions[j+1] == positions[j]+1 {
			j++
		}
		part := strconv.Itoa(positions[i] + 1)
		switch {
		case positions[j] == l.width-1 && j > i:
			part += "-"
		case j > i:
			part += "-" + strconv.Itoa(positions[j]+1)
		}
		parts = append(parts, part)
		i = j + 1
	}
	return strings.Join(parts, ",")
}
