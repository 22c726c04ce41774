package linalg

import "gonum.org/v1/gonum/mat"

// Center returns a copy of the n×p matrix x with the mean of every column
// removed, and the p means.
//
// Means are taken of x minus its first row and the residual mean of the centred
// column is removed once more, so data with a large offset keep all the digits
// they have, and the centred values of a constant column are exactly zero.
func Center(x *mat.Dense) (xc *mat.Dense, means []float64) {
	n, p := x.Dims()
	xc = mat.NewDense(n, p, nil)
	means = make([]float64, p)
	CenterTo(xc, means, x)
	return xc, means
}

// CenterTo is Center into memory of the caller: xc is n×p and may be x itself,
// means has length p.
func CenterTo(xc *mat.Dense, means []float64, x *mat.Dense) {
	n, p := x.Dims()
	if r, c := xc.Dims(); r != n || c != p || len(means) != p {
		panic(mat.ErrShape)
	}
	inv := 1 / float64(n)
	first := x.RawRowView(0)
	clear(means)
	for i := 1; i < n; i++ {
		for j, v := range x.RawRowView(i) {
			means[j] += v - first[j]
		}
	}
	for j, v := range first {
		means[j] = v + means[j]*inv
	}
	residual := make([]float64, p)
	for i := range n {
		dst := xc.RawRowView(i)
		for j, v := range x.RawRowView(i) {
			d := v - means[j]
			dst[j] = d
			residual[j] += d
		}
	}
	for j := range residual {
		residual[j] *= inv
		means[j] += residual[j]
	}
	for i := range n {
		dst := xc.RawRowView(i)
		for j, r := range residual {
			dst[j] -= r
		}
	}
}
