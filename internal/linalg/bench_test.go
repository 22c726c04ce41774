package linalg

import (
	"fmt"
	"testing"

	"gonum.org/v1/gonum/mat"
)

// benchmarkSizes are the orders of the square problems.
var benchmarkSizes = []int{20, 64, 100, 300, 1000}

// versus runs an operation of this package and gonum's own on the same input, so
// that one run gives the ratio.
func versus(b *testing.B, n int, ours, gonum func()) {
	for _, c := range []struct {
		name string
		run  func()
	}{{"simtool", ours}, {"gonum", gonum}} {
		b.Run(fmt.Sprintf("n=%d/%s", n, c.name), func(b *testing.B) {
			for b.Loop() {
				c.run()
			}
		})
	}
}

func symmetric(n int) (*mat.Dense, *mat.SymDense) {
	a := Gram(gaussian(1, 2*n, n))
	return a, mat.NewSymDense(n, a.RawMatrix().Data)
}

func BenchmarkEigSym(b *testing.B) {
	for _, n := range benchmarkSizes {
		a, sym := symmetric(n)
		versus(b, n, func() { _, _, _ = EigSym(a) }, func() {
			var f mat.EigenSym
			f.Factorize(sym, true)
		})
	}
}

func BenchmarkEigSymValues(b *testing.B) {
	for _, n := range benchmarkSizes {
		a, sym := symmetric(n)
		versus(b, n, func() { _, _ = EigSymValues(a) }, func() {
			var f mat.EigenSym
			f.Factorize(sym, false)
		})
	}
}

func BenchmarkSVD(b *testing.B) {
	for _, n := range benchmarkSizes {
		a := gaussian(1, n, n)
		versus(b, n, func() { _, _, _, _ = SVD(a) }, func() {
			var f mat.SVD
			f.Factorize(a, mat.SVDThin)
		})
	}
}

func BenchmarkSingularValues(b *testing.B) {
	for _, n := range benchmarkSizes {
		a := gaussian(1, n, n)
		versus(b, n, func() { _, _ = SingularValues(a) }, func() {
			var f mat.SVD
			f.Factorize(a, mat.SVDNone)
		})
	}
}

func BenchmarkQR(b *testing.B) {
	for _, n := range benchmarkSizes {
		a := gaussian(1, n, n)
		versus(b, n, func() { QR(a) }, func() {
			var f mat.QR
			var q, r mat.Dense
			f.Factorize(a)
			f.QTo(&q)
			f.RTo(&r)
		})
	}
}

func BenchmarkQRTall(b *testing.B) {
	a := gaussian(1, 20000, 200)
	for b.Loop() {
		QR(a)
	}
}

func BenchmarkCholesky(b *testing.B) {
	for _, n := range benchmarkSizes {
		a, sym := symmetric(n)
		versus(b, n, func() { Cholesky(a) }, func() {
			var f mat.Cholesky
			f.Factorize(sym)
		})
	}
}

func BenchmarkPolar(b *testing.B) {
	for _, n := range benchmarkSizes {
		a := gaussian(1, n, n)
		versus(b, n, func() { _, _, _ = Polar(a) }, func() {
			var f mat.SVD
			var u, v, p mat.Dense
			f.Factorize(a, mat.SVDThin)
			f.UTo(&u)
			f.VTo(&v)
			p.Mul(&u, v.T())
		})
	}
}
