package main

import (
	"context"
	"errors"
	"fmt"
	"math"
	"strconv"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"simtool/internal/measures"
	"simtool/internal/synth/optimize"
	"simtool/internal/synth/probe"
)

// optimizeOptions say what to optimise and how.
type optimizeOptions struct {
	goal       string
	method     string
	rate       float64
	stop       optionalFloat
	target     optionalFloat
	tolerance  float64
	maxIter    int
	patience   int
	restarts   int
	width      int
	init       string
	snapshots  []float64
	snapshotAt []int
	also       []string
	components bool
	labels     labelOptions
	timing     bool
	checkpoint time.Duration
	batch      batchOptions
	directory  string
	force      bool
	input      inputOptions
}

func newOptimizeCommand(a *app) *cobra.Command {
	o := &optimizeOptions{}
	cmd := &cobra.Command{
		Use:   "optimize X",
		Short: "Synthesise data that score high, and see what they encode",
		Long: `Start from random data Y and follow the gradient of a measure until Y scores
high against the recording X; watch on the way what Y encodes. A high score
implies what all such data have in common, and nothing else.

The measure is one with a gradient, or a weighted sum such as
"cka*0.5+nbs*0.5". Distances are minimised. --target aims at a value instead.
The default method is Adam with rate 0.1, as in the published runs; lbfgs gets
there in fewer steps.

The directory of --output gets trajectory.csv (restart, iteration, measure,
score, grad_norm, and with --timing seconds); outcomes.csv, how each restart
ended; y.npy, the last data of the restart that ended best, in the shape of X;
pc_r2.csv, how much of each principal component of X is in Y, by a linear map
(r2) and by a rotation (r2_orthogonal); pc_thresholds.csv, the score at
which each component is half learnt by either (a linear map of data with more
features than samples finds every component from the start); with --labels decoding.csv, the accuracy
of decoding each label from Y, and from X for reference, and chance; with
--also also.csv, other measures along the way; snapshots/, Y at the scores and
iterations asked for; and manifest.json, what was run.

All but the trajectory are taken at the first 43 iterations and from there at
100 per decade; memory does not grow with the number of iterations. The work is
saved in OUTPUT.ckpt now and then and after a signal; --resume goes on from there
to the same result, bit for bit.

--shard I/N does a part of the --restarts. "simtool merge" puts the
directories of all parts together into that of the whole, in which y.npy is of
the best restart of all. The exit status of a part is that of its own restarts.`,
		Example: `simtool optimize recording.npy -m cka --stop 0.9 -o out
simtool optimize recording.npy -m procrustes:as=angular-score --method lbfgs --max-iter 50 -o out2
simtool optimize recording.npy -m cka --max-iter 30 --labels conditions.csv --also nbs,linreg -o out3`,
		RunE: a.action(func(ctx context.Context, args []string) error {
			if len(args) != 1 {
				return usagef("%s, want one", counted(len(args), "file"))
			}
			if o.directory == "" {
				return usagef("want --output DIR")
			}
			if err := o.batch.complete(a, o.directory); err != nil {
				return err
			}
			return a.optimize(ctx, o, args[0])
		}),
	}
	o.register(cmd.Flags())
	completeMeasure(cmd, "measure")
	completeMeasures(cmd, "also")
	return withExits(cmd, exitInvalid, exitNotConverged, exitCheckpoint)
}

func (o *optimizeOptions) register(fs *pflag.FlagSet) {
	var methods []string
	for _, m := range optimize.Methods() {
		methods = append(methods, m.String())
	}
	fs.StringVarP(&o.goal, "measure", "m", "cka", "`MEASURE` to optimise, or a weighted sum of several")
	choiceVar(fs, &o.method, "method", methods[0], "how to descend", methods...)
	fs.Float64Var(&o.rate, "learning-rate", 0, "step size of adam and sgd (default: 0.1 for adam, relative to the data for sgd)")
	fs.Var(&o.stop, "stop", "stop at this `SCORE`")
	fs.Var(&o.target, "target", "reach this `SCORE` instead of the best one")
	fs.Float64Var(&o.tolerance, "tolerance", 1e-4, "how near to --target is near enough")
	fs.IntVar(&o.maxIter, "max-iter", 1000, "most iterations")
	fs.IntVar(&o.patience, "patience", 0, "stop after so many iterations without improvement; 0 for never")
	fs.IntVar(&o.restarts, "restarts", 1, "independent starts")
	fs.IntVar(&o.width, "width", 0, "features of Y; 0 for as many as X")
	fs.StringVar(&o.init, "init", "", "start from the data in `FILE` instead of random ones")
	fs.Float64SliceVar(&o.snapshots, "snapshot", nil, "keep Y at the first iteration that reaches each of these scores")
	fs.IntSliceVar(&o.snapshotAt, "snapshot-at", nil, "keep Y at these iterations")
	fs.StringSliceVar(&o.also, "also", nil, "other measures to score along the way, a `LIST` separated by commas")
	fs.BoolVar(&o.components, "components", true, "follow the principal components of X")
	o.labels.register(fs)
	fs.BoolVar(&o.timing, "timing", false, "a column of the seconds since the start in trajectory.csv, which no two runs have alike")
	fs.DurationVar(&o.checkpoint, "checkpoint-every", time.Minute, "time between checkpoints")
	o.batch.register(fs, "restarts")
	fs.StringVarP(&o.directory, "output", "o", "", "`DIR` for the results")
	fs.BoolVar(&o.force, "force", false, "replace results that exist")
	o.input.register(fs)
}

