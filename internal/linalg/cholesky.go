package linalg

import (
	"math"

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

// FarFromSingular reports whether the smallest diagonal entry of the triangular
// matrix r exceeds 1e-4 of the largest, in magnitude. Solutions with such a Cholesky
// factor keep about eight digits.
func FarFromSingular(r *mat.Dense) bool {
	least, most := math.Inf(1), 0.0
	n, _ := r.Dims()
	for i := range n {
		v := math.Abs(r.At(i, i))
		least, most = min(least, v), max(most, v)
	}
	return least > 1e-4*most
}
