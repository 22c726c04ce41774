package verb

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"simtool/internal/batch"
	"simtool/internal/data"
	"simtool/internal/io"
)

// SampleList is a file that lists samples: a name or a number from 0 a line, an array of
// numbers, or one of true and false with an element for each sample.
type SampleList struct {
	Source data.Source

	path  string
	unit  data.Unit
	lines []string
	mask  int // of how many samples an array of true and false tells which are meant; 0 for none
	warn  func(format string, args ...any)
}

// ReadSampleList reads a list of samples, which messages call by their unit.
func ReadSampleList(e *batch.Env, path string, unit data.Unit) (*SampleList, error) {
	l := &SampleList{path: path, unit: unit, warn: e.Warn}
	if isTextList(path) {
		content, err := e.ReadSmall(path, "the "+unit.String())
		if err != nil {
			return nil, err
		}
		for line := range strings.Lines(string(content)) {
			if line = strings.TrimSpace(line); line != "" {
				l.lines = append(l.lines, line)
			}
		}
		l.Source = dataio.ContentSource(path, content)
	} else {
		d, err := dataio.Read(path, dataio.Options{Hash: true, Bare: true})
		if err != nil {
			return nil, err
		}
		l.Source = d.Source
		if d.Source.DType == "bool" {
			l.mask = len(d.Values)
		}
		for i, v := range d.Values {
			if l.mask > 0 {
				if v == 0 {
					continue
				}
				v = float64(i)
			}
			if v != math.Trunc(v) {
				return nil, &data.InputError{Path: path, Found: fmt.Sprintf("the number %g", v), Wanted: "want numbers of " + unit.String() + ", from 0 on"}
			}
			l.lines = append(l.lines, strconv.FormatFloat(v, 'f', -1, 64))
		}
	}
	if len(l.lines) == 0 {
		return nil, &data.InputError{Path: path, Found: "no " + unit.String(), Wanted: "want names of " + unit.String() + ", or numbers from 0 on"}
	}
	return l, nil
}

// Of returns the numbers of the samples, of n in all. Where these have names and all lines
// are among one list of names, they are names; otherwise they are numbers, counted from 0.
func (l *SampleList) Of(names [][]string, n int) ([]int, error) {
	wrong := func(format string, args ...any) error {
		return &data.InputError{Path: l.path, Found: fmt.Sprintf(format, args...), Wanted: fmt.Sprintf("want names of %s, or numbers from 0 to %d", l.unit, n-1)}
	}
	if l.mask > 0 {
		if l.mask != n {
			return nil, &data.InputError{Path: l.path, Found: fmt.Sprintf("true or false of %d %s", l.mask, l.unit), Wanted: fmt.Sprintf("want that of all %d", n)}
		}
		names = nil
	}
	list := make([]int, len(l.lines))
	for _, of := range names {
		at := make(map[string]int, len(of))
		for i, name := range of {
			at[name] = i
		}
		if !slices.ContainsFunc(l.lines, func(line string) bool { _, ok := at[line]; return !ok }) {
			for k, line := range l.lines {
				list[k] = at[line]
			}
			l.warnOfNumbers(list)
			return list, nil
		}
	}
	for k, line := range l.lines {
		i, err := strconv.Atoi(line)
		switch {
		case err != nil:
			return nil, wrong("%q in line %d", line, k+1)
		case i < 0 || i >= n:
			return nil, wrong("number %d in line %d, of %d %s", i, k+1, n, l.unit)
		}
		list[k] = i
	}
	return list, nil
}

// warnOfNumbers says that numbers are taken for names, where they could be those of other
// samples.
func (l *SampleList) warnOfNumbers(list []int) {
	for k, line := range l.lines {
		if i, err := strconv.Atoi(line); err == nil && i != list[k] {
			l.warn("%s: its numbers are taken for the names of %s: %s is in row %d of the table, counted from 0", l.path, l.unit, line, list[k])
			return
		}
	}
}

// isTextList reports whether a file is read line by line.
func isTextList(path string) bool {
	for _, suffix := range slices.Concat(dataio.ArraySuffixes(), dataio.KeyedSuffixes()) {
		if strings.HasSuffix(dataio.FileOf(path), suffix) && suffix != ".csv" && suffix != ".txt" && suffix != ".tsv" {
			return false
		}
	}
	return true
}
