package optimize

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"time"

	"gonum.org/v1/gonum/mat"

	"simtool/internal/data"
	"simtool/internal/synth/probe"
)

// restart is the state of one chain of iterates.
type restart struct {
	cfg      *Config
	ref      *reference
	problem  *problem
	subspace *subspace  // nil: the iterate has all rows
	full     *mat.Dense // the iterate in all rows, if there is a subspace
	liftedAt int        // the iteration of full
	method   stepper
	recorder Recorder
	state    *State
	began    time.Time // minus the time of earlier runs
}

func runRestart(ctx context.Context, ref *reference, cfg *Config, number int) (*Outcome, error) {
	r, err := newRestart(ref, cfg, number)
	if err == nil && r.state.Reason == Running {
		if err = r.run(ctx); err != nil {
			err = fmt.Errorf("iteration %d: %w", r.state.Iteration, err)
		}
	}
	if _, ok := errors.AsType[*computationError](err); ok && cfg.KeepFailed {
		return r.failed(err), nil
	}
	if err != nil {
		return nil, err
	}
	s := r.state
	return &Outcome{
		Restart: number, Reason: s.Reason, Iterations: s.Iteration, Evaluations: s.Evaluations,
		Score: r.problem.score, Y: mat.DenseCopyOf(r.iterate()), Records: s.Records,
	}, nil
}

// computationError is an error of what a restart computes, which other restarts may
// not have: not one of the reference, of a checkpoint or of the recorder.
type computationError struct{ error }

func (e *computationError) Unwrap() error { return e.error }

// computed marks an error of what a restart computes.
func computed(err error) error {
	if err == nil {
		return nil
	}
	return &computationError{err}
}

// failed is the outcome of a restart that err has ended.
func (r *restart) failed(err error) *Outcome {
	s := r.state
	return &Outcome{Restart: s.Restart, Reason: Failed, Iterations: s.Iteration, Evaluations: s.Evaluations, Score: math.NaN(), Err: err}
}

// newRestart evaluates the first iterate, or that of a checkpoint.
// Where that has no value the restart is returned with the error.
func newRestart(ref *reference, cfg *Config, number int) (*restart, error) {
	y0 := cfg.start(number, ref.data.Samples(), ref.width)
	r := &restart{cfg: cfg, ref: ref, liftedAt: -1}
	if cfg.Recorder != nil {
		r.recorder = cfg.Recorder(number)
	}
	if err := r.bind(y0); err != nil {
		return nil, err
	}
	r.problem.target, r.problem.stop = cfg.Target, cfg.reached
	var memory [][]float64
	resumed := len(cfg.Resume) > 0 && cfg.Resume[number] != nil
	if resumed {
		s := *cfg.Resume[number]
		if err := s.fits(cfg, number, r.subspace != nil, r.problem.y); err != nil {
			return nil, err
		}
		copy(r.problem.values(), s.Y)
		if s.Reason == Interrupted {
			s.Reason = Running
		}
		memory = s.Memory
		s.Records = slices.Clone(s.Records)
		r.state = &s
	} else {
		rows, cols := r.problem.y.Dims()
		r.state = &State{
			Restart: number, Rows: rows, Cols: cols, Reduced: r.subspace != nil, BestLoss: math.Inf(1),
			ScoresPassed: make([]bool, len(cfg.Snapshot.Scores)), Decoders: make([]probe.Memory, len(cfg.Decoders)),
		}
	}
	r.began = time.Now().Add(-r.state.Elapsed)
	r.problem.exact = r.state.Exact || r.analysed(r.state.Iteration)
	if err := computed(r.problem.evaluate()); err != nil && !resumed {
		return r, err
	} else if err != nil { // a run keeps iterates that have a score
		return nil, &data.InputError{Path: r.state.path, Found: "an iterate without a score", Wanted: "want what an interrupted run left", Err: err}
	}
	r.problem.evaluations = max(1, r.state.Evaluations)
	var err error
	if r.method, err = cfg.Method.start(r.problem, memory); errors.Is(err, errMemory) {
		err = &data.InputError{Path: r.state.path, Found: err.Error(), Wanted: "want what an interrupted run left", Err: err}
	}
	return r, err
}

// bind makes the problem, in a subspace if the method and the measures permit it.
func (r *restart) bind(y0 *mat.Dense) error {
	var err error
	if r.cfg.Method.rotationInvariant() && !r.cfg.FullCoordinates && r.cfg.Goal.secondMoments() {
		if s, xr, yr, ok := newSubspace(r.ref.data.Matrix(), y0); ok {
			r.full, r.subspace = y0, s
			r.problem, err = newProblem(r.cfg.Goal, xr, yr)
			return err
		}
	}
	if r.problem, err = bindProblem(r.cfg.Goal, r.ref.system, y0); err != nil {
		return err
	}
	n, q := y0.Dims()
	if r.cfg.InSingle(n, r.ref.data.Width(), q) {
		r.problem.rough, err = r.cfg.Goal.bind(r.ref.system, q, true)
		r.problem.decides = r.decides
	}
	return err
}

