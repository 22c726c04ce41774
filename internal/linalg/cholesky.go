package linalg

import (
	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/lapack/lapack64"
	"gonum.org/v1/gonum/mat"
)

// Cholesky returns the upper triangular r with RᵀR = A of the symmetric positive
// definite n×n matrix a. It reads the upper triangle only. ok is false, and r is
// nil, when a is not finite or not positive definite to working precision.
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
