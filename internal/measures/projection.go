package measures

import "gonum.org/v1/gonum/blas/blas64"

// projection centres symmetric n×n matrices D for a comparison. With the sums sᵢ of the
// rows and their sum S,
//
//	P(D)_ij = D_ij − a(sᵢ+sⱼ) + b·S,  P(D)_ii = D_ii − a'·sᵢ + b'·S.
//
// It is an orthogonal projection, on all symmetric matrices or on those with a zero
// diagonal, unless it is hollow. A hollow one clears the diagonal at the end; on
// matrices with a zero diagonal it is its own adjoint but not idempotent.
type projection struct {
	rows, total                 float64 // a, b
	diagonalRows, diagonalTotal float64 // a', b'
	hollow                      bool
}

// projectionOf returns the projection of a comparison of RDMs, which takes the cosine of
// projected matrices. Up to a factor, pearson removes the mean of the entries off the
// diagonal, cosine-cov takes H·D·H, and corr-cov does both, which gives the part of
// H·D·H orthogonal to H.
func projectionOf(compare string, samples int) projection {
	n := float64(samples)
	switch compare {
	case comparePearson:
		return projection{total: -1 / (n * (n - 1))}
	case compareCosineCov:
		return projection{rows: 1 / n, total: 1 / (n * n), diagonalRows: 2 / n, diagonalTotal: 1 / (n * n)}
	case compareCorrCov:
		return projection{rows: 1 / n, total: (1 - 1/(n-1)) / (n * n), diagonalRows: 2 / n, diagonalTotal: 2 / (n * n)}
	default: // compareCosine
		return projection{}
	}
}

// centringOf returns the centring of an estimator of HSIC; see centreKernel.
func centringOf(estimator string, samples int) projection {
	if estimator == debiased {
		n := float64(samples)
		return projection{rows: 1 / (n - 2), total: 1 / ((n - 1) * (n - 2))}
	}
	p := projectionOf(compareCosineCov, samples)
	p.hollow = estimator == lange
	return p
}

// apply projects the matrix with the entries v for i < j and the given diagonal,
// in place. sums is work space for n values.
func (p projection) apply(v, diagonal, sums []float64) {
	n := len(diagonal)
	if p == (projection{}) {
		return
	}
	copy(sums, diagonal)
	at := 0
	for i := range n {
		row, others, own := v[at:at+n-1-i], sums[i+1:], 0.0
		at += len(row)
		for j, d := range row {
			own += d
			others[j] += d
		}
		sums[i] += own
	}
	all := sum(sums)
	for i, s := range sums {
		diagonal[i] += p.diagonalTotal*all - p.diagonalRows*s
		sums[i] = p.rows * s
	}
	if p.hollow {
		clear(diagonal)
	}
	at = 0
	for i, s := range sums {
		row, others, shift := v[at:at+n-1-i], sums[i+1:], p.total*all-s
		at += len(row)
		for j := range row {
			row[j] += shift - others[j]
		}
	}
}

// innerProduct returns ⟨A,B⟩ of symmetric matrices given by their entries i < j
// and diagonals.
func innerProduct(a, diagonalA, b, diagonalB []float64) float64 {
	return 2*longDot(a, b) + dot(diagonalA, diagonalB)
}

// longDot is dot for long vectors, by the kernel of linalg.
func longDot(a, b []float64) float64 {
	return blas64.Dot(blas64.Vector{N: len(a), Inc: 1, Data: a}, blas64.Vector{N: len(b), Inc: 1, Data: b})
}
