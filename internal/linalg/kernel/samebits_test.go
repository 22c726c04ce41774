package kernel

import (
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/blas"
	"pgregory.net/rapid"
)

// anyMatrix draws a matrix of numbers of all magnitudes: sums of them round at each
// term, overflow to infinity, underflow to subnormal numbers and to -0.
func anyMatrix(t *rapid.T, label string, r, c int) dense {
	src := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"+label), 2))
	kind := rapid.SampledFrom([]string{"normal", "normal", "wide", "tiny", "huge", "signs"}).Draw(t, "kind"+label)
	x := newDense(src, r, c, anyPad.Draw(t, "pad"+label))
	for i := range r {
		for j := range c {
			v := &x.data[i*x.ld+j]
			switch kind {
			case "wide":
				*v = math.Ldexp(*v, src.IntN(80)-40)
			case "tiny":
				*v = math.Ldexp(*v, -540-src.IntN(20))
			case "huge":
				*v = math.Ldexp(*v, 500+src.IntN(20))
			case "signs":
				*v = math.Copysign(0, *v)
			}
		}
	}
	return x
}

// wantSameNumbers compares two matrices bit by bit; all NaN are the same.
func wantSameNumbers(t failer, what string, got, want []float64) {
	t.Helper()
	for i, w := range want {
		if math.Float64bits(got[i]) != math.Float64bits(w) && !(math.IsNaN(got[i]) && math.IsNaN(w)) {
			t.Fatalf("%s: word %d is %v, want the bits of %v", what, i, got[i], w)
		}
	}
}

