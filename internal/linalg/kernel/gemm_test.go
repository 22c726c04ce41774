package kernel

import (
	"fmt"
	"math"
	"math/rand/v2"
	"runtime"
	"testing"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/gonum"
	"pgregory.net/rapid"

	"simtool/internal/data/datatest"
)

// refGemm is the definition of Dgemm, one element at a time.
func refGemm(tA, tB blas.Transpose, k int, alpha float64, a, b dense, beta float64, c dense) {
	for i := range c.r {
		for j := range c.c {
			var sum float64
			if alpha != 0 {
				for p := range k {
					sum += a.at(tA, i, p) * b.at(tB, p, j)
				}
				sum *= alpha
			}
			at := &c.data[i*c.ld+j]
			if beta == 0 {
				*at = sum
			} else {
				*at = beta**at + sum
			}
		}
	}
}

func dgemm(impl blas.Float64Level3, tA, tB blas.Transpose, k int, alpha float64, a, b dense, beta float64, c dense) {
	impl.Dgemm(tA, tB, c.r, c.c, k, alpha, a.slice(), a.ld, b.slice(), b.ld, beta, c.slice(), c.ld)
}

func TestDgemmIsTheDefinition(t *testing.T) {
	forEachEngine(t, func(t *testing.T, impl Implementation) {
		rapid.Check(t, func(t *rapid.T) {
			src := drawSource(t)
			m, n, k := anySize.Draw(t, "m"), anySize.Draw(t, "n"), anyDepth.Draw(t, "k")
			tA, tB := anyTrans.Draw(t, "tA"), anyTrans.Draw(t, "tB")
			alpha, beta := anyFactor.Draw(t, "alpha"), anyFactor.Draw(t, "beta")
			a := newOp(src, tA, m, k, anyPad.Draw(t, "padA"))
			b := newOp(src, tB, k, n, anyPad.Draw(t, "padB"))
			c := newDense(src, m, n, anyPad.Draw(t, "padC"))
			if beta == 0 {
				c.fill(math.NaN()) // C need not hold numbers
			}
			if alpha == 0 {
				a.fill(math.NaN()) // A and B are not read
			}
			want := c.clone()
			refGemm(tA, tB, k, alpha, a, b, beta, want)
			dgemm(impl, tA, tB, k, alpha, a, b, beta, c)
			wantClose(t, c, want, sumError(k))
		})
	})
}

// Sizes that leave the direct way and cross every block boundary, and tall ones
// that are summed in chunks.
func TestDgemmLarge(t *testing.T) {
	sizes := [][3]int{{205, 1600, 300}, {400, 130, 700}, {33, 29, chunkedDepth + 77}, {1, 70, 9000}, {70, 1, 9000}}
	forEachEngine(t, func(t *testing.T, impl Implementation) {
		for _, s := range sizes {
			for _, tA := range []blas.Transpose{blas.NoTrans, blas.Trans} {
				for _, tB := range []blas.Transpose{blas.NoTrans, blas.Trans} {
					t.Run(fmt.Sprintf("%v%c%c", s, tA, tB), func(t *testing.T) {
						src := rand.New(rand.NewPCG(1, 2))
						m, n, k := s[0], s[1], s[2]
						a, b := newOp(src, tA, m, k, 3), newOp(src, tB, k, n, 0)
						c := newDense(src, m, n, 2)
						want := c.clone()
						dgemm(gonum.Implementation{}, tA, tB, k, 1.5, a, b, -0.5, want)
						dgemm(impl, tA, tB, k, 1.5, a, b, -0.5, c)
						wantClose(t, c, want, sumError(k))
					})
				}
			}
		}
	})
}

// A NaN or an infinity in A or B reaches exactly the elements it has a part in,
// zeros in the other factor included.
func TestDgemmPropagatesNaN(t *testing.T) {
	forEachEngine(t, func(t *testing.T, impl Implementation) {
		for _, size := range []int{5, 40, 100, 150} {
			for _, bad := range []float64{math.NaN(), math.Inf(1)} {
				src := rand.New(rand.NewPCG(3, uint64(size)))
				a, b := newDense(src, size, size, 1), newDense(src, size, size, 2)
				c := newDense(src, size, size, 0)
				i, p := size/2, size-1
				b.fill(0)
				a.data[i*a.ld+p] = bad
				dgemm(impl, blas.NoTrans, blas.NoTrans, size, 1, a, b, 0, c)
				for r := range size {
					for s := range size {
						if got := c.at(blas.NoTrans, r, s); math.IsNaN(got) != (r == i) {
							t.Fatalf("size %d: %v·0 at row %d gives %v in row %d", size, bad, i, got, r)
						}
					}
				}
			}
		}
	})
}

