package verbmlem

import (
	"slices"

	"simtool/internal/batch"
	"simtool/internal/data"
	"simtool/internal/verb"
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

// roles reads a split. It is nil where none is given.
func (o *Split) roles(e *batch.Env, files *stimulusFiles) ([]verb.Role, error) {
	if !o.given() {
		return nil, nil
	}
	var lists [2]*verb.SampleList
	for k, path := range []string{o.Train, o.Test} {
		if path == "" {
			continue
		}
		var err error
		if lists[k], err = verb.ReadSampleList(e, path, data.Stimuli); err != nil {
			return nil, err
		}
		files.sources = append(files.sources, lists[k].Source)
	}
	roles, err := verb.RolesOf(lists[0], lists[1], files.stimulusNames(), files.count())
	if err != nil {
		return nil, err
	}
	if !slices.Contains(roles, verb.Training) {
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