// TestEnginesGiveTheSameBits: a result does not tell on which processor it was
// computed. The portable engine has the order of sums of the widest vectors in plain
// Go, so that a processor without AVX-512 holds its own kernels to that order too.
func TestEnginesGiveTheSameBits(t *testing.T) {
	sizes := rapid.OneOf(anySize, rapid.SampledFrom([]int{1, 2, 3, 5, 7, 8, 9, 15, 16, 17, 23, 25}))
	routines := map[string]func(t *rapid.T) func(impl Implementation) []float64{
		"gemm": func(t *rapid.T) func(impl Implementation) []float64 {
			m, n, k := 1+sizes.Draw(t, "m"), 1+sizes.Draw(t, "n"), 1+anyDepth.Draw(t, "k")
			tA, tB := anyTrans.Draw(t, "tA"), anyTrans.Draw(t, "tB")
			a, b, c := anyMatrix(t, "A", m, k), anyMatrix(t, "B", k, n), anyMatrix(t, "C", m, n)
			if isTrans(tA) {
				a = anyMatrix(t, "A", k, m)
			}
			if isTrans(tB) {
				b = anyMatrix(t, "B", n, k)
			}
			alpha, beta := anyFactor.Draw(t, "alpha"), anyFactor.Draw(t, "beta")
			return func(impl Implementation) []float64 {
				out := c.clone()
				impl.Dgemm(tA, tB, m, n, k, alpha, a.slice(), a.ld, b.slice(), b.ld, beta, out.slice(), out.ld)
				return out.data
			}
		},
		"tall gemm": func(t *rapid.T) func(impl Implementation) []float64 {
			m, n, k := rapid.IntRange(1, 9).Draw(t, "m"), rapid.IntRange(1, 30).Draw(t, "n"), chunkedDepth+rapid.IntRange(0, 1100).Draw(t, "k")
			a, b, c := anyMatrix(t, "A", k, m), anyMatrix(t, "B", k, n), anyMatrix(t, "C", m, n)
			return func(impl Implementation) []float64 {
				out := c.clone()
				impl.Dgemm(blas.Trans, blas.NoTrans, m, n, k, 1.5, a.slice(), a.ld, b.slice(), b.ld, 0.5, out.slice(), out.ld)
				return out.data
			}
		},
		"syrk": func(t *rapid.T) func(impl Implementation) []float64 {
			n, k := 1+sizes.Draw(t, "n"), 1+anyDepth.Draw(t, "k")
			ul, a, c := anyUplo.Draw(t, "uplo"), anyMatrix(t, "A", k, n), anyMatrix(t, "C", n, n)
			return func(impl Implementation) []float64 {
				out := c.clone()
				impl.Dsyrk(ul, blas.Trans, n, k, 0.75, a.slice(), a.ld, 1, out.slice(), out.ld)
				return out.data
			}
		},
		"symm, trmm, trsm": func(t *rapid.T) func(impl Implementation) []float64 {
			m, n := 1+sizes.Draw(t, "m"), 1+sizes.Draw(t, "n")
			side := rapid.SampledFrom([]blas.Side{blas.Left, blas.Right}).Draw(t, "side")
			order := m
			if side == blas.Right {
				order = n
			}
			ul, tA := anyUplo.Draw(t, "uplo"), anyTrans.Draw(t, "tA")
			a, b, c := anyMatrix(t, "A", order, order), anyMatrix(t, "B", m, n), anyMatrix(t, "C", m, n)
			return func(impl Implementation) []float64 {
				out, triangle, solved := c.clone(), b.clone(), b.clone()
				impl.Dsymm(side, ul, m, n, 0.75, a.slice(), a.ld, b.slice(), b.ld, 1, out.slice(), out.ld)
				impl.Dtrmm(side, ul, tA, blas.NonUnit, m, n, 0.75, a.slice(), a.ld, triangle.slice(), triangle.ld)
				impl.Dtrsm(side, ul, tA, blas.NonUnit, m, n, 0.75, a.slice(), a.ld, solved.slice(), solved.ld)
				return append(append(out.data, triangle.data...), solved.data...)
			}
		},
		"gemv, ger": func(t *rapid.T) func(impl Implementation) []float64 {
			m, n, tA := 1+sizes.Draw(t, "m"), 1+anyDepth.Draw(t, "n"), anyTrans.Draw(t, "tA")
			lenX, lenY := n, m
			if isTrans(tA) {
				lenX, lenY = m, n
			}
			a, x, y := anyMatrix(t, "A", m, n), anyMatrix(t, "X", lenX, 1), anyMatrix(t, "Y", lenY, 1)
			return func(impl Implementation) []float64 {
				out, sum := y.clone(), a.clone()
				impl.Dgemv(tA, m, n, 0.75, a.slice(), a.ld, x.slice(), x.ld, 1, out.slice(), out.ld)
				if isTrans(tA) {
					impl.Dger(m, n, 0.75, x.slice(), x.ld, y.slice(), y.ld, sum.slice(), sum.ld)
				}
				return append(out.data, sum.data...)
			}
		},
		"symv": func(t *rapid.T) func(impl Implementation) []float64 {
			n, ul := 1+rapid.OneOf(sizes, rapid.SampledFrom([]int{513, 700})).Draw(t, "n"), anyUplo.Draw(t, "uplo")
			a, x, y := anyMatrix(t, "A", n, n), anyMatrix(t, "X", n, 1), anyMatrix(t, "Y", n, 1)
			return func(impl Implementation) []float64 {
				out := y.clone()
				impl.Dsymv(ul, n, 0.75, a.slice(), a.ld, x.slice(), x.ld, 1, out.slice(), out.ld)
				return out.data
			}
		},
		"rotations": func(t *rapid.T) func(impl Implementation) []float64 {
			k, n := rapid.IntRange(1, 30).Draw(t, "k"), 1+sizes.Draw(t, "n")
			a, cs := anyMatrix(t, "A", k+1, n), drawRotations(t, k)
			return func(impl Implementation) []float64 {
				down, up := a.clone(), a.clone()
				impl.Rotate(n, down.slice(), down.ld, cs)
				impl.RotateUp(n, up.slice(), up.ld, cs)
				return append(down.data, up.data...)
			}
		},
		"updates with sums": func(t *rapid.T) func(impl Implementation) []float64 {
			m, n := 1+sizes.Draw(t, "m"), 1+sizes.Draw(t, "n")
			a, left, right := anyMatrix(t, "A", m, n), anyMatrix(t, "left", 3, m), anyMatrix(t, "right", 2, n)
			x, u, w := left.data, left.data[left.ld:], left.data[2*left.ld:]
			y, v := right.data, right.data[right.ld:]
			return func(impl Implementation) []float64 {
				one, two, sums := a.clone(), a.clone(), make([]float64, 3*n)
				impl.RankOneSums(m, n, one.slice(), one.ld, x, y, w, sums)
				impl.RankTwoSums(m, n, two.slice(), two.ld, x, y, u, v, w, sums[n:])
				return append(append(one.data, two.data...), sums...)
			}
		},
		"deviations, center": func(t *rapid.T) func(impl Implementation) []float64 {
			m, n := 1+sizes.Draw(t, "m"), 1+sizes.Draw(t, "n")
			a, x, y := anyMatrix(t, "A", m, n), anyMatrix(t, "X", 1, n), anyMatrix(t, "Y", 1, n)
			return func(impl Implementation) []float64 {
				sums, out := y.clone(), a.clone()
				impl.Deviations(m, n, a.slice(), a.ld, x.slice(), sums.slice())
				impl.Center(m, n, a.slice(), a.ld, x.slice(), y.slice(), out.slice(), out.ld)
				return append(sums.data, out.data...)
			}
		},
	}
	for name, draw := range routines {
		t.Run(name, func(t *testing.T) {
			rapid.Check(t, func(t *rapid.T) {
				run := draw(t)
				portable := run(Implementation{engine: generic()})
				for _, e := range nativeEngines() {
					wantSameNumbers(t, e.name, run(Implementation{engine: e}), portable)
				}
			})
		})
	}
}
