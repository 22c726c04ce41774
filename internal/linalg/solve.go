package linalg

import (
	"math"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/lapack"
	"gonum.org/v1/gonum/lapack/lapack64"
	"gonum.org/v1/gonum/mat"
)

// LeastSquares returns the W, n×k, of minimum Frobenius norm that minimises
// ‖A·W − B‖ for the m×n matrix a and the m×k matrix b, and the numerical rank of
// a: W = V_r·diag(1/s)·U_rᵀ·B over the singular values within the rank. Nothing is
// centred. The error is ErrNotFinite or ErrNoConvergence.
//
// It solves by QR, and by the singular values of R unless R is far from singular.
func LeastSquares(a, b *mat.Dense) (w *mat.Dense, rank int, err error) {
	m, n := a.Dims()
	mb, k := b.Dims()
	if m != mb {
		panic(mat.ErrShape)
	}
	if !isFinite(maxAbs(a.RawMatrix())) || !isFinite(maxAbs(b.RawMatrix())) {
		return nil, 0, ErrNotFinite
	}
	if m < n {
		return leastSquaresSVD(a, b, m)
	}
	f := newQRFactors(mat.DenseCopyOf(a))
	qb := mat.DenseCopyOf(b)
	f.applyQTrans(qb)
	w = mat.DenseCopyOf(qb.Slice(0, n, 0, k))
	// The estimate is within a factor of about 3 in practice, and of n at worst.
	const safety = 100
	work, iwork := make([]float64, 3*n), make([]int, n)
	rcond := lapack64.Trcon(lapack.MaxColumnSum, triangular(f.r), work, iwork)
	if rcond > safety*float64(m)*eps {
		blas64.Trsm(blas.Left, blas.NoTrans, 1, triangular(f.r), w.RawMatrix())
		return w, n, nil
	}
	return leastSquaresSVD(f.r, w, m)
}

// leastSquaresSVD solves by singular values. rows is the number of rows in the
// threshold of the rank.
func leastSquaresSVD(a, b *mat.Dense, rows int) (w *mat.Dense, rank int, err error) {
	_, n := a.Dims()
	_, k := b.Dims()
	u, s, v, err := SVD(a)
	if err != nil {
		return nil, 0, err
	}
	rank = Rank(s, rows, n)
	w = mat.NewDense(n, k, nil)
	if rank == 0 {
		return w, 0, nil
	}
	coef := CrossGram(leadingColumns(u, rank), b)
	for i := range rank {
		row := coef.RawRowView(i)
		for j := range row {
			row[j] /= s[i]
		}
	}
	w.Mul(v.Slice(0, n, 0, rank), coef)
	return w, rank, nil
}

// SolveSPD returns the W with A·W = B for the symmetric positive semidefinite
// n×n matrix a (only the upper triangle is read) and the n×k matrix b. It solves
// by Cholesky; where a is not positive definite to working precision, or its
// estimated condition number is above 1/(n·eps), it gives the least-squares
// solution of minimum norm over the eigenvalues of magnitude above
// n·eps·|λ|_max. The error is ErrNotFinite or ErrNoConvergence.
func SolveSPD(a, b *mat.Dense) (w *mat.Dense, err error) {
	n, _ := a.Dims()
	if rows, _ := b.Dims(); rows != n {
		panic(mat.ErrShape)
	}
	if !isFinite(maxAbs(b.RawMatrix())) {
		return nil, ErrNotFinite
	}
	if r, ok := Cholesky(a); ok && wellConditioned(a, r) {
		w = mat.DenseCopyOf(b)
		blas64.Trsm(blas.Left, blas.Trans, 1, triangular(r), w.RawMatrix())
		blas64.Trsm(blas.Left, blas.NoTrans, 1, triangular(r), w.RawMatrix())
		return w, nil
	}
	values, v, err := EigSym(a)
	if err != nil {
		return nil, err
	}
	cut := float64(n) * eps * max(math.Abs(values[0]), math.Abs(values[n-1]))
	coef := CrossGram(v, b)
	for i, l := range values {
		row := coef.RawRowView(i)
		for j := range row {
			if math.Abs(l) > cut {
				row[j] /= l
			} else {
				row[j] = 0
			}
		}
	}
	w = new(mat.Dense)
	w.Mul(v, coef)
	return w, nil
}

// wellConditioned estimates whether the condition number of a, whose Cholesky
// factor is r, is below 1/(n·eps).
func wellConditioned(a, r *mat.Dense) bool {
	n, _ := a.Dims()
	work, iwork := make([]float64, 3*n), make([]int, n)
	norm := lapack64.Lansy(lapack.MaxColumnSum, upperOf(a.RawMatrix()), work)
	return lapack64.Pocon(upperOf(r.RawMatrix()), norm, work, iwork) > float64(n)*eps
}
