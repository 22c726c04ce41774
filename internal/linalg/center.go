package linalg

import (
	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/mat"
)

// Center returns a copy of the n×p matrix x with the mean of every column
// removed, and the p means.
//
// It removes an estimate of the means first and then, to full precision, the means
// of the remainder. Data with a large offset thus keep all the digits they have,
// and the centred values of a constant column are exactly zero.
func Center(x *mat.Dense) (xc *mat.Dense, means []float64) {
	n, p := x.Dims()
	xc = mat.NewDense(n, p, nil)
	means = make([]float64, p)
	CenterTo(xc, means, x)
	return xc, means
}

// CenterTo is Center into memory of the caller: xc is n×p and may be x itself, and
// means has length p.
func CenterTo(xc *mat.Dense, means []float64, x *mat.Dense) {
	n, p := x.Dims()
	if r, c := xc.Dims(); r != n || c != p || len(means) != p {
		panic(mat.ErrShape)
	}
	rest := make([]float64, p)
	columnMeans(means, rest, x.RawMatrix())
	subtract(xc.RawMatrix(), x.RawMatrix(), means, rest)
	blas64.Axpy(1, vector(rest), vector(means))
}

// ColumnMeansTo writes the means of the columns of x, to the precision of Center.
func ColumnMeansTo(means []float64, x *mat.Dense) {
	rest := make([]float64, len(means))
	columnMeans(means, rest, x.RawMatrix())
	blas64.Axpy(1, vector(rest), vector(means))
}

const (
	// centerGrain is the number of rows that are summed on their own.
	centerGrain = 512
	// estimateRows is the number of rows over which the estimate averages.
	estimateRows = 16
)

// columnMeans writes the means of the first rows of x into estimate, and the
// means of x − estimate into rest. The estimate of a constant column is exact,
// because it is counted from the first row.
func columnMeans(estimate, rest []float64, x blas64.General) {
	n, p := x.Rows, x.Cols
	head := block(x, 0, 0, min(n, estimateRows), p)
	clear(rest)
	addDeviations(rest, rowVector(x, 0).Data, head)
	for j, v := range rowVector(x, 0).Data {
		estimate[j] = v + rest[j]/float64(head.Rows)
	}
	pieces := (n + centerGrain - 1) / centerGrain
	sums := make([]float64, pieces*p)
	parallel(n, centerGrain, func(lo, hi int) {
		addDeviations(sums[lo/centerGrain*p:][:p], estimate, block(x, lo, 0, hi-lo, p))
	})
	copy(rest, sums[:p])
	for i := 1; i < pieces; i++ {
		blas64.Axpy(1, vector(sums[i*p:][:p]), vector(rest))
	}
	blas64.Scal(1/float64(n), vector(rest))
}

// subtract writes the rows of src − estimate − rest into dst.
func subtract(dst, src blas64.General, estimate, rest []float64) {
	parallel(src.Rows, centerGrain, func(lo, hi int) {
		kernels.Center(hi-lo, src.Cols, src.Data[lo*src.Stride:], src.Stride, estimate, rest, dst.Data[lo*dst.Stride:], dst.Stride)
	})
}

// addDeviations adds Σ_i(x_ij − origin_j) to sums.
func addDeviations(sums, origin []float64, x blas64.General) {
	kernels.Deviations(x.Rows, x.Cols, x.Data, x.Stride, origin, sums)
}
