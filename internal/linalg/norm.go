package linalg

import (
	"errors"
	"math"

	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/mat"
)

// eps is the spacing of float64 above 1.
const eps = 0x1p-52

// ErrNotFinite is returned by every decomposition whose input holds NaN or an
// infinity.
var ErrNotFinite = errors.New("matrix holds NaN or infinite values, wanted finite ones")

// Dot returns the Frobenius inner product Σ a_ij·b_ij = tr(aᵀb) of two matrices
// of one shape.
func Dot(a, b *mat.Dense) float64 {
	ra, rb := a.RawMatrix(), b.RawMatrix()
	if ra.Rows != rb.Rows || ra.Cols != rb.Cols {
		panic(mat.ErrShape)
	}
	var sum float64
	for i := range ra.Rows {
		sum += blas64.Dot(rowVector(ra, i), rowVector(rb, i))
	}
	return sum
}

// Norm returns the Frobenius norm √Σa_ij². Entries are scaled when their
// squares would overflow or underflow.
func Norm(a *mat.Dense) float64 {
	// Within these bounds the squares that were lost to underflow are below
	// eps of the sum for any matrix that fits in memory.
	const small, large = 1e-270, 1e300
	if ss := Dot(a, a); ss > small && ss < large {
		return math.Sqrt(ss)
	}
	m := maxAbs(a.RawMatrix())
	if m == 0 || math.IsNaN(m) || math.IsInf(m, 0) {
		return m
	}
	scale := powerOfTwo(m)
	var sum float64
	ra := a.RawMatrix()
	for i := range ra.Rows {
		for _, v := range rowVector(ra, i).Data {
			v /= scale
			sum += v * v
		}
	}
	return scale * math.Sqrt(sum)
}

// Trace returns Σ a_ii of a square matrix.
func Trace(a *mat.Dense) float64 {
	if r, c := a.Dims(); r != c {
		panic(mat.ErrShape)
	}
	raw := a.RawMatrix()
	var sum float64
	for i := range raw.Rows {
		sum += raw.Data[i*raw.Stride+i]
	}
	return sum
}

// rowVector views row i of a.
func rowVector(a blas64.General, i int) blas64.Vector {
	return blas64.Vector{N: a.Cols, Data: a.Data[i*a.Stride : i*a.Stride+a.Cols], Inc: 1}
}

// isFinite reports whether a matrix whose largest magnitude is m is free of NaN
// and infinities.
func isFinite(m float64) bool { return m <= math.MaxFloat64 }

// powerOfTwo returns the power of two in (m/2, m], for finite m > 0. Dividing
// by it is exact.
func powerOfTwo(m float64) float64 {
	_, e := math.Frexp(m)
	return math.Ldexp(1, e-1)
}
