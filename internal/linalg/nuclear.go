package linalg

import (
	"math"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/lapack/lapack64"
	"gonum.org/v1/gonum/mat"
)

const (
	// directOrder is the order up to which singular values cost so little that their
	// last digits are worth more.
	directOrder = 24
	// amplification bounds the factor of eps/2 in nuclearByGram.
	amplification = 2000
	// singularPivot is the smallest accepted ratio of a pivot of AᵀA to its trace. A
	// pivot bounds the smallest eigenvalue; below this ratio the eigenvalue has too
	// few correct digits.
	singularPivot = 1e-9
)

// NuclearNorm returns the sum of the singular values of a, with a relative error
// of a small multiple of max(m,n)·eps. Where they are accurate enough it uses the
// eigenvalues of AᵀA, which cost half as much as singular values. The error is
// ErrNotFinite or ErrNoConvergence.
func NuclearNorm(a *mat.Dense) (float64, error) {
	m, n := a.Dims()
	if isSmall(m, n) && n <= directOrder {
		return nuclearSmall(a)
	}
	if min(m, n) > directOrder {
		if nuclear, ok := nuclearByGram(a); ok {
			return nuclear, nil
		}
	}
	s, err := SingularValues(a)
	if err != nil {
		return 0, err
	}
	return sum(s), nil
}

// nuclearByGram returns the nuclear norm as Σ√λ over the eigenvalues λ of AᵀA. An
// error of eps·λ_max in each λ causes a relative error of
//
//	eps/2·λ_max·Σ(1/√λ) / Σ√λ
//
// in the sum. It returns false where that is too much; a Cholesky decomposition
// mostly shows this before the eigenvalues are computed.
func nuclearByGram(a *mat.Dense) (float64, bool) {
	m, n := a.Dims()
	largest := maxAbs(a.RawMatrix())
	if !isFinite(largest) || largest == 0 {
		return 0, false
	}
	scale := safeScale(largest)
	if scale < 0x1p-400 || scale > 0x1p400 {
		return 0, false // squares would overflow or vanish
	}
	k := min(m, n)
	memory := make([]float64, 2*k*k+3*k)
	gram := blas64.General{Rows: k, Cols: k, Stride: k, Data: memory[:k*k]}
	side := blas.Trans
	if m < n {
		side = blas.NoTrans
	}
	blas64.Syrk(side, 1, a.RawMatrix(), 0, upperOf(gram))
	if !isFinite(maxAbsUpper(gram)) {
		return 0, false
	}
	factor := blas64.General{Rows: k, Cols: k, Stride: k, Data: memory[k*k : 2*k*k]}
	copyUpper(factor, gram, 1)
	if _, ok := lapack64.Potrf(upperOf(factor)); !ok {
		return 0, false
	}
	trace := 0.0
	for i := range k {
		trace += gram.Data[i*k+i]
	}
	bound := singularPivot * trace
	for i := range k {
		if pivot := factor.Data[i*k+i]; pivot*pivot < bound {
			return 0, false
		}
	}
	values, err := eigSymValues(gram, memory[k*k:])
	if err != nil || !(values[k-1] > 0) {
		return 0, false
	}
	var total, inverse float64
	for _, l := range values {
		root := math.Sqrt(l)
		total += root
		inverse += 1 / root
	}
	return total, values[0]*inverse <= amplification*total
}
