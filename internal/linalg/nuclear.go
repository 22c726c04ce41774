package linalg

import (
	"math"

	"gonum.org/v1/gonum/mat"
)

const (
	// valueByIteration is the order up to which the polynomial iteration for the
	// polar factor is also the fastest method for the norm.
	valueByIteration = 24
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
	if m, n := a.Dims(); min(m, n) <= valueByIteration {
		_, nuclear, err := Polar(a)
		return nuclear, err
	}
	if nuclear, ok := nuclearByGram(a); ok {
		return nuclear, nil
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
	gram := mat.NewDense(k, k, nil)
	if m >= n {
		GramTo(gram, a)
	} else {
		OuterGramTo(gram, a)
	}
	r, ok := Cholesky(gram)
	if !ok {
		return 0, false
	}
	bound := singularPivot * Trace(gram)
	for i := range k {
		if pivot := r.At(i, i); pivot*pivot < bound {
			return 0, false
		}
	}
	values, err := EigSymValues(gram)
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
