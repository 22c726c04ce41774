package linalg

import "gonum.org/v1/gonum/mat"

// Rank returns the numerical rank of a rows×cols matrix with the descending
// singular values s: the number of values above s[0]·max(rows,cols)·2⁻⁵².
func Rank(s []float64, rows, cols int) int { return RankAbove(s, rows, cols, 0) }

// RankAbove is Rank, but for values that are no more than least.
func RankAbove(s []float64, rows, cols int, least float64) int {
	if len(s) == 0 || s[0] == 0 {
		return 0
	}
	cut := max(least, s[0]*float64(max(rows, cols))*eps)
	r := 0
	for r < len(s) && s[r] > cut {
		r++
	}
	return r
}

// RangeBasis returns an orthonormal basis q, m×r, of the column space of the
// m×n matrix a, where r is its numerical rank, and all min(m,n) singular values.
// For a zero matrix q is empty (q.IsEmpty()). When a has full column rank q is
// the orthogonal factor of its QR decomposition, else the leading left singular
// vectors. The error is ErrNotFinite or ErrNoConvergence.
func RangeBasis(a *mat.Dense) (q *mat.Dense, s []float64, err error) {
	m, n := a.Dims()
	if m < n {
		u, s, _, err := SVD(a)
		if err != nil {
			return nil, nil, err
		}
		return leadingColumns(u, Rank(s, m, n)), s, nil
	}
	if !isFinite(maxAbs(a.RawMatrix())) {
		return nil, nil, ErrNotFinite
	}
	q, r := QR(a)
	if s, err = SingularValues(r); err != nil {
		return nil, nil, err
	}
	if Rank(s, m, n) == n {
		return q, s, nil
	}
	u, s, _, err := SVD(r)
	if err != nil {
		return nil, nil, err
	}
	rank := Rank(s, m, n)
	if rank == 0 {
		return &mat.Dense{}, s, nil
	}
	var basis mat.Dense
	basis.Mul(q, u.Slice(0, n, 0, rank))
	return &basis, s, nil
}

// leadingColumns copies the first r columns of a; r = 0 gives an empty matrix.
func leadingColumns(a *mat.Dense, r int) *mat.Dense {
	if r == 0 {
		return &mat.Dense{}
	}
	rows, _ := a.Dims()
	return mat.DenseCopyOf(a.Slice(0, rows, 0, r))
}
