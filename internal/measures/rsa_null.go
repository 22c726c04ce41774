package measures

import (
	"context"
	"math"

	"gonum.org/v1/gonum/mat"

	"simtool/internal/linalg"
)

// concordant reports whether a comparison counts concordant pairs of dissimilarities.
func concordant(compare string) bool { return compare == compareKendall || compare == compareTauA }

// NullMean implements NullMean. Over all pairings of the samples a correlation is 0 on
// average, for dissimilarities of X meet each dissimilarity of Y as often as any other. A
// cosine is mean(Dx)·mean(Dy)/(rms(Dx)·rms(Dy)), and a whitened one trK·trL/((n−1)‖K‖‖L‖)
// of the centred matrices K = −½H·D·H. Over pairings of whole units it is a sum over their
// blocks (see bilinear.nullMean).
func (m rsa) NullMean(p *Pair, units *Units) (float64, bool, error) {
	if p.segments != nil && (m.compare != compareCosineCov || units != nil) {
		return 0, false, nil
	}
	if err := m.check(p); err != nil {
		return 0, false, err
	}
	switch {
	case units == nil && m.compare != compareCosine && m.compare != compareCosineCov:
		return 0, true, nil
	case units != nil && (concordant(m.compare) || m.rdm.items(p.X) > tiledAbove):
		return 0, false, nil
	case units != nil:
		items, ok := m.rdm.itemUnits(p.X, units)
		if !ok {
			return 0, false, nil
		}
		b, err := m.bilinear(p)
		if err != nil {
			return 0, false, err
		}
		mean, ok := b.nullMean(items)
		return mean, ok, nil
	case m.rdm.embeds():
		return m.momentNull(p)
	}
	x, err := m.rdm.nullShare(p.X, m.compare)
	if err != nil {
		return 0, false, err
	}
	y, err := m.rdm.nullShare(p.Y, m.compare)
	return x * y, true, err
}

// momentNull is NullMean of the cosines for squared distances of embedded samples, from
// their moments.
func (m rsa) momentNull(p *Pair) (float64, bool, error) {
	z, err := m.rdm.embeddedPair(p)
	if err != nil {
		return 0, false, err
	}
	n := p.Samples()
	if m.compare == compareCosineCov {
		return cosineNull(n, z.X.trace(), z.Y.trace(), math.Sqrt(z.X.gramSquares()), math.Sqrt(z.Y.gramSquares())), true, nil
	}
	share := func(s *System) float64 {
		a := s.rowNorms()
		total := sum(a)
		squares := float64(n)*dot(a, a) + total*total + 2*s.gramSquares()
		return float64(n) * total / math.Sqrt(squares*choose2(n))
	}
	return share(z.X) * share(z.Y), true, nil
}

// nullShare returns the part of a system in the mean of a cosine: mean(D)/rms(D), or
// tr K/(√(n−1)‖K‖) for a whitened one.
func (d dissimilarity) nullShare(s *System, compare string) (float64, error) {
	return shared(&s.memo, nullShareKey{d, compare}, func() (float64, error) {
		b, err := d.keptBands(s)
		if err != nil {
			return 0, err
		}
		e := b.extent()
		if !finite(e.squares) {
			return 0, overflowing(s)
		}
		if compare == compareCosine {
			return e.total / math.Sqrt(e.squares*choose2(b.n)), nil
		}
		c := b.doublyCentred(e, 0)
		_, squares, _ := products(c, c)
		return -sum(c.diagonal) / math.Sqrt(squares*float64(b.n-1)), nil
	})
}

type nullShareKey struct {
	dissimilarity
	compare string
}

// keptBands returns the dissimilarities by bands, from those that are kept of few samples.
func (d dissimilarity) keptBands(s *System) (banded, error) {
	n := d.items(s)
	if n > tiledAbove {
		return d.bands(s)
	}
	values, err := d.condensed(s)
	if err != nil {
		return banded{}, err
	}
	return banded{n, func(dst *mat.Dense, lo int) {
		for i := range dst.RawMatrix().Rows {
			copy(dst.RawRowView(i)[i+1:], upperRow(values, n, lo+i))
		}
	}}, nil
}

// upperRow returns the entries of row i above the diagonal among those of all rows.
func upperRow[T any](values []T, n, i int) []T {
	at := i * (2*n - i - 1) / 2
	return values[at : at+n-i-1]
}

// itemUnits returns the items of the RDM in each unit of samples. ok is false if the
// samples of an item are in several.
func (d dissimilarity) itemUnits(s *System, u *Units) (items [][]int, ok bool) {
	n := d.items(s)
	if n == u.n {
		return u.Rows, true
	}
	unit := make([]int, u.n)
	items = make([][]int, u.Count())
	for g, rows := range u.Rows {
		for _, i := range rows {
			unit[i] = g
			if i < n {
				items[g] = append(items[g], i)
			}
		}
	}
	for i, g := range unit {
		if unit[i%n] != g {
			return nil, false
		}
	}
	return items, true
}

