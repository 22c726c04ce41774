package linalg

import (
	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/mat"
)

// Center returns a copy of the n×p matrix x with the mean of every column
// removed, and the p means.
//
// An estimate of the means is removed first and then, to full precision, the
// means of what is left: data with a large offset keep all the digits they have,
// and the centred values of a constant column are exactly zero.
func Center(x *mat.Dense) (xc *mat.Dense, means []float64) {
	n, p := x.Dims()
	xc = mat.NewDense(n, p, nil)
	means = make([]float64, p)
	CenterTo(xc, means, x)
	return xc, means
}

const (
	// centerGrain is the number of rows that are summed on their own.
	centerGrain = 512
	// estimateRows is the number of rows that the estimate is the mean of.
	estimateRows = 16
)

// CenterTo is Center into memory of the caller: xc is n×p and may be x itself,
// means has length p.
func CenterTo(xc *mat.Dense, means []float64, x *mat.Dense) {
	n, p := x.Dims()
	if r, c := xc.Dims(); r != n || c != p || len(means) != p {
		panic(mat.ErrShape)
	}
	src := x.RawMatrix()
	estimateMeans(means, src)
	pieces := (n + centerGrain - 1) / centerGrain
	sums := make([]float64, pieces*p)
	parallel(n, centerGrain, func(lo, hi int) {
		addDeviations(sums[lo/centerGrain*p:][:p], means, block(src, lo, 0, hi-lo, p))
	})
	rest := vector(sums[:p])
	for i := 1; i < pieces; i++ {
		blas64.Axpy(1, vector(sums[i*p:][:p]), rest)
	}
	blas64.Scal(1/float64(n), rest)
	dst := xc.RawMatrix()
	parallel(n, centerGrain, func(lo, hi int) {
		kernels.Center(hi-lo, p, src.Data[lo*src.Stride:], src.Stride, means, rest.Data, dst.Data[lo*dst.Stride:], dst.Stride)
	})
	blas64.Axpy(1, rest, vector(means))
}

// estimateMeans writes the means of the first rows of x. They are those of a
// constant column exactly, being counted from the first row.
func estimateMeans(means []float64, x blas64.General) {
	rows := min(x.Rows, estimateRows)
	first := rowVector(x, 0).Data
	clear(means)
	addDeviations(means, first, block(x, 0, 0, rows, x.Cols))
	for j, v := range first {
		means[j] = v + means[j]/float64(rows)
	}
}

// addDeviations adds Σ_i(x_ij − origin_j) to sums.
func addDeviations(sums, origin []float64, x blas64.General) {
	kernels.Deviations(x.Rows, x.Cols, x.Data, x.Stride, origin, sums)
}
