package inference

import (
	"context"
	"errors"
	"slices"

	"simtool/internal/data"
	"simtool/internal/linalg"
	"simtool/internal/measures"
)

// outcome is a score without a unit.
type outcome struct {
	value float64
	err   error
}

// undefined says why what is left of the data has no score, "" where it has one. Data of
// less than two samples are no systems.
func (o outcome) undefined() string {
	if e, ok := errors.AsType[*measures.UndefinedError](o.err); ok {
		return e.Reason
	}
	if e, ok := data.AsInputError(o.err); ok {
		return e.Found + ", " + e.Wanted
	}
	return ""
}

// withoutSamples scores the data without each group of samples.
func (s *Subject) withoutSamples(ctx context.Context, value float64, groups [][]int) []outcome {
	ways := []func(context.Context, float64, [][]int) []outcome{s.momentsWithout, s.pairsWithout}
	if s.pairsAreFaster(len(groups)) {
		slices.Reverse(ways)
	}
	for _, way := range ways {
		if out := way(ctx, value, groups); out != nil {
			return out
		}
	}
	return s.eachUnit(ctx, len(groups), func(i int) (float64, error) { return s.refitWithout(groups[i]) })
}

// pairsAreFaster compares the multiplications of all pairs with those of moments for
// each of so many units. The latter are some ten times slower: they are spread over
// more memory.
func (s *Subject) pairsAreFaster(units int) bool {
	n, p, q := float64(s.Pair.Samples()), float64(s.X.Width()), float64(s.Y.Width())
	const spread = 10
	return n*n*(p+q+spread) < spread*float64(units)*(p*p+q*q+p*q)
}

// withoutFeatures scores the data without each feature of one system.
func (s *Subject) withoutFeatures(ctx context.Context, value float64, side Side) []outcome {
	if out := s.momentsWithoutFeatures(ctx, value, side); out != nil {
		return out
	}
	return s.eachUnit(ctx, s.of(side).Width(), func(j int) (float64, error) { return s.refitWithoutFeature(side, j) })
}

// eachUnit computes the scores without n units, several at once.
func (s *Subject) eachUnit(ctx context.Context, n int, without func(i int) (float64, error)) []outcome {
	out := make([]outcome, n)
	linalg.Parallel(n, 1, func(i, _ int) {
		if out[i].err = context.Cause(ctx); out[i].err == nil {
			out[i].value, out[i].err = without(i)
			s.advance(1)
		}
	})
	return out
}

// refitWithout scores the data without some samples, as if these had never been there.
func (s *Subject) refitWithout(group []int) (float64, error) {
	rows := allBut(s.Pair.Samples(), group)
	if len(rows) == 0 {
		return 0, &measures.UndefinedError{Reason: "there are no other samples"}
	}
	x, y := s.X.Subset(rows), s.Y.Subset(rows)
	if s.Distances {
		x, y = x.SelectFeatures(rows), y.SelectFeatures(rows)
	}
	rest, err := NewSubject(s.Measure, x, y)
	if err != nil {
		return 0, err
	}
	rest.Pair.KeepTogether(among(s.Groups, rows))
	score, err := s.score(rest.Pair)
	return score.Value, err
}

// refitWithoutFeature scores the data without a feature of one system.
func (s *Subject) refitWithoutFeature(side Side, j int) (float64, error) {
	d := s.of(side)
	columns := allBut(d.Width(), []int{j})
	if len(columns) == 0 {
		return 0, onlyFeature()
	}
	rest, err := measures.NewSystem(d.SelectFeatures(columns))
	if err != nil {
		return 0, err
	}
	x, y := s.Pair.X, s.Pair.Y
	if side == X {
		x = rest
	} else {
		y = rest
	}
	pair, err := measures.NewPair(x, y)
	if err != nil {
		return 0, err
	}
	pair.KeepTogether(s.Groups)
	score, err := s.score(pair)
	return score.Value, err
}

// onlyFeature is the error of a system that has nothing left.
func onlyFeature() error {
	return &measures.UndefinedError{Reason: "there are no other features"}
}

// allBut returns the numbers below n that are not in a list of increasing ones.
func allBut(n int, list []int) []int {
	out := make([]int, 0, n)
	for i := range n {
		if len(list) > 0 && list[0] == i {
			list = list[1:]
			continue
		}
		out = append(out, i)
	}
	return out
}
