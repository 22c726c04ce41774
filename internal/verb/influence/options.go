// Package influence says what each sample and each neuron is worth to a score.
package influence

import (
	"context"
	"slices"
	"strings"

	"simtool/internal/batch"
	"simtool/internal/data"
	"simtool/internal/measures"
	"simtool/internal/result"
	"simtool/internal/verb"
	"simtool/internal/verb/setting"
)

// The kinds of units.
const (
	bySamples    = "samples"
	byConditions = "conditions"
	byTimes      = "times"
	byX          = "x" // neurons of X
	byY          = "y"
)

var kinds = []string{bySamples, byConditions, byTimes, byX, byY}

// Options say which score to take apart, and into what.
type Options struct {
	Measures   []string
	Wrt        []string   // kinds of units; nil for samples, or conditions of 3-d data, and neurons
	SlopesOnly bool       // no scores without a unit where there is a derivative
	Top        int        // units of each kind that change the score most; 0 for all in the order of the file
	Units      verb.Units // of which only groups are a setting here
	Input      verb.Input
	Output     batch.Output
	Batch      verb.Batch

	named []measures.Named
}

// New returns the command with its defaults.
func New() *Options { return &Options{Measures: []string{"cka"}, Units: verb.NewUnits()} }

// Settings implements verb.Command.
func (o *Options) Settings() *setting.Set {
	s := &setting.Set{}
	m := s.Strings(&o.Measures, "measures", "m", "measures whose scores to take apart, a `LIST` separated by commas")
	m.Default, m.Complete = strings.Join(o.Measures, ","), setting.MeasureList
	s.Strings(&o.Wrt, "wrt", "", "`UNITS` that are asked: samples, conditions, times, and x or y for the neurons of that file; or several, separated by commas (default samples, or conditions of 3-d data, and x,y)").Suggest = kinds
	s.Bool(&o.SlopesOnly, "derivatives-only", "", "leave out the scores without a unit, of measures that have derivatives")
	s.Int(&o.Top, "top", "", "give the `K` units of each kind that change the score most, in this order; 0 gives all in the order of the file")
	o.Units.RegisterGroups(s)
	o.Input.Register(s)
	o.Input.RegisterPairing(s)
	verb.RegisterTable(s, &o.Output)
	o.Batch.Register(s, "measures and kinds of units")
	return s
}

// Controls implements verb.Batched.
func (o *Options) Controls() *verb.Batch { return &o.Batch }

// Schema implements verb.Tabular.
func (o *Options) Schema(e *batch.Env, args []string) (*result.Schema, error) {
	return result.InfluenceTable.Schema, o.complete(e, args)
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
	if len(args) != 2 {
		return batch.Usagef("%s, want X and Y", data.Counted(len(args), "file"))
	}
	var err error
	if o.named, err = verb.ParseMeasures(o.Measures, e.Seed); err != nil {
		return err
	}
	if o.Top < 0 {
		return batch.Configf("", "--top: invalid value %d, want a whole number of at least 0", o.Top)
	}
	for _, word := range o.Wrt {
		if !slices.Contains(kinds, word) {
			near, _ := data.Nearest(word, kinds)
			return batch.Configf(verb.DidYouMean(near), "--wrt %s: want %s", word, data.WordList(kinds))
		}
	}
	if err := o.Units.Read(&o.Input); err != nil {
		return err
	}
	o.Input.Beside(o.Units.Files())
	return o.Input.Of(args...)
}
