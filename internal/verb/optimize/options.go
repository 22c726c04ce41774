// Package optimize synthesises data that score high against a recording, and looks at
// what they encode.
package optimize

import (
	"math"
	"time"

	"simtool/internal/batch"
	"simtool/internal/data"
	"simtool/internal/measures"
	"simtool/internal/synth/optimize"
	"simtool/internal/verb"
	"simtool/internal/verb/labels"
	"simtool/internal/verb/setting"
)

// Options say what to optimise and how.
type Options struct {
	Goal            string // a measure, or a weighted sum of several
	Method          string
	Precision       string           // of products of gradients
	Rate            float64          // of adam and sgd, 0 for theirs
	Stop            setting.Optional // score
	Target          setting.Optional // score to reach instead of the best one
	Tolerance       float64          // from the target
	MaxIter         int
	Patience        int // iterations without improvement, 0 for any number
	Restarts        int
	Width           int       // features of Y, 0 for as many as X
	Start           string    // file of the data to start from, "" for random ones
	Snapshots       []float64 // scores at which Y is kept
	SnapshotAt      []int     // iterations at which Y is kept
	Also            []string  // other measures to score along the way
	Components      bool      // follow the principal components of X
	Labels          labels.Options
	Timing          bool // tell the seconds of each iteration
	CheckpointEvery time.Duration
	Directory       string // of the results
	Force           bool   // replace results that exist
	Input           verb.Input
	Batch           verb.Batch
}

// New returns the command with its defaults.
func New() *Options {
	return &Options{
		Goal: "cka", Method: methodNames()[0], Precision: precisions()[0], Tolerance: 1e-4, MaxIter: 1000, Restarts: 1, Components: true,
		Labels: labels.New(), CheckpointEvery: time.Minute,
	}
}

// Settings implements verb.Command.
func (o *Options) Settings() *setting.Set {
	s := &setting.Set{}
	s.String(&o.Goal, "measure", "m", "`MEASURE` to optimise, or a weighted sum of several").Complete = setting.Measure
	s.Choice(&o.Method, "method", "", "how to descend", methodNames()...)
	s.Optional(&o.Stop, "stop", "", "stop at this `SCORE`")
	s.Optional(&o.Target, "target", "", "reach this `SCORE` instead of the best one")
	s.Int(&o.MaxIter, "max-iter", "", "most iterations")
	s.Int(&o.Restarts, "restarts", "", "independent starts")
	s.Floats(&o.Snapshots, "snapshot", "", "keep Y at the first iteration that reaches each of these scores")
	s.Strings(&o.Also, "also", "", "other measures to score along the way, a `LIST` separated by commas").Complete = setting.MeasureList
	s.Bool(&o.Components, "components", "", "follow the principal components of X")
	o.Labels.Register(s)
	s.Rarely(func() {
		s.Float(&o.Rate, "learning-rate", "", "step size of adam and sgd (default: 0.1 for adam, relative to the data for sgd)")
		s.Float(&o.Tolerance, "tolerance", "", "how near to --target is near enough")
		s.Int(&o.Patience, "patience", "", "stop after so many iterations without improvement; 0 for never")
		s.Int(&o.Width, "width", "", "features of Y; 0 for as many as X")
		s.String(&o.Start, "init", "", "start from the data in `FILE` instead of random ones")
		s.Ints(&o.SnapshotAt, "snapshot-at", "", "keep Y at these iterations")
		s.Choice(&o.Precision, "precision", "", "numbers that gradients are multiplied in; scores that are analysed, kept or last are float64 in any case", precisions()...)
		s.Grouped(setting.Output, func() {
			s.Bool(&o.Timing, "timing", "", "a column of the seconds since the start in trajectory.csv, which no two runs have alike")
		})
		s.Grouped(setting.Batch, func() {
			s.Duration(&o.CheckpointEvery, "checkpoint-every", "", "time between checkpoints")
		})
	})
	o.Batch.Register(s, "restarts")
	verb.RegisterDirectory(s, &o.Directory, &o.Force, "results")
	o.Input.Register(s)
	o.Input.RegisterPairing(s)
	return s
}

