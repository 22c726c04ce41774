package kernel

import (
	"math"
	"runtime"
	"testing"

	"gonum.org/v1/gonum/blas"
	"pgregory.net/rapid"
)

var anyInc = rapid.SampledFrom([]int{1, 1, 1, 2, 3, -1, -2})

// column returns a vector of n normal numbers as a matrix of one column, and the
// slice and increment that a BLAS call describes it with.
func column(t *rapid.T, label string, n int) (x dense, slice []float64, inc int) {
	inc = anyInc.Draw(t, "inc"+label)
	x = newDense(newSource(rapid.Uint64().Draw(t, "seed"+label)), n, 1, max(inc, -inc)-1)
	return x, x.slice(), inc
}

// ordered returns the column in the order of its index.
func ordered(x dense, inc int) dense {
	out := x.clone()
	if inc < 0 {
		for i := range x.r {
			out.data[i*x.ld] = x.data[(x.r-1-i)*x.ld]
		}
	}
	return out
}

func TestDgemvIsTheDefinition(t *testing.T) {
	forEachEngine(t, func(t *testing.T, impl Implementation) {
		rapid.Check(t, func(t *rapid.T) {
			m, n := anySize.Draw(t, "m"), anySize.Draw(t, "n")
			tA := anyTrans.Draw(t, "tA")
			alpha, beta := anyFactor.Draw(t, "alpha"), anyFactor.Draw(t, "beta")
			if m == 0 || n == 0 {
				m, n = 1, 1 // gonum leaves y alone then, whatever beta is
			}
			lenX, lenY := n, m
			if isTrans(tA) {
				lenX, lenY = m, n
			}
			a := newDense(drawSource(t), m, n, anyPad.Draw(t, "padA"))
			x, xs, incX := column(t, "X", lenX)
			y, ys, incY := column(t, "Y", lenY)
			if beta == 0 && alpha != 0 {
				y.fill(math.NaN())
			}
			if alpha == 0 {
				a.fill(math.NaN())
			}
			want := ordered(y, incY)
			refGemm(tA, blas.NoTrans, lenX, alpha, a, ordered(x, incX), beta, want)
			impl.Dgemv(tA, m, n, alpha, a.slice(), a.ld, xs, incX, beta, ys, incY)
			wantClose(t, ordered(y, incY), want, sumError(lenX))
		})
	})
}

func TestDgerIsTheDefinition(t *testing.T) {
	forEachEngine(t, func(t *testing.T, impl Implementation) {
		rapid.Check(t, func(t *rapid.T) {
			m, n := anySize.Draw(t, "m"), anySize.Draw(t, "n")
			alpha := anyFactor.Draw(t, "alpha")
			a := newDense(drawSource(t), m, n, anyPad.Draw(t, "padA"))
			x, xs, incX := column(t, "X", m)
			y, ys, incY := column(t, "Y", n)
			want := a.clone()
			refGemm(blas.NoTrans, blas.Trans, 1, alpha, ordered(x, incX), ordered(y, incY), 1, want)
			impl.Dger(m, n, alpha, xs, incX, ys, incY, a.slice(), a.ld)
			wantClose(t, a, want, sumError(1))
		})
	})
}

func TestDsymvIsDgemvOfBothTriangles(t *testing.T) {
	forEachEngine(t, func(t *testing.T, impl Implementation) {
		rapid.Check(t, func(t *rapid.T) {
			n, ul := rapid.OneOf(anyOrder, rapid.SampledFrom([]int{513, 700})).Draw(t, "n"), anyUplo.Draw(t, "uplo")
			alpha, beta := anyFactor.Draw(t, "alpha"), anyFactor.Draw(t, "beta")
			full := newDense(drawSource(t), n, n, anyPad.Draw(t, "padA"))
			for i := range n {
				for j := range i {
					full.data[i*full.ld+j] = full.at(blas.NoTrans, j, i)
				}
			}
			a := full.clone()
			a.fill(math.NaN())
			a = withTriangle(ul, a, full)
			x, xs, incX := column(t, "X", n)
			y, ys, incY := column(t, "Y", n)
			if beta == 0 {
				y.fill(math.NaN())
			}
			want := ordered(y, incY)
			refGemm(blas.NoTrans, blas.NoTrans, n, alpha, full, ordered(x, incX), beta, want)
			impl.Dsymv(ul, n, alpha, a.slice(), a.ld, xs, incX, beta, ys, incY)
			wantClose(t, ordered(y, incY), want, sumError(n))
		})
	})
}

func TestLevel2SameBits(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(0))
	const m, n = 700, 701
	src := newSource(9)
	a, x, y := newDense(src, m, n, 0), newDense(src, n, 1, 0), newDense(src, n, 1, 0)
	calls := map[string]func(impl Implementation, y []float64){
		"gemv": func(impl Implementation, y []float64) {
			impl.Dgemv(blas.NoTrans, m, n, 1.5, a.data, n, x.data, 1, 0.5, y, 1)
		},
		"gemv transposed": func(impl Implementation, y []float64) {
			impl.Dgemv(blas.Trans, m, n, 1.5, a.data, n, x.data, 1, 0.5, y, 1)
		},
		"symv": func(impl Implementation, y []float64) {
			impl.Dsymv(blas.Upper, m, 1.5, a.data, n, x.data, 1, 0.5, y, 1)
		},
	}
	forEachEngine(t, func(t *testing.T, impl Implementation) {
		for name, call := range calls {
			t.Run(name, func(t *testing.T) {
				var first []float64
				for _, threads := range []int{1, 2, 5} {
					runtime.GOMAXPROCS(threads)
					got := y.clone()
					call(impl, got.data)
					if first == nil {
						first = got.data
					}
					wantSame(t, got.data, first)
				}
			})
		}
	})
}

func TestLevel2PanicsLikeGonum(t *testing.T) {
	x := make([]float64, 9)
	calls := map[string]func(impl blas.Float64){
		"gemv transpose": func(impl blas.Float64) { impl.Dgemv('x', 3, 3, 1, x, 3, x, 1, 0, x, 1) },
		"gemv increment": func(impl blas.Float64) { impl.Dgemv(blas.Trans, 3, 3, 1, x, 3, x, 0, 0, x, 1) },
		"gemv short":     func(impl blas.Float64) { impl.Dgemv(blas.Trans, 3, 3, 1, x, 3, x, -5, 0, x, 1) },
		"ger stride":     func(impl blas.Float64) { impl.Dger(3, 3, 1, x, 1, x, 1, x, 2) },
		"symv uplo":      func(impl blas.Float64) { impl.Dsymv('x', 3, 1, x, 3, x, 1, 0, x, 1) },
		"symv short":     func(impl blas.Float64) { impl.Dsymv(blas.Upper, 3, 1, x[:8], 3, x, 1, 0, x, 1) },
	}
	for name, call := range calls {
		t.Run(name, func(t *testing.T) { wantSamePanic(t, call) })
	}
}
