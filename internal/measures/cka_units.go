package measures

import (
	"math"

	"gonum.org/v1/gonum/mat"

	"simtool/internal/linalg"
)

// Estimator implements Estimable: HSIC without the pairs of samples that are in one unit,
// for all estimators of HSIC, whose biases it does not have. With one sample a unit this
// is Song's unbiased estimator.
func (m cka) Estimator() (Estimator, bool) {
	e := Estimator{Axis: FisherAxis, Rows: m.estimator == debiased, Report: formOf(m.as)}
	if m.kernel.kind != kernelLinear {
		e.Rows, e.MostRows, e.Flops = false, mostKernelRows, kernelDeletionFlops
		return e, true
	}
	e.Flops = func(d Dims, units int) float64 {
		p, q := d.compact()
		n, a, b := float64(d.N), float64(p), float64(q)
		if d.N == int64(units) {
			return n * (a*a + b*b + a*b)
		}
		return n*(a*b+(a*a+b*b)/2) + float64(units)*n*(a+b)
	}
	return e, true
}

// Deletions implements Estimable.
func (m cka) Deletions(p *Pair, u *Units) (*Deletions, error) {
	if m.kernel.kind != kernelLinear {
		if err := p.check(m.card); err != nil {
			return nil, err
		}
		return m.kernelDeletions(p, u)
	}
	return p.unitCKA(u)
}

// formOf returns the form of a cosine as a function of it, nil for the cosine itself.
func formOf(as string) func(float64) float64 {
	switch as {
	case asSquared:
		return func(s float64) float64 { return s * math.Abs(s) }
	case asAngular:
		return func(s float64) float64 { return math.Acos(clip(s)) }
	case asAngularScore:
		return func(s float64) float64 { return 1 - 2*math.Acos(clip(s))/math.Pi }
	case asScore:
		return nil
	default:
		f, ok := formNamed(as)
		if !ok {
			return nil
		}
		return func(s float64) float64 {
			value, _, _ := f.of(math.Acos(clip(s)), 1, 1)
			return value
		}
	}
}

type unitCKAKey struct{ units *Units }

// unitCKA returns the linear CKA of HSICs between units, from all units and without each.
func (p *Pair) unitCKA(u *Units) (*Deletions, error) {
	return shared(&p.memo, unitCKAKey{u}, func() (*Deletions, error) {
		h, err := p.unitHSICs(u)
		if err != nil {
			return nil, err
		}
		out := &Deletions{One: make([]float64, u.Count())}
		if out.All, err = unitCosine(h.xy.all, h.xx.all, h.yy.all); err != nil {
			return nil, err
		}
		for g := range out.One {
			if out.One[g], err = unitCosine(h.xy.without[g], h.xx.without[g], h.yy.without[g]); err != nil {
				return nil, undefined("without one of %d units %s", u.Count(), err)
			}
		}
		return out, nil
	})
}

// unitHSICs are HSIC(X,Y), HSIC(X,X) and HSIC(Y,Y) between units, up to a factor that
// they share.
type unitHSICs struct{ xy, xx, yy unitSum }

type unitHSICsKey struct{ units *Units }

func (p *Pair) unitHSICs(u *Units) (unitHSICs, error) {
	return shared(&p.memo, unitHSICsKey{u}, func() (h unitHSICs, err error) {
		switch {
		case u.Count() < 4:
			return h, undefined("%d independent units, but the estimate needs at least 4", u.Count())
		case p.toldHSICs(u, &h):
		case p.segments != nil:
			return p.momentHSICs(u)
		case u.Single():
			h.xy, h.xx, h.yy = rowHSIC(p)
		default:
			h.xy, h.xx, h.yy = unitHSIC(p, u)
		}
		return h, nil
	})
}

// unitCosine returns xy/√(xx·yy).
func unitCosine(xy, xx, yy float64) (float64, error) {
	if !(xx > 0) || !(yy > 0) {
		return 0, undefined("a system has no structure beyond its noise: its unbiased self-similarity is not positive")
	}
	return xy * cosineScale(xx, yy), nil
}

