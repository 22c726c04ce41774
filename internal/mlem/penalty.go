package mlem

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"simtool/internal/data"
)

// penalty is what a fit adds to the squared error.
type penalty struct {
	// ridge shrinks all standardised coefficients towards 0: ½·ridge·Σ_t G_tt·w_t².
	ridge float64
	// shrink draws the metric towards the best one with equal weights, as RSA has it:
	// ½·shrink·s·‖W − c·I‖², s the mean variance of a squared feature distance and c the
	// best equal weight.
	shrink float64
	// rough says that a semidefinite metric need only be close to the minimum, for errors
	// and choices that do not depend on its last digits.
	rough bool
}

// roughly returns the penalty for a solution that need only be close.
func (p penalty) roughly() penalty {
	p.rough = true
	return p
}

// larger reports whether a penalty is larger than another.
func (p penalty) larger(q penalty) bool {
	return p.ridge > q.ridge || p.ridge == q.ridge && p.shrink > q.shrink
}

// AutoShrink are the penalties to choose from by default.
var AutoShrink = []float64{0, 0.01, 0.03, 0.1, 0.3, 1, 3, 10, 1000}

// penalties lists those to choose from; none for no penalty.
func (o *Options) penalties() []penalty {
	var out []penalty
	for _, r := range o.Ridge {
		out = append(out, penalty{ridge: r})
	}
	if len(o.Shrink) == 0 {
		return out
	}
	base := penalty{}
	if len(out) == 1 {
		base = out[0]
	}
	out = nil
	for _, s := range o.Shrink {
		out = append(out, penalty{ridge: base.ridge, shrink: s})
	}
	return out
}

// choosing reports whether there is a penalty to choose.
func (o *Options) choosing() bool { return len(o.penalties()) > 1 }

// checkPenalties refuses values that are out of range.
func (o *Options) checkPenalties() error {
	for name, list := range map[string][]float64{"ridge penalty": o.Ridge, "penalty towards equal weights": o.Shrink} {
		for _, l := range list {
			if !(l >= 0) || l-l != 0 {
				return &data.InputError{Found: fmt.Sprintf("a %s of %g", name, l), Wanted: "want finite values ≥ 0"}
			}
		}
	}
	if len(o.Ridge) > 1 && len(o.Shrink) > 0 {
		return &data.InputError{Found: fmt.Sprintf("%d ridge penalties and %d towards equal weights to choose from", len(o.Ridge), len(o.Shrink)), Wanted: "want one list to choose from"}
	}
	if n := len(o.penalties()); n > 1 && o.Folds < 3 {
		return &data.InputError{Found: fmt.Sprintf("%d penalties to choose from with %d folds", n, o.Folds), Wanted: "want at least 3 folds"}
	}
	return nil
}

// equalWeight returns the best equal weight of the main effects and the mean variance of
// their regressors. Where noise hides that weights are positive, it is that of a
// correlation of .02: the direction is what counts.
func (q *problem) equalWeight() (c, variance float64) {
	var product, square float64
	mains := 0
	for t, term := range q.terms {
		if term.A != term.B {
			continue
		}
		mains++
		variance += q.g.At(t, t)
		product += q.b[t]
		for u, other := range q.terms {
			if other.A == other.B {
				square += q.g.At(t, u)
			}
		}
	}
	if mains == 0 || square <= 0 {
		return 0, 0
	}
	const least = 0.02
	return max(least*math.Sqrt(q.yy/square), product/square), variance / float64(mains)
}

// leastRisk returns the penalty towards equal weights with the smallest estimated
// distance of the metric from the truth, for the least squares of a set and of the same
// without each of K groups of its stimuli. The unpenalised w₀ is unbiased, so that up to a constant
//
//	E‖w_μ − w*‖² = E‖w_μ − w₀‖² + 2·tr Cov(w_μ, w₀),
//
// with the covariance by the jackknife over K groups, (K−1)/K Σ(w_μ₍k₎ − w̄_μ)(w₀₍k₎ − w̄₀).
// It needs as many groups as there are weights or more to tell penalties apart well.
// Weights are in units in which all regressors have variance 1.
func (f *fitting) leastRisk(all *problem, without []*problem) (penalty, error) {
	fit := func(p penalty) (whole []float64, parts [][]float64, err error) {
		for _, q := range append([]*problem{all}, without...) {
			s, err := f.minimise(q, p.roughly())
			if err != nil {
				return nil, nil, err
			}
			w := make([]float64, len(s.w))
			for t, v := range s.w {
				w[t] = v * math.Sqrt(all.g.At(t, t))
			}
			parts = append(parts, w)
		}
		return parts[0], centredOver(parts[1:]), nil
	}
	list := f.penalties()
	slices.SortFunc(list, func(a, b penalty) int { return cmp.Compare(a.shrink, b.shrink) })
	plain := list[0]
	plain.shrink = 0
	w0, parts0, err := fit(plain)
	if err != nil {
		return plain, err
	}
	best, chosen := math.Inf(1), plain
	k := float64(len(without))
	const patience = 2 // penalties of the ascending list that are worse than the best
	for worse := 0; len(list) > 0 && worse < patience; list = list[1:] {
		p := list[0]
		w, parts, err := fit(p)
		if err != nil {
			return plain, err
		}
		var distance, covariance float64
		for t, v := range w {
			distance += (v - w0[t]) * (v - w0[t])
			for i := range parts {
				covariance += (k - 1) / k * parts[i][t] * parts0[i][t]
			}
		}
		worse++
		if risk := distance + 2*covariance; risk < best {
			best, chosen, worse = risk, p, 0
		}
	}
	return chosen, nil
}

// jackknifeSets returns the weights of the clusters in each training set, the last that of
// all, without each of its groups. A group is a quarter of a fold, whose number makes the
// estimated variance good; a semidefinite metric, whose fit takes long, makes do with
// whole folds.
func (f *fitting) jackknifeSets() [][]func(cluster int) float64 {
	quarters := 4
	if f.Constraint == PSD {
		quarters = 1
	}
	groupsOf := func(p partition) []int {
		group, next := make([]int, len(p)), make([]int, f.Folds)
		for c, fold := range p {
			if fold == outside {
				group[c] = outside
				continue
			}
			group[c] = fold*quarters + next[fold]%quarters
			next[fold]++
		}
		return group
	}
	without := func(p partition, fold int) (sets []func(int) float64) {
		group := groupsOf(p)
		present := map[int]bool{}
		for _, g := range group {
			present[g] = g != outside
		}
		for g := range f.Folds * quarters {
			if !present[g] || g/quarters == fold {
				continue
			}
			sets = append(sets, func(c int) float64 {
				if f.layout.fold[c] == outside || p[c] == fold || group[c] == g {
					return 0
				}
				return 1
			})
		}
		return sets
	}
	var all [][]func(int) float64
	for _, p := range f.partitions {
		for k := range f.Folds {
			all = append(all, without(p, k))
		}
	}
	return append(all, without(f.partitions[0], outside))
}

// centredOver subtracts the mean over vectors from each.
func centredOver(vectors [][]float64) [][]float64 {
	var mean []float64
	for _, v := range vectors {
		mean = addScaled(mean, v, 1/float64(len(vectors)))
	}
	out := make([][]float64, len(vectors))
	for i, v := range vectors {
		out[i] = addScaled(addScaled(nil, v, 1), mean, -1)
	}
	return out
}
