package frontier

import (
	"cmp"
	"context"
	"errors"
	"math"
	"slices"

	"gonum.org/v1/gonum/floats"

	"simtool/internal/measures"
)

// side is one of the two sides of a joint range: the smallest B for sign 1, and the
// largest B for sign −1.
type side struct {
	pair      pair
	sign      float64
	bound     func(level float64) float64 // lower bound of sign·B; −Inf for none
	starts    []start
	noise     func() []float64 // random data without means
	near      float64          // the optimum at a level leads to the optimum of a level this close
	tolerance float64
}

// Bounds on the work at a level.
const (
	trialIterations  = 20  // iterations that show which starts are promising
	polishIterations = 250 // iterations to reach the tolerance
	promising        = 9   // number of starts that are continued
	kept             = 5   // number of their ends that are kept
	retryEvery       = 3   // levels between comparisons with all starts
)

// sweep finds the extremes at increasing levels. The first level tries every start.
// Each further level continues from the ends of the level before. It also tries
// every start if that level is far away or if its ends do not lead to an optimum. At
// every third level all starts are compared with the result. A second sweep visits
// the levels in decreasing order and keeps improvements. A level that cannot be
// reached has no extreme.
func (s *side) sweep(ctx context.Context, levels []float64) ([]*Extreme, error) {
	found := make([]*Extreme, len(levels))
	var chains []*Extreme
	for i, level := range levels {
		ends, err := s.walkFrom(ctx, chains, level)
		if err != nil {
			return nil, err
		}
		switch {
		case !s.certified(ends) || level-levels[i-1] > s.near:
			var fresh []*Extreme
			fresh, err = s.descendFromStarts(ctx, level)
			ends = s.ranked(append(fresh, ends...))
		case i%retryEvery == 0:
			ends, err = s.retryStarts(ctx, ends, level)
		}
		if err != nil {
			return nil, err
		}
		if ends, err = s.perturb(ctx, ends, level); err != nil {
			return nil, err
		}
		for _, e := range ends {
			found[i] = s.better(found[i], e)
		}
		chains = ends
	}
	for i := len(levels) - 2; i >= 0; i-- {
		if found[i+1] == nil {
			continue
		}
		ends, err := s.walkFrom(ctx, found[i+1:i+2], levels[i])
		if err != nil {
			return nil, err
		}
		for _, e := range ends {
			found[i] = s.better(found[i], e)
		}
	}
	return found, nil
}

// better returns the better of two extremes: the one with the better B, or, if both
// are equally good, the one with the smaller residual.
func (s *side) better(a, b *Extreme) *Extreme {
	switch {
	case a == nil:
		return b
	case b == nil:
		return a
	}
	gain := s.sign * (a.B - b.B)
	if gain > s.tolerance/10 || gain > -s.tolerance/10 && b.Residual < a.Residual {
		return b
	}
	return a
}

// descendFromStarts descends from every start, and continues the most promising descents.
func (s *side) descendFromStarts(ctx context.Context, level float64) ([]*Extreme, error) {
	var walkers []*walker
	v, g := make([]float64, s.pair.size()), make([]float64, s.pair.size())
	for _, start := range s.starts {
		err := start.towards(v, g, s.pair, level)
		if err != nil {
			if isUselessStart(err) {
				continue
			}
			return nil, err
		}
		w, err := s.walk(ctx, v, start.confine, level, trialIterations)
		if err != nil {
			return nil, err
		}
		if w != nil && w.b <= w.floor {
			return s.add(nil, w)
		}
		if w != nil {
			walkers = append(walkers, w)
		}
	}
	slices.SortStableFunc(walkers, func(a, b *walker) int { return cmp.Compare(a.b, b.b) })
	var ends []*Extreme
	for _, w := range walkers[:min(promising, len(walkers))] {
		if err := w.descend(ctx, s.tolerance/100, polishIterations); err != nil {
			return nil, err
		}
		var err error
		if ends, err = s.add(ends, w); err != nil {
			return nil, err
		}
	}
	return ends, nil
}

