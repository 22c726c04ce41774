package linalg

import (
	"gonum.org/v1/gonum/mat"
)

// SVD returns the thin singular value decomposition A = U·diag(s)·Vᵀ of the m×n
// matrix a: u is m×k, v is n×k, k = min(m,n), columns orthonormal, s descending
// and non-negative. Values are within a small multiple of max(m,n)·eps·s_max of
// the exact ones. The error is ErrNotFinite or ErrNoConvergence.
//
// The method is that of LAPACK's dgesdd: QR of a matrix that is not square,
// bidiagonalisation, divide and conquer, back-transformation; for small matrices that of
// dgesvd, see smallSVD.
func SVD(a *mat.Dense) (u *mat.Dense, s []float64, v *mat.Dense, err error) {
	m, n := a.Dims()
	if isSmall(m, n) {
		return svdSmall(a)
	}
	if m < n {
		v, s, u, err = SVD(mat.DenseCopyOf(a.T()))
		return u, s, v, err
	}
	if isSmall(n, n) {
		return svdOfFewColumns(a)
	}
	b, err := newBidiagonal(a)
	if err != nil {
		return nil, nil, nil, err
	}
	ut, vt, err := bidiagonalSVD(b.d, b.e)
	if err != nil {
		return nil, nil, nil, err
	}
	order := descendingOrder(b.d)
	s = make([]float64, n)
	for i, o := range order {
		s[i] = b.d[o] * b.scale
	}
	u, v = mat.NewDense(n, n, nil), mat.NewDense(n, n, nil)
	transposeRows(u.RawMatrix(), ut, order)
	transposeRows(v.RawMatrix(), vt, order)
	applyReflectors(b.q, b.tauQ, 0, u.RawMatrix())
	applyReflectors(b.p, b.tauP[:n-1], 1, v.RawMatrix())
	if b.outer != nil {
		u = b.outer.times(u)
	}
	return u, s, v, nil
}

// SingularValues returns the min(m,n) singular values of the m×n matrix a in
// descending order, by the dqds algorithm; see SVD.
func SingularValues(a *mat.Dense) ([]float64, error) {
	m, n := a.Dims()
	if isSmall(m, n) {
		return singularValuesSmall(a)
	}
	if m < n {
		a, n = mat.DenseCopyOf(a.T()), m
	}
	b, err := newBidiagonal(a)
	if err != nil {
		return nil, err
	}
	if !bidiagonalValues(b.d, b.e, make([]float64, 4*n)) {
		return nil, ErrNoConvergence
	}
	for i := range b.d {
		b.d[i] *= b.scale
	}
	return b.d, nil
}

// scaledBidiagonal is scale·outer·Q·B·Pᵀ, where outer is nil when the matrix was
// square.
type scaledBidiagonal struct {
	*bidiagonalReduction
	outer *qrFactors
	scale float64
}

// newBidiagonal reduces a matrix with at least as many rows as columns.
func newBidiagonal(a *mat.Dense) (*scaledBidiagonal, error) {
	raw := a.RawMatrix()
	m := maxAbs(raw)
	if !isFinite(m) {
		return nil, ErrNotFinite
	}
	b := &scaledBidiagonal{scale: safeScale(m)}
	f := mat.NewDense(raw.Rows, raw.Cols, nil)
	copyScaled(f.RawMatrix(), raw, 1/b.scale)
	if raw.Rows > raw.Cols {
		b.outer = newQRFactors(f)
		f = b.outer.r
	}
	b.bidiagonalReduction = bidiagonalize(f.RawMatrix())
	flushNegligible(b.d, b.e)
	return b, nil
}
