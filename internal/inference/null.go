package inference

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"

	"simtool/internal/measures"
)

// nullDraws is the number of random pairings whose mean stands for the expected value
// where that is not known exactly.
const nullDraws = 20

// errNoPermutation says that nothing may be permuted.
var errNoPermutation = errors.New("consecutive samples are alike, so that rows may not be permuted: name what may be with --units FILE:COLUMN, or use --units rows if the rows are independent")

// permuter draws orders of the samples of Y that are as likely as the present one if
// the systems have nothing in common.
type permuter struct {
	design Design
	seed   uint64
	// anyway permutes rows although they are not independent: for the mean over random
	// pairings, which is no test.
	anyway bool
}

// rng returns the stream of one draw. All measures and pairs of a run have the same
// draws, so that maxima over them are joint.
func (r permuter) rng(draw int) *rand.Rand {
	return rand.New(rand.NewPCG(r.seed, 0x6e756c6c<<32|uint64(draw))) // "null"
}

// order returns the order of one draw.
func (r permuter) order(draw int) ([]int, error) {
	units := r.design.Units
	if r.design.Kind == Blocks && !r.anyway {
		return nil, errNoPermutation
	}
	if r.anyway && units.Count() < units.Samples() && r.design.Kind == Blocks {
		return r.rng(draw).Perm(units.Samples()), nil
	}
	perm := r.rng(draw).Perm(units.Count())
	return arrange(units, perm)
}

// arrange returns the order of samples in which unit g has the samples of unit perm[g].
// Units must be of equal size.
func arrange(u *measures.Units, perm []int) ([]int, error) {
	order := make([]int, u.Samples())
	for g, rows := range u.Rows {
		from := u.Rows[perm[g]]
		if len(from) != len(rows) {
			return nil, errors.New("the units differ in their number of samples, so that they cannot be exchanged")
		}
		for k, i := range rows {
			order[i] = from[k]
		}
	}
	return order, nil
}

// permutations returns the scores of draws random pairings.
func permutations(ctx context.Context, p *measures.Pair, m measures.Measure, r permuter, draws int) ([]float64, error) {
	score, err := permuted(p, m)
	if err != nil {
		return nil, err
	}
	out := make([]float64, draws)
	for k := range out {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		order, err := r.order(k)
		if err != nil {
			return nil, err
		}
		if out[k], err = score(order); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// permuted returns the score of X and the samples of Y in a given order.
func permuted(p *measures.Pair, m measures.Measure) (func(order []int) (float64, error), error) {
	if fast, ok := measures.As[measures.Permutable](m); ok {
		score, ok, err := fast.Permuted(p)
		if ok || err != nil {
			return score, err
		}
	}
	return func(order []int) (float64, error) {
		q, err := p.Reordered(order)
		if err != nil {
			return 0, err
		}
		s, err := m.Score(q)
		return s.Value, err
	}, nil
}

// exceeded returns (1 + #{null as close as the value or closer})/(1 + draws). Values
// within 1e-12 of each other are ties. See Phipson and Smyth 2010.
func exceeded(value float64, null []float64, higherIsCloser bool) float64 {
	count := 0
	slack := 1e-12 * max(1, math.Abs(value))
	for _, v := range null {
		if higherIsCloser && v >= value-slack || !higherIsCloser && v <= value+slack {
			count++
		}
	}
	return float64(1+count) / float64(1+len(null))
}

// calibrated returns (value − null)/(best − null), NaN where best is null.
func calibrated(value, null, best float64) float64 {
	if math.IsInf(best, 0) || math.Abs(best-null) <= 1e-12*max(1, math.Abs(best)) {
		return unknown()
	}
	return (value - null) / (best - null)
}
