package verbmlem

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"simtool/internal/batch"
	"simtool/internal/data"
	"simtool/internal/io"
	"simtool/internal/verb/setting"
)

// Split is the options of a given split: which stimuli are fitted to, and which are scored.
type Split struct {
	Train string // file of stimuli, "" for all that are not in Test
	Test  string // file of stimuli, "" for all that are not in Train
}

// Register declares the options.
func (o *Split) Register(s *setting.Set) {
	s.String(&o.Train, "train", "", "stimuli to fit to, a number from 0 or a name a line, or an array of numbers, `FILE` (default: those not in --test)")
	s.String(&o.Test, "test", "", "stimuli to score, none of which is fitted to, `FILE` (default: those not in --train)")
}

// given reports whether there is a split.
func (o *Split) given() bool { return o != nil && o.Train+o.Test != "" }

// role is the part that a stimulus has in a given split.
type role int

const (
	unused role = iota
	training
	test
)

// roles reads a split. It is nil where none is given.
func (o *Split) roles(e *batch.Env, files *stimulusFiles) ([]role, error) {
	if !o.given() {
		return nil, nil
	}
	n := files.count()
	names := files.stimulusNames()
	roles := make([]role, n)
	for _, part := range []struct {
		path string
		role role
	}{{o.Train, training}, {o.Test, test}} {
		if part.path == "" {
			continue
		}
		list, source, err := readStimulusList(e, part.path, names, n)
		if err != nil {
			return nil, err
		}
		files.sources = append(files.sources, source)
		for _, i := range list {
			if roles[i] != unused {
				where := "twice"
				if roles[i] != part.role {
					where = "in --train and --test"
				}
				return nil, &data.InputError{Path: part.path, Found: fmt.Sprintf("stimulus %d is %s", i, where), Wanted: "want each stimulus one time"}
			}
			roles[i] = part.role
		}
	}
	rest := unused
	switch {
	case o.Train == "":
		rest = training
	case o.Test == "":
		rest = test
	}
	trained := 0
	for i, r := range roles {
		if r == unused {
			roles[i] = rest
		}
		if roles[i] == training {
			trained++
		}
	}
	if trained == 0 {
		return nil, &data.InputError{Path: o.Test, Found: "all stimuli", Wanted: "want some to fit to"}
	}
	return roles, nil
}

// stimulusNames returns what the stimuli are called: the names of the rows of their table,
// and the columns that have another category for each stimulus.
func (f *stimulusFiles) stimulusNames() [][]string {
	if f.table == nil {
		return nil
	}
	var all [][]string
	if f.table.RowNames != nil {
		all = append(all, f.table.RowNames)
	}
	for _, c := range f.table.Columns {
		if c.Kind != data.Categorical || len(c.Levels) != c.Len() || c.Missing() > 0 {
			continue
		}
		names := make([]string, c.Len())
		for i, code := range c.Codes {
			names[i] = c.Levels[code]
		}
		all = append(all, names)
	}
	return all
}

// readStimulusList reads which stimuli a file lists. Where the stimuli have names and all
// lines are among these, they are names; otherwise they are numbers, counted from 0.
func readStimulusList(e *batch.Env, path string, names [][]string, n int) ([]int, data.Source, error) {
	wrong := func(format string, args ...any) error {
		return &data.InputError{Path: path, Found: fmt.Sprintf(format, args...), Wanted: fmt.Sprintf("want names of stimuli, or numbers from 0 to %d", n-1)}
	}
	var lines []string
	var source data.Source
	if isTextList(path) {
		content, err := e.ReadSmall(path, "the stimuli")
		if err != nil {
			return nil, source, err
		}
		for line := range strings.Lines(string(content)) {
			if line = strings.TrimSpace(line); line != "" {
				lines = append(lines, line)
			}
		}
		source = dataio.ContentSource(path, content)
	} else {
		d, err := dataio.Read(path, dataio.Options{Hash: true, Bare: true})
		if err != nil {
			return nil, source, err
		}
		source = d.Source
		for _, v := range d.Values {
			if v != math.Trunc(v) {
				return nil, source, wrong("the number %g", v)
			}
			lines = append(lines, strconv.FormatFloat(v, 'f', -1, 64))
		}
	}
	if len(lines) == 0 {
		return nil, source, wrong("no stimuli")
	}
	list := make([]int, len(lines))
	for _, of := range names {
		if at := numbersOf(of); !slices.ContainsFunc(lines, func(line string) bool { _, ok := at[line]; return !ok }) {
			for k, line := range lines {
				list[k] = at[line]
			}
			return list, source, nil
		}
	}
	for k, line := range lines {
		i, err := strconv.Atoi(line)
		switch {
		case err != nil:
			return nil, source, wrong("%q in line %d", line, k+1)
		case i < 0 || i >= n:
			return nil, source, wrong("stimulus number %d in line %d, of %d stimuli", i, k+1, n)
		}
		list[k] = i
	}
	return list, source, nil
}

// numbersOf numbers names.
func numbersOf(names []string) map[string]int {
	at := make(map[string]int, len(names))
	for i, name := range names {
		at[name] = i
	}
	return at
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