// optionalFloat is a flag for a number that may be left unset.
type optionalFloat struct {
	value float64
	set   bool
}

func (f *optionalFloat) String() string {
	if !f.set {
		return ""
	}
	return strconv.FormatFloat(f.value, 'g', -1, 64)
}

func (f *optionalFloat) Type() string { return "float64" }

func (f *optionalFloat) Set(s string) error {
	if s == "" {
		*f = optionalFloat{}
		return nil
	}
	v, err := strconv.ParseFloat(s, 64)
	if err != nil || math.IsNaN(v) || math.IsInf(v, 0) {
		return errors.New("want a number")
	}
	*f = optionalFloat{v, true}
	return nil
}

// orNaN returns the value, or NaN where it is unset.
func (f *optionalFloat) orNaN() float64 {
	if !f.set {
		return math.NaN()
	}
	return f.value
}

// config translates the options, but for what is in files.
func (o *optimizeOptions) config(a *app) (optimize.Config, error) {
	goal, err := optimize.ParseGoal(o.goal)
	if err != nil {
		return optimize.Config{}, measureError(err)
	}
	c := optimize.DefaultConfig(goal)
	if c.Method, err = o.methodOf(); err != nil {
		return c, err
	}
	c.Target, c.Stop, c.Tolerance = o.target.orNaN(), o.stop.orNaN(), o.tolerance
	c.MaxIter, c.Patience, c.Restarts, c.Width = o.maxIter, o.patience, o.restarts, o.width
	c.Jobs, c.Seed = a.global.jobs, a.global.seed
	c.Snapshot = optimize.SnapshotPlan{Scores: o.snapshots, Iterations: o.snapshotAt}
	c.CheckpointEvery = o.checkpoint
	if len(o.also) > 0 {
		if c.Also, err = measures.ParseList(joinList(o.also), a.global.seed); err != nil {
			return c, measureError(err)
		}
	}
	if o.labels.file == "" && (len(o.labels.columns) > 0 || o.labels.folds != probe.DefaultDecoder().Folds || o.labels.c != probe.DefaultDecoder().C) {
		return c, configf("", "--label, --folds and --strength go with --labels FILE")
	}
	for _, s := range o.snapshots {
		if math.IsNaN(s) || math.IsInf(s, 0) {
			return c, configf("", "--snapshot: invalid value %g, want scores", s)
		}
	}
	for _, i := range o.snapshotAt {
		if i < 0 {
			return c, configf("", "--snapshot-at: invalid value %d, want iterations from 0 on", i)
		}
	}
	return c, nil
}

func (o *optimizeOptions) methodOf() (optimize.Method, error) {
	m, err := optimize.FindMethod(o.method)
	if err != nil || o.rate == 0 {
		return m, err
	}
	if !(o.rate > 0) || math.IsInf(o.rate, 1) {
		return nil, configf("", "--learning-rate %g: want a positive number", o.rate)
	}
	switch m := m.(type) {
	case optimize.Adam:
		m.Rate = o.rate
		return m, nil
	case optimize.Momentum:
		m.Rate = o.rate
		return m, nil
	}
	return nil, configf("", "--learning-rate: %s finds its own step", o.method)
}

// notConverged says that the score asked for was not reached.
type notConverged struct {
	score float64
	best  *optimize.Outcome
}

func (e *notConverged) Error() string {
	return fmt.Sprintf("the score %g was not reached: %.6g after %d iterations (%s); the result is written",
		e.score, e.best.Score, e.best.Iterations, e.best.Reason)
}
