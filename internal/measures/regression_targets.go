package measures

import "math"

// Targeted is a measure with a score for each feature of the system that is predicted.
type Targeted interface {
	Measure
	// HasTargets reports whether they are asked for with the present parameters.
	HasTargets() bool
	// TargetsY reports whether the features are those of Y, and not of X.
	TargetsY() bool
	// Targets returns the means over folds of the score of each feature; NaN for features
	// that do not vary in a fold.
	Targets(p *Pair) ([]float64, error)
	// TargetCeilings returns the ceilings of these scores, NaN for features without one,
	// or ErrNoCeiling.
	TargetCeilings(r *Repeats) ([]float64, error)
}

// TargetsOf returns a measure as one with a score for each feature that is asked for.
func TargetsOf(m Measure) (Targeted, bool) {
	t, ok := As[Targeted](m)
	return t, ok && t.HasTargets()
}

// HasTargets implements Targeted.
func (m regression) HasTargets() bool { return m.pool == poolNone }

// TargetsY implements Targeted.
func (m regression) TargetsY() bool { return m.direction == yFromX }

// Targets implements Targeted.
func (m regression) Targets(p *Pair) ([]float64, error) {
	if err := p.check(m.card); err != nil {
		return nil, err
	}
	if m.direction == yFromX {
		p = p.Swap()
	}
	return m.targets(p)
}

// targets is Targets for the features of X, predicted from Y.
func (m regression) targets(p *Pair) ([]float64, error) {
	if m.plan.k == 0 {
		all, points := p.whole(true)
		solver := newRidgeSolver(all.dims())
		fit, err := m.fitWhole(solver, predictors{moments: &all, rows: points, noisy: p.Y.noisy(), grain: p.Y.grain})
		if err != nil {
			return nil, err
		}
		fit.least, fit.noise = solver.least, p.X.rounding()
		return m.eachValue(fit), nil
	}
	if err := p.checkFolds(m.plan); err != nil {
		return nil, err
	}
	draws := m.plan.draws(p)
	mean, count := make([]float64, p.X.Width()), m.plan.k
	if draws != nil {
		count = len(draws)
	}
	visit := func(_ int, _ *ridgeSolver, fit fitted) error {
		addScaled(mean, 1/float64(count), m.eachValue(fit))
		return nil
	}
	if draws == nil {
		f := p.folds(m.plan, true)
		return mean, m.eachFold(f, p.X, f.count(), visit)
	}
	for i, rows := range draws {
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