// iterate returns the present Y with all its rows. The next iterate overwrites it.
func (r *restart) iterate() *mat.Dense {
	if r.subspace == nil {
		return r.problem.y
	}
	if r.liftedAt != r.state.Iteration {
		r.subspace.lift(r.full, r.problem.y)
		r.liftedAt = r.state.Iteration
	}
	return r.full
}

// run continues from an iterate that has been evaluated. It reports an iterate before
// the checkpoint of it, so that a resumed run does not report it again.
func (r *restart) run(ctx context.Context) error {
	s := r.state
	saved := time.Now()
	if s.Evaluations == 0 { // a new restart
		s.Evaluations = 1
		if err := r.report(); err != nil {
			return err
		}
	}
	for s.Reason == Running {
		s.Reason = r.reasonToEnd()
		if s.Reason != Running {
			break
		}
		if ctx.Err() != nil {
			s.Reason = Interrupted
			break
		}
		r.problem.exact = r.analysed(s.Iteration + 1)
		err := r.method.step(ctx, r.problem)
		switch {
		case errors.Is(err, errStalled):
			s.Reason = Converged
			continue
		case ctx.Err() != nil && errors.Is(err, ctx.Err()):
			s.Reason = Interrupted // during a line search, which is undone
			continue
		case err != nil:
			return computed(err)
		}
		s.Iteration++
		s.Evaluations, s.Exact = r.problem.evaluations, r.problem.exact
		if err := r.report(); err != nil {
			return err
		}
		if every := r.cfg.CheckpointEvery; every > 0 && time.Since(saved) >= every {
			if err := r.checkpoint(); err != nil {
				return err
			}
			saved = time.Now()
		}
	}
	if s.Reason != Interrupted && !r.problem.exact && r.problem.rough != nil {
		r.problem.exact = true
		if err := computed(r.problem.evaluate()); err != nil {
			return err
		}
		s.Exact, r.problem.evaluations = true, s.Evaluations
	}
	if s.Reason != Interrupted && !r.recorded() {
		if err := computed(r.record()); err != nil {
			return err
		}
	}
	return r.checkpoint()
}

// report reports the present iterate: its point, record and snapshots.
func (r *restart) report() error {
	s := r.state
	if r.problem.loss < s.BestLoss {
		s.BestLoss, s.BestAt = r.problem.loss, s.Iteration
	}
	if s.Iteration == s.NextRecord {
		if err := computed(r.record()); err != nil {
			return err
		}
		s.NextRecord = r.cfg.Schedule.next(s.Iteration)
	}
	if r.recorder == nil {
		return nil
	}
	point := r.point()
	if err := r.recorder.Point(point); err != nil {
		return err
	}
	for i, asked := range r.cfg.Snapshot.Scores {
		if s.ScoresPassed[i] || !r.cfg.Goal.Closer(r.problem.score, asked) {
			continue
		}
		s.ScoresPassed[i] = true
		if err := r.recorder.Snapshot(Snapshot{Point: point, Asked: asked, Y: r.iterate()}); err != nil {
			return err
		}
	}
	if slices.Contains(r.cfg.Snapshot.Iterations, s.Iteration) {
		return r.recorder.Snapshot(Snapshot{Point: point, Asked: math.NaN(), Y: r.iterate()})
	}
	return nil
}

func (r *restart) point() Point {
	return Point{
		Iteration: r.state.Iteration, Score: r.problem.score, Scores: r.problem.goal.scores, GradNorm: r.problem.gradNorm, Elapsed: time.Since(r.began),
	}
}

// reasonToEnd returns why the present iterate is the last, or Running.
func (r *restart) reasonToEnd() Reason {
	c, s, p := r.cfg, r.state, r.problem
	switch {
	case c.reached(p.score):
		return ReachedStop
	case s.Iteration >= c.MaxIter:
		return ReachedMax
	case c.Patience > 0 && s.Iteration-s.BestAt >= c.Patience:
		return Impatient
	}
	return Running
}

// checkpoint passes the state to the recorder.
func (r *restart) checkpoint() error {
	s := r.state
	s.Elapsed = time.Since(r.began)
	if r.recorder == nil {
		return nil
	}
	s.Y, s.Memory = r.problem.values(), r.method.memory()
	return r.recorder.Checkpoint(s)
}
