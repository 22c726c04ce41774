// Package extrapolate says how a score depends on the number of neurons and of samples.
package extrapolate

import (
	"context"
	"slices"
	"strings"

	"simtool/internal/batch"
	"simtool/internal/data"
	"simtool/internal/inference"
	"simtool/internal/measures"
	"simtool/internal/result"
	"simtool/internal/verb"
	"simtool/internal/verb/setting"
)

// What the number of varies.
const (
	alongNeurons = "neurons"
	alongStimuli = "stimuli"
)

var alongs = []string{alongNeurons, alongStimuli}

// Options say which score to follow, and along what.
type Options struct {
	Measures []string
	Along    []string // alongNeurons, alongStimuli
	Draws    int      // subsets of each size
	Level    float64
	Over     string // what intervals along neurons are about
	Units    verb.Units
	Input    verb.Input
	Output   batch.Output
	Batch    verb.Batch

	named []measures.Named
}

// New returns the command with its defaults.
func New() *Options {
	return &Options{
		Measures: []string{"cka"}, Along: slices.Clone(alongs), Draws: 20, Level: 0.95,
		Over: string(inference.Both), Units: verb.NewUnits(),
	}
}

// Settings implements verb.Command.
func (o *Options) Settings() *setting.Set {
	s := &setting.Set{}
	m := s.Strings(&o.Measures, "measures", "m", "measures whose scores to follow, a `LIST` separated by commas")
	m.Default, m.Complete = strings.Join(o.Measures, ","), setting.MeasureList
	along := s.Strings(&o.Along, "along", "", "what the number of varies, a `LIST` of neurons and stimuli")
	along.Default, along.Suggest = strings.Join(alongs, ","), alongs
	s.Int(&o.Draws, "draws", "", "random subsets of each size")
	s.Float(&o.Level, "level", "", "level of the intervals")
	s.Choice(&o.Over, "over", "", "what the interval for so many neurons is about: other stimuli, other neurons, or both", inference.Overs...)
	o.Units.Register(s)
	o.Input.Register(s)
	o.Input.RegisterPairing(s)
	verb.RegisterTable(s, &o.Output)
	o.Batch.Register(s, "measures and numbers that vary")
	return s
}

// Controls implements verb.Batched.
func (o *Options) Controls() *verb.Batch { return &o.Batch }

// Schema implements verb.Tabular.
func (o *Options) Schema(e *batch.Env, args []string) (*result.Schema, error) {
	return result.Extrapolations.Schema, o.complete(e, args)
}

// Run implements verb.Command.
func (o *Options) Run(ctx context.Context, e *batch.Env, args []string) error {
	job, err := o.Job(e, args)
	if err != nil {
		return err
	}
	return o.Batch.Run(ctx, e, job, o.Output)
}

// Memory implements verb.Forecaster.
func (o *Options) Memory(_ context.Context, e *batch.Env, args []string) (int64, error) {
	job, err := o.Job(e, args)
	if err != nil {
		return 0, err
	}
	return job.Memory(1)
}

// complete checks the options.
func (o *Options) complete(e *batch.Env, args []string) error {
	switch {
	case len(args) != 2:
		return batch.Usagef("%s, want X and Y", data.Counted(len(args), "file"))
	case o.Draws < 2:
		return batch.Configf("", "--draws %d: want at least 2", o.Draws)
	case !(o.Level > 0 && o.Level < 1):
		return batch.Configf("", "--level %g: want a number between 0 and 1, such as 0.95", o.Level)
	case len(o.Along) == 0:
		return batch.Configf("", "--along: want %s", data.WordList(alongs))
	}
	for _, word := range o.Along {
		if !slices.Contains(alongs, word) {
			near, _ := data.Nearest(word, alongs)
			return batch.Configf(verb.DidYouMean(near), "--along %s: want %s", word, data.WordList(alongs))
		}
	}
	var err error
	if o.named, err = verb.ParseMeasures(o.Measures, e.Seed); err != nil {
		return err
	}
	if err := o.Units.Read(&o.Input); err != nil {
		return err
	}
	o.Input.Beside(o.Units.Files())
	return o.Input.Of(args...)
}
