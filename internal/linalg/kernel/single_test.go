package kernel

import (
	"fmt"
	"math"
	"math/big"
	"runtime"
	"testing"

	"gonum.org/v1/gonum/blas"
	"pgregory.net/rapid"
)

// toSingle rounds the numbers of a matrix, and returns them in both types.
func toSingle(x dense) (single []float32, rounded dense) {
	rounded = x.clone()
	for i, v := range x.data {
		if v == guard {
			v = 1e30 // what float32 has room for
		}
		single = append(single, float32(v))
		rounded.data[i] = float64(float32(v))
	}
	return single, rounded
}

// Products of float32 agree with those of float64 to the rounding of sums of float32.
func TestSingleProducts(t *testing.T) {
	forEachEngine(t, func(t *testing.T, impl Implementation) {
		rapid.Check(t, func(t *rapid.T) {
			m, n, k := anySize.Draw(t, "m"), anySize.Draw(t, "n"), anyDepth.Draw(t, "k")
			tA, tB := anyTrans.Draw(t, "tA"), anyTrans.Draw(t, "tB")
			alpha, beta := anyFactor.Draw(t, "alpha"), anyFactor.Draw(t, "beta")
			src := drawSource(t)
			a, ra := toSingle(newOp(src, tA, m, k, anyPad.Draw(t, "padA")))
			b, rb := toSingle(newOp(src, tB, k, n, anyPad.Draw(t, "padB")))
			c, rc := toSingle(newDense(src, m, n, anyPad.Draw(t, "padC")))
			dgemm(impl, tA, tB, k, alpha, ra, rb, beta, rc)
			impl.Sgemm(tA, tB, m, n, k, float32(alpha), a, ra.ld, b, rb.ld, float32(beta), c, rc.ld)
			wantNear(t, c, rc.data, k)

			g, rg := toSingle(newDense(src, m, m, anyPad.Draw(t, "padG")))
			ul := anyUplo.Draw(t, "uplo")
			impl.Dsyrk(ul, tA, m, k, alpha, ra.data, ra.ld, beta, rg.data, rg.ld)
			impl.Ssyrk(ul, tA, m, k, float32(alpha), a, ra.ld, float32(beta), g, rg.ld)
			wantNear(t, g, rg.data, k)
		})
	})
}

// wantNear compares with sums of k products of normal numbers.
func wantNear(t failer, got []float32, want []float64, k int) {
	t.Helper()
	for i, w := range want {
		if g := float64(got[i]); math.Abs(g-w) > 1e-6*float64(k+10) && g != w {
			t.Fatalf("word %d is %v, want %v", i, g, w)
		}
	}
}

// The same bits for any number of threads, tall products and triangles included, and from
// all kernels that have a fused multiply-add.
func TestSingleSameBits(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(0))
	for _, s := range [][3]int{{64, 64, 64}, {200, 150, 300}, {500, 333, 257}, {90, 70, chunkedDepth}} {
		m, n, k := s[0], s[1], s[2]
		src := newSource(4)
		a, ra := toSingle(newDense(src, k, m, 0))
		b, rb := toSingle(newDense(src, k, n, 0))
		c, rc := toSingle(newDense(src, m, n, 0))
		g, rg := toSingle(newDense(src, m, m, 0))
		var fused []float32
		for _, e := range engines() {
			var first []float32
			for _, threads := range []int{1, 2, 3, 7} {
				runtime.GOMAXPROCS(threads)
				impl := Implementation{engine: e}
				got, gram := append([]float32(nil), c...), append([]float32(nil), g...)
				impl.Sgemm(blas.Trans, blas.NoTrans, m, n, k, 1.25, a, ra.ld, b, rb.ld, 0.5, got, rc.ld)
				impl.Ssyrk(blas.Upper, blas.Trans, m, k, 1.3, a, ra.ld, 0.7, gram, rg.ld)
				got = append(got, gram...)
				if first == nil {
					first = got
				}
				wantSameSingle(t, got, first)
			}
			if fused == nil {
				fused = first
			}
			wantSameSingle(t, first, fused)
		}
	}
}

func wantSameSingle(t *testing.T, got, want []float32) {
	t.Helper()
	for i, w := range want {
		if math.Float32bits(got[i]) != math.Float32bits(w) {
			t.Fatalf("word %d is %v, want the same bits as %v", i, got[i], w)
		}
	}
}

// fma rounds once: it gives the float32 next to the exact value, halves to even.
func TestSingleFMARoundsOnce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		// Few bits and powers of two make ties and near ties.
		number := func(name string) float32 {
			mantissa := rapid.Int32Range(-1<<23, 1<<23).Draw(t, name)
			return float32(math.Ldexp(float64(mantissa|1<<20), rapid.IntRange(-40, 10).Draw(t, name+" exponent")))
		}
		x, y, z := number("x"), number("y"), number("z")
		exact := new(big.Float).SetPrec(400).Mul(big.NewFloat(float64(x)), big.NewFloat(float64(y)))
		exact = new(big.Float).SetPrec(400).Add(exact.SetPrec(400), big.NewFloat(float64(z)))
		want, _ := exact.Float32()
		if got := fma(x, y, z); got != want {
			t.Fatalf("fma(%v, %v, %v) = %v, want %v", x, y, z, got, want)
		}
	})
}

func BenchmarkSgemm(b *testing.B) {
	src := newSource(1)
	for _, n := range []int{64, 128, 512, 1024} {
		x, rx := toSingle(newDense(src, n, n, 0))
		y, _ := toSingle(newDense(src, n, n, 0))
		z := make([]float32, n*n)
		for _, tA := range []blas.Transpose{blas.NoTrans, blas.Trans} {
			benchmark(b, fmt.Sprintf("%cN/%d", tA, n), 2*float64(n*n*n), func(impl Implementation) {
				impl.Sgemm(tA, blas.NoTrans, n, n, n, 1, x, rx.ld, y, n, 0, z, n)
			})
		}
	}
}