// The same bits for any number of threads, and from all kernels.
func TestDgemmSameBits(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(0))
	sizes := [][3]int{{64, 64, 64}, {200, 150, 300}, {500, 333, 257}, {90, 70, chunkedDepth}}
	for _, s := range sizes {
		m, n, k := s[0], s[1], s[2]
		src := rand.New(rand.NewPCG(4, 5))
		a, b, c := newDense(src, k, m, 0), newDense(src, k, n, 0), newDense(src, m, n, 0)
		var fused []float64
		for _, e := range engines() {
			var first []float64
			for _, n := range []int{1, 2, 3, 7} {
				runtime.GOMAXPROCS(n)
				got := c.clone()
				dgemm(Implementation{engine: e}, blas.Trans, blas.NoTrans, k, 1.25, a, b, 0.5, got)
				if first == nil {
					first = got.data
				}
				wantSame(t, got.data, first)
			}
			if fused == nil {
				fused = first
			}
			wantSame(t, first, fused)
		}
	}
}

func TestDgemmPanicsLikeGonum(t *testing.T) {
	x := make([]float64, 12)
	calls := map[string]func(impl blas.Float64){
		"transpose": func(impl blas.Float64) { impl.Dgemm('x', blas.NoTrans, 3, 3, 3, 1, x, 3, x, 3, 0, x, 3) },
		"negative":  func(impl blas.Float64) { impl.Dgemm(blas.NoTrans, blas.NoTrans, -1, 3, 3, 1, x, 3, x, 3, 0, x, 3) },
		"stride":    func(impl blas.Float64) { impl.Dgemm(blas.NoTrans, blas.NoTrans, 3, 3, 3, 1, x, 2, x, 3, 0, x, 3) },
		"short b":   func(impl blas.Float64) { impl.Dgemm(blas.NoTrans, blas.Trans, 3, 3, 3, 1, x, 3, x[:8], 3, 0, x, 3) },
		"short c":   func(impl blas.Float64) { impl.Dgemm(blas.NoTrans, blas.NoTrans, 3, 3, 3, 1, x, 3, x, 3, 0, x[:8], 3) },
	}
	for name, call := range calls {
		t.Run(name, func(t *testing.T) { wantSamePanic(t, call) })
	}
}

// wantSamePanic compares the panic of a call with gonum's.
func wantSamePanic(t *testing.T, call func(impl blas.Float64)) {
	t.Helper()
	caught := func(impl blas.Float64) (msg any) {
		defer func() { msg = recover() }()
		call(impl)
		return nil
	}
	want := caught(gonum.Implementation{})
	if got := caught(New()); got != want || got == nil {
		t.Errorf("panic %v, want %v", got, want)
	}
}

func TestDgemmDoesNotAllocate(t *testing.T) {
	datatest.CountsMemory(t)
	src := rand.New(rand.NewPCG(6, 7))
	a, b, c := newDense(src, 60, 60, 0), newDense(src, 60, 60, 0), newDense(src, 60, 60, 0)
	forEachEngine(t, func(t *testing.T, impl Implementation) {
		n := testing.AllocsPerRun(100, func() {
			dgemm(impl, blas.NoTrans, blas.NoTrans, 60, 1, a, b, 0, c)
		})
		if n != 0 {
			t.Errorf("%g allocations in a small product, want none", n)
		}
	})
}

func TestNamed(t *testing.T) {
	for _, name := range Available() {
		impl, err := Named(name)
		if err != nil || impl.Name() != name {
			t.Errorf("Named(%q) = %q, %v", name, impl.Name(), err)
		}
	}
	if _, err := Named("abacus"); err == nil {
		t.Error(`Named("abacus") found an engine`)
	}
}