// itemOrder returns the order of the items of the RDM that an order of samples makes.
func (d dissimilarity) itemOrder(s *System) func(order []int) ([]int, error) {
	n := d.items(s)
	return func(order []int) ([]int, error) {
		for i, from := range order {
			if from%n != order[i%n]%n {
				return nil, undefined("only whole conditions with all of their repeats can be exchanged between cross-validated distances")
			}
		}
		out := make([]int, n)
		for i := range out {
			out[i] = order[i] % n
		}
		return out, nil
	}
}

// Permuted implements Permutable: dissimilarities, and their ranks, are computed once.
// Where there are too many to keep, distances that are moments are recomputed as such.
func (m rsa) Permuted(ctx context.Context, p *Pair, o Orders) ([]float64, bool, error) {
	if p.segments != nil {
		return nil, false, nil
	}
	if err := m.check(p); err != nil {
		return nil, false, err
	}
	if m.rdm.items(p.X) < p.Samples() {
		var err error
		if o, err = o.of(m.rdm.itemOrder(p.X)); err != nil {
			return nil, false, err
		}
	}
	large := m.rdm.items(p.X) > tiledAbove
	switch {
	case concordant(m.compare), large && rankBased(m.compare):
		scores, err := m.permutedRanks(ctx, p, o)
		return scores, err == nil, err
	case large && m.rdm.kind != rdmPrecomputed:
		return nil, false, nil
	}
	b, err := m.bilinear(p)
	if err != nil {
		return nil, false, err
	}
	scores, err := b.permuted(ctx, o)
	return scores, err == nil, err
}

// permutedRanks moves the ranks of Y for each order.
func (m rsa) permutedRanks(ctx context.Context, p *Pair, o Orders) ([]float64, error) {
	x, y, err := m.rdm.rankings(p, concordant(m.compare))
	if err != nil {
		return nil, err
	}
	n := m.rdm.items(p.X)
	return o.Each(ctx, func(order []int) (float64, error) {
		moved := linalg.Ranking{Twice: make([]uint32, 0, len(y.Twice)), Ties: y.Ties}
		for i, a := range order {
			for _, b := range order[i+1:] {
				lo, hi := min(a, b), max(a, b)
				moved.Twice = append(moved.Twice, y.Twice[lo*(2*n-lo-1)/2+hi-lo-1])
			}
		}
		return compareRankings(x, &moved, m.compare), nil
	})
}

// bilinear returns the matrices whose sum of products is the comparison, for comparisons
// that are such sums.
func (m rsa) bilinear(p *Pair) (bilinear, error) {
	b := bilinear{diagonal: m.compare == compareCosineCov || m.compare == compareCorrCov}
	if rankBased(m.compare) {
		x, y, err := m.rdm.rankings(p, false)
		if err != nil {
			return b, err
		}
		_, xx, yy := rankProducts(x, y)
		b.factor = 1 / math.Sqrt(xx) / math.Sqrt(yy) / 2
		if m.compare == compareRhoA {
			pairs := float64(len(x.Twice))
			b.factor = 6 / (pairs * (pairs*pairs - 1))
		}
		n := m.rdm.items(p.X)
		b.x, b.y = rankMatrix(x, n), rankMatrix(y, n)
		return b, nil
	}
	for _, side := range []struct {
		s  *System
		to **mat.Dense
	}{{p.X, &b.x}, {p.Y, &b.y}} {
		values, err := m.rdm.condensed(side.s)
		if err != nil {
			return b, err
		}
		centre := m.compare == comparePearson || m.compare == compareCorrCov
		if err := m.rdm.patterned(side.s, values, centre); err != nil {
			return b, err
		}
		if b.diagonal {
			*side.to = m.rdm.kernel(side.s, values, centre)
			continue
		}
		mean := 0.0
		if centre {
			mean = sum(values) / float64(len(values))
		}
		*side.to = square(mapped(values, func(v float64) float64 { return v - mean }), m.rdm.items(side.s))
	}
	b.factor = 1 / linalg.Norm(b.x) / linalg.Norm(b.y)
	return b, nil
}

// rankMatrix returns the ranks less their mean.
func rankMatrix(r *linalg.Ranking, n int) *mat.Dense {
	mean := float64(len(r.Twice) + 1)
	centred := make([]float64, len(r.Twice))
	for i, twice := range r.Twice {
		centred[i] = (float64(twice) - mean) / 2
	}
	return square(centred, n)
}