// retryStarts descends from the starts that are better than the best of the ends
// before any descent.
func (s *side) retryStarts(ctx context.Context, ends []*Extreme, level float64) ([]*Extreme, error) {
	v, g := make([]float64, s.pair.size()), make([]float64, s.pair.size())
	for _, start := range s.starts {
		err := start.towards(v, g, s.pair, level)
		var b float64
		if err == nil {
			b, err = s.pair.second(v, g)
		}
		if err != nil {
			if isUselessStart(err) {
				continue
			}
			return nil, err
		}
		if s.sign*(b-ends[0].B) > -s.tolerance {
			continue
		}
		w, err := s.walk(ctx, v, start.confine, level, polishIterations)
		if err != nil {
			return nil, err
		}
		if ends, err = s.add(ends, w); err != nil {
			return nil, err
		}
		ends = s.ranked(ends)
	}
	return ends, nil
}

// walkFrom moves several points to a level and descends along it.
func (s *side) walkFrom(ctx context.Context, from []*Extreme, level float64) ([]*Extreme, error) {
	var ends []*Extreme
	for _, e := range from {
		w, err := s.walk(ctx, e.values, e.confine, level, polishIterations)
		if err != nil {
			return nil, err
		}
		if ends, err = s.add(ends, w); err != nil {
			return nil, err
		}
		if w != nil && w.b <= w.floor {
			return ends[len(ends)-1:], nil
		}
	}
	return s.ranked(ends), nil
}

// ranked returns the best few of the ends, the best first. Of ends with equal B it
// keeps the one with the smallest residual, so that chains that meet continue as
// one.
func (s *side) ranked(ends []*Extreme) []*Extreme {
	slices.SortStableFunc(ends, func(a, b *Extreme) int { return cmp.Compare(s.sign*a.B, s.sign*b.B) })
	var out []*Extreme
	for _, e := range ends {
		last := len(out) - 1
		switch {
		case last < 0 || math.Abs(e.B-out[last].B) >= s.tolerance/100:
			out = append(out, e)
		case e.Residual < out[last].Residual:
			out[last] = e
		}
	}
	return out[:min(kept, len(out))]
}

// certified reports whether the first of the ends has a certificate.
func (s *side) certified(ends []*Extreme) bool {
	return len(ends) > 0 && ends[0].Residual <= s.tolerance
}

// perturb perturbs the best of the ends at random, out of the subspace of its search,
// and descends again, because it may be an optimum in the subspace only, or a
// saddle. It adds an improvement to the ends.
func (s *side) perturb(ctx context.Context, ends []*Extreme, level float64) ([]*Extreme, error) {
	if len(ends) == 0 || math.Abs(s.sign*ends[0].B-s.bound(level)) <= s.tolerance {
		return ends, nil
	}
	v := slices.Clone(ends[0].values)
	push := s.noise()
	floats.AddScaled(v, 0.02*floats.Norm(v, 2)/floats.Norm(push, 2), push)
	w, err := s.walk(ctx, v, nil, level, trialIterations)
	if err != nil || w == nil || w.b > s.sign*ends[0].B-s.tolerance/10 {
		return ends, err
	}
	if err := w.descend(ctx, s.tolerance/100, polishIterations); err != nil {
		return nil, err
	}
	ends, err = s.add(ends, w)
	return s.ranked(ends), err
}

// walk returns a walker that has descended from v, or nil if it cannot reach the
// level.
func (s *side) walk(ctx context.Context, v []float64, confine func([]float64), level float64, most int) (*walker, error) {
	w := newWalker(s.pair, s.sign)
	w.confine = confine
	w.floor = s.bound(level) + s.tolerance/10
	if err := w.moveToLevel(v, level); err != nil {
		if isUselessStart(err) {
			return nil, nil
		}
		return nil, err
	}
	return w, w.descend(ctx, s.tolerance/100, most)
}

// isUselessStart reports whether an error only means that a start is useless.
func isUselessStart(err error) bool {
	var undefined *measures.UndefinedError
	return errors.Is(err, errOffLevel) || errors.As(err, &undefined)
}

// add adds the point of a walker to the ends; w may be nil. The certificate is the
// residual, or the distance of B from its bound if that is less.
func (s *side) add(ends []*Extreme, w *walker) ([]*Extreme, error) {
	if w == nil {
		return ends, nil
	}
	residual, err := w.certificate()
	if err != nil {
		return nil, err
	}
	fromBound := math.Max(math.Abs(w.a-w.level), math.Abs(w.b-s.bound(w.level)))
	return append(ends, &Extreme{
		B: s.sign * w.b, Residual: math.Min(residual, fromBound), values: slices.Clone(w.v), confine: w.confine,
	}), nil
}