// unitSum is a sum over all units, and over all but one.
type unitSum struct {
	all     float64
	without []float64
}

// unitHSIC returns HSIC(X,Y), HSIC(X,X) and HSIC(Y,Y) without the pairs of samples of one
// unit, up to a factor that they share. With the cross moments C_g and the sums S_g and
// T_g of the samples of unit g, n_g samples of N, S and T their totals,
//
//	H = ‖ΣC_g‖² − Σ‖C_g‖² − 2 Σ_g [(S−S_g)ᵀC_g(T−T_g) + (V_g−V)R_g]/(N−n_g)
//	R_g = S_g·(S−S_g),  U = [ΣR_g/(N−2n_g)]/[1+Σn_g/(N−2n_g)],  U_g = (R_g−n_gU)/(N−2n_g)
//
// and V, V_g from T. It centres each kernel matrix whose blocks on the diagonal are left
// out, as Song's estimator does for a diagonal, and does not depend on the origin: this
// is the mean of all samples, so that S = T = 0 with all units.
func unitHSIC(p *Pair, u *Units) (xy, xx, yy unitSum) {
	x, y := newUnitSide(p.X, u), newUnitSide(p.Y, u)
	xy = unitProduct(u, x, y, p.cross())
	xx = unitProduct(u, x, x, p.X.gram())
	yy = unitProduct(u, y, y, p.Y.gram())
	return xy, xx, yy
}

// unitSide is a system seen unit by unit.
type unitSide struct {
	z     *mat.Dense // compact matrix
	sums  *mat.Dense // units × features, S_g
	along *mat.Dense // units × samples, S_k·x_i
	gram  *mat.Dense // units × units, S_k·S_g
}

func newUnitSide(s *System, u *Units) unitSide {
	z := s.compact()
	n, p := z.Dims()
	side := unitSide{z: z, sums: mat.NewDense(u.Count(), p, nil), along: mat.NewDense(u.Count(), n, nil)}
	for g, rows := range u.Rows {
		to := side.sums.RawRowView(g)
		for _, i := range rows {
			for j, v := range z.RawRowView(i) {
				to[j] += v
			}
		}
	}
	gemmNT(1, side.sums, z, 0, side.along)
	side.gram = linalg.OuterGram(side.sums)
	return side
}

// unitProduct returns the HSIC of two sides with the cross moments c = ZxᵀZy of all
// samples.
func unitProduct(u *Units, x, y unitSide, c *mat.Dense) unitSum {
	own, with := unitSquares(u, x, y, c)
	// S = −S_k of all that stay, so that S − S_g = −(S_k + S_g).
	mixed := func(g, k int) float64 {
		ax, ay, total := x.along.RawRowView(g), y.along.RawRowView(g), 0.0
		if k < 0 {
			for _, i := range u.Rows[g] {
				total += ax[i] * ay[i]
			}
			return total
		}
		kx, ky := x.along.RawRowView(k), y.along.RawRowView(k)
		for _, i := range u.Rows[g] {
			total += (ax[i] + kx[i]) * (ay[i] + ky[i])
		}
		return total
	}
	return unitTotals(u, own, with, linalg.Dot(c, c), x.gram, y.gram, mixed)
}

// unitTotals returns H of all units and without each, from ‖C_g‖², ⟨C,C_g⟩, ‖C‖², the
// products S_k·S_g of both sides, and (S−S_g)ᵀC_g(T−T_g) without unit k or any (k = −1).
func unitTotals(u *Units, own, with []float64, squares float64, gramX, gramY *mat.Dense, mixed func(g, k int) float64) unitSum {
	count := u.Count()
	out := unitSum{without: make([]float64, count)}
	ownAll := sum(own)
	out.all = hsicBetween(u, -1, squares-ownAll, gramX, gramY, mixed)
	for k := range count {
		out.without[k] = hsicBetween(u, k, squares-2*with[k]+own[k]-(ownAll-own[k]), gramX, gramY, mixed)
	}
	return out
}

