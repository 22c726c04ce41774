package kernel

import (
	"math"
	"runtime"
	"testing"

	"gonum.org/v1/gonum/blas"
	"pgregory.net/rapid"
)

var (
	anySide = rapid.SampledFrom([]blas.Side{blas.Left, blas.Right})
	anyDiag = rapid.SampledFrom([]blas.Diag{blas.Unit, blas.NonUnit})
	// anyOrder reaches over the blocks of Dsymm and the halves of Dtrsm.
	anyOrder = rapid.OneOf(
		rapid.IntRange(0, 40),
		rapid.SampledFrom([]int{48, 64, 100, 191, 192, 193, 260}),
	)
)

func TestDsyrkIsHalfOfDgemm(t *testing.T) {
	forEachEngine(t, func(t *testing.T, impl Implementation) {
		rapid.Check(t, func(t *rapid.T) {
			src := drawSource(t)
			n, k := anySize.Draw(t, "n"), anyDepth.Draw(t, "k")
			ul, tA := anyUplo.Draw(t, "uplo"), anyTrans.Draw(t, "tA")
			alpha, beta := anyFactor.Draw(t, "alpha"), anyFactor.Draw(t, "beta")
			a := newOp(src, tA, n, k, anyPad.Draw(t, "padA"))
			c := newDense(src, n, n, anyPad.Draw(t, "padC"))
			if beta == 0 {
				c.fill(math.NaN())
			}
			whole := c.clone()
			refGemm(tA, other(tA), k, alpha, a, a, beta, whole)
			want := withTriangle(ul, c, whole)
			impl.Dsyrk(ul, tA, n, k, alpha, a.slice(), a.ld, beta, c.slice(), c.ld)
			wantClose(t, c, want, sumError(k))
		})
	})
}

func TestDsyr2kIsHalfOfTwoProducts(t *testing.T) {
	forEachEngine(t, func(t *testing.T, impl Implementation) {
		rapid.Check(t, func(t *rapid.T) {
			src := drawSource(t)
			n, k := anySize.Draw(t, "n"), anyDepth.Draw(t, "k")
			ul, tA := anyUplo.Draw(t, "uplo"), anyTrans.Draw(t, "tA")
			alpha, beta := anyFactor.Draw(t, "alpha"), anyFactor.Draw(t, "beta")
			a := newOp(src, tA, n, k, anyPad.Draw(t, "padA"))
			b := newOp(src, tA, n, k, anyPad.Draw(t, "padB"))
			c := newDense(src, n, n, anyPad.Draw(t, "padC"))
			if beta == 0 {
				c.fill(math.NaN())
			}
			whole := c.clone()
			refGemm(tA, other(tA), k, alpha, a, b, beta, whole)
			refGemm(tA, other(tA), k, alpha, b, a, 1, whole)
			want := withTriangle(ul, c, whole)
			impl.Dsyr2k(ul, tA, n, k, alpha, a.slice(), a.ld, b.slice(), b.ld, beta, c.slice(), c.ld)
			wantClose(t, c, want, 2*sumError(k))
		})
	})
}

func TestDsymmIsDgemmOfBothTriangles(t *testing.T) {
	forEachEngine(t, func(t *testing.T, impl Implementation) {
		rapid.Check(t, func(t *rapid.T) {
			src := drawSource(t)
			m, n := anyOrder.Draw(t, "m"), anyOrder.Draw(t, "n")
			side, ul := anySide.Draw(t, "side"), anyUplo.Draw(t, "uplo")
			alpha, beta := anyFactor.Draw(t, "alpha"), anyFactor.Draw(t, "beta")
			order := m
			if side == blas.Right {
				order = n
			}
			full := newDense(src, order, order, anyPad.Draw(t, "padA"))
			for i := range order {
				for j := range i {
					full.data[i*full.ld+j] = full.at(blas.NoTrans, j, i)
				}
			}
			a := full.clone()
			a.fill(math.NaN()) // the triangle that is not read
			a = withTriangle(ul, a, full)
			b := newDense(src, m, n, anyPad.Draw(t, "padB"))
			c := newDense(src, m, n, anyPad.Draw(t, "padC"))
			if beta == 0 {
				c.fill(math.NaN())
			}
			want := c.clone()
			if side == blas.Left {
				refGemm(blas.NoTrans, blas.NoTrans, order, alpha, full, b, beta, want)
			} else {
				refGemm(blas.NoTrans, blas.NoTrans, order, alpha, b, full, beta, want)
			}
			impl.Dsymm(side, ul, m, n, alpha, a.slice(), a.ld, b.slice(), b.ld, beta, c.slice(), c.ld)
			wantClose(t, c, want, sumError(order))
		})
	})
}

