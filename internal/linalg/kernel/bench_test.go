package kernel

import (
	"fmt"
	"testing"

	"gonum.org/v1/gonum/blas"
)

// benchmark runs f for every engine and reports the rate of its flops.
func benchmark(b *testing.B, name string, flops float64, f func(impl Implementation)) {
	for _, e := range engines() {
		b.Run(name+"/"+e.name, func(b *testing.B) {
			impl := Implementation{engine: e}
			b.ReportAllocs()
			for b.Loop() {
				f(impl)
			}
			b.ReportMetric(flops*float64(b.N)/b.Elapsed().Seconds()/1e9, "GFLOP/s")
		})
	}
}

func BenchmarkDgemm(b *testing.B) {
	src := newSource(1)
	for _, n := range []int{32, 64, 128, 512, 1024} {
		x, y, z := newDense(src, n, n, 0), newDense(src, n, n, 0), newDense(src, n, n, 0)
		for _, tB := range []blas.Transpose{blas.NoTrans, blas.Trans} {
			benchmark(b, fmt.Sprintf("N%c/%d", tB, n), 2*float64(n*n*n), func(impl Implementation) {
				dgemm(impl, blas.NoTrans, tB, n, 1, x, y, 0, z)
			})
		}
	}
}

// The main shape of the project: second moments of many samples.
func BenchmarkTall(b *testing.B) {
	src := newSource(1)
	const k, n = 20000, 200
	x, y, z := newDense(src, k, n, 0), newDense(src, k, n, 0), newDense(src, n, n, 0)
	benchmark(b, "XtY", 2*k*n*n, func(impl Implementation) {
		dgemm(impl, blas.Trans, blas.NoTrans, k, 1, x, y, 0, z)
	})
	benchmark(b, "XtX", k*n*(n+1), func(impl Implementation) {
		impl.Dsyrk(blas.Upper, blas.Trans, n, k, 1, x.data, n, 0, z.data, n)
	})
}

func BenchmarkTriangular(b *testing.B) {
	src := newSource(1)
	const n = 500
	a, x := newDense(src, n, n, 0), newDense(src, n, n, 0)
	for i := range a.data {
		a.data[i] *= 1e-12
	}
	for i := range n {
		a.data[i*n+i] = 1
	}
	for _, side := range []blas.Side{blas.Left, blas.Right} {
		benchmark(b, fmt.Sprintf("Dtrsm/%c", side), n*n*n, func(impl Implementation) {
			impl.Dtrsm(side, blas.Upper, blas.NoTrans, blas.NonUnit, n, n, 1, a.data, n, x.data, n)
		})
		benchmark(b, fmt.Sprintf("Dtrmm/%c", side), n*n*n, func(impl Implementation) {
			impl.Dtrmm(side, blas.Upper, blas.NoTrans, blas.NonUnit, n, n, 1, a.data, n, x.data, n)
		})
	}
}

func BenchmarkLevel2(b *testing.B) {
	src := newSource(1)
	for _, n := range []int{100, 300, 1000} {
		a, x, y := newDense(src, n, n, 0), newDense(src, n, 1, 0), newDense(src, n, 1, 0)
		flops := 2 * float64(n*n)
		benchmark(b, fmt.Sprintf("Dsymv/%d", n), flops, func(impl Implementation) {
			impl.Dsymv(blas.Upper, n, 1, a.data, n, x.data, 1, 0, y.data, 1)
		})
		benchmark(b, fmt.Sprintf("Dgemv/N/%d", n), flops, func(impl Implementation) {
			impl.Dgemv(blas.NoTrans, n, n, 1, a.data, n, x.data, 1, 0, y.data, 1)
		})
		benchmark(b, fmt.Sprintf("Dgemv/T/%d", n), flops, func(impl Implementation) {
			impl.Dgemv(blas.Trans, n, n, 1, a.data, n, x.data, 1, 0, y.data, 1)
		})
	}
}
