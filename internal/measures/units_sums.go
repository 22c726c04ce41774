package measures

import (
	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/mat"

	"simtool/internal/linalg"
)

// unitMoments are the second moments of some samples about their means. Gram matrices
// that nobody asked for are nil.
type unitMoments struct {
	n                int
	meanX, meanY     []float64
	squareX, squareY []float64  // diagonals of xx and yy
	xx, yy, xy       *mat.Dense // XᵀX, YᵀY and XᵀY
}

// wanted says which Gram matrices are needed beside the cross moments, and whether X
// has its own features in place of those of the compact matrix.
type wanted struct{ xx, yy, columns bool }

// numbers counts the numbers in the moments of a unit.
func (w wanted) numbers(d Dims) int64 {
	p, q := d.compact()
	if w.columns {
		p = d.P
	}
	count := p * q
	if w.xx {
		count += p * p
	}
	if w.yy {
		count += q * q
	}
	return count
}

// noUnitMoments returns the moments of no samples, with the matrices that m has.
func (m *unitMoments) noUnitMoments() *unitMoments {
	p, q := m.xy.Dims()
	out := &unitMoments{
		meanX: make([]float64, p), meanY: make([]float64, q), squareX: make([]float64, p), squareY: make([]float64, q),
		xy: mat.NewDense(p, q, nil),
	}
	if m.xx != nil {
		out.xx = mat.NewDense(p, p, nil)
	}
	if m.yy != nil {
		out.yy = mat.NewDense(q, q, nil)
	}
	return out
}

// merge adds the moments of other samples. Only positive semidefinite terms are added;
// see linalg.Moments.Merge.
func (m *unitMoments) merge(other *unitMoments) { m.setSum(m, other) }

// setSum sets m to the moments of a and b together. m may be a.
func (m *unitMoments) setSum(a, b *unitMoments) {
	share, weight := 0.0, 0.0
	if n := a.n + b.n; n > 0 {
		share = float64(b.n) / float64(n)
		weight = float64(a.n) * share
	}
	m.n = a.n + b.n
	dx := mergeMeans(m.meanX, m.squareX, a.meanX, a.squareX, b.meanX, b.squareX, share, weight)
	dy := mergeMeans(m.meanY, m.squareY, a.meanY, a.squareY, b.meanY, b.squareY, share, weight)
	mergeProducts(m.xy, a.xy, b.xy, weight, dx, dy)
	if m.xx != nil {
		mergeProducts(m.xx, a.xx, b.xx, weight, dx, dx)
	}
	if m.yy != nil {
		mergeProducts(m.yy, a.yy, b.yy, weight, dy, dy)
	}
}

// mergeMeans writes the means and squares of two sets of samples together, and returns
// the difference of their means.
func mergeMeans(mean, square, meanA, squareA, meanB, squareB []float64, share, weight float64) []float64 {
	d := make([]float64, len(mean))
	for j, v := range meanB {
		d[j] = v - meanA[j]
		mean[j] = meanA[j] + share*d[j]
		square[j] = squareA[j] + squareB[j] + weight*d[j]*d[j]
	}
	return d
}

// mergeProducts writes a + b + w·dxdyᵀ to m.
func mergeProducts(m, a, b *mat.Dense, w float64, dx, dy []float64) {
	means := vector(dy)
	for i, v := range dx {
		to := vector(m.RawRowView(i))
		copy(to.Data, a.RawRowView(i))
		blas64.Axpy(1, vector(b.RawRowView(i)), to)
		blas64.Axpy(w*v, means, to)
	}
}

type unitMomentsKey struct {
	units *Units
	wanted
}

// unitMoments returns the moments of each unit about its own means. Where only moments
// of segments are known, they are those of units that end where segments do.
func (p *Pair) unitMoments(u *Units, w wanted) ([]*unitMoments, error) {
	if p.again != nil {
		w = wanted{xx: true, yy: true} // from one pass for all measures
	}
	return shared(&p.memo, unitMomentsKey{u, w}, func() ([]*unitMoments, error) {
		switch {
		case p.again != nil:
			return p.readUnits(u, 0, u.Count())
		case p.segments != nil:
			return p.segments.unitMoments(u, w)
		}
		x, y := p.X.featuresFor(w.columns), p.Y.compact()
		out := make([]*unitMoments, u.Count())
		linalg.Parallel(u.Count(), 1, func(lo, hi int) {
			for g := lo; g < hi; g++ {
				out[g] = momentsOfRows(x, y, u.Rows[g], w)
			}
		})
		return out, nil
	})
}

// momentsOfRows returns the moments of some rows of two matrices.
func momentsOfRows(x, y *mat.Dense, rows []int, w wanted) *unitMoments {
	cx, mx := linalg.Center(rowsOf(x, rows))
	cy, my := linalg.Center(rowsOf(y, rows))
	m := &unitMoments{n: len(rows), meanX: mx, meanY: my, squareX: columnSquares(cx), squareY: columnSquares(cy), xy: linalg.CrossGram(cx, cy)}
	if w.xx {
		m.xx = linalg.Gram(cx)
	}
	if w.yy {
		m.yy = linalg.Gram(cy)
	}
	return m
}

