package mlem

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/mat"

	"simtool/internal/linalg"
)

// semidefinite minimises ½wᵀGw − bᵀw over the w whose symmetric matrix W
// (W_ab = W_ba = w_t for term t = (a,b) and the entries tied to it, zero where there is
// no term; every coordinate has a term on the diagonal) is positive semidefinite, by a primal-dual
// interior-point method: Mehrotra's predictor and corrector along the
// symmetrised direction of Helmberg, Rendl, Vanderbei and Wolkowicz (1996,
// doi:10.1137/0806020).
//
// Its optimality conditions are Gw − b = A*(S), W ⪰ 0, S ⪰ 0, ⟨W,S⟩ = 0, where
// A*(S)_t is S_aa or 2·S_ab, summed over the entries of the term. With V = W⁻¹ a step towards WS = μI, but for a
// second-order correction, solves
//
//	(G + H)·Δw = b − Gw + A*(μV),  H_tu = ⟨E_t, V·E_u·S⟩ symmetrised,
//
// a P×P system, whatever the number of pairs. About fifteen steps reach a gap of
// 1e-11, the least that is asked for; the iterate with the smallest violation is returned. It is strictly inside
// the cone, so W is positive definite: in the null space of the exact minimum its
// eigenvalues are of the size of the gap.
//
// Where feature distances are linearly dependent (one feature given twice) the
// minimum is not unique and W is unbounded, because ddᵀ does not depend on some
// direction. This can also happen with few resampled stimuli. The solver then uses
// the smallest of a few small penalties on W with which it converges, or that which comes
// closest, and kkt includes the effect of the penalty.
//
// The minimum of all w is that within the cone where it lies inside, which costs one
// factorisation.
func (s *standard) semidefinite(gap float64) (w []float64, kkt float64, err error) {
	if w, kkt, ok := s.inside(); ok {
		return w, kkt, nil
	}
	best := math.Inf(1)
	for _, floor := range []float64{0, 1e-10, 1e-8, 1e-6, 1e-4} {
		own, violation := s.interiorPoint(floor, gap)
		reached := violation <= 100*gap
		for _, v := range own {
			violation = max(violation, floor*math.Abs(v))
		}
		if reached {
			return own, violation, nil
		}
		if violation < best {
			best, w, kkt = violation, own, violation
		}
	}
	const close = 1e-6 // worth more than none where regressors depend on each other
	if best > close {
		return nil, 0, noConvergence{}
	}
	return w, kkt, nil
}

// inside returns the solution of Gw = b where its matrix is positive semidefinite. That of
// data without noise often has eigenvalues of 0, which rounding makes positive or negative:
// then what rounding may take from it is added to the diagonal.
func (s *standard) inside() (w []float64, kkt float64, ok bool) {
	factor, ok := linalg.Cholesky(s.g)
	if !ok {
		return nil, 0, false
	}
	const singular = 1e-6 // of a pivot, below which G may be singular
	for t := range s.b {
		if v := factor.At(t, t); v*v < singular*s.g.At(t, t) {
			return nil, 0, false
		}
	}
	w = solveFactored(factor, s.b)
	terms, f := renumberCoordinates(s.terms)
	metric := symmetricMatrix(f, terms, w)
	if _, ok := linalg.Cholesky(metric); !ok {
		const rounding = 1e-11 // of the largest eigenvalue
		eigenvalues, err := linalg.EigSymValues(metric)
		if err != nil {
			return nil, 0, false
		}
		lowest, highest := slices.Min(eigenvalues), slices.Max(eigenvalues)
		if !(lowest >= -rounding*highest) {
			return nil, 0, false
		}
		for t, term := range s.terms {
			if term.A == term.B {
				w[t] += max(0, -2*lowest) // the eigenvalues have been rounded too
			}
		}
	}
	g := make([]float64, len(w))
	s.gradient(g, w)
	for _, v := range g {
		kkt = max(kkt, math.Abs(v))
	}
	return w, kkt, kkt < 1e-9
}

// interiorPoint finds the minimum with floor added to the diagonal of G.
func (s *standard) interiorPoint(floor, target float64) (w []float64, kkt float64) {
	terms, f := renumberCoordinates(s.terms)
	g := s.g
	if floor > 0 {
		g = mat.DenseCopyOf(s.g)
		for t := range s.b {
			g.Set(t, t, g.At(t, t)+floor)
		}
	}
	ip := &interior{standard: &standard{terms, g, s.b}, f: f}
	ip.start()
	best, bestW := math.Inf(1), make([]float64, len(s.b))
	const maxSteps, patience = 60, 6
	for step, idle := 0, 0; step < maxSteps && idle < patience; step++ {
		v := ip.violation()
		if v < best {
			best, idle = v, 0
			copy(bestW, ip.w)
		} else {
			idle++
		}
		if best < target || !ip.step() {
			break
		}
	}
	return bestW, best
}

