package inference

import "simtool/internal/measures"

const (
	// freeFlops is about a second's multiplications on one core: what takes less is
	// always computed. timesScore is the number of scores that the rest may cost.
	freeFlops  = 5e9
	timesScore = 3
)

// affordable reports whether so many scores may be computed beside one.
func (w *worker) affordable(scores float64) bool {
	return w.affordableFlops(scores * measures.ScoreFlops(w.measure, w.pair.Dims()))
}

// affordableFlops reports whether so many multiplications may be spent beside a score.
// It depends on shapes and the measure alone, never on time or workers, so that a row
// is the same in every run.
func (w *worker) affordableFlops(flops float64) bool {
	if w.options.Mode == Full || flops <= freeFlops {
		return true
	}
	return flops <= timesScore*measures.ScoreFlops(w.measure, w.pair.Dims())
}
