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

// side is one of the two sides of a joint range: the smallest B for sign 1, the
// largest for −1.
type side struct {
	pair      pair
	sign      float64
	bound     func(level float64) float64 // what B cannot pass, as sign·B; −Inf for nothing
	starts    []start
	noise     func() []float64 // random data without means
	near      float64          // levels that are no farther apart have much in common
	tolerance float64
}

// Bounds on the work at a level.
const (
	lookIterations   = 20  // to see which starts are promising
	polishIterations = 250 // to reach the residual
	promising        = 9   // starts that are gone on with
	kept             = 5   // of their ends
	challengeEvery   = 3   // levels
)

// sweep finds the extremes at increasing levels. The first level tries every
// start; each further one goes on from the ends of the level before, and from every
// start if that is far away or these do not lead to an optimum. Now and then all
// starts are compared with what was found. A second sweep goes back down and takes
// what is better. A level that cannot be reached has no extreme.
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
			fresh, err = s.fresh(ctx, level)
			ends = s.ranked(append(fresh, ends...))
		case i%challengeEvery == 0:
			ends, err = s.challenge(ctx, ends, level)
		}
		if err != nil {
			return nil, err
		}
		if ends, err = s.kick(ctx, ends, level); err != nil {
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

// better returns the better of two extremes: the one with the better B, and of
// two that are as good the one with the smaller residual.
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

// fresh walks from every start, and further from the promising ones.
func (s *side) fresh(ctx context.Context, level float64) ([]*Extreme, error) {
	var walkers []*walker
	v, g := make([]float64, s.pair.size()), make([]float64, s.pair.size())
	for _, start := range s.starts {
		err := start.towards(v, g, s.pair, level)
		if err != nil {
			if skip(err) {
				continue
			}
			return nil, err
		}
		w, err := s.walk(ctx, v, start.confine, level, lookIterations)
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

// challenge walks from the starts that are better than the best of the ends as they
// are.
func (s *side) challenge(ctx context.Context, ends []*Extreme, level float64) ([]*Extreme, error) {
	v, g := make([]float64, s.pair.size()), make([]float64, s.pair.size())
	for _, start := range s.starts {
		err := start.towards(v, g, s.pair, level)
		var b float64
		if err == nil {
			b, err = s.pair.second(v, g)
		}
		if err != nil {
			if skip(err) {
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

// walkFrom walks from several points to a level and along it.
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

// ranked returns the best few of the ends, the best first. Of those in the same
// place the one with the smallest residual stays, so that chains that meet go on as
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

// kick pushes the best of the ends a little at random, out of the subspace that it
// was found in, and walks on: it may be an optimum in the subspace only, or a
// saddle. What gets better is added to the ends.
func (s *side) kick(ctx context.Context, ends []*Extreme, level float64) ([]*Extreme, error) {
	if len(ends) == 0 || math.Abs(s.sign*ends[0].B-s.bound(level)) <= s.tolerance {
		return ends, nil
	}
	v := slices.Clone(ends[0].values)
	push := s.noise()
	floats.AddScaled(v, 0.02*floats.Norm(v, 2)/floats.Norm(push, 2), push)
	w, err := s.walk(ctx, v, nil, level, lookIterations)
	if err != nil || w == nil || w.b > s.sign*ends[0].B-s.tolerance/10 {
		return ends, err
	}
	if err := w.descend(ctx, s.tolerance/100, polishIterations); err != nil {
		return nil, err
	}
	ends, err = s.add(ends, w)
	return s.ranked(ends), err
}

// walk returns a walker that has walked from v, or nil if the level is out of its
// reach.
func (s *side) walk(ctx context.Context, v []float64, confine func([]float64), level float64, most int) (*walker, error) {
	w := newWalker(s.pair, s.sign)
	w.confine = confine
	w.floor = s.bound(level) + s.tolerance/10
	if err := w.place(v, level); err != nil {
		if skip(err) {
			return nil, nil
		}
		return nil, err
	}
	return w, w.descend(ctx, s.tolerance/100, most)
}

// skip reports whether an error only says that a start is no good.
func skip(err error) bool {
	var undefined *measures.UndefinedError
	return errors.Is(err, errOffLevel) || errors.As(err, &undefined)
}

// add adds where a walker stands, if there is one, with its certificate: the
// residual, or the distance from a bound that B cannot pass if that is less.
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
