package measures

import (
	"gonum.org/v1/gonum/mat"

	"simtool/internal/linalg"
)

// spectralDerivative is the derivative of
//
//	F(C) = U·diag(f(s))·Vᵀ,  C = U·diag(s)·Vᵀ of rank r,
//
// for an odd function f of the singular values, along changes of C that keep its rank.
// Such an F is a function of the symmetric matrix [0 C; Cᵀ 0], whose derivative Daleckii
// and Krein give by divided differences. The symmetric part of UᵀdC·V is multiplied by
// (f_i−f_j)/(s_i−s_j), its antisymmetric part by (f_i+f_j)/(s_i+s_j), and the parts
// outside the spaces of U or V by f_i/s_i
// (Higham 2008, Functions of Matrices, theorem 3.11, doi
// 10.1137/1.9780898717778; for f = 1 Kenney and Laub 1991, doi 10.1137/0612020).
type spectralDerivative struct {
	u, v *mat.Dense // m×r and n×r
	s, f []float64
	// slope returns (f_i−f_j)/(s_i−s_j), and f'(s_i) where s_i = s_j, in a form that
	// does not cancel.
	slope func(i, j int) float64
}

// polarDerivative returns the derivative of the polar factor P = UVᵀ over the given
// singular values that are above least, f = 1, and P itself.
func polarDerivative(u *mat.Dense, s []float64, v *mat.Dense, least float64) (spectralDerivative, *mat.Dense) {
	m, _ := u.Dims()
	n, _ := v.Dims()
	polar := mat.NewDense(m, n, nil)
	r := linalg.RankAbove(s, m, n, least)
	if r == 0 {
		return spectralDerivative{}, polar
	}
	d := spectralDerivative{
		u: u.Slice(0, m, 0, r).(*mat.Dense), v: v.Slice(0, n, 0, r).(*mat.Dense), s: s[:r],
		f: constant(r, 1), slope: func(int, int) float64 { return 0 },
	}
	gemmNT(1, d.u, d.v, 0, polar)
	return d, polar
}

// adjoint writes ∂L/∂C for Γ = ∂L/∂F.
func (d *spectralDerivative) adjoint(dst, gamma *mat.Dense) {
	if d.u == nil {
		dst.Zero()
		return
	}
	var left mat.Dense
	left.Mul(gamma, d.v)
	inner := linalg.CrossGram(d.u, &left)
	// The part outside the space of V: diag(f/s)·(UᵀΓ − M·Vᵀ), multiplied by U.
	right := linalg.CrossGram(d.u, gamma)
	gemmNT(-1, inner, d.v, 1, right)
	for i, s := range d.s {
		scale(right.RawRowView(i), d.f[i]/s)
	}
	d.pull(&left, inner, nil)
	gemmNT(1, &left, d.v, 0, dst)
	gemm(1, d.u, right, 1, dst)
}

// pull is adjoint for Γ = GVᵀ, which lies in the space of V. It replaces G, m×r, by the L
// for which ∂L/∂C = LVᵀ:
//
//	L = (G − UM)·diag(f/s) + U·½[Δ∘(M+Mᵀ) + Σ∘(M−Mᵀ)] + U·diag(extra)
//
// with M = UᵀG, which it overwrites, and Δ and Σ the quotients of differences and of
// sums. extra, unless nil, is an additional derivative with respect to the singular
// values s.
func (d *spectralDerivative) pull(g, inner *mat.Dense, extra []float64) {
	ratio := make([]float64, len(d.s))
	for i, s := range d.s {
		ratio[i] = d.f[i] / s
	}
	for i, si := range d.s {
		row := inner.RawRowView(i)
		for j := range i {
			upper, lower := inner.At(j, i), row[j]
			even := d.slope(i, j) * (upper + lower) / 2
			odd := (d.f[i] + d.f[j]) / (si + d.s[j]) * (lower - upper) / 2
			row[j] = even + odd - lower*ratio[j]
			inner.Set(j, i, even-odd-upper*ratio[i])
		}
		row[i] *= d.slope(i, i) - ratio[i]
		if extra != nil {
			row[i] += extra[i]
		}
	}
	scaleColumns(g, ratio)
	gemm(1, d.u, inner, 1, g)
}

// modelSpectrum is the singular value decomposition of Yc over its numerical rank.
// Measures that are functions of the singular values of the model compute their
// gradients with it.
type modelSpectrum struct {
	centring
	spectralDerivative
	gram    *mat.Dense // nil with too many features for it to have full rank
	scratch *mat.Dense
}

func newModelSpectrum(n, q int) modelSpectrum {
	d := modelSpectrum{centring: newCentring(n, q), scratch: mat.NewDense(n, min(n, q), nil)}
	if q < n {
		d.gram = mat.NewDense(q, q, nil)
	}
	return d
}

// set decomposes a new Y. As for the principal components of a system, the decomposition
// comes from the Gram matrix where that determines it.
func (d *modelSpectrum) set(y *mat.Dense) error {
	yc := d.centre(y)
	n, q := yc.Dims()
	if d.gram != nil {
		linalg.GramTo(d.gram, yc)
		values, vectors, err := linalg.EigSym(d.gram)
		if err != nil {
			return err
		}
		if values[q-1]*wellConditioned >= values[0] && values[0] > 0 {
			if d.u == nil || d.u.RawMatrix().Cols != q {
				d.u = mat.NewDense(n, q, nil)
			}
			gemm(1, yc, vectors, 0, d.u)
			d.v, d.s = vectors, columnNorms(d.u)
			divideColumns(d.u, d.s)
			return nil
		}
	}
	u, s, v, err := linalg.SVD(yc)
	if err != nil {
		return err
	}
	r := linalg.Rank(s, n, q)
	if r == 0 {
		return constantModel()
	}
	d.u, d.s, d.v = u.Slice(0, n, 0, r).(*mat.Dense), s[:r], v.Slice(0, q, 0, r).(*mat.Dense)
	return nil
}

// components returns U·diag(f), in work space that the next call reuses.
func (d *modelSpectrum) components(f []float64) *mat.Dense {
	n, r := d.u.Dims()
	out := d.scratch.Slice(0, n, 0, r).(*mat.Dense)
	out.Copy(d.u)
	scaleColumns(out, f)
	return out
}

// constant returns n times the same value.
func constant(n int, v float64) []float64 {
	out := make([]float64, n)
	for i := range out {
		out[i] = v
	}
	return out
}

// modelSpectrumMemory returns the size of modelSpectrum, with the work space of pull.
func (d Dims) modelSpectrumMemory() int64 {
	q := min(d.N, d.Q)
	total, spectrum := d.N*d.Q+2*d.N*q+2*q*q, linalg.SVDMemory(d.N, d.Q)
	if d.Q < d.N {
		total += d.Q * d.Q
		spectrum = max(spectrum, linalg.EigSymMemory(d.Q))
	}
	return total + spectrum
}
