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
