package inference

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/stat"
)

// WithinNull begins the note of a value that samples paired at random reach as well.
const WithinNull = "within its null"

// withinNull reports whether the data do not tell the value from that of random
// pairings. By the first of these that is known, it is so where
//
//   - the p value is above 1 − level, unless it is the smallest that so few pairings can
//     give, which says nothing of how far the value lies beyond them;
//   - the value is no better than 1.77 standard deviations beyond the mean of random
//     pairings (Student's t for 20 draws and one more, one side of 95 %);
//   - the interval reaches the value of systems that have nothing in common: 0 where the
//     estimate removes what random pairings score, else null;
//   - the calibrated value is below 0.02, or there is none since random pairings score the
//     best value, and so does the pair.
func (w *worker) withinNull() bool {
	const deviations, least = 1.77, 0.02
	a := w.out
	beyond := func(value, than float64) bool {
		if w.card.HigherIsCloser {
			return value > than
		}
		return value < than
	}
	switch {
	case !math.IsNaN(a.PValue) && !w.least(a.Test, a.PValue):
		return a.PValue > 1-w.options.Level
	case w.drawn != nil && w.drawn.All && !w.least(w.drawn, w.drawn.PValue(w.card.HigherIsCloser)):
		return w.drawn.PValue(w.card.HigherIsCloser) > 1-w.options.Level
	case w.drawn != nil && len(w.drawn.Scores) > 1 && !w.drawn.All:
		centre, sd := stat.MeanStdDev(w.drawn.Scores, nil)
		if !w.card.HigherIsCloser {
			sd = -sd
		}
		return !beyond(w.value, centre+deviations*sd)
	case math.IsNaN(a.Null):
		return false
	case !math.IsNaN(a.Lo) && w.card.HigherIsCloser && a.Corrected != w.value && !w.keepsNull:
		return a.Lo <= 0
	case !math.IsNaN(a.Lo) && w.card.HigherIsCloser:
		return a.Lo <= a.Null
	case math.IsNaN(a.Calibrated):
		return math.Abs(w.value-w.card.Identity) <= identical && math.Abs(a.Null-w.card.Identity) <= identical
	}
	return a.Calibrated < least
}

// least reports whether a p value above 1 − level is the smallest that its pairings can
// give: 1/(draws + 1), or 1/all.
func (w *worker) least(n *Null, p float64) bool {
	count := len(n.Scores)
	if !n.All {
		count++
	}
	return p > 1-w.options.Level && p*float64(count) < 1.5
}

// quantile replaces the calibrated value by that of Gröger et al. (2026),
//
//	max(0, (s − τ)/(best − τ)),
//
// with τ the point of the random pairings and the value itself that a share of 1 − level
// exceeds: it is 0 unless the p value is at most 1 − level.
func (w *worker) quantile() error {
	if !w.options.Quantile {
		return nil
	}
	w.out.Calibrated = unknown()
	n := w.out.Test
	if n == nil {
		return nil // which pvalue has said
	}
	if !w.testIsNull {
		// The value is that of the data as they are, and so is its threshold.
		r, err := w.design.Pairings(w.pair, w.options.Seed, w.options.Permutations)
		if err != nil {
			return err
		}
		if n, err = nullScores(w.ctx, w.pair, w.measure, w.value, r, w.options.Bytes); err != nil {
			return err
		}
	}
	threshold := n.threshold(w.options.Level, w.card.HigherIsCloser)
	w.out.Calibrated = calibrated(w.value, threshold, w.card.Identity)
	if w.out.Calibrated < 0 {
		w.out.Calibrated = 0
	}
	w.note("calibrated by the %g %% point of random pairings", 100*w.options.Level)
	return nil
}

// threshold returns the score that a share of 1 − level of the random pairings and the
// value exceed: the one of rank ⌈level·count⌉ from the far end.
func (n *Null) threshold(level float64, higherIsCloser bool) float64 {
	all := slices.Clone(n.Scores)
	if !n.All {
		all = append(all, n.Value)
	}
	slices.Sort(all)
	if !higherIsCloser {
		slices.Reverse(all)
	}
	at := int(math.Ceil(level*float64(len(all))-1e-9)) - 1
	return all[max(0, min(len(all)-1, at))]
}
