package linalg

import (
	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/mat"
)

// Center returns a copy of the n×p matrix x with the mean of every column
// removed, and the p means.
//
// A first estimate of the means is removed, and then the means of what is left:
// data with a large offset keep all the digits they have, and the centred values
// of a constant column are exactly zero.
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
	// estimateRows is the number of rows whose mean is removed first.
	estimateRows = 16
)

// CenterTo is Center into memory of the caller: xc is n×p and may be x itself,
// means has length p.
func CenterTo(xc *mat.Dense, means []float64, x *mat.Dense) {
	n, p := x.Dims()
	if r, c := xc.Dims(); r != n || c != p || len(means) != p {
		panic(mat.ErrShape)
	}
	estimateMeans(means, x)
	pieces := (n + centerGrain - 1) / centerGrain
	sums := make([]float64, pieces*p)
	dst := xc.RawMatrix()
	parallel(n, centerGrain, func(lo, hi int) {
		total := sums[lo/centerGrain*p:][:p]
		for i := lo; i < hi; i++ {
			out, mean := rowVector(dst, i).Data[:p], means[:p]
			for j, v := range x.RawRowView(i)[:p] {
				d := v - mean[j]
				out[j] = d
				total[j] += d
			}
		}
	})
	residual := vector(sums[:p])
	for i := 1; i < pieces; i++ {
		blas64.Axpy(1, vector(sums[i*p:][:p]), residual)
	}
	blas64.Scal(1/float64(n), residual)
	parallel(n, centerGrain, func(lo, hi int) {
		for i := lo; i < hi; i++ {
			blas64.Axpy(-1, residual, rowVector(dst, i))
		}
	})
	blas64.Axpy(1, residual, vector(means))
}

// estimateMeans writes means of the first rows of x. They are those of a constant
// column exactly, being counted from the first row.
func estimateMeans(means []float64, x *mat.Dense) {
	n, _ := x.Dims()
	rows := min(n, estimateRows)
	first := x.RawRowView(0)
	clear(means)
	for i := 1; i < rows; i++ {
		for j, v := range x.RawRowView(i) {
			means[j] += v - first[j]
		}
	}
	for j, v := range first {
		means[j] = v + means[j]/float64(rows)
	}
}
