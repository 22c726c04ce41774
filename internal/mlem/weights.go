package mlem

import (
	"context"
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/stat/distuv"

	"simtool/internal/data"
	"simtool/internal/stats"
)

func tooFewPairs(n float64) error {
	return &data.InputError{Found: fmt.Sprintf("%.0f pairs of stimuli", n), Wanted: "want at least 3", Hint: "see what --split-by and --missing drop-pair leave out"}
}

// choose returns the penalty whose fits to the training sets have the highest mean
// correlation over the pairs of the test sets, and the largest of equally good ones.
// It costs a few solutions of P×P systems, whatever the number of pairs.
func (f *fitting) choose(trains, tests []*problem) (penalty, error) {
	list := f.penalties()
	switch len(list) {
	case 0:
		return penalty{}, nil
	case 1:
		return list[0], nil
	}
	best, chosen := math.Inf(-1), penalty{}
	for _, l := range list {
		var sum float64
		for i, t := range trains {
			s, err := f.minimise(t, l.roughly())
			if err != nil {
				return chosen, err
			}
			r, _ := tests[i].pearson(s.w)
			sum += r
		}
		if sum > best+1e-12 || sum > best-1e-12 && l.larger(chosen) {
			best, chosen = max(best, sum), l
		}
	}
	return chosen, nil
}

// penalty chooses the penalty for the whole data (out = whole) or for the training set
// with that number. It uses the folds inside that set only.
func (f *fitting) penalty(out int, target func(m *moments, set int) *problem) (penalty, error) {
	if len(f.Shrink) > 1 {
		all, parts := f.full, f.jackknife[f.trainingSets()]
		if out != whole {
			all, parts = f.train[out], f.jackknife[out]
		}
		var without []*problem
		for _, m := range parts {
			without = append(without, target(m, out))
		}
		return f.leastRisk(target(all, out), without)
	}
	var trains, tests []*problem
	if f.choosing() {
		first := 0 // set of the first fold of the repeat
		if out != whole {
			first = out - out%f.Folds
		}
		for k := first; k < first+f.Folds; k++ {
			switch {
			case k == out:
				continue
			case out == whole:
				trains = append(trains, target(f.train[k], out))
			default:
				trains = append(trains, target(f.pairOut[min(k, out)][max(k, out)-first], out))
			}
			tests = append(tests, target(f.test[k], out))
		}
	}
	return f.choose(trains, tests)
}

// normalise scales w so that its symmetric matrix W has Frobenius norm 1, and returns
// the norm before. It does not change a zero w.
func normalise(w []float64, terms []Term) float64 {
	var ss float64
	for t, v := range w {
		entries := terms[t].Tied + 1
		if terms[t].A != terms[t].B {
			entries *= 2
		}
		ss += float64(entries) * v * v
	}
	norm := math.Sqrt(ss)
	if norm == 0 {
		return 0
	}
	for t := range w {
		w[t] /= norm
	}
	return norm
}

// refit returns the normalised weights of resampled data sets. It solves each under
// the same constraint and penalty.
func (f *fitting) refit(ctx context.Context, sets []*moments, k int, pen penalty) ([][]float64, error) {
	draws := make([][]float64, len(sets))
	err := forEach(ctx, f.Jobs, len(sets), func(_, r int) error {
		s, err := f.minimise(f.target(sets[r], k, whole), pen.roughly())
		if err != nil {
			return fmt.Errorf("resampled data set %d: %w", r, err)
		}
		normalise(s.w, f.design.terms)
		draws[r] = s.w
		return nil
	})
	return draws, err
}

// percentiles returns the interval of a function of the weights over the replicates: the
// percentiles, extended to those that are corrected for bias (Efron 1981,
// doi:10.2307/3314608). Weights w ≥ 0 of unit norm are biased: what noise adds to small
// ones the norm takes from large ones, in a replicate once more. The corrected ones are at
// Φ(2z₀ ± z), with Φ(z₀) the share of the replicates below the value of the data.
func percentiles(draws [][]float64, value func(w []float64) float64, estimate, level float64) stats.Interval {
	values := make([]float64, len(draws))
	below := 0.0
	for r, w := range draws {
		values[r] = value(w)
		switch {
		case values[r] < estimate:
			below++
		case values[r] == estimate:
			below += 0.5
		}
	}
	plain := stats.PercentileInterval(values, level)
	normal := distuv.UnitNormal
	const most = 1.5 // of z₀: beyond, a few replicates decide
	z0 := max(-most, min(most, normal.Quantile((below+0.5)/(float64(len(draws))+1))))
	z := normal.Quantile((1 + level) / 2)
	slices.Sort(values)
	lo, hi := stats.Quantile(values, normal.CDF(2*z0-z)), stats.Quantile(values, normal.CDF(2*z0+z))
	return stats.Interval{Lo: min(plain.Lo, lo), Hi: max(plain.Hi, hi)}
}

// outsideCone returns the weights of resampled data sets without the constraint of a
// semidefinite metric, nil under another constraint. A solution inside the cone, or a metric
// at its edge, has positive weights in every data set, also where the truth is 0: whether it
// may be is seen outside.
func (f *fitting) outsideCone(ctx context.Context, k, sets int, pen penalty) ([][]float64, error) {
	if f.Constraint != PSD || sets == 0 {
		return nil, nil
	}
	free := *f
	free.Constraint = Unconstrained
	return free.refit(ctx, f.replicates, k, pen)
}

// mayBeZero reports whether 0 is among the values of an entry outside of the cone, of a norm
// whether it is for all of its terms.
func (f *fitting) mayBeZero(e entry, outside [][]float64) bool {
	if outside == nil {
		return false
	}
	reaches := func(value func(w []float64) float64) bool {
		values := make([]float64, len(outside))
		for r, w := range outside {
			values[r] = value(w)
		}
		i := stats.PercentileInterval(values, f.Level)
		return i.Lo <= 0 && i.Hi >= 0
	}
	if !e.size {
		return reaches(e.value)
	}
	for _, t := range e.terms {
		if !reaches(single(t)) {
			return false
		}
	}
	return true
}