// interior is the state of the interior-point method.
type interior struct {
	*standard
	f    int
	w    []float64
	wm   *mat.Dense // W
	s    *mat.Dense // S
	v    *mat.Dense // W⁻¹ at the current step
	h    *mat.Dense // G + H
	grad []float64
}

// start sets W and S to multiples of the identity.
func (ip *interior) start() {
	p := len(ip.b)
	ip.w, ip.grad = make([]float64, p), make([]float64, p)
	ip.wm, ip.s = mat.NewDense(ip.f, ip.f, nil), mat.NewDense(ip.f, ip.f, nil)
	ip.h = mat.NewDense(p, p, nil)
	for t, term := range ip.terms {
		if term.A == term.B {
			ip.w[t] = 1
		}
	}
	for a := range ip.f {
		ip.wm.Set(a, a, 1)
		ip.s.Set(a, a, 1)
	}
}

// renumberCoordinates renumbers from 0 the f coordinates that occur in terms. Tied ones
// stay neighbours.
func renumberCoordinates(terms []Term) (numbered []Term, f int) {
	number := map[int]int{}
	for _, t := range terms {
		if t.A == t.B {
			for k := range t.Tied + 1 {
				number[t.A+k] = f
				f++
			}
		}
	}
	for _, t := range terms {
		numbered = append(numbered, Term{A: number[t.A], B: number[t.B], Tied: t.Tied})
	}
	return numbered, f
}

// adjoint returns A*(M)_t for the symmetric matrix m.
func (ip *interior) adjoint(m *mat.Dense) []float64 {
	out := make([]float64, len(ip.terms))
	for t, term := range ip.terms {
		for k := range term.Tied + 1 {
			out[t] += m.At(term.A+k, term.B+k)
		}
		if term.A != term.B {
			out[t] *= 2
		}
	}
	return out
}

// matrix returns the symmetric matrix with entries w.
func (ip *interior) matrix(w []float64) *mat.Dense { return symmetricMatrix(ip.f, ip.terms, w) }

// violation returns the larger of the dual residual and the complementarity gap.
// Both matrices are positive definite by construction.
func (ip *interior) violation() float64 {
	ip.gradient(ip.grad, ip.w)
	worst := math.Abs(linalg.Dot(ip.wm, ip.s))
	for t, v := range ip.adjoint(ip.s) {
		worst = max(worst, math.Abs(ip.grad[t]-v))
	}
	return worst
}

// step takes one predictor–corrector step. It returns false when rounding prevents a
// step.
func (ip *interior) step() bool {
	var ok bool
	if ip.v, ok = inverse(ip.wm); !ok {
		return false
	}
	ip.system()
	factor, ok := linalg.Cholesky(ip.h)
	if !ok {
		return false
	}
	mu := linalg.Dot(ip.wm, ip.s) / float64(ip.f)
	zero := mat.NewDense(ip.f, ip.f, nil)
	dw, ds := ip.direction(factor, 0, zero)
	a := min(1, longestStep(ip.wm, dw), longestStep(ip.s, ds))
	var wa, sa mat.Dense
	wa.Add(ip.wm, scaled(a, dw))
	sa.Add(ip.s, scaled(a, ds))
	sigma := math.Pow(max(0, linalg.Dot(&wa, &sa)/float64(ip.f)/mu), 3)
	dw, ds = ip.direction(factor, min(1, sigma)*mu, ip.symmetric(dw, ds))
	a = min(1, 0.98*min(longestStep(ip.wm, dw), longestStep(ip.s, ds)))
	if a < 1e-10 {
		return false
	}
	ip.wm.Add(ip.wm, scaled(a, dw))
	ip.s.Add(ip.s, scaled(a, ds))
	for t, term := range ip.terms {
		ip.w[t] = ip.wm.At(term.A, term.B)
	}
	return true
}

// system computes G + H.
func (ip *interior) system() {
	for t, x := range ip.terms {
		row := ip.h.RawRowView(t)
		for u := t; u < len(ip.terms); u++ {
			y := ip.terms[u]
			sum := 0.0
			for i := range x.Tied + 1 {
				for j := range y.Tied + 1 {
					sum += ip.curvature(x.A+i, x.B+i, y.A+j, y.B+j)
				}
			}
			row[u] = ip.g.At(t, u) + sum
			ip.h.Set(u, t, row[u])
		}
	}
}

