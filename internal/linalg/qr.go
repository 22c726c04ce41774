package linalg

import (
	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/lapack/lapack64"
	"gonum.org/v1/gonum/mat"
)

// QR returns the thin Householder factorisation A = Q·R of the m×n matrix a: q
// is m×k with orthonormal columns, r is k×n upper trapezoidal, k = min(m,n).
// The diagonal of r may have any sign.
func QR(a *mat.Dense) (q, r *mat.Dense) {
	f := newQRFactors(mat.DenseCopyOf(a))
	r = f.r()
	return f.q(), r
}

// qrFactors is a Householder factorisation as LAPACK's dgeqrf leaves it.
type qrFactors struct {
	a   *mat.Dense
	tau []float64
}

// newQRFactors factorises a in place.
func newQRFactors(a *mat.Dense) *qrFactors {
	m, n := a.Dims()
	f := &qrFactors{a: a, tau: make([]float64, min(m, n))}
	work := make([]float64, 1)
	lapack64.Geqrf(a.RawMatrix(), f.tau, work, -1)
	work = make([]float64, int(work[0]))
	lapack64.Geqrf(a.RawMatrix(), f.tau, work, len(work))
	return f
}

// r copies the upper trapezoidal factor.
func (f *qrFactors) r() *mat.Dense {
	_, n := f.a.Dims()
	r := mat.NewDense(len(f.tau), n, nil)
	for i := range f.tau {
		copy(r.RawRowView(i)[i:], f.a.RawRowView(i)[i:])
	}
	return r
}

// q forms the thin orthogonal factor. It reuses the memory of the factorisation,
// so it comes last.
func (f *qrFactors) q() *mat.Dense {
	m, _ := f.a.Dims()
	k := len(f.tau)
	thin := f.a.Slice(0, m, 0, k).(*mat.Dense)
	work := make([]float64, 1)
	lapack64.Orgqr(thin.RawMatrix(), f.tau, work, -1)
	work = make([]float64, int(work[0]))
	lapack64.Orgqr(thin.RawMatrix(), f.tau, work, len(work))
	if thin.RawMatrix().Stride == k {
		return thin
	}
	return mat.DenseCopyOf(thin)
}

// Cholesky returns the upper triangular r with RᵀR = A of the symmetric positive
// definite n×n matrix a, of which only the upper triangle is read. ok is false,
// and r nil, when a is not positive definite to working precision or not finite.
func Cholesky(a *mat.Dense) (r *mat.Dense, ok bool) {
	if rows, cols := a.Dims(); rows != cols {
		panic(mat.ErrShape)
	}
	if !isFinite(maxAbsUpper(a.RawMatrix())) {
		return nil, false
	}
	r = mat.DenseCopyOf(a)
	raw := r.RawMatrix()
	if _, ok = lapack64.Potrf(upperOf(raw)); !ok {
		return nil, false
	}
	for i := 1; i < raw.Rows; i++ {
		clear(raw.Data[i*raw.Stride : i*raw.Stride+i])
	}
	return r, true
}

// triangular views the upper triangle of a square matrix.
func triangular(a *mat.Dense) blas64.Triangular {
	raw := a.RawMatrix()
	return blas64.Triangular{N: raw.Rows, Data: raw.Data, Stride: raw.Stride, Uplo: blas.Upper, Diag: blas.NonUnit}
}
