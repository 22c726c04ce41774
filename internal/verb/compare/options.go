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

// The methods.
const (
	jackknife   = "jackknife"
	schuett2023 = "schuett2023"
)

// Options say what to compare and how.
type Options struct {
	Measures []string // names, or "default" or "all"
	Per      string   // "time", or "" for all samples at once
	Units    verb.Units
	Level    float64
	// Permutations is the number of random pairings of the best of all models, 0 for none.
	Permutations int
	Method       string   // jackknife, or schuett2023
	Subjects     []string // other subjects than X, for schuett2023
	Ranks        string   // file of the models with their ranks, "" for none
	Input        verb.Input
	Output       batch.Output

	named    []measures.Named
	paths    []string // X and its models
	subjects []string // besides X
}

// files returns all recordings: X, its models, and the other subjects.
func (o *Options) files() []string { return slices.Concat(o.paths, o.subjects) }

// New returns the command with its defaults.
func New() *Options {
	return &Options{Measures: []string{"cka"}, Units: verb.NewUnits(), Level: 0.95, Method: jackknife}
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
	s.Choice(&o.Method, "method", "", "errors by leaving out units (jackknife), or by the dual bootstrap of subjects and stimuli, for rsa (schuett2023)", jackknife, schuett2023)
	s.Strings(&o.Subjects, "subject", "", "`FILES` of other subjects than X with its samples: schuett2023 compares means over subjects")
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
	if o.subjects, err = verb.ExpandPaths(o.Subjects); err != nil {
		return err
	}
	if o.named, err = verb.ParseMeasures(o.Measures, e.Seed); err != nil {
		return err
	}
	stdin := func(path string) bool { return !batch.IsStdin(path) }
	switch {
	case len(o.paths) < 3:
		return batch.Usagef("%s, want a recording X and at least two models", data.Counted(len(o.paths), "file"))
	case len(slices.DeleteFunc(o.files(), stdin)) > 1:
		return batch.Usagef("standard input can be only one of the files")
	case !(o.Level > 0 && o.Level < 1):
		return batch.Configf("", "--level %g: want a number between 0 and 1, such as 0.95", o.Level)
	case o.Permutations < 0:
		return batch.Configf("", "--permutations %d: want 0 or more", o.Permutations)
	case len(o.Subjects) > 0 && o.Method != schuett2023:
		return batch.Usagef("--subject goes with --method %s", schuett2023)
	case o.Method == schuett2023 && (o.Permutations > 0 || o.Units.By != verb.NewUnits().By || o.Units.Groups != ""):
		return batch.Usagef("--method %s draws subjects and stimuli, want neither --permutations, --units nor --groups", schuett2023)
	case o.Ranks != "" && !o.Output.ToFile():
		return batch.Usagef("--ranks goes with --output: a manifest tells of both files")
	}
	if err := o.Units.Read(&o.Input); err != nil {
		return err
	}
	o.Input.Beside(o.Units.Files())
	return o.Input.Of(o.files()...)
}