// hsicBetween returns H without unit k, or of all units for k = −1, given
// ‖ΣC_g‖² − Σ‖C_g‖² over the units that stay.
func hsicBetween(u *Units, k int, squares float64, gramX, gramY *mat.Dense, mixed func(g, k int) float64) float64 {
	total := float64(u.n)
	if k >= 0 {
		total -= float64(len(u.Rows[k]))
	}
	rx, _ := unitRest(u, k, total, gramX)
	_, vy := unitRest(u, k, total, gramY)
	out := squares
	for g, rows := range u.Rows {
		if g != k {
			out -= 2 * (mixed(g, k) + vy[g]*rx[g]) / (total - float64(len(rows)))
		}
	}
	return out
}

// unitRest returns R_g and U_g − U of a side for the units but k.
func unitRest(u *Units, k int, total float64, gram *mat.Dense) (r, v []float64) {
	r = make([]float64, u.Count())
	for g := range u.Rows {
		if g == k {
			continue
		}
		r[g] = -gram.At(g, g)
		if k >= 0 {
			r[g] -= gram.At(g, k)
		}
	}
	return r, unitOffsets(u, k, total, r)
}

// unitOffsets returns U_g − U for the units but k, given R_g.
func unitOffsets(u *Units, k int, total float64, r []float64) []float64 {
	v := make([]float64, u.Count())
	above, below := 0.0, 1.0
	for g, rows := range u.Rows {
		if g == k {
			continue
		}
		left := total - 2*float64(len(rows))
		above += r[g] / left
		below += float64(len(rows)) / left
	}
	mean := above / below
	for g, rows := range u.Rows {
		if g != k {
			v[g] = (r[g]-float64(len(rows))*mean)/(total-2*float64(len(rows))) - mean
		}
	}
	return v
}

// storedUnits is the number of units up to which C_g is formed. For more it is cheaper
// to use ⟨C,C_g⟩ = Σ_{i∈g} x_iᵀCy_i, and kernels within units for ‖C_g‖².
const storedUnits = 16

// unitSquares returns ‖C_g‖² and ⟨C,C_g⟩ of each unit.
func unitSquares(u *Units, x, y unitSide, c *mat.Dense) (own, with []float64) {
	count := u.Count()
	own, with = make([]float64, count), make([]float64, count)
	if count > storedUnits {
		along := formAlong(x.z, c, y.z)
		for g, rows := range u.Rows {
			for _, i := range rows {
				with[g] += along[i]
			}
			bx := rowsViewed(x.z, rows)
			kx := linalg.OuterGram(bx)
			ky := kx
			if x.z != y.z {
				ky = linalg.OuterGram(rowsViewed(y.z, rows))
			}
			own[g] = linalg.Dot(kx, ky)
		}
		return own, with
	}
	for g, rows := range u.Rows {
		bx := rowsViewed(x.z, rows)
		var cg *mat.Dense
		if x.z == y.z {
			cg = linalg.Gram(bx)
		} else {
			cg = linalg.CrossGram(bx, rowsViewed(y.z, rows))
		}
		own[g], with[g] = linalg.Dot(cg, cg), linalg.Dot(c, cg)
	}
	return own, with
}

// rowsViewed returns some rows of a matrix, without a copy where they follow each other.
func rowsViewed(x *mat.Dense, rows []int) *mat.Dense {
	first, count := rows[0], len(rows)
	if rows[count-1]-first != count-1 {
		return rowsOf(x, rows)
	}
	_, p := x.Dims()
	return x.Slice(first, first+count, 0, p).(*mat.Dense)
}

// rowHSIC is unitHSIC for units of one sample each, in one pass. With a = ‖x_i‖²,
// b = ‖y_i‖², g = x_iᵀCy_i and f = n/(n−1),
//
//	‖C₍ᵢ₎‖² = ‖C‖² − 2fg + f²ab,
//
// to which t₁Σd_je_j + t₂ΣdΣe is added (see cka.weights) with the squared norms about
// the mean of the samples that stay: with c = 1/(n−1) and S = Σa_jb_j,
//
//	Σd = trA − fa,
//	Σ_{j≠i} d_je_j = (S−ab) + 2c[(y_iᵀΣa_jy_j − ab) + (x_iᵀΣb_jx_j − ab)]
//	    + c²[(trA−a)b + (trB−b)a] + 4c²(g−ab) − 4c³ab + (n−1)c⁴ab.
func rowHSIC(p *Pair) (xy, xx, yy unitSum) {
	return rowProduct(p.X, p.Y, p.cross()), rowProduct(p.X, p.X, p.X.gram()), rowProduct(p.Y, p.Y, p.Y.gram())
}

