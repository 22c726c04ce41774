package inference

import (
	"context"
	"slices"

	"simtool/internal/measures"
)

// Scores without a unit from the pairs of the samples that stay, where the numbers of a
// pair depend on its two samples alone: sums over pairs lose those of the unit.

// pairSum is what the deletion of samples takes from the inner product of two systems.
type pairSum struct {
	a, b  [][]float64 // entries, by row
	kind  measures.PairProduct
	rows  []float64 // Σ_j a_ij·b_ij
	whole float64   // Σ_i rows
}

func newPairSum(a, b [][]float64, kind measures.PairProduct) *pairSum {
	s := &pairSum{a: a, b: b, kind: kind, rows: make([]float64, len(a))}
	for i := range a {
		for j, v := range a[i] {
			if i != j || kind == measures.DoublyCentred {
				s.rows[i] += v * b[i][j]
			}
		}
	}
	s.whole = total(s.rows)
	return s
}

// without returns the inner product of the entries of the m samples outside of a group,
// centred anew. With the sums r'_i = Σ_j a_ij and ρ'_i of the entries of a row that
// stay, and their sums R' and P',
//
//	CentredPairs   Σa·b − R'·P'/(m(m−1))
//	DoublyCentred  Σa·b − 2/m·Σr'ρ' + R'·P'/m²
//	UCentred       Σa·b − 2/(m−2)·Σr'ρ' + R'·P'/((m−1)(m−2)).
//
// As a row of the whole adds up to 0, r'_i is minus the sum over the group, but for pairs
// that are centred by their mean.
func (s *pairSum) without(group []int, in []bool) float64 {
	n, size := len(s.a), float64(len(s.a)-len(group))
	left := s.whole
	within, ra, rb, rr := 0.0, 0.0, 0.0, 0.0
	for _, i := range group {
		left -= 2 * s.rows[i]
		for _, j := range group {
			if i == j && s.kind != measures.DoublyCentred {
				continue
			}
			within += s.a[i][j] * s.b[i][j]
			ra += s.a[i][j]
			rb += s.b[i][j]
		}
	}
	left += within
	switch s.kind {
	case measures.PlainPairs:
		return left
	case measures.CentredPairs:
		for _, i := range group {
			for j := range n {
				if i != j {
					ra -= 2 * s.a[i][j]
					rb -= 2 * s.b[i][j]
				}
			}
		}
		return left - ra*rb/(size*(size-1))
	}
	for i := range n {
		if in[i] {
			continue
		}
		a, b := 0.0, 0.0
		for _, j := range group {
			a += s.a[i][j]
			b += s.b[i][j]
		}
		rr += a * b
	}
	if s.kind == measures.UCentred {
		return left - 2/(size-2)*rr + ra*rb/((size-1)*(size-2))
	}
	return left - 2/size*rr + ra*rb/(size*size)
}

// keptShare is the share of the inner product of a system with itself that must stay, for
// a loss of at most three digits.
const keptShare = 1e-3

// pairsWithout returns the scores without each group of samples from the pairs of the
// others, nil where there are none.
func (s *Subject) pairsWithout(ctx context.Context, value float64, groups [][]int) []outcome {
	n := s.Pair.Samples()
	if n < fewSamples {
		return nil
	}
	m, err := s.pairMatrices()
	if err != nil || m == nil || !m.Alone {
		return nil
	}
	if ofRanks(m) {
		return s.ranksWithout(ctx, m, value, groups)
	}
	x, y := entriesAbout(m, X), entriesAbout(m, Y)
	xy, xx, yy := newPairSum(x, y, m.Product), newPairSum(x, x, m.Product), newPairSum(y, y, m.Product)
	if !sameScore(reported(m, normalisedSums{xy.whole, xx.whole, yy.whole}), value) {
		return nil
	}
	least := s.Measure.Card().MinSamples
	return s.eachUnit(ctx, len(groups), func(g int) (float64, error) {
		in := make([]bool, n)
		for _, i := range groups[g] {
			in[i] = true
		}
		left := normalisedSums{xy.without(groups[g], in), xx.without(groups[g], in), yy.without(groups[g], in)}
		if n-len(groups[g]) < least || !(left.xx > keptShare*xx.whole) || !(left.yy > keptShare*yy.whole) {
			return s.refitWithout(groups[g])
		}
		return reported(m, left), nil
	})
}

// reported returns the score at some sums.
func reported(m *measures.PairMatrices, sums normalisedSums) float64 {
	v := max(-1, min(1, sums.product()))
	if m.Form != nil {
		v, _ = m.Form(v)
	}
	return v
}

// entriesAbout returns the rows of the matrix of one side, of pairs that are to be
// centred about their mean, so that few digits cancel.
func entriesAbout(m *measures.PairMatrices, side Side) [][]float64 {
	of := m.X
	if side == Y {
		of = m.Y
	}
	n, _ := of.Dims()
	rows := make([][]float64, n)
	mean := 0.0
	if m.Product == measures.CentredPairs {
		mean = pairMean(of)
	}
	for i := range rows {
		rows[i] = of.RawRowView(i)
		if mean != 0 {
			rows[i] = slices.Clone(rows[i])
			for j := range rows[i] {
				rows[i][j] -= mean
			}
		}
	}
	return rows
}
