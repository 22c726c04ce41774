package linalg

import (
	"cmp"
	"errors"
	"slices"

	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/mat"
)

// ErrNoConvergence is returned when an iteration for eigenvalues or singular
// values does not converge. No finite matrix is known to cause it.
var ErrNoConvergence = errors.New("eigenvalue iteration did not converge")

// EigSym returns the eigendecomposition A = V·diag(values)·Vᵀ of the symmetric
// n×n matrix a: values in descending order and the orthonormal eigenvectors in
// the columns of vectors, in the same order. Only the upper triangle is read.
// Values are within a small multiple of n·eps·‖A‖ of the exact ones. The error
// is ErrNotFinite or ErrNoConvergence.
//
// The method is LAPACK's dsyevd: blocked tridiagonalisation, divide and conquer
// with deflation, blocked back-transformation.
func EigSym(a *mat.Dense) (values []float64, vectors *mat.Dense, err error) {
	n, cols := a.Dims()
	if n == cols && n <= smallOrder {
		return eigSymSmall(a)
	}
	t, err := newTridiagonal(a.RawMatrix(), make([]float64, n*n+3*n))
	if err != nil {
		return nil, nil, err
	}
	z, err := tridiagonalEig(t.d, t.e)
	if err != nil {
		return nil, nil, err
	}
	order := descendingOrder(t.d)
	values = make([]float64, n)
	for i, o := range order {
		values[i] = t.d[o] * t.scale
	}
	vectors = mat.NewDense(n, n, nil)
	transposeRows(vectors.RawMatrix(), z, order)
	applyReflectors(t.a, t.tau, 1, vectors.RawMatrix())
	return values, vectors, nil
}

// EigSymValues returns the eigenvalues of the symmetric matrix a in descending
// order, by the root-free QL iteration; see EigSym.
func EigSymValues(a *mat.Dense) ([]float64, error) {
	n, _ := a.Dims()
	return eigSymValues(a.RawMatrix(), make([]float64, n*n+3*n))
}

// eigSymValues is EigSymValues in n·(n+3) numbers of memory, in which the values stand.
func eigSymValues(a blas64.General, memory []float64) ([]float64, error) {
	t, err := newTridiagonal(a, memory)
	if err != nil {
		return nil, err
	}
	if !t.eigenvalues() {
		return nil, ErrNoConvergence
	}
	slices.Reverse(t.d)
	for i := range t.d {
		t.d[i] *= t.scale
	}
	return t.d, nil
}

// tridiagonal is scale·Q·T·Qᵀ, T with diagonal d and off-diagonal e and Q as
// tridiagonalize leaves it in a and tau.
type tridiagonal struct {
	a         blas64.General
	d, e, tau []float64
	scale     float64
}

// newTridiagonal reduces a, of which it reads the upper triangle, in n·(n+3) numbers of
// memory.
func newTridiagonal(a blas64.General, memory []float64) (*tridiagonal, error) {
	n := a.Rows
	if n != a.Cols {
		panic(mat.ErrShape)
	}
	m := maxAbsUpper(a)
	if !isFinite(m) {
		return nil, ErrNotFinite
	}
	t := &tridiagonal{scale: safeScale(m)}
	t.a = blas64.General{Rows: n, Cols: n, Stride: n, Data: memory[:n*n]}
	copyUpper(t.a, a, 1/t.scale)
	t.d, t.e, t.tau = memory[n*n:n*n+n], memory[n*n+n:n*n+2*n-1], memory[n*n+2*n:n*n+3*n-1]
	if n <= unblockedOrder {
		mirror(t.a)
		reduceSymmetric(t.a, t.d, t.e, t.tau, make([]float64, 3*n+1))
	} else {
		tridiagonalize(t.a, t.d, t.e, t.tau)
	}
	flushNegligible(t.d, t.e)
	return t, nil
}

// copyUpper writes f·src to dst, of both the upper triangle.
func copyUpper(dst, src blas64.General, f float64) {
	for i := range src.Rows {
		row := rowVector(dst, i).Data[i:]
		copy(row, rowVector(src, i).Data[i:])
		if f != 1 {
			blas64.Scal(f, vector(row))
		}
	}
}

// safeScale returns the power of two by which a matrix of largest magnitude m is
// divided before it is decomposed. The division is exact. After it, no square and
// no product of a few entries that matter overflows or underflows.
func safeScale(m float64) float64 {
	if m == 0 {
		return 1
	}
	return max(powerOfTwo(m), 0x1p-1000) // with a finite reciprocal
}

// copyScaled writes f·src to dst.
func copyScaled(dst, src blas64.General, f float64) {
	for i := range src.Rows {
		row := rowVector(dst, i).Data
		copy(row, rowVector(src, i).Data)
		if f != 1 {
			blas64.Scal(f, vector(row))
		}
	}
}

// descendingOrder returns the permutation that sorts values in descending order. Equal
// values keep their order.
func descendingOrder(values []float64) []int {
	order := make([]int, len(values))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(i, j int) int { return cmp.Compare(values[j], values[i]) })
	return order
}

// transposeRows writes row order[j] of src into column j of dst, in tiles that
// stay in cache.
func transposeRows(dst, src blas64.General, order []int) {
	const tile = 32
	parallel(dst.Rows, 4*tile, func(lo, hi int) {
		for j0 := 0; j0 < dst.Cols; j0 += tile {
			for i0 := lo; i0 < hi; i0 += tile {
				for j := j0; j < min(j0+tile, dst.Cols); j++ {
					row := src.Data[order[j]*src.Stride:]
					for i := i0; i < min(i0+tile, hi); i++ {
						dst.Data[i*dst.Stride+j] = row[i]
					}
				}
			}
		}
	})
}

// transposeInto writes srcᵀ into dst.
func transposeInto(dst, src blas64.General) {
	const tile = 32
	parallel(src.Rows, 32*tile, func(lo, hi int) {
		for i0 := lo; i0 < hi; i0 += tile {
			for j := range src.Cols {
				row := dst.Data[j*dst.Stride:]
				for i := i0; i < min(i0+tile, hi); i++ {
					row[i] = src.Data[i*src.Stride+j]
				}
			}
		}
	})
}
