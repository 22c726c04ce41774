package measures

// Estimator implements Estimable: every trace of products without the pairs of samples
// of one unit.
func (m ensd) Estimator() (Estimator, bool) {
	return Estimator{
		Axis: PlainAxis,
		Flops: func(d Dims, units int) float64 {
			e, _ := cka{kernel: kernel{kind: "linear"}}.Estimator()
			return e.Flops(d, units)
		},
	}, true
}

// Deletions implements Estimable. With H of unitHSIC, which has the mean w·‖Σ‖² for
// independent samples,
//
//	[H(X,Y)/w]·[trA·trB/(n−1)²] / ([H(X,X)/w]·[H(Y,Y)/w]),  w = n² − Σn_g² − 2n:
//
// there are n² − Σn_g² entries between units, and centring takes n of each triangle.
func (m ensd) Deletions(p *Pair, u *Units) (*Deletions, error) {
	h, err := p.unitHSICs(u)
	if err != nil {
		return nil, err
	}
	tx, ty, err := p.unitTraces(u)
	if err != nil {
		return nil, err
	}
	n := float64(p.Samples())
	pairs := n * n
	for _, rows := range u.Rows {
		pairs -= float64(len(rows)) * float64(len(rows))
	}
	xy, xx, yy := h.xy, h.xx, h.yy
	value := func(xy, xx, yy, tx, ty, n, pairs float64) (float64, error) {
		if !(xx > 0) || !(yy > 0) {
			return 0, undefined("a system has no structure beyond its noise: its unbiased self-similarity is not positive")
		}
		w := pairs - 2*n
		return xy / xx / yy * w * tx * ty / ((n - 1) * (n - 1)), nil
	}
	out := newDeletions(u.Count(), false)
	if out.All, err = value(xy.all, xx.all, yy.all, tx.all, ty.all, n, pairs); err != nil {
		return nil, err
	}
	for g, rows := range u.Rows {
		size := float64(len(rows))
		rest := n - size
		left := pairs - 2*size*rest
		if out.One[g], err = value(xy.without[g], xx.without[g], yy.without[g], tx.without[g], ty.without[g], rest, left); err != nil {
			return nil, undefined("without one of %d units %s", u.Count(), err)
		}
	}
	// The ratio of unbiased sums is biased by a term in 1/n, which one jackknife removes.
	bias := float64(u.Count()-1) * (sum(out.One)/float64(u.Count()) - out.All)
	out.All -= bias
	for g := range out.One {
		out.One[g] -= bias
	}
	return out, nil
}

// unitTraces returns tr A and tr B of all samples and without each unit, about the means
// of those that stay: trA − Σ_g‖x_i‖² − ‖S_g‖²/(n−n_g) with S_g = Σ_g x_i.
func (p *Pair) unitTraces(u *Units) (x, y unitSum, err error) {
	sides := [2]*momentSide{}
	if p.segments == nil {
		sides = [2]*momentSide{sideOfRows(p.X, u), sideOfRows(p.Y, u)}
	} else if sides[0], sides[1], err = p.momentSides(u); err != nil {
		return x, y, err
	}
	traces := func(s *System, side *momentSide) unitSum {
		out := unitSum{all: s.trace(), without: make([]float64, u.Count())}
		for g, rows := range u.Rows {
			out.without[g] = out.all - side.traces[g] - side.gram.At(g, g)/float64(u.n-len(rows))
		}
		return out
	}
	return traces(p.X, sides[0]), traces(p.Y, sides[1]), nil
}

// sideOfRows returns a system in terms of its units.
func sideOfRows(s *System, u *Units) *momentSide {
	side := newUnitSide(s, u)
	out := &momentSide{sums: side.sums, gram: side.gram, traces: make([]float64, u.Count())}
	for g, rows := range u.Rows {
		for _, i := range rows {
			out.traces[g] += longDot(side.z.RawRowView(i), side.z.RawRowView(i))
		}
	}
	return out
}

// ScoreFlops implements Costed.
func (m ensd) ScoreFlops(d Dims) float64 {
	p, q := d.compact()
	n, a, b := float64(d.N), float64(p), float64(q)
	return n * (a*b + (a*a+b*b)/2)
}

// NullMean implements NullMean: (trA·trB)²/((n−1)‖A‖²‖B‖²).
func (m ensd) NullMean(p *Pair, units *Units) (float64, bool, error) {
	tx, ty, xx, yy := p.X.trace(), p.Y.trace(), p.X.gramSquares(), p.Y.gramSquares()
	if units == nil {
		return tx / xx * tx * (ty / yy) * ty / float64(p.Samples()-1), true, nil
	}
	squares, ok := p.unitNull(units, (*System).compact)
	return squares / xx / yy * tx * ty, ok, nil
}
