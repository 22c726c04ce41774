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
	m, n := a.Dims()
	k := min(m, n)
	f := mat.DenseCopyOf(a).RawMatrix()
	tau := make([]float64, k)
	work := make([]float64, 1)
	lapack64.Geqrf(f, tau, work, -1)
	work = make([]float64, int(work[0]))
	lapack64.Geqrf(f, tau, work, len(work))

	r = mat.NewDense(k, n, nil)
	for i := range k {
		copy(r.RawRowView(i)[i:], f.Data[i*f.Stride+i:i*f.Stride+n])
	}
	f.Cols = k
	lapack64.Orgqr(f, tau, work, -1)
	if need := int(work[0]); need > len(work) {
		work = make([]float64, need)
	}
	lapack64.Orgqr(f, tau, work, len(work))
	if k == f.Stride {
		return mat.NewDense(m, k, f.Data), r
	}
	q = mat.NewDense(m, k, nil)
	for i := range m {
		copy(q.RawRowView(i), f.Data[i*f.Stride:])
	}
	return q, r
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
