package measures

import (
	"fmt"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/mathext"
)

// Cautions says why the value of a measure may mean little for a pair, a line each, nil
// where nothing is the matter. It is one rule for all measures, which reads the card:
//
//   - with 2 samples most measures have one value whatever the data;
//   - an inflated measure gives unrelated data a value near that of identical ones when
//     n ≤ max(p, q);
//   - a fit without a penalty has fewer than 2 samples for each coefficient;
//   - contiguous folds of time × condition samples hold out stretches of time, of which
//     the neighbours are in the training set;
//   - contiguous folds of other samples that differ in their means, as those of sorted
//     conditions or of a drift do, are predicted by fits to other data.
//
// What follows from the data themselves, such as features that do not vary, is in the
// Warnings of the Score.
func Cautions(m Measure, p *Pair) []string {
	c := m.Card()
	var lines []string
	n, widest := p.Samples(), max(p.X.Width(), p.Y.Width())
	switch {
	case n == 2:
		lines = append(lines, "with 2 samples the value says next to nothing: want more samples")
	case c.Inflated && n <= widest:
		lines = append(lines, fmt.Sprintf("%d samples and up to %d features: data that have nothing in common score high as well; compare with shuffled samples, or use a debiased estimator or held-out folds", n, widest))
	}
	if named, ok := m.(Named); ok {
		m = named.Measure
	}
	if fit, ok := m.(interface {
		coefficients(p *Pair) (count, samples int)
	}); ok {
		if count, samples := fit.coefficients(p); samples < 2*count && n > 2 {
			lines = append(lines, fmt.Sprintf("%d coefficients are fitted to %d samples each time: want at least two samples for each, or a penalty (ridge:lambda=auto)", count, samples))
		}
	}
	switch {
	case c.Folds < 2 || p.groups != nil || p.given != nil:
	case p.X.repeatsConditions() && p.Y.repeatsConditions():
		lines = append(lines, "contiguous folds hold out stretches of time, whose neighbours are fitted: folds=conditions holds out whole conditions")
	default:
		if share := p.betweenFolds(c.Folds); share > 0 {
			lines = append(lines, fmt.Sprintf("%.0f %% of the variance lies between the contiguous folds, as where conditions are sorted or signals drift: folds=conditions holds out samples in random order, and whole conditions of time × condition × neuron data", 100*share))
		}
	}
	return lines
}

// betweenFolds returns the share of the variance of a system that lies between k
// contiguous folds, the larger one of both systems, and 0 where it is small or may be
// chance.
//
// Of n exchangeable Gaussian samples of d equal dimensions the share has the
// distribution Beta(d(k−1)/2, d(n−k)/2). For others d is the participation ratio
// (Σλ)²/Σλ² of the variances, which makes its mean and, nearly, its variance right.
func (p *Pair) betweenFolds(k int) float64 {
	const least, chance = .25, 1e-6
	if p.Samples() <= k {
		return 0
	}
	f := p.folds(foldPlan{k: k}, false)
	var between, within [2]float64 // of x and y
	for side, means := range [2]func(*part) []float64{func(f *part) []float64 { return f.mx }, func(f *part) []float64 { return f.my }} {
		n, mean := 0.0, make([]float64, len(means(&f.parts[0])))
		for i := range f.parts {
			part := &f.parts[i]
			n += part.n
			addScaled(mean, part.n, means(part))
			if side == 0 {
				for _, v := range part.xx {
					within[0] += v
				}
			} else {
				within[1] += mat.Trace(part.yy)
			}
		}
		for i := range f.parts {
			for j, v := range means(&f.parts[i]) {
				d := v - mean[j]/n
				between[side] += f.parts[i].n * d * d
			}
		}
	}
	largest := 0.0
	for side, s := range [2]*System{p.X, p.Y} {
		total := between[side] + within[side]
		share := between[side] / total
		if !(share >= least) || share <= largest {
			continue
		}
		d := s.trace() * s.trace() / s.gramSquares() / 2
		if n := float64(p.Samples()); mathext.RegIncBeta(d*float64(k-1), d*(n-float64(k)), share) > 1-chance {
			largest = share
		}
	}
	return largest
}

// repeatsConditions reports whether the samples are several conditions at several times.
func (s *System) repeatsConditions() bool {
	if s.conditionOf == nil {
		return s.times > 1 && s.n > s.times
	}
	conditions := len(s.conditions())
	return conditions > 1 && conditions < s.n
}

// ByConditions returns the variant of a measure that holds out whole conditions in
// place of contiguous samples, and whether there is one: in data of time × condition
// samples contiguous folds are stretches of time. seed is that of the order of folds.
func (m Named) ByConditions(seed uint64) (Named, bool) {
	if m.Card().Folds < 2 {
		return m, false
	}
	variant, err := parseNamed(m.Name+":folds="+conditions, seed)
	if err != nil {
		return m, false
	}
	variant.Folds = fmt.Sprintf("%d folds of whole conditions in random order, in place of the contiguous ones of %s", m.Card().Folds, m.Name)
	return variant, true
}
