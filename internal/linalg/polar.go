package linalg

import (
	"gonum.org/v1/gonum/mat"
)

// factorByIteration is the order up to which the polynomial iteration is faster
// than a decomposition.
const factorByIteration = 128

// Polar returns the partial isometry P = U_r·V_rᵀ, m×n, of the m×n matrix
// A = U·diag(s)·Vᵀ over its numerical rank r, and the nuclear norm Σs = tr(PᵀA).
// P is the subgradient of minimum Frobenius norm of the nuclear norm at A, and
// its gradient where A has full rank; it is zero for A = 0. The error is
// ErrNotFinite or ErrNoConvergence.
//
// Orthogonality, symmetry of PᵀA and the norm are right to a small multiple of
// max(m,n)·eps for every spectrum. P itself is as sensitive to A as the ratio of
// s_max to the sum of the two smallest values within the rank. A polynomial
// iteration that consists of matrix products handles matrices of modest order that
// are far from singular; SVD handles the others.
func Polar(a *mat.Dense) (p *mat.Dense, nuclear float64, err error) { return PolarAbove(a, 0) }

// PolarAbove is Polar over the singular values above least, for a matrix whose entries
// have errors of that size.
func PolarAbove(a *mat.Dense, least float64) (p *mat.Dense, nuclear float64, err error) {
	m, n := a.Dims()
	largest := maxAbs(a.RawMatrix())
	if !isFinite(largest) {
		return nil, 0, ErrNotFinite
	}
	if min(m, n) <= factorByIteration && largest > 0 {
		if p, nuclear, ok := polarByIteration(a, safeScale(largest), least); ok {
			return p, nuclear, nil
		}
	}
	if isSmall(m, n) {
		return polarSmall(a, largest, least)
	}
	u, s, v, err := SVD(a)
	if err != nil {
		return nil, 0, err
	}
	p = mat.NewDense(m, n, nil)
	if r := RankAbove(s, m, n, least); r > 0 {
		p.Mul(u.Slice(0, m, 0, r), v.Slice(0, n, 0, r).T())
	}
	return p, sum(s), nil
}

func sum(values []float64) float64 {
	var total float64
	for _, v := range values {
		total += v
	}
	return total
}
