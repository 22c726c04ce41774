// Package compare says which of several models is more similar to a recording.
package compare

import (
	"context"
	"slices"

	"simtool/internal/batch"
	"simtool/internal/data"
	"simtool/internal/measures"
	"simtool/internal/result"
	"simtool/internal/verb"
	"simtool/internal/verb/setting"
)

// Options say what to compare and how.
type Options struct {
	Measures []string // names, or "default" or "all"
	Per      string   // "time", or "" for all samples at once
	Units    verb.Units
	Level    float64
	// Permutations is the number of random pairings of the best of all models, 0 for none.
	Permutations int
	Ranks        string // file of the models with their ranks, "" for none
	Input        verb.Input
	Output       batch.Output

	named []measures.Named
	paths []string
}

// New returns the command with its defaults.
func New() *Options {
	return &Options{Measures: []string{"cka"}, Units: verb.NewUnits(), Level: 0.95}
}

// Settings implements verb.Command.
func (o *Options) Settings() *setting.Set {
	s := &setting.Set{}
	m := s.Strings(&o.Measures, "measures", "m", "measures to compare by, a `LIST` separated by commas")
	m.Default, m.Complete = "cka", setting.MeasureList
	s.Choice(&o.Per, "per", "", "compare in each time bin by itself", "time")
	o.Units.Register(s)
	s.Float(&o.Level, "level", "", "level of the intervals; models differ where p_adj is below 1 − level")
	s.Int(&o.Permutations, "permutations", "", "random pairings of the samples, such as 999, that the best of all models is compared with; 0 for none")
	s.String(&o.Ranks, "ranks", "", "write the models with their ranks, and the groups that do not differ, to `FILE`")
	o.Input.Register(s)
	o.Input.RegisterPairing(s)
	verb.RegisterTable(s, &o.Output)
	return s
}

// Schema implements verb.Tabular.
func (o *Options) Schema(e *batch.Env, args []string) (*result.Schema, error) {
	if err := o.complete(e, args); err != nil {
		return nil, err
	}
	return o.table().Schema, nil
}

// table is the table of the differences.
func (o *Options) table() result.Of[result.Contrast] {
	if o.Per != "" {
		return result.Contrasts.With(o.Per)
	}
	return result.Contrasts
}

// Run implements verb.Command.
func (o *Options) Run(ctx context.Context, e *batch.Env, args []string) error {
	if err := o.complete(e, args); err != nil {
		return err
	}
	job, err := o.job(e)
	if err != nil {
		return err
	}
	return job.Run(ctx, e, o.Output, batch.Control{Shard: batch.Whole})
}

// complete checks the options.
func (o *Options) complete(e *batch.Env, args []string) error {
	var err error
	if o.paths, err = verb.ExpandPaths(args); err != nil {
		return err
	}
	if o.named, err = verb.ParseMeasures(o.Measures, e.Seed); err != nil {
		return err
	}
	stdin := func(path string) bool { return !batch.IsStdin(path) }
	switch {
	case len(o.paths) < 3:
		return batch.Usagef("%s, want a recording X and at least two models", data.Counted(len(o.paths), "file"))
	case len(slices.DeleteFunc(slices.Clone(o.paths), stdin)) > 1:
		return batch.Usagef("standard input can be only one of the files")
	case !(o.Level > 0 && o.Level < 1):
		return batch.Configf("", "--level %g: want a number between 0 and 1, such as 0.95", o.Level)
	case o.Permutations < 0:
		return batch.Configf("", "--permutations %d: want 0 or more", o.Permutations)
	case o.Ranks != "" && !o.Output.ToFile():
		return batch.Usagef("--ranks goes with --output: a manifest tells of both files")
	}
	if err := o.Units.Read(&o.Input); err != nil {
		return err
	}
	o.Input.Beside(o.Units.Files())
	return o.Input.Of(o.paths...)
}
