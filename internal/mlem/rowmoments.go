package mlem

import (
	"context"

	"gonum.org/v1/gonum/mat"
)

// rowMoments gives the row part of the regressors where these are sums of products of
// coordinates. A stimulus i has the values u_i of the terms, products of its own coordinates
// z_i, and with m_j copies of stimulus j, M in all,
//
//	r_i = Σ_{j≠i} m_j (x_ij − s) = M·u_i − Lᵀz_i + (U − M·s) + m_i·s,
//
// U = Σ m_j u_j, s the shift, and L, coordinates × terms, linear in Z = Σ m_j z_j: column t
// has Z_b at a and Z_a at b for each product ab of term t. Sums of c_i r_i r_iᵀ are then sums
// of weighted moments of the stimuli, and c_i and m_i are the same for those of a cluster: no
// pair and no stimulus is looked at for a sampling.
type rowMoments struct{ g *algebra }

// rowForm is r_i of a sampling: total·u_i − linearᵀz_i + constant + m_i·shift.
type rowForm struct {
	total    float64
	linear   *mat.Dense
	constant []float64
}

// termValues returns Σu from second moments of the coordinates.
func (g *algebra) termValues(m *stimulusMoments) []float64 {
	return g.termsOf(func(k int) float64 { return m.second.At(g.pairs[k][0], g.pairs[k][1]) })
}

// termsOf returns the values of all terms from those of their elementary products.
func (g *algebra) termsOf(elementary func(k int) float64) []float64 {
	out := make([]float64, len(g.of))
	for t, own := range g.of {
		for _, k := range own {
			out[t] += elementary(k)
		}
		if g.double[t] {
			out[t] *= 2
		}
	}
	return out
}

// form returns r_i of a sampling from its moments.
func (r *rowMoments) form(m *stimulusMoments, s shift) *rowForm {
	p, e := len(r.g.of), len(r.g.place)
	f := &rowForm{total: m.n, linear: mat.NewDense(e, p, nil), constant: r.g.termValues(m)}
	z := m.first
	addScaled(f.constant, s.x, -f.total)
	for t, products := range r.g.of {
		for _, k := range products {
			a, b := r.g.pairs[k][0], r.g.pairs[k][1]
			factor := 1.0
			if r.g.double[t] {
				factor = 2
			}
			f.linear.Set(a, t, f.linear.At(a, t)+factor*z[b])
			f.linear.Set(b, t, f.linear.At(b, t)+factor*z[a])
		}
	}
	return f
}

// squares returns Σ c_i r_i and Σ c_i r_i r_iᵀ of a sampling from the moments with the weights
// c_i and c_i·m_i, and Σ c_i m_i².
func (r *rowMoments) squares(form *rowForm, of, withCounts *stimulusMoments, countMM float64, s shift) ([]float64, *mat.Dense) {
	g := r.g
	p, e, pairs := len(g.of), len(g.place), len(g.pairs)
	uu, uz, zz := mat.NewDense(p, p, nil), mat.NewDense(p, e, nil), of.second
	half := mat.NewDense(pairs, p, nil) // elementary products × terms
	for k := range pairs {
		fourth := of.fourth.RawRowView(k)
		half.SetRow(k, g.termsOf(func(l int) float64 { return fourth[l] }))
	}
	for t := range p {
		uu.SetCol(t, g.termsOf(func(k int) float64 { return half.At(k, t) }))
	}
	for a := range e {
		uz.SetCol(a, g.termsOf(func(k int) float64 { return of.third.At(k, a) }))
	}
	u, z, count := g.termValues(of), of.first, of.n
	um, zm, countM := g.termValues(withCounts), withCounts.first, withCounts.n
	// affine is total·a − linearᵀb.
	affine := func(a, b []float64) []float64 {
		out := make([]float64, p)
		for k, v := range b {
			addScaled(out, form.linear.RawRowView(k), -v)
		}
		return addScaled(out, a, form.total)
	}
	without, withM := affine(u, z), affine(um, zm) // Σ c(r − constant − m·s), and with c·m
	sum := addScaled(addScaled(append([]float64(nil), without...), form.constant, count), s.x, countM)
	var cross, own mat.Dense
	cross.Mul(uz, form.linear)
	own.Mul(zz, form.linear)
	squares := new(mat.Dense)
	squares.Mul(form.linear.T(), &own)
	for t := range p {
		row := squares.RawRowView(t)
		for v := range p {
			row[v] += form.total*form.total*uu.At(t, v) - form.total*(cross.At(t, v)+cross.At(v, t)) +
				without[t]*form.constant[v] + form.constant[t]*without[v] + count*form.constant[t]*form.constant[v] +
				withM[t]*s.x[v] + s.x[t]*withM[v] + countM*(form.constant[t]*s.x[v]+s.x[t]*form.constant[v]) +
				countMM*s.x[t]*s.x[v]
		}
	}
	return sum, squares
}

