package inference

import (
	"context"
	"math"

	"simtool/internal/measures"
)

// rankedPairs are the pairs i < j of n samples, row by row, in groups of values that tie.
type rankedPairs struct {
	n    int
	x, y ranking
}

// ranking is an order of pairs.
type ranking struct {
	group []int32 // of each pair, in the order of the values
	size  []int32 // of each group
}

// newRanking returns the groups of average ranks.
func newRanking(ranks []float64) ranking {
	r := ranking{group: make([]int32, len(ranks))}
	last := -1.0
	for _, a := range rankOrder(ranks) {
		if ranks[a] != last {
			r.size = append(r.size, 0)
			last = ranks[a]
		}
		r.group[a] = int32(len(r.size) - 1)
		r.size[len(r.size)-1]++
	}
	return r
}

// average returns the average rank of each group, less the mean of all, and Σ of its
// square, where the groups have lost some of their pairs.
func (r ranking) average(lost []int32, left float64) (ranks []float64, squares float64) {
	ranks = make([]float64, len(r.size))
	below := 0.0
	for k, size := range r.size {
		count := float64(size - lost[k])
		ranks[k] = below + (count+1)/2 - (left+1)/2
		squares += count * ranks[k] * ranks[k]
		below += count
	}
	return ranks, squares
}

// each calls body for every pair that has a sample of a group.
func (p *rankedPairs) each(group []int, in []bool, body func(at int)) {
	for _, i := range group {
		for j := range p.n {
			if j == i || in[j] && j < i {
				continue // a pair within the group counts once
			}
			body(pairIndex(min(i, j), max(i, j), p.n))
		}
	}
}

// pairIndex returns the place of the pair i < j, row by row.
func pairIndex(i, j, n int) int { return i*(2*n-i-1)/2 + j - i - 1 }

// spearman returns Spearman's correlation of the pairs without a group of samples: the
// others move up by as many places as pairs below them are gone.
func (p *rankedPairs) spearman(group []int, in []bool) float64 {
	lostX, lostY := make([]int32, len(p.x.size)), make([]int32, len(p.y.size))
	left := float64(len(p.x.group))
	p.each(group, in, func(at int) {
		lostX[p.x.group[at]]++
		lostY[p.y.group[at]]++
		left--
	})
	x, xx := p.x.average(lostX, left)
	y, yy := p.y.average(lostY, left)
	xy, at := 0.0, 0
	for i := range p.n {
		for j := i + 1; j < p.n; j++ {
			if !in[i] && !in[j] {
				xy += x[p.x.group[at]] * y[p.y.group[at]]
			}
			at++
		}
	}
	return normalisedSums{xy, xx, yy}.product()
}

// kendallSums are numbers of pairs of pairs, each counted from both sides: concordant less
// discordant ones, and those that do not tie in X and in Y.
type kendallSums struct{ concordant, differX, differY []float64 }

func newKendallSums(x, y []float64) kendallSums {
	return kendallSums{concordances(x, y), untied(x), untied(y)}
}

// kendall returns Kendall's τ-b of the pairs without a group of samples. The pairs of
// pairs that are gone are those with one of the pairs that are gone, those of two of these
// counted once.
func (p *rankedPairs) kendall(whole kendallSums, group []int, in []bool) float64 {
	left := normalisedSums{total(whole.concordant), total(whole.differX), total(whole.differY)}
	var x, y []float64
	p.each(group, in, func(at int) {
		left.xy -= 2 * whole.concordant[at]
		left.xx -= 2 * whole.differX[at]
		left.yy -= 2 * whole.differY[at]
		x, y = append(x, float64(p.x.group[at])), append(y, float64(p.y.group[at]))
	})
	within := newKendallSums(averageRanks(x), averageRanks(y))
	left.xy += total(within.concordant)
	left.xx += total(within.differX)
	left.yy += total(within.differY)
	return left.product()
}

// ranksWithout returns the scores without each group of samples from the ranks of the
// pairs, nil where these do not do. Values that tie with each other through a third one
// no longer tie without it, which confirmed looks out for.
func (s *Subject) ranksWithout(ctx context.Context, m *measures.PairMatrices, value float64, groups [][]int) []outcome {
	n := s.Pair.Samples()
	x, y := aboveDiagonal(m.X), aboveDiagonal(m.Y)
	pairs := &rankedPairs{n: n, x: newRanking(x), y: newRanking(y)}
	score := pairs.spearman
	if m.Product == measures.OrderedPairs {
		whole := newKendallSums(x, y)
		score = func(group []int, in []bool) float64 { return pairs.kendall(whole, group, in) }
	}
	if !sameScore(score(nil, make([]bool, n)), value) {
		return nil
	}
	least := s.Measure.Card().MinSamples
	out := s.eachUnit(ctx, len(groups), func(g int) (float64, error) {
		in := make([]bool, n)
		for _, i := range groups[g] {
			in[i] = true
		}
		v := math.NaN()
		if n-len(groups[g]) >= least {
			v = score(groups[g], in)
		}
		if math.IsNaN(v) { // all of the others tie
			return s.refitWithout(groups[g])
		}
		return v, nil
	})
	if !s.confirmed(value, out, func(i int) (float64, error) { return s.refitWithout(groups[i]) }) {
		return nil
	}
	return out
}