func rowProduct(x, y *System, cross *mat.Dense) unitSum {
	zx, zy := x.compact(), y.compact()
	count, _ := zx.Dims()
	n := float64(count)
	as, bs := rowSquares(zx), rowSquares(zy)
	along := formAlong(zx, cross, zy)
	weightedY, weightedX := weightedSum(zy, as), weightedSum(zx, bs)
	squares, product := linalg.Dot(cross, cross), dot(as, bs)
	traceA, traceB := sum(as), sum(bs)
	song := cka{estimator: debiased}
	t1, t2 := song.weights(count)
	out := unitSum{all: squares + t1*product + t2*traceA*traceB, without: make([]float64, count)}
	t1, t2 = song.weights(count - 1)
	f, c := n/(n-1), 1/(n-1)
	for i := range count {
		a, b := as[i], bs[i]
		ab := a * b
		g := along[i]
		kept := squares - 2*f*g + f*f*ab
		norms := (product - ab) + 2*c*((longDot(zy.RawRowView(i), weightedY)-ab)+(longDot(zx.RawRowView(i), weightedX)-ab)) +
			c*c*((traceA-a)*b+(traceB-b)*a) + 4*c*c*(g-ab) - 4*c*c*c*ab + (n-1)*c*c*c*c*ab
		out.without[i] = kept + t1*norms + t2*(traceA-f*a)*(traceB-f*b)
	}
	return out
}

// formAlong returns x_iᵀCy_i of each row. Where x is y and C symmetric, one triangle of C
// suffices: x_iᵀCx_i = Σ_j x_ij(2Σ_{k<j} C_kj x_ik + C_jj x_ij).
func formAlong(x, c, y *mat.Dense) []float64 {
	n, p := x.Dims()
	_, q := y.Dims()
	out := make([]float64, n)
	const panel, columns = 256, 64
	linalg.Parallel(n, panel, func(lo, hi int) {
		mapped := mat.NewDense(hi-lo, q, nil)
		if x != y {
			gemm(1, x.Slice(lo, hi, 0, p).(*mat.Dense), c, 0, mapped)
			for i := lo; i < hi; i++ {
				out[i] = longDot(mapped.RawRowView(i-lo), y.RawRowView(i))
			}
			return
		}
		for first := 0; first < q; first += columns {
			last := min(first+columns, q)
			to := mapped.Slice(0, hi-lo, first, last).(*mat.Dense)
			if first > 0 {
				gemm(2, x.Slice(lo, hi, 0, first).(*mat.Dense), c.Slice(0, first, first, last).(*mat.Dense), 0, to)
			}
			gemm(1, x.Slice(lo, hi, first, last).(*mat.Dense), c.Slice(first, last, first, last).(*mat.Dense), 1, to)
		}
		for i := lo; i < hi; i++ {
			out[i] = longDot(mapped.RawRowView(i-lo), x.RawRowView(i))
		}
	})
	return out
}

// rowSquares returns the squared norms of rows.
func rowSquares(z *mat.Dense) []float64 {
	n, _ := z.Dims()
	out := make([]float64, n)
	for i := range out {
		out[i] = longDot(z.RawRowView(i), z.RawRowView(i))
	}
	return out
}

// weightedSum returns Σ w_i z_i over rows.
func weightedSum(z *mat.Dense, w []float64) []float64 {
	_, p := z.Dims()
	out := make([]float64, p)
	for i, v := range w {
		for j, x := range z.RawRowView(i) {
			out[j] += v * x
		}
	}
	return out
}
