// Package interpret says what a score means for a recording: where it lies, what data of
// that score encode, and which scores by other measures go with it.
package interpret

import (
	"context"
	"math"
	"slices"
	"strconv"
	"strings"

	"simtool/internal/batch"
	"simtool/internal/data"
	"simtool/internal/io"
	"simtool/internal/measures"
	"simtool/internal/result"
	"simtool/internal/verb"
	"simtool/internal/verb/labels"
	"simtool/internal/verb/setting"
)

// Options say which scores to interpret, and how.
type Options struct {
	Scores     []string // MEASURE=SCORE
	Also       []string // measures whose ranges are looked for
	Starts     int      // datasets that are optimised to each score
	Components int      // principal components that are looked at
	Level      float64
	Labels     labels.Options
	Units      verb.Units
	Input      verb.Input
	Output     batch.Output
	Batch      verb.Batch

	targets []target
	also    []measures.Named
}

// target is a score by a measure.
type target struct {
	named   measures.Named
	score   float64
	ceiling float64 // of the recording, NaN where it is not known
}

// New returns the command with its defaults.
func New() *Options {
	return &Options{Also: []string{"cka", "nbs", "linreg"}, Starts: 4, Components: 8, Level: 0.95, Labels: labels.New(), Units: verb.NewUnits()}
}

// Settings implements verb.Command.
func (o *Options) Settings() *setting.Set {
	s := &setting.Set{}
	s.Strings(&o.Scores, "measures", "m", "scores to interpret, a `LIST` such as cka=0.8,nbs=0.6; of the table of scores, these measures")
	also := s.Strings(&o.Also, "also", "", "measures whose scores are related to each, a `LIST` separated by commas")
	also.Default, also.Complete = "cka,nbs,linreg", setting.MeasureList
	s.Count(&o.Starts, "starts", "", "`N` datasets that are optimised to each score, from random starts")
	s.Count(&o.Components, "components", "", "`N` largest principal components that are looked at")
	s.Float(&o.Level, "level", "", "level at which two scores count as different")
	o.Labels.Register(s)
	o.Units.Register(s)
	o.Input.Register(s)
	verb.RegisterTable(s, &o.Output)
	o.Batch.Register(s, "scores")
	return s
}

// Controls implements verb.Batched.
func (o *Options) Controls() *verb.Batch { return &o.Batch }

// Schema implements verb.Tabular.
func (o *Options) Schema(*batch.Env, []string) (*result.Schema, error) {
	return result.Interpretations.Schema, nil
}

// Run implements verb.Command.
func (o *Options) Run(ctx context.Context, e *batch.Env, args []string) error {
	job, err := o.Job(e, args)
	if err != nil {
		return err
	}
	return o.Batch.Run(ctx, e, job, o.Output)
}

// complete checks the options and works out the scores.
func (o *Options) complete(e *batch.Env, args []string) error {
	switch {
	case len(args) == 0 || len(args) > 2:
		return batch.Usagef("%s, want X and, if there is one, a table of scores", data.Counted(len(args), "file"))
	case !(o.Level > 0 && o.Level < 1):
		return batch.Configf("", "--level %g: want a number between 0 and 1, such as 0.95", o.Level)
	}
	if err := o.Labels.Check(); err != nil {
		return err
	}
	if err := o.Units.Read(&o.Input); err != nil {
		return err
	}
	o.Input.Beside(o.Units.Files())
	var err error
	if o.also, err = verb.ParseMeasures(o.Also, e.Seed); err != nil {
		return err
	}
	for _, m := range o.also {
		if err := differentiable(m); err != nil {
			return err
		}
	}
	if len(args) == 2 {
		if o.targets, err = fromTable(args[1], o.Scores, e.Seed); err != nil {
			return err
		}
	} else if o.targets, err = fromWords(o.Scores, e.Seed); err != nil {
		return err
	}
	if len(o.targets) == 0 {
		return batch.Usagef("no score, want -m MEASURE=SCORE or a table of scores")
	}
	return nil
}

// differentiable refuses a measure without a gradient.
func differentiable(m measures.Named) error {
	if _, ok := measures.AsDifferentiable(m.Measure); !ok {
		return verb.MeasureError(&measures.NameError{Name: m.Name, Reason: "it has no gradient, so no data can be moved to a score"})
	}
	return nil
}

// fromWords reads MEASURE=SCORE.
func fromWords(words []string, seed uint64) ([]target, error) {
	var out []target
	for _, word := range words {
		at := strings.LastIndex(word, "=")
		if at < 0 {
			return nil, batch.Configf("", "--measures %s: want MEASURE=SCORE, such as cka=0.8", word)
		}
		score, err := strconv.ParseFloat(word[at+1:], 64)
		if err != nil || math.IsNaN(score) || math.IsInf(score, 0) {
			return nil, batch.Configf("", "--measures %s: %q is no score, want MEASURE=SCORE, such as cka=0.8", word, word[at+1:])
		}
		if out, err = with(out, word[:at], score, math.NaN(), seed); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// with adds a target unless it is there.
func with(list []target, name string, score, ceiling float64, seed uint64) ([]target, error) {
	named, err := verb.ParseMeasures([]string{name}, seed)
	if err != nil {
		return nil, err
	}
	for _, m := range named {
		if err := differentiable(m); err != nil {
			return nil, err
		}
		c := m.Card()
		if score < c.Min || score > c.Max {
			return nil, batch.Configf("", "%s=%g: scores of this measure are from %g to %g", m.Name, score, c.Min, c.Max)
		}
		same := func(t target) bool { return t.named.Name == m.Name && t.score == score }
		if !slices.ContainsFunc(list, same) {
			list = append(list, target{m, score, ceiling})
		}
	}
	return list, nil
}

// fromTable reads the scores of a table that simtool score wrote, of those measures that
// have a gradient.
func fromTable(path string, only []string, seed uint64) ([]target, error) {
	table, err := dataio.ReadTable(path, dataio.Options{})
	if err != nil {
		return nil, err
	}
	measure, value := slices.Index(table.Columns, "measure"), slices.Index(table.Columns, "value")
	ceiling := slices.Index(table.Columns, "ceiling")
	if measure < 0 || value < 0 {
		return nil, &data.InputError{Path: path, Found: "columns " + strings.Join(table.Columns, ", "), Wanted: "want measure and value, as simtool score writes them"}
	}
	var out []target
	for _, row := range table.Rows {
		name, ok := row[measure].(string)
		if !ok || len(only) > 0 && !slices.Contains(only, name) {
			continue
		}
		score, ok := row[value].(float64)
		if !ok || math.IsNaN(score) {
			continue
		}
		named, err := verb.ParseMeasures([]string{name}, seed)
		if err != nil {
			return nil, batch.Named(err, path)
		}
		if differentiable(named[0]) != nil {
			continue
		}
		limit := math.NaN()
		if ceiling >= 0 {
			if v, ok := row[ceiling].(float64); ok {
				limit = v
			}
		}
		if out, err = with(out, name, score, limit, seed); err != nil {
			return nil, batch.Named(err, path)
		}
	}
	if len(out) == 0 {
		return nil, &data.InputError{Path: path, Found: "no score by a measure with a gradient", Wanted: "want at least one"}
	}
	return out, nil
}
