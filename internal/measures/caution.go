package measures

import "fmt"

// Cautions says why the value of a measure may mean little for a pair, a line each, nil
// where nothing is the matter. It is one rule for all measures, which reads the card:
//
//   - with 2 samples most measures have one value whatever the data;
//   - an inflated measure gives unrelated data a value near that of identical ones when
//     n ≤ max(p, q);
//   - a fit without a penalty has fewer than 2 samples for each coefficient;
//   - contiguous folds of time × condition samples hold out stretches of time, of which
//     the neighbours are in the training set.
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
	if c.Folds > 1 && p.X.repeatsConditions() && p.Y.repeatsConditions() {
		lines = append(lines, "contiguous folds hold out stretches of time, whose neighbours are fitted: folds=conditions holds out whole conditions")
	}
	return lines
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
	return variant, true
}
