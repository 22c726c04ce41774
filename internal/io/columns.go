package dataio

import (
	"fmt"
	"strconv"
	"strings"

	"simtool/internal/data"
)

// selectColumns resolves Options.Columns to positions counted from 0.
func selectColumns(t *textFile, specs []string) ([]int, error) {
	if specs == nil {
		all := make([]int, t.width)
		for i := range all {
			all[i] = i
		}
		return all, nil
	}
	var chosen []int
	taken := make([]bool, t.width)
	for _, spec := range specs {
		from, to, err := resolve(t, strings.TrimSpace(spec))
		if err != nil {
			return nil, err
		}
		for i := from; i <= to; i++ {
			if taken[i] {
				return nil, &data.InputError{Found: t.name(i) + " chosen twice", Wanted: "want each column once"}
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
func resolve(t *textFile, spec string) (from, to int, err error) {
	at := -1
	for i, name := range t.names {
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
		return 0, 0, unknownColumn(t, spec)
	}
	switch {
	case !isRange:
		to = from
	case last == "":
		to = t.width
	default:
		if to, err = strconv.Atoi(last); err != nil {
			return 0, 0, unknownColumn(t, spec)
		}
	}
	if from < 1 || to < from || to > t.width {
		return 0, 0, &data.InputError{Found: "no columns " + spec, Wanted: fmt.Sprintf("want positions from 1 to %d", t.width)}
	}
	return from - 1, to - 1, nil
}

func unknownColumn(t *textFile, spec string) error {
	e := &data.InputError{Found: fmt.Sprintf("no column %q", spec), Wanted: fmt.Sprintf("want a position from 1 to %d, for there is no header", t.width)}
	if t.names != nil {
		e.Wanted = "the columns are " + strings.Join(t.names[:min(len(t.names), maxListed)], ", ")
		if len(t.names) > maxListed {
			e.Wanted += ", …"
		}
	}
	return e
}

// ranges renders positions counted from 0 as Columns takes them: "2-5,7".
func ranges(positions []int) string {
	var parts []string
	for i := 0; i < len(positions); {
		j := i
		for j+1 < len(positions) && positions[j+1] == positions[j]+1 {
			j++
		}
		part := strconv.Itoa(positions[i] + 1)
		if j > i {
			part += "-" + strconv.Itoa(positions[j]+1)
		}
		parts = append(parts, part)
		i = j + 1
	}
	return strings.Join(parts, ",")
}