// curvature returns half of tr(E_ab V E_cd S) + tr(E_ab S E_cd V), where E_ab has ones
// at (a,b) and (b,a).
func (ip *interior) curvature(a, b, c, d int) float64 {
	va, vb, sa, sb := ip.v.RawRowView(a), ip.v.RawRowView(b), ip.s.RawRowView(a), ip.s.RawRowView(b)
	sum := (vb[c]*sa[d] + vb[d]*sa[c] + va[c]*sb[d] + va[d]*sb[c] +
		sb[c]*va[d] + sb[d]*va[c] + sa[c]*vb[d] + sa[d]*vb[c]) / 2
	if a == b {
		sum /= 2
	}
	if c == d {
		sum /= 2
	}
	return sum
}

// direction solves for the step towards WS = μI with the second-order
// correction second = sym(V·ΔW·ΔS) of the predictor.
func (ip *interior) direction(factor *mat.Dense, mu float64, second *mat.Dense) (dw, ds *mat.Dense) {
	aim := mat.NewDense(ip.f, ip.f, nil) // μV − second
	aim.Scale(mu, ip.v)
	aim.Sub(aim, second)
	rhs := ip.adjoint(aim)
	for t := range rhs {
		rhs[t] -= ip.grad[t]
	}
	dw = ip.matrix(solveFactored(factor, rhs))
	ds = ip.symmetric(dw, ip.s)
	ds.Sub(aim, ds)
	ds.Sub(ds, ip.s)
	return dw, ds
}

// symmetric returns the symmetric part of V·x·y.
func (ip *interior) symmetric(x, y *mat.Dense) *mat.Dense {
	var vx, m mat.Dense
	vx.Mul(ip.v, x)
	m.Mul(&vx, y)
	out := mat.NewDense(ip.f, ip.f, nil)
	for i := range ip.f {
		for j := range ip.f {
			out.Set(i, j, (m.At(i, j)+m.At(j, i))/2)
		}
	}
	return out
}

// longestStep returns the largest a for which x + a·dx is positive semidefinite, for a
// positive definite x: −1/λ_min of R⁻ᵀ·dx·R⁻¹ with x = RᵀR.
func longestStep(x, dx *mat.Dense) float64 {
	r, ok := linalg.Cholesky(x)
	if !ok {
		return 0
	}
	z := mat.DenseCopyOf(dx)
	raw := r.RawMatrix()
	upper := blas64.Triangular{N: raw.Rows, Data: raw.Data, Stride: raw.Stride, Uplo: blas.Upper, Diag: blas.NonUnit}
	blas64.Trsm(blas.Left, blas.Trans, 1, upper, z.RawMatrix())
	blas64.Trsm(blas.Right, blas.NoTrans, 1, upper, z.RawMatrix())
	values, err := linalg.EigSymValues(z)
	if err != nil {
		return 0
	}
	least := values[len(values)-1]
	if least >= 0 {
		return math.Inf(1)
	}
	return -1 / least
}

// inverse returns x⁻¹ of a positive definite matrix.
func inverse(x *mat.Dense) (*mat.Dense, bool) {
	r, ok := linalg.Cholesky(x)
	if !ok {
		return nil, false
	}
	n, _ := x.Dims()
	out := mat.NewDense(n, n, nil)
	e := make([]float64, n)
	for j := range n {
		clear(e)
		e[j] = 1
		for i, v := range solveFactored(r, e) {
			out.Set(i, j, v)
		}
	}
	return out, true
}

// solveFactored solves RᵀR·x = b.
func solveFactored(r *mat.Dense, b []float64) []float64 {
	n := len(b)
	x := append([]float64(nil), b...)
	for i := range n {
		x[i] /= r.At(i, i)
		row := r.RawRowView(i)
		for j := i + 1; j < n; j++ {
			x[j] -= row[j] * x[i]
		}
	}
	for i := n - 1; i >= 0; i-- {
		row := r.RawRowView(i)
		for j := i + 1; j < n; j++ {
			x[i] -= row[j] * x[j]
		}
		x[i] /= row[i]
	}
	return x
}

func scaled(a float64, m *mat.Dense) *mat.Dense {
	var out mat.Dense
	out.Scale(a, m)
	return &out
}