// rowPartsByMoments is rowParts for features with an algebra, of all representations whose
// distances are squared lengths, and of others where a pass over their pairs is short.
// known has rowSums of those that the algebra takes, see sumRows.
func (f *fitting) rowPartsByMoments(ctx context.Context, s samplings, all []*moments, g *algebra, known map[int]*mat.Dense) error {
	r := &rowMoments{g}
	p := len(f.design.terms)
	forms, means := make([]*rowForm, len(s.rows)), make([][]float64, len(s.rows))
	weights, c := f.weightsOfRows(s)
	total, share := make([]float64, len(s.rows)), make([]float64, len(s.rows))
	second, fourth := g.numbers()
	err := g.eachSamplings(ctx, f.Jobs, s, func(lo, hi int, m *mat.Dense) {
		own := c.Slice(lo, hi, 0, f.layout.clusters())
		var counted mat.Dense
		counted.MulElem(own, m)
		sums, sumsOf, sumsWith := g.weighted(m, second), g.weighted(own, fourth), g.weighted(&counted, second)
		for i := lo; i < hi; i++ {
			_, total[i], share[i] = f.rowWeights(s.rows[i])
			plain, of, with := g.view(sums.RawRowView(i-lo)), g.view(sumsOf.RawRowView(i-lo)), g.view(sumsWith.RawRowView(i-lo))
			forms[i] = r.form(&plain, f.shift)
			all[i].rows = &rowPart{xx: make([]float64, p*(p+1)/2)}
			if share[i] == 0 {
				continue
			}
			countMM := 0.0
			for k, v := range counted.RawRowView(i - lo) {
				countMM += v * s.rows[i][k] * g.clusters[k].n
			}
			var squares *mat.Dense
			means[i], squares = r.squares(forms[i], &of, &with, countMM, f.shift)
			packed := all[i].rows.xx
			for t := range p {
				for u := t; u < p; u++ {
					packed[u-t] = share[i] * (squares.At(t, u) - means[i][t]*means[i][u]/(1+total[i]) - all[i].x[t]*all[i].x[u]/all[i].count)
				}
				packed = packed[p-t:]
			}
		}
	})
	if err != nil {
		return err
	}
	for k, d := range f.sample.neural {
		if !d.squaredLength() && len(f.sample.id) > RowStimuli {
			for _, m := range all {
				m.rows.xy = append(m.rows.xy, nil)
			}
			continue
		}
		sums := known[k]
		if sums == nil {
			if sums, err = f.rowDistances(ctx, k, g, weights, c); err != nil {
				return err
			}
		}
		_, e := g.z.Dims()
		for i, m := range all {
			xy := make([]float64, p)
			m.rows.xy = append(m.rows.xy, xy)
			if share[i] == 0 {
				continue
			}
			own := sums.RawRowView(i) // Σ c·r^y times u, z, 1 and m
			addScaled(xy, own[:p], forms[i].total)
			for a, v := range own[p : p+e] {
				addScaled(xy, forms[i].linear.RawRowView(a), -v)
			}
			sum, withM := own[p+e], own[p+e+1]
			addScaled(xy, forms[i].constant, sum)
			addScaled(xy, f.shift.x, withM)
			addScaled(xy, means[i], -sum/(1+total[i]))
			y, _, _ := m.sums(k)
			addScaled(xy, m.x, -y/m.count)
			for t := range xy {
				xy[t] *= share[i]
			}
		}
	}
	return nil
}

