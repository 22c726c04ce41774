package mlem

import (
	"context"
	"fmt"

	"simtool/internal/stats"
)

// whole is the number of the set of all stimuli. The other sets are numbered by the
// fold that they leave out.
const whole = -1

// problem returns the least squares of representation k over the pairs of m, with the
// transform of distances that was learned on a set. Without transforms (objective
// Pearson) the set makes no difference.
func (f *fitting) problem(m *moments, k, set int) *problem {
	return m.problem(f.design.terms, f.shift, f.distanceIndex(k, set))
}

// distanceIndex returns the index of representation k in the regressed distances. For the
// objective Spearman the transforms follow the distances themselves: for each
// representation the one of all stimuli and the one of each training set.
func (f *fitting) distanceIndex(k, set int) int {
	if f.transformed == 0 {
		return k
	}
	return f.transformed + k*(f.trainingSets()+1) + set + 1
}

// solve fits representation k to the pairs of m.
func (f *fitting) solve(m *moments, k, set int) (solution, penalty, error) {
	pen, err := f.penalty(set, func(m *moments, set int) *problem { return f.target(m, k, set) })
	if err != nil {
		return solution{}, pen, err
	}
	s, err := f.minimise(f.target(m, k, set), pen)
	return s, pen, err
}

// result fits, scores and explains representation k.
func (f *fitting) result(ctx context.Context, k int) (*Result, error) {
	name := f.sample.neural[k].Name
	res := &Result{Name: name, Warnings: append([]string(nil), f.warnings...)}
	fail := func(err error) (*Result, error) {
		if name != "" {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		return nil, err
	}
	if f.unlearned != nil && f.unlearned[k] != nil {
		return fail(f.unlearned[k])
	}
	res.RowEffects = f.full.rows != nil && f.full.rows.xy[k] != nil
	s, pen, err := f.solve(f.full, k, whole)
	if err != nil {
		return fail(err)
	}
	res.Lambda, res.Shrink, res.KKT = pen.ridge, pen.shrink, s.kkt
	if s.kkt > 1e-8 {
		res.Warnings = append(res.Warnings, fmt.Sprintf("the metric is not unique: feature distances are linearly dependent (optimality residual %.1e)", s.kkt))
	}
	if normalise(s.w, f.design.terms) == 0 {
		res.Warnings = append(res.Warnings, "no feature is given weight: no metric predicts the distances better than a constant")
	}
	res.Model = f.model(k, s, pen)
	// Shrunk weights have little variance and are biased: intervals are those without
	// the penalty towards equal weights, extended to the weight. A weight that few resampled
	// sets reach, as that of a rare level, is in its interval too.
	draws, err := f.refit(ctx, f.replicates, k, penalty{ridge: pen.ridge})
	if err != nil {
		return fail(err)
	}
	free := s.w // without the penalty
	if len(draws) > 0 && pen.shrink > 0 {
		plain, err := f.minimise(f.target(f.full, k, whole), penalty{ridge: pen.ridge, rough: true})
		if err != nil {
			return fail(err)
		}
		free = plain.w
		normalise(free, f.design.terms)
	}
	outside, err := f.outsideCone(ctx, k, len(draws), penalty{ridge: pen.ridge})
	if err != nil {
		return fail(err)
	}
	for _, e := range f.design.entries(f.sample.features) {
		w := Weight{A: e.a, B: e.b, Weight: e.value(s.w), Note: f.identity(e)}
		switch {
		case w.Note != "": // any interval would be that of the solver's choice
		case len(draws) == 0:
			w.Note = "no interval without bootstrap samples"
		default:
			w.Interval = percentiles(draws, e.value, e.value(free), f.Level)
			if f.mayBeZero(e, outside) {
				w.Interval.Lo, w.Interval.Hi = min(w.Interval.Lo, 0), max(w.Interval.Hi, 0)
			}
			w.Interval.Lo, w.Interval.Hi = min(w.Interval.Lo, w.Weight), max(w.Interval.Hi, w.Weight)
			if w.Interval == (stats.Interval{}) {
				w.Note = "no interval: the weight is 0 in every resampled data set"
			}
		}
		res.Weights = append(res.Weights, w)
	}
	folds, err := f.foldFits(k, s)
	if err != nil {
		return fail(err)
	}
	if err := f.score(ctx, res, k, s.w, folds); err != nil {
		return fail(err)
	}
	if f.Permutations > 0 || f.DropOne || f.Shapley {
		if err := f.addImportances(ctx, res, k, s.w, folds); err != nil {
			return fail(err)
		}
	}
	return res, nil
}

// foldFits fits representation k to the training set of each split; s is the fit to all.
func (f *fitting) foldFits(k int, s solution) ([]foldFit, error) {
	folds := make([]foldFit, len(f.splits))
	for i, split := range f.splits {
		own := s
		set, m := f.training(i)
		if set != whole {
			var err error
			if own, _, err = f.solve(m, k, split.set); err != nil {
				return nil, err
			}
			normalise(own.w, f.design.terms)
		}
		folds[i] = f.fitOf(m, k, own.w)
	}
	return folds, nil
}

// foldFit is the fit to the stimuli outside a fold.
type foldFit struct {
	w                []float64 // unit norm
	scale, intercept float64   // of the regression of distances on predictions
}

// fitOf returns weights with the scale and intercept of the distances of a set.
func (f *fitting) fitOf(m *moments, k int, w []float64) foldFit {
	q := m.problem(f.design.terms, f.shift, k)
	scale := q.regression(w)
	return foldFit{w: w, scale: scale, intercept: q.meanY - scale*dot(w, q.meanX)}
}

// regression returns the slope of the distances on the predictions.
func (q *problem) regression(w []float64) float64 {
	v := q.variance(w)
	if v == 0 {
		return 0
	}
	return q.covariance(w) / v
}
