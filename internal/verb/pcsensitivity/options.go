// Package pcsensitivity says what each principal component of a dataset is worth to
// a measure.
package pcsensitivity

import (
	"context"
	"strings"

	"simtool/internal/batch"
	"simtool/internal/data"
	"simtool/internal/measures"
	"simtool/internal/result"
	"simtool/internal/synth/optimize"
	"simtool/internal/synth/sensitivity"
	"simtool/internal/verb"
	"simtool/internal/verb/setting"
)

// Options say which components to change, how, and what to ask.
type Options struct {
	Measures   []string
	Changes    []string // see sensitivity.ParseChange
	Components []string // see sensitivity.ParseSet; nil for all
	AtOnce     int      // successive components that are changed at once
	Halves     bool     // change the components of each half of the variance, too
	Keep       int      // largest components of X that are kept, 0 for all
	Repeats    int      // draws of a random change
	Slopes     bool     // fit exponents
	Order      bool     // ask for the order of learning
	Method     string   // how Order optimises
	MaxIter    int      // most iterations of Order
	Input      verb.Input
	Output     batch.Output
	Batch      verb.Batch

	named []measures.Named
	plans []sensitivity.Plan
}

// New returns the command with its defaults.
func New() *Options {
	return &Options{
		Measures: []string{"cka", "nbs", "procrustes", "linreg"}, Changes: []string{"replace"},
		AtOnce: 1, Repeats: 5, MaxIter: 1000, Method: optimize.Methods()[0].String(),
	}
}

// Settings implements verb.Command.
func (o *Options) Settings() *setting.Set {
	s := &setting.Set{}
	m := s.Strings(&o.Measures, "measures", "m", "measures to score by, a `LIST` separated by commas")
	m.Default, m.Complete = strings.Join(o.Measures, ","), setting.MeasureList
	s.Strings(&o.Changes, "change", "", "`CHANGE` of components: replace, remove, rotate=DEG, scale=A, noise=SD; or several, separated by commas").Default = "replace"
	s.Strings(&o.Components, "components", "", "`COMPONENTS` to change, counted from 1, such as 1-20,25 (default all)")
	s.Count(&o.AtOnce, "at-once", "", "change `K` successive components at once")
	s.Bool(&o.Halves, "halves", "", "change the leading components that have half of the variance, and the others, too")
	s.Int(&o.Keep, "keep", "", "leave all but the `K` largest components out of X first; 0 leaves none out")
	s.Count(&o.Repeats, "repeats", "", "`N` draws of a random change, and of Y for --learning-order")
	s.Bool(&o.Slopes, "slopes", "", "fit the exponent with which the loss grows with the explained variance")
	s.Bool(&o.Order, "learning-order", "", "predict the order in which components are learnt, and compare with an optimised trajectory")
	var methods []string
	for _, m := range optimize.Methods() {
		methods = append(methods, m.String())
	}
	s.Choice(&o.Method, "method", "", "how --learning-order optimises", methods...)
	s.Count(&o.MaxIter, "max-iter", "", "most `ITERATIONS` of --learning-order")
	o.Batch.Register(s, "changes")
	o.Input.Register(s)
	verb.RegisterTable(s, &o.Output)
	return s
}

// Controls implements verb.Batched.
func (o *Options) Controls() *verb.Batch { return &o.Batch }

// Schema implements verb.Tabular.
func (o *Options) Schema(e *batch.Env, args []string) (*result.Schema, error) {
	if err := o.complete(e, args); err != nil {
		return nil, err
	}
	switch {
	case o.Slopes:
		return result.Slopes.Schema, nil
	case o.Order:
		return result.LearningOrders.Schema, nil
	}
	return result.Sensitivities.Schema, nil
}

// Run implements verb.Command.
func (o *Options) Run(ctx context.Context, e *batch.Env, args []string) error {
	if err := o.complete(e, args); err != nil {
		return err
	}
	control, err := o.Batch.Begin(e, o.Output.Target())
	if err != nil {
		return err
	}
	if o.Slopes && control.Shard.Count > 1 {
		return batch.Usagef("--slopes and --shard exclude each other: a slope is of all changes")
	}
	job, err := o.Job(e, args)
	if err != nil {
		return err
	}
	return job.Run(ctx, e, o.Output, control)
}

// Memory implements verb.Forecaster.
func (o *Options) Memory(_ context.Context, e *batch.Env, args []string) (int64, error) {
	job, err := o.Job(e, args)
	if err != nil {
		return 0, err
	}
	return job.Memory(1)
}

// complete checks the options and works out what to change.
func (o *Options) complete(e *batch.Env, args []string) error {
	if len(args) != 1 {
		return batch.Usagef("%s, want one", data.Counted(len(args), "file"))
	}
	if o.Slopes && o.Order {
		return batch.Usagef("--slopes and --learning-order exclude each other")
	}
	if o.Keep < 0 {
		return batch.Configf("", "--keep: invalid value %d, want a whole number of at least 0", o.Keep)
	}
	var err error
	if o.named, err = verb.ParseMeasures(o.Measures, e.Seed); err != nil {
		return err
	}
	if o.Order {
		for _, m := range o.named {
			if _, err := optimize.ParseGoal(m.Name); err != nil {
				return verb.MeasureError(err)
			}
		}
	}
	o.plans = nil
	for _, text := range o.Changes {
		change, err := sensitivity.ParseChange(text)
		if err != nil {
			return batch.Configf("", "--change: %s", err)
		}
		o.plans = append(o.plans, sensitivity.Plan{Change: change, Measures: o.named, Repeats: o.Repeats, Seed: e.Seed})
	}
	for _, text := range o.Components {
		if _, err := sensitivity.ParseSet(text); err != nil {
			return batch.Configf("", "--components: %s", err)
		}
	}
	return nil
}

// sets returns the sets of components to change, of those that there are.
func (o *Options) sets(c *sensitivity.Components) ([]sensitivity.Set, error) {
	texts := o.Components
	if len(texts) == 0 {
		texts = []string{sensitivity.All(c.Len()).String()}
	}
	var sets []sensitivity.Set
	for _, text := range texts {
		set, err := sensitivity.ParseSet(text)
		if err != nil {
			return nil, batch.Configf("", "--components: %s", err)
		}
		within, ok := set.Within(c.Len())
		if !ok {
			return nil, batch.Configf("", "--components %s: the data have %d components", text, c.Len())
		}
		sets = append(sets, within.Runs(o.AtOnce)...)
	}
	if o.Halves {
		sets = append(sets, c.Halves()...)
	}
	return sets, nil
}
