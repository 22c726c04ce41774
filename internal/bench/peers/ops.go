package main

import (
	"math/rand/v2"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
)

// operation is a row of the table: prepare allocates for the given sizes and
// returns the call to be timed. peers.py holds its twin under the same name.
type operation struct {
	sizes   int
	prepare func(n []int) func()
}

var ops = map[string]operation{
	"gemm": {1, func(n []int) func() {
		a, b, c := random(n[0], n[0]), random(n[0], n[0]), random(n[0], n[0])
		return func() { blas64.Gemm(blas.NoTrans, blas.NoTrans, 1, a, b, 0, c) }
	}},
	"gemmnt": {1, func(n []int) func() {
		a, b, c := random(n[0], n[0]), random(n[0], n[0]), random(n[0], n[0])
		return func() { blas64.Gemm(blas.NoTrans, blas.Trans, 1, a, b, 0, c) }
	}},
	"update": {3, func(n []int) func() {
		a, b, c := random(n[0], n[2]), random(n[2], n[1]), random(n[0], n[1])
		return func() { blas64.Gemm(blas.NoTrans, blas.NoTrans, -1e-9, a, b, 1, c) }
	}},
	"xty": {2, func(n []int) func() {
		x, y, c := random(n[0], n[1]), random(n[0], n[1]), random(n[1], n[1])
		return func() { blas64.Gemm(blas.Trans, blas.NoTrans, 1, x, y, 0, c) }
	}},
	"xtx": {2, func(n []int) func() {
		x, c := random(n[0], n[1]), symmetric(n[1])
		return func() { blas64.Syrk(blas.Trans, 1, x, 0, c) }
	}},
	"xxt": {2, func(n []int) func() {
		x, c := random(n[0], n[1]), symmetric(n[0])
		return func() { blas64.Syrk(blas.NoTrans, 1, x, 0, c) }
	}},
	"syr2k": {2, func(n []int) func() {
		x, y, c := random(n[0], n[1]), random(n[0], n[1]), symmetric(n[0])
		return func() { blas64.Syr2k(blas.NoTrans, 1, x, y, 0, c) }
	}},
	"trsml": {2, func(n []int) func() {
		a, b := triangular(n[0]), random(n[0], n[1])
		return func() { blas64.Trsm(blas.Left, blas.NoTrans, 1, a, b) }
	}},
	"trmmr": {2, func(n []int) func() {
		a, b := triangular(n[1]), random(n[0], n[1])
		return func() { blas64.Trmm(blas.Right, blas.NoTrans, 1, a, b) }
	}},
	"trsmr": {2, func(n []int) func() {
		a, b := triangular(n[1]), random(n[0], n[1])
		return func() { blas64.Trsm(blas.Right, blas.NoTrans, 1, a, b) }
	}},
	"trmml": {2, func(n []int) func() {
		a, b := triangular(n[0]), random(n[0], n[1])
		return func() { blas64.Trmm(blas.Left, blas.NoTrans, 1, a, b) }
	}},
	"symv": {1, func(n []int) func() {
		a, x, y := symmetric(n[0]), vector(n[0]), vector(n[0])
		return func() { blas64.Symv(1, a, x, 0, y) }
	}},
	"gemv": {2, func(n []int) func() {
		a, x, y := random(n[0], n[1]), vector(n[1]), vector(n[0])
		return func() { blas64.Gemv(blas.NoTrans, 1, a, x, 0, y) }
	}},
	"gemvt": {2, func(n []int) func() {
		a, x, y := random(n[0], n[1]), vector(n[0]), vector(n[1])
		return func() { blas64.Gemv(blas.Trans, 1, a, x, 0, y) }
	}},
	"ger": {2, func(n []int) func() {
		a, x, y := random(n[0], n[1]), vector(n[0]), vector(n[1])
		return func() { blas64.Ger(1e-9, x, y, a) }
	}},
}

// random returns an r×c matrix of normal numbers.
func random(r, c int) blas64.General {
	return blas64.General{Rows: r, Cols: c, Stride: c, Data: vector(r * c).Data}
}

// vector returns n normal numbers.
func vector(n int) blas64.Vector {
	src := rand.New(rand.NewPCG(1, uint64(n)))
	v := blas64.Vector{N: n, Inc: 1, Data: make([]float64, n)}
	for i := range v.Data {
		v.Data[i] = src.NormFloat64()
	}
	return v
}

// symmetric returns the upper triangle of a symmetric n×n matrix.
func symmetric(n int) blas64.Symmetric {
	g := random(n, n)
	return blas64.Symmetric{N: n, Stride: n, Data: g.Data, Uplo: blas.Upper}
}

// triangular returns an upper triangular n×n matrix near the identity, so that products
// and solutions keep their size when they are repeated in place.
func triangular(n int) blas64.Triangular {
	g := random(n, n)
	for i := range g.Data {
		g.Data[i] *= 1e-12
	}
	for i := range n {
		g.Data[i*n+i] = 1
	}
	return blas64.Triangular{N: n, Stride: n, Data: g.Data, Uplo: blas.Upper, Diag: blas.NonUnit}
}