// unitMoments merges segments into the moments of contiguous units. Where a unit does
// not end at a segment's end they are not known.
func (s *Segments) unitMoments(u *Units, w wanted) ([]*unitMoments, error) {
	parts, err := s.unitParts(u)
	if err != nil {
		return nil, err
	}
	out := make([]*unitMoments, len(parts))
	for g, m := range parts {
		out[g] = &unitMoments{n: m.N, meanX: m.MeanX, meanY: m.MeanY, squareX: diagonal(m.XX), squareY: diagonal(m.YY), xy: m.XY}
		if w.xx {
			out[g].xx = m.XX
		}
		if w.yy {
			out[g].yy = m.YY
		}
	}
	return out, nil
}

// subset is what stays when no unit, one or two are left out.
type subset struct {
	without []int // units left out, increasing
	*unitMoments
}

// eachSubset calls do with the moments of all units, of those without one, and, if two
// is set, of those without each two. Subsets come in no order, from several goroutines
// at once, and their moments are overwritten when do returns. They are sums of units that
// stay, prefix + middle + suffix, always in the same order: differences would cost
// digits. The error is that of the first subset in the order of the units that has one.
func eachSubset(units []*unitMoments, two bool, do func(s subset) error) error {
	count := len(units)
	suffix := make([]*unitMoments, count+1)
	suffix[count] = units[0].noUnitMoments()
	for g := count - 1; g >= 0; g-- {
		suffix[g] = units[0].noUnitMoments()
		suffix[g].setSum(units[g], suffix[g+1])
	}
	errs := make([]error, count+1)
	linalg.Parallel(count+1, 1, func(lo, hi int) {
		for at := lo; at < hi; at++ {
			errs[at] = subsetsWithout(units, suffix, at-1, two, do)
		}
	})
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// subsetsWithout does the subsets of which unit g is the first that is left out, or that
// of all units where g is negative.
func subsetsWithout(units, suffix []*unitMoments, g int, two bool, do func(s subset) error) error {
	if g < 0 {
		return do(subset{nil, suffix[0]})
	}
	before, now := units[0].noUnitMoments(), units[0].noUnitMoments()
	for _, m := range units[:g] {
		before.merge(m)
	}
	now.setSum(before, suffix[g+1])
	if err := do(subset{[]int{g}, now}); err != nil || !two {
		return err
	}
	for h := g + 1; h < len(units); h++ {
		now.setSum(before, suffix[h+1])
		if err := do(subset{[]int{g, h}, now}); err != nil {
			return err
		}
		before.merge(units[h])
	}
	return nil
}

// newDeletions returns deletions of so many units without their values.
func newDeletions(count int, two bool) *Deletions {
	d := &Deletions{One: make([]float64, count)}
	if two {
		d.Two = make([][]float64, count)
		for g := range d.Two {
			d.Two[g] = make([]float64, count)
		}
	}
	return d
}

// set sets the estimate without some units.
func (d *Deletions) set(without []int, v float64) {
	switch len(without) {
	case 0:
		d.All = v
	case 1:
		d.One[without[0]] = v
	default:
		g, h := without[0], without[1]
		d.Two[g][h], d.Two[h][g] = v, v
	}
}

// momentDeletions returns the values of a measure of moments from the moments of the
// units that stay, without each two as well. estimate scores a pair of moments.
func momentDeletions(p *Pair, u *Units, estimate func(p *Pair) (float64, error)) (*Deletions, error) {
	units, err := p.unitMoments(u, wanted{xx: true, yy: true})
	if err != nil {
		return nil, err
	}
	out := newDeletions(len(units), true)
	err = eachSubset(units, true, func(s subset) error {
		v, err := estimate(p.momentPair(s.unitMoments))
		out.set(s.without, v)
		return err
	})
	return out, err
}

// momentPair returns the pair of some of the samples, in terms of their moments.
func (p *Pair) momentPair(m *unitMoments) *Pair {
	a, b := m.xy.Dims()
	x := &System{name: p.X.name, n: m.n, p: a, times: 1, precision: p.X.precision}
	y := &System{name: p.Y.name, n: m.n, p: b, times: 1, precision: p.Y.precision}
	seed(&x.memo, gramKey{}, m.xx)
	seed(&y.memo, gramKey{}, m.yy)
	seed(&x.memo, largestKey{}, p.X.compactLargest())
	seed(&y.memo, largestKey{}, p.Y.compactLargest())
	pair := &Pair{X: x, Y: y, segments: &Segments{Identical: p.identical(), PrecisionX: p.X.precision, PrecisionY: p.Y.precision}}
	seed(&pair.memo, crossKey{}, m.xy)
	return pair
}

// between returns aᵀMb.
func between(a []float64, m *mat.Dense, b []float64) float64 {
	raw := m.RawMatrix()
	sum := 0.0
	for i, v := range a {
		if v != 0 {
			sum += v * blas64.Dot(blas64.Vector{N: raw.Cols, Inc: 1, Data: m.RawRowView(i)}, vector(b))
		}
	}
	return sum
}
