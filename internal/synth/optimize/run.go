package optimize

import (
	"context"
	"fmt"
	"sync"

	"gonum.org/v1/gonum/mat"

	"simtool/internal/data"
	"simtool/internal/linalg"
	"simtool/internal/measures"
)

// Outcome is the end of a restart. One that failed has an error, the number of the
// last iterate that it reached, and neither a score (NaN) nor data nor records.
type Outcome struct {
	Restart     int
	Reason      Reason
	Iterations  int
	Evaluations int
	Score       float64
	Y           *mat.Dense // n×q
	Records     []Record
	Err         error
}

// Run optimises datasets towards the reference x and returns the outcome of every
// restart, in their order. An outcome depends on the seed and the number of its
// restart, and not on the number of jobs.
//
// When ctx is cancelled each restart finishes its evaluation, passes a checkpoint to
// its recorder and ends with the reason Interrupted. This is no error. Outcomes of
// restarts that had not begun, or that cfg.Only leaves out, are nil. Errors are an
// invalid configuration, a reference that a measure refuses, an undefined score, and
// those of recorders; the first one ends all restarts. With cfg.KeepFailed an undefined
// score, or any other error of what a restart computes, is the error of its outcome.
func Run(ctx context.Context, x *data.Dataset, cfg Config) ([]*Outcome, error) {
	q, err := cfg.validate(x.Samples(), x.Width())
	if err != nil {
		return nil, err
	}
	system, err := measures.NewSystem(x)
	if err != nil {
		return nil, err
	}
	ref := &reference{data: x, system: system, width: q}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	outcomes := make([]*Outcome, cfg.Restarts)
	errs := make([]error, cfg.Restarts)
	slots := make(chan struct{}, min(cfg.Jobs, cfg.Restarts))
	var wg sync.WaitGroup
	defer linalg.Waiting()()
	numbers := cfg.Only
	if numbers == nil {
		for i := range cfg.Restarts {
			numbers = append(numbers, i)
		}
	}
	for _, i := range numbers {
		slots <- struct{}{} // started in order, so that an interruption cuts off the last ones
		if ctx.Err() != nil {
			break
		}
		wg.Go(func() {
			defer func() { <-slots }()
			defer linalg.Working()()
			outcomes[i], errs[i] = runRestart(ctx, ref, &cfg, i)
			if errs[i] != nil {
				cancel()
			}
		})
	}
	wg.Wait()
	for i, err := range errs {
		if err != nil {
			if cfg.Restarts > 1 {
				err = fmt.Errorf("restart %d: %w", i, err)
			}
			return outcomes, err
		}
	}
	return outcomes, nil
}

// Best returns the outcome whose score is closest to the target, or the best score
// when there is no target. It returns the first of several, and nil if no restart has
// run without an error.
func (c *Config) Best(outcomes []*Outcome) *Outcome {
	p := problem{maximise: c.Goal.Maximise, target: c.Target}
	var best *Outcome
	var least float64
	for _, o := range outcomes {
		if o == nil || o.Err != nil {
			continue
		}
		loss, _ := p.lossOf(o.Score)
		if best == nil || loss < least {
			best, least = o, loss
		}
	}
	return best
}

// reference is X, prepared once for all restarts.
type reference struct {
	data   *data.Dataset
	system *measures.System
	width  int
}
