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
func (w *worker) affordableFlops(flops float64) bool {
	return affordableBeside(w.options.Mode, flops, measures.ScoreFlops(w.measure, w.pair.Dims()))
}

// affordableBeside reports whether so many multiplications may be spent beside a score that
// takes so many itself. It depends on shapes and the measure alone, never on time or workers,
// so that a row is the same in every run.
func affordableBeside(mode Mode, flops, score float64) bool {
	return mode == Full || flops <= max(freeFlops, timesScore*score)
}

// BesideFlops counts the multiplications that are spent beside a score of such a size, as far
// as they are known beforehand: on leaving each sample out, or each block of samples, and on
// scores of random pairings where no formula has their mean.
func BesideFlops(mode Mode, m measures.Named, d measures.Dims) float64 {
	if mode == None {
		return 0
	}
	one := measures.ScoreFlops(m, d)
	spend := func(flops float64) float64 {
		if affordableBeside(mode, flops, one) {
			return flops
		}
		return 0
	}
	total := 0.0
	if _, ok := measures.As[measures.NullMean](m); !ok || m.Card().Folds > 0 {
		total += spend(nullDraws * one)
	}
	if with, ok := measures.As[measures.Estimable](m); ok {
		if e, ok := with.Estimator(); ok && e.Flops != nil {
			units := int(d.N)
			if e.MostUnits > 0 {
				units = min(units, e.MostUnits)
			}
			total += spend(e.Flops(d, units))
		}
	}
	return total
}
