package plot

import (
	"encoding/csv"
	"errors"
	"io"
	"os"
	"slices"
	"strings"

	"simtool/internal/batch"
	"simtool/internal/data"
	"simtool/internal/figure"
	"simtool/internal/io"
)

// Columns of a file of names that has a header.
const (
	nameColumn  = "name"
	labelColumn = "label"
)

// shownNames reads pairs of a name in the results and the one to show, a line each. Where
// the first line has the columns name and label, they are found by it, in any order and among
// others; without it each line is the two names.
func shownNames(path string) (map[string]string, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, batch.Unreadable(path, err)
	}
	defer f.Close()
	r := csv.NewReader(f)
	r.FieldsPerRecord = -1
	r.TrimLeadingSpace = true
	r.Comment = '#'
	if strings.HasSuffix(strings.ToLower(path), ".tsv") {
		r.Comma = '\t'
	}
	names := map[string]string{}
	nameAt, labelAt, header := 0, 1, false
	for first := true; ; first = false {
		cells, err := r.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err == nil && first {
			at := func(column string) int {
				return slices.IndexFunc(cells, func(c string) bool {
					return strings.EqualFold(strings.TrimSpace(strings.TrimPrefix(c, "\uFEFF")), column)
				})
			}
			if n, l := at(nameColumn), at(labelColumn); n >= 0 && l >= 0 {
				nameAt, labelAt, header = n, l, true
				continue
			}
		}
		if err != nil || !header && len(cells) != 2 || header && len(cells) <= max(nameAt, labelAt) {
			return nil, &data.InputError{Path: path, Found: "a line that is not two names", Wanted: "want a name in the results, a comma, and the name to show, or a header with the columns name and label", Err: err}
		}
		name, label := strings.TrimSpace(cells[nameAt]), strings.TrimSpace(cells[labelAt])
		if other, ok := names[name]; ok && other != label {
			return nil, &data.InputError{Path: path, Found: "two names to show for " + name, Wanted: "want one"}
		}
		names[name] = label
	}
	return names, nil
}

// timesFile returns the file of --times, without a column.
func timesFile(path string) string {
	file, _ := splitColumn(path)
	return file
}

// splitColumn splits FILE:COLUMN, unless there is a file of the whole name or an archive
// that the rest is a key of.
func splitColumn(path string) (file, column string) {
	if _, err := os.Stat(path); err == nil || dataio.FileOf(path) != path {
		return path, ""
	}
	if at := strings.LastIndexByte(path, ':'); at > 0 {
		return path[:at], path[at+1:]
	}
	return path, ""
}

// times reads the times of bins; nil where none are asked for.
func (o *Options) times() (*figure.Times, error) {
	if o.Times == "" {
		return nil, nil
	}
	file, name := splitColumn(o.Times)
	table, err := dataio.ReadFeatures(file, dataio.Options{})
	if err != nil {
		return nil, err
	}
	columns, err := timeColumns(table, name)
	if err != nil {
		return nil, batch.Named(err, file)
	}
	t := &figure.Times{Unit: o.Unit, Onsets: o.Onset, File: file}
	for i := range columns[0].Len() {
		sum := 0.0
		for _, c := range columns {
			if c.IsMissing(i) {
				return nil, &data.InputError{Path: file, Found: "no number in a row of the column " + c.Name, Wanted: "want the time of each bin"}
			}
			sum += c.Values[i]
		}
		t.At = append(t.At, sum/float64(len(columns)))
	}
	if t.Unit == "" {
		t.Unit = unitOf(columns[0].Name)
	}
	return t, nil
}

// timeColumns returns the column of times, or those of starts and ends.
func timeColumns(table *data.Table, name string) ([]*data.Column, error) {
	if name != "" {
		c, err := table.Column(name)
		if err != nil {
			return nil, err
		}
		if c.Kind != data.Numeric {
			return nil, &data.InputError{Found: "no numbers in the column " + name, Wanted: "want times"}
		}
		return []*data.Column{c}, nil
	}
	var numeric, ends []*data.Column
	for _, c := range table.Columns {
		if c.Kind != data.Numeric {
			continue
		}
		numeric = append(numeric, c)
		if lower := strings.ToLower(c.Name); strings.Contains(lower, "start") || strings.Contains(lower, "end") {
			ends = append(ends, c)
		}
	}
	if at := slices.IndexFunc(numeric, func(c *data.Column) bool { return strings.ToLower(c.Name) == "time" }); at >= 0 {
		return numeric[at : at+1], nil
	}
	switch {
	case len(ends) == 2:
		return ends, nil
	case len(numeric) == 0:
		return nil, &data.InputError{Found: "no column of numbers", Wanted: "want the times of the bins"}
	}
	return numeric[:1], nil
}

// timeUnit finds a unit of time that stands by itself in the name of a column.
var timeUnit = data.Pattern(`(?:^|[^A-Za-z])(ns|us|µs|ms|s|sec|min|h)(?:[^A-Za-z]|$)`)

func unitOf(column string) string {
	if m := timeUnit().FindStringSubmatch(column); m != nil {
		return m[1]
	}
	return ""
}
