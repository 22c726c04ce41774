package linalg

import (
	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
)

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
	copy(means, first)
	residual := make([]float64, p)
	// The first row stands in for the means until they are known. Each pass is
	// a sum or a difference of whole rows.
	for i := 1; i < n; i++ {
		row := x.RawRowView(i)
		floats.Add(residual, row)
		floats.Sub(residual, first)
	}
	floats.AddScaled(means, inv, residual)
	clear(residual)
	for i := range n {
		dst := xc.RawRowView(i)
		floats.SubTo(dst, x.RawRowView(i), means)
		floats.Add(residual, dst)
	}
	floats.Scale(inv, residual)
	floats.Add(means, residual)
	for i := range n {
		floats.Sub(xc.RawRowView(i), residual)
	}
}
