package optimize

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"runtime"
	"time"

	"gonum.org/v1/gonum/mat"

	"simtool/internal/data"
	"simtool/internal/measures"
	"simtool/internal/stats"
	"simtool/internal/synth/probe"
)

// Config describes an optimisation: its goal, its method, when it stops, and the
// analyses of iterates. Start from DefaultConfig.
type Config struct {
	Goal   *Goal
	Method Method
	// Precision is that of the products of gradients.
	Precision Precision

	Target    float64 // score to be reached; NaN for the best one
	Tolerance float64 // from the target, default 1e-4
	Stop      float64 // stop at a score that is at least this good; NaN for never
	MaxIter   int     // default 1000
	Patience  int     // stop when the loss has not improved for this many iterations; 0 for never

	Restarts int        // default 1
	Only     []int      // numbers of the restarts to run, ascending; nil for all
	Jobs     int        // restarts that run at a time, default GOMAXPROCS
	Seed     uint64     // default 1
	Width    int        // q of Y₀ ~ N(0,1); 0 for that of X
	Start    *mat.Dense // Y₀, n×q; nil for random ones. It requires a single restart

	// KeepFailed makes a restart that cannot go on an outcome with an error, and lets the
	// others go on. Without it the first such error ends all.
	KeepFailed bool

	// FullCoordinates keeps all n rows where a subspace suffices. Iterates are the
	// same up to rounding; comparisons use it.
	FullCoordinates bool

	PCs      *probe.PCAnalysis  // principal components of X to follow; may be nil
	Decoders []*probe.Decoder   // labels to follow
	Also     []measures.Named   // other measures to score
	Schedule Schedule           // the iterates that are analysed
	Snapshot SnapshotPlan       // the iterates that recorders receive
	Recorder func(int) Recorder // the recorder of a restart; may be nil

	CheckpointEvery time.Duration // between checkpoints; 0 for a checkpoint at an interruption only
	Resume          []*State      // states of the restarts to continue; nil entries start anew
}

// DefaultConfig returns the settings of the published runs for a goal: Adam with
// rate 0.1.
func DefaultConfig(goal *Goal) Config {
	return Config{
		Goal: goal, Method: DefaultAdam(), Precision: Automatic,
		Target: math.NaN(), Tolerance: 1e-4, Stop: math.NaN(), MaxIter: 1000,
		Restarts: 1, Jobs: runtime.GOMAXPROCS(0), Seed: 1,
		Schedule: DefaultSchedule(),
	}
}

// SnapshotPlan lists the iterates that a recorder receives: the first at or beyond
// each score, and those of given numbers.
type SnapshotPlan struct {
	Scores     []float64
	Iterations []int
}

// Recorder receives the iterates of one restart, from the goroutine that runs it. An
// error ends the run.
type Recorder interface {
	// Point is called for every iterate, from Y₀ on.
	Point(Point) error
	// Snapshot is called for the iterates of the plan. Y is valid during the call.
	Snapshot(Snapshot) error
	// Checkpoint is called at intervals, and when the run is interrupted. The state
	// is valid during the call.
	Checkpoint(*State) error
}

// Point is an iterate without its values.
type Point struct {
	Iteration int
	Score     float64       // the goal's weighted sum
	Scores    []float64     // of its terms; valid during the call
	GradNorm  float64       // ‖∂Score/∂Y‖
	Elapsed   time.Duration // since the restart began, earlier runs included
}

// Snapshot is an iterate with its values.
type Snapshot struct {
	Point
	Asked float64 // the score of the plan that was reached; NaN for an iteration of the plan
	Y     *mat.Dense
}

// Validate returns an error for settings that Run would refuse for a reference. It is
// a *data.InputError where the start is invalid.
func (c *Config) Validate(x *data.Dataset) error {
	_, err := c.validate(x.Samples(), x.Width())
	return err
}

// validate checks the configuration for a reference of n×p and returns q.
func (c *Config) validate(n, p int) (q int, err error) {
	if c.Goal == nil || c.Method == nil {
		return 0, errors.New("no goal or method")
	}
	var problems []error
	check := func(ok bool, format string, args ...any) {
		if !ok {
			problems = append(problems, fmt.Errorf(format, args...))
		}
	}
	check(c.MaxIter >= 0, "max-iter: %d, want at least 0", c.MaxIter)
	check(c.Patience >= 0, "patience: %d, want at least 0", c.Patience)
	check(c.Restarts >= 1, "restarts: %d, want at least 1", c.Restarts)
	check(c.Jobs >= 1, "jobs: %d, want at least 1", c.Jobs)
	check(c.Width >= 0, "width: %d, want at least 1, or 0 for that of the reference", c.Width)
	check(!math.IsInf(c.Target, 0), "target: %g, want a finite score", c.Target)
	check(c.Tolerance >= 0, "tolerance: %g, want at least 0", c.Tolerance)
	for i, number := range c.Only {
		check(number >= 0 && number < c.Restarts && (i == 0 || number > c.Only[i-1]), "only: %d of %d restarts, want rising numbers", c.Only, c.Restarts)
	}
	check(len(c.Resume) == 0 || len(c.Resume) == c.Restarts, "%d checkpoints, but %d restarts", len(c.Resume), c.Restarts)
	problems = append(problems, c.Method.validate(), c.Schedule.validate(), c.checkPrecision())
	q = c.Width
	if q == 0 {
		q = p
	}
	if c.Start != nil {
		rows, cols := c.Start.Dims()
		check(c.Restarts == 1, "%d restarts from one start would all be the same", c.Restarts)
		check(c.Width == 0 || c.Width == cols, "width: %d, but the start has %d features", c.Width, cols)
		if rows != n {
			problems = append(problems, &data.InputError{
				Found: fmt.Sprintf("a start of %d samples", rows), Wanted: fmt.Sprintf("but the reference has %d", n),
			})
		}
		q = cols
	}
	return q, errors.Join(problems...)
}

// records reports whether iterates are analysed.
func (c *Config) records() bool {
	return c.PCs != nil || len(c.Decoders) > 0 || len(c.Also) > 0
}

// reached reports whether a score is the target, or good enough to stop.
func (c *Config) reached(score float64) bool {
	return !math.IsNaN(c.Target) && math.Abs(score-c.Target) <= c.Tolerance ||
		!math.IsNaN(c.Stop) && c.Goal.Closer(score, c.Stop)
}

// start returns Y₀ of a restart. Its random stream depends on the seed and the number
// of the restart alone.
func (c *Config) start(restart, n, q int) *mat.Dense {
	if c.Start != nil {
		return mat.DenseCopyOf(c.Start)
	}
	return normal(stats.Stream(c.Seed, fmt.Sprintf("optimize/restart/%d", restart)), n, q)
}

// normal returns standard normal numbers, drawn row by row.
func normal(rng *rand.Rand, n, q int) *mat.Dense {
	y := mat.NewDense(n, q, nil)
	values := y.RawMatrix().Data
	for i := range values {
		values[i] = rng.NormFloat64()
	}
	return y
}