// Controls implements verb.Batched.
func (o *Options) Controls() *verb.Batch { return &o.Batch }

func precisions() []string {
	var names []string
	for _, p := range optimize.Precisions() {
		names = append(names, string(p))
	}
	return names
}

func methodNames() []string {
	var names []string
	for _, m := range optimize.Methods() {
		names = append(names, m.String())
	}
	return names
}

// config checks the options, and says to optimize what they say but for what is in
// files.
func (o *Options) config(e *batch.Env, args []string) (optimize.Config, error) {
	c := optimize.Config{}
	switch {
	case len(args) != 1:
		return c, batch.Usagef("%s, want one", data.Counted(len(args), "file"))
	case o.Directory == "":
		return c, batch.Usagef("want --output DIR")
	}
	goal, err := optimize.ParseGoal(o.Goal)
	if err != nil {
		return c, verb.MeasureError(err)
	}
	c = optimize.DefaultConfig(goal)
	if c.Method, err = o.method(); err != nil {
		return c, err
	}
	c.Precision = optimize.Precision(o.Precision)
	c.Target, c.Stop, c.Tolerance = o.Target.OrNaN(), o.Stop.OrNaN(), o.Tolerance
	c.MaxIter, c.Patience, c.Restarts, c.Width = o.MaxIter, o.Patience, o.Restarts, o.Width
	c.Jobs, c.Seed, c.KeepFailed = e.Jobs, e.Seed, o.Restarts > 1
	c.Snapshot = optimize.SnapshotPlan{Scores: o.Snapshots, Iterations: o.SnapshotAt}
	c.CheckpointEvery = o.CheckpointEvery
	if len(o.Also) > 0 {
		if c.Also, err = verb.ParseMeasures(o.Also, e.Seed); err != nil {
			return c, err
		}
	}
	for _, s := range o.Snapshots {
		if math.IsNaN(s) || math.IsInf(s, 0) {
			return c, batch.Configf("", "--snapshot: invalid value %g, want scores", s)
		}
	}
	for _, i := range o.SnapshotAt {
		if i < 0 {
			return c, batch.Configf("", "--snapshot-at: invalid value %d, want iterations from 0 on", i)
		}
	}
	if err := o.checkReach(); err != nil {
		return c, err
	}
	return c, o.Labels.Check()
}

// checkReach refuses scores that no data can have, by the card of the measure. Sums of
// measures have no card.
func (o *Options) checkReach() error {
	m, err := measures.Parse(o.Goal)
	if err != nil {
		return nil //nolint:nilerr // a sum of measures, which ParseGoal has taken
	}
	card := m.Card()
	for _, asked := range []struct {
		flag  string
		score float64
	}{{"stop", o.Stop.OrNaN()}, {"target", o.Target.OrNaN()}} {
		if asked.score < card.Min || asked.score > card.Max {
			return batch.Configf("", "--%s %g: %s lies between %g and %g", asked.flag, asked.score, o.Goal, card.Min, card.Max)
		}
	}
	return nil
}

// method is the method of descent with the rate of the options.
func (o *Options) method() (optimize.Method, error) {
	m, err := optimize.FindMethod(o.Method)
	if err != nil || o.Rate == 0 {
		return m, err
	}
	if !(o.Rate > 0) || math.IsInf(o.Rate, 1) {
		return nil, batch.Configf("", "--learning-rate %g: want a positive number", o.Rate)
	}
	switch m := m.(type) {
	case optimize.Adam:
		m.Rate = o.Rate
		return m, nil
	case optimize.Momentum:
		m.Rate = o.Rate
		return m, nil
	}
	return nil, batch.Configf("", "--learning-rate: %s finds its own step", o.Method)
}