// weightsOfRows returns the multiplicities of the samplings, and c_i of rowWeights, both
// samplings × clusters.
func (f *fitting) weightsOfRows(s samplings) (weights, c *mat.Dense) {
	weights, c = mat.NewDense(len(s.rows), f.layout.clusters(), nil), mat.NewDense(len(s.rows), f.layout.clusters(), nil)
	for i, m := range s.rows {
		own, _, _ := f.rowWeights(m)
		weights.SetRow(i, m)
		c.SetRow(i, own)
	}
	return weights, c
}

// sumRows lets an accumulator fill what it returns with rowSums of the representations that
// its algebra takes, while it has their moments.
func (f *fitting) sumRows(ctx context.Context, a *accumulator, s samplings) map[int]*mat.Dense {
	sums := map[int]*mat.Dense{}
	weights, c := f.weightsOfRows(s)
	a.rows = func(k int, m *patternMoments) (err error) {
		sums[k], err = a.algebra.rowSums(ctx, m, f.shift.y[k], weights, c, f.Jobs)
		return err
	}
	return sums
}

// rowDistances returns what algebra.rowSums does, by a pass over the stimuli. Slabs of them
// are summed in a fixed order.
func (f *fitting) rowDistances(ctx context.Context, k int, g *algebra, weights, c *mat.Dense) (*mat.Dense, error) {
	const least, slabs, band = 1024, 16, 512
	n := len(f.sample.id)
	samplings, _ := weights.Dims()
	p := len(g.of)
	_, e := g.z.Dims()
	sums := f.newDistanceSums(k)
	slab := max(least, (n+slabs-1)/slabs)
	parts := make([]*mat.Dense, (n+slab-1)/slab)
	err := forEach(ctx, f.Jobs, len(parts), func(_, at int) error {
		parts[at] = mat.NewDense(samplings, p+e+2, nil)
		for lo := at * slab; lo < min((at+1)*slab, n); lo += band {
			if err := ctx.Err(); err != nil {
				return err
			}
			hi := min(lo+band, (at+1)*slab, n)
			var r, product mat.Dense
			r.Mul(weights, sums.block(lo, hi))
			for s := range samplings {
				row, own, counts := r.RawRowView(s), c.RawRowView(s), weights.RawRowView(s)
				to := parts[at].RawRowView(s)[p+e:]
				for i := range row {
					cluster := f.sample.cluster[lo+i]
					row[i] *= own[cluster]
					to[0] += row[i]
					to[1] += row[i] * counts[cluster]
				}
			}
			product.Mul(&r, g.values(lo, hi))
			for s := range samplings {
				addScaled(parts[at].RawRowView(s)[:p+e], product.RawRowView(s), 1)
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	for _, part := range parts[1:] {
		parts[0].Add(parts[0], part)
	}
	return parts[0], nil
}

// values returns the values of the terms, and then the coordinates, of the stimuli [lo,hi).
func (g *algebra) values(lo, hi int) *mat.Dense {
	p := len(g.of)
	_, e := g.z.Dims()
	z, elementary := g.products(lo, hi)
	out := mat.NewDense(hi-lo, p+e, nil)
	for i := range hi - lo {
		own := elementary.RawRowView(i)
		copy(out.RawRowView(i), g.termsOf(func(k int) float64 { return own[k] }))
		copy(out.RawRowView(i)[p:], z.RawRowView(i))
	}
	return out
}
