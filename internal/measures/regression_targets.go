package measures

import "math"

// Targeted is a measure with a score for each feature of the system that is predicted.
type Targeted interface {
	Measure
	// HasTargets reports whether they are asked for with the present parameters.
	HasTargets() bool
	// Targets returns the means over folds of the score of each feature; NaN for features
	// that do not vary in a fold.
	Targets(p *Pair) ([]float64, error)
}

// HasTargets implements Targeted. Of both directions at once there is no target.
func (m regression) HasTargets() bool { return m.pool == poolNone && m.direction != symmetric }

// Targets implements Targeted.
func (m regression) Targets(p *Pair) ([]float64, error) {
	if err := p.check(m.card); err != nil {
		return nil, err
	}
	if m.direction == yFromX {
		p = p.Swap()
	}
	if m.plan.k == 0 {
		all, points := p.whole(true)
		fit, err := m.fitWhole(newRidgeSolver(all.dims()), predictors{moments: &all, rows: points, noisy: p.Y.noisy(), grain: p.Y.grain})
		if err != nil {
			return nil, err
		}
		fit.noise = p.X.rounding()
		return m.eachValue(fit), nil
	}
	if err := p.checkFolds(m.plan); err != nil {
		return nil, err
	}
	mean := make([]float64, p.X.Width())
	visit := func(_ int, _ *ridgeSolver, fit fitted) error {
		addScaled(mean, 1/float64(m.plan.k), m.eachValue(fit))
		return nil
	}
	if m.plan.test == 0 {
		f := p.folds(m.plan, true)
		return mean, m.eachFold(f, p.X, f.count(), visit)
	}
	for i, rows := range m.plan.draws(p) {
		if err := m.eachFold(p.foldsOf(rows, true), p.X, 1, visit); err != nil {
			return nil, undefined("split %d: %s", i+1, err)
		}
	}
	return mean, nil
}

// eachValue returns the score of each feature on one set of samples.
func (m regression) eachValue(f fitted) []float64 {
	out := make([]float64, len(f.total))
	for j, total := range f.total {
		if f.constant(j) {
			out[j] = math.NaN()
			continue
		}
		out[j], _ = m.one(total, f.predicted[j], f.product[j], f.least)
	}
	return out
}