// triangleCase is a case for Dtrmm and Dtrsm: a well-conditioned triangular matrix,
// with NaN in the triangle that they must not read.
type triangleCase struct {
	side  blas.Side
	uplo  blas.Uplo
	trans blas.Transpose
	diag  blas.Diag
	alpha float64
	a, b  dense
	clean dense // the triangle, zeros elsewhere, the diagonal as it counts
}

func drawTriangle(t *rapid.T) triangleCase {
	src := drawSource(t)
	m, n := anyOrder.Draw(t, "m"), anyOrder.Draw(t, "n")
	c := triangleCase{
		side: anySide.Draw(t, "side"), uplo: anyUplo.Draw(t, "uplo"),
		trans: anyTrans.Draw(t, "trans"), diag: anyDiag.Draw(t, "diag"),
		alpha: anyFactor.Draw(t, "alpha"),
	}
	order := m
	if c.side == blas.Right {
		order = n
	}
	x := newDense(src, order, order, anyPad.Draw(t, "padA"))
	for i := range order {
		for j := range order {
			x.data[i*x.ld+j] /= float64(order)
		}
		x.data[i*x.ld+i] = 1 + float64(i%3)
	}
	c.clean, c.a = x.clone(), x.clone()
	c.clean.fill(0)
	c.clean = withTriangle(c.uplo, c.clean, x)
	c.a.fill(math.NaN())
	c.a = withTriangle(c.uplo, c.a, x)
	if c.diag == blas.Unit {
		for i := range order {
			c.clean.data[i*x.ld+i] = 1
			c.a.data[i*x.ld+i] = math.NaN()
		}
	}
	c.b = newDense(src, m, n, anyPad.Draw(t, "padB"))
	return c
}

// times returns alpha·op(A)·X or alpha·X·op(A) by the definition.
func (c triangleCase) times(alpha float64, x dense) dense {
	out := x.clone()
	if c.side == blas.Left {
		refGemm(c.trans, blas.NoTrans, c.a.r, alpha, c.clean, x, 0, out)
	} else {
		refGemm(blas.NoTrans, c.trans, c.a.r, alpha, x, c.clean, 0, out)
	}
	return out
}

func TestDtrmmIsDgemmOfTheTriangle(t *testing.T) {
	forEachEngine(t, func(t *testing.T, impl Implementation) {
		rapid.Check(t, func(t *rapid.T) {
			c := drawTriangle(t)
			want := c.times(c.alpha, c.b)
			impl.Dtrmm(c.side, c.uplo, c.trans, c.diag, c.b.r, c.b.c, c.alpha, c.a.slice(), c.a.ld, c.b.slice(), c.b.ld)
			wantClose(t, c.b, want, sumError(c.a.r))
		})
	})
}

func TestDtrsmUndoesTheTriangle(t *testing.T) {
	forEachEngine(t, func(t *testing.T, impl Implementation) {
		rapid.Check(t, func(t *rapid.T) {
			c := drawTriangle(t)
			want := c.b.clone()
			for i := range want.r {
				scaleRow(c.alpha, want.data[i*want.ld:i*want.ld+want.c])
			}
			impl.Dtrsm(c.side, c.uplo, c.trans, c.diag, c.b.r, c.b.c, c.alpha, c.a.slice(), c.a.ld, c.b.slice(), c.b.ld)
			wantClose(t, c.times(1, c.b), want, sumError(c.a.r))
		})
	})
}

// A pivot of 0 or infinity does not hide a NaN or an infinity in B.
func TestTriangularPivotsPropagateNaN(t *testing.T) {
	forEachEngine(t, func(t *testing.T, impl Implementation) {
		for _, side := range []blas.Side{blas.Left, blas.Right} {
			for _, bad := range []float64{math.NaN(), math.Inf(1)} {
				b := []float64{bad, bad, bad}
				m, n := 1, 3
				if side == blas.Right {
					m, n = 3, 1
				}
				impl.Dtrmm(side, blas.Upper, blas.NoTrans, blas.NonUnit, m, n, 1, []float64{0}, 1, b, n)
				for _, v := range b {
					if !math.IsNaN(v) {
						t.Errorf("%v times a pivot of 0 is %v, want NaN", bad, v)
					}
				}
				b = []float64{bad, bad, bad}
				impl.Dtrsm(side, blas.Upper, blas.NoTrans, blas.NonUnit, m, n, 1, []float64{math.Inf(1)}, 1, b, n)
				for _, v := range b {
					if !math.IsNaN(v) {
						t.Errorf("%v over a pivot of infinity is %v, want NaN", bad, v)
					}
				}
			}
		}
	})
}

// The triangular and symmetric routines give the same bits for any number of
// threads, at sizes at which they use several.
func TestLevel3SameBits(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(0))
	const n, k = 300, chunkedDepth + 5
	src := newSource(8)
	a, b := newDense(src, n, n, 0), newDense(src, n, n, 0)
	for i := range n {
		a.data[i*n+i] = n
	}
	tall := newDense(src, k, 70, 0)
	calls := map[string]func(impl Implementation, c dense){
		"syrk": func(impl Implementation, c dense) {
			impl.Dsyrk(blas.Upper, blas.NoTrans, n, n, 1.25, a.data, n, 0.5, c.data, n)
		},
		"tall syrk": func(impl Implementation, c dense) {
			impl.Dsyrk(blas.Lower, blas.Trans, 70, k, 1.25, tall.data, 70, 0.5, c.data, n)
		},
		"syr2k": func(impl Implementation, c dense) {
			impl.Dsyr2k(blas.Lower, blas.Trans, n, n, 1.25, a.data, n, b.data, n, 0.5, c.data, n)
		},
		"symm": func(impl Implementation, c dense) {
			impl.Dsymm(blas.Left, blas.Upper, n, n, 1.25, a.data, n, b.data, n, 0.5, c.data, n)
		},
		"trmm": func(impl Implementation, c dense) {
			impl.Dtrmm(blas.Left, blas.Upper, blas.NoTrans, blas.NonUnit, n, n, 1.25, a.data, n, c.data, n)
		},
		"trsm": func(impl Implementation, c dense) {
			impl.Dtrsm(blas.Right, blas.Lower, blas.NoTrans, blas.NonUnit, n, n, 1.25, a.data, n, c.data, n)
		},
	}
	forEachEngine(t, func(t *testing.T, impl Implementation) {
		for name, call := range calls {
			t.Run(name, func(t *testing.T) {
				var first []float64
				for _, threads := range []int{1, 2, 5} {
					runtime.GOMAXPROCS(threads)
					c := b.clone()
					call(impl, c)
					if first == nil {
						first = c.data
					}
					wantSame(t, c.data, first)
				}
			})
		}
	})
}

func TestLevel3PanicsLikeGonum(t *testing.T) {
	x := make([]float64, 12)
	calls := map[string]func(impl blas.Float64){
		"syrk uplo":   func(impl blas.Float64) { impl.Dsyrk('x', blas.Trans, 3, 3, 1, x, 3, 0, x, 3) },
		"syrk stride": func(impl blas.Float64) { impl.Dsyrk(blas.Upper, blas.Trans, 3, 3, 1, x, 3, 0, x, 2) },
		"syr2k short": func(impl blas.Float64) { impl.Dsyr2k(blas.Upper, blas.Trans, 3, 3, 1, x, 3, x[:8], 3, 0, x, 3) },
		"symm side":   func(impl blas.Float64) { impl.Dsymm('x', blas.Upper, 3, 3, 1, x, 3, x, 3, 0, x, 3) },
		"trmm diag":   func(impl blas.Float64) { impl.Dtrmm(blas.Left, blas.Upper, blas.Trans, 'x', 3, 3, 1, x, 3, x, 3) },
		"trsm short": func(impl blas.Float64) {
			impl.Dtrsm(blas.Left, blas.Upper, blas.Trans, blas.Unit, 3, 3, 1, x[:8], 3, x, 3)
		},
	}
	for name, call := range calls {
		t.Run(name, func(t *testing.T) { wantSamePanic(t, call) })
	}
}

// withTriangle returns outside with one triangle, the diagonal included,
// replaced by that of inside.
func withTriangle(ul blas.Uplo, outside, inside dense) dense {
	out := outside.clone()
	for i := range out.r {
		for j := range out.c {
			if i == j || j > i == (ul == blas.Upper) {
				out.data[i*out.ld+j] = inside.data[i*inside.ld+j]
			}
		}
	}
	return out
}

// other exchanges NoTrans and Trans.
func other(t blas.Transpose) blas.Transpose {
	if isTrans(t) {
		return blas.NoTrans
	}
	return blas.Trans
}
