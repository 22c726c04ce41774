package kernel

import "gonum.org/v1/gonum/blas"

const (
	// triangularBase is the order of triangle that is done row by row.
	triangularBase = 8
	// flippedOrder is the largest order of a triangle on the right for which
	// the rows of B are turned into columns, flippedRows of them at a time.
	flippedOrder = 64
	flippedRows  = 96
)

// Dtrsm solves
//
//	op(A)·X = alpha·B   (Left, A m×m)
//	X·op(A) = alpha·B   (Right, A n×n)
//
// for X with a triangular A, and overwrites the m×n matrix B with it. With
// d = Unit the diagonal of A is taken to be 1 and not read; the other triangle
// never is. It does not test for singularity. It panics as gonum's Dtrsm does.
func (impl Implementation) Dtrsm(s blas.Side, ul blas.Uplo, tA blas.Transpose, d blas.Diag, m, n int, alpha float64, a []float64, lda int, b []float64, ldb int) {
	t, ok := newTriangular(s, ul, tA, d, m, n, a, lda, b, ldb)
	if !ok || alpha == 0 {
		impl.Implementation.Dtrsm(s, ul, tA, d, m, n, alpha, a, lda, b, ldb)
		return
	}
	t.solve = true
	t.run(impl.engine, alpha)
}

// Dtrmm computes
//
//	B ← alpha·op(A)·B   (Left, A m×m)
//	B ← alpha·B·op(A)   (Right, A n×n)
//
// with a triangular A and an m×n matrix B. With d = Unit the diagonal of A is
// taken to be 1 and not read; the other triangle never is. It panics as gonum's
// Dtrmm does.
func (impl Implementation) Dtrmm(s blas.Side, ul blas.Uplo, tA blas.Transpose, d blas.Diag, m, n int, alpha float64, a []float64, lda int, b []float64, ldb int) {
	t, ok := newTriangular(s, ul, tA, d, m, n, a, lda, b, ldb)
	if !ok || alpha == 0 {
		impl.Implementation.Dtrmm(s, ul, tA, d, m, n, alpha, a, lda, b, ldb)
		return
	}
	t.run(impl.engine, alpha)
}

// triangular is the job of solving with, or multiplying by, a triangular matrix
// in place. Both proceed by halves: one half of B depends on the other through the
// off-diagonal block of A. Solving finishes the early half, subtracts its product
// with that block from the late half, and finishes the late half; multiplying
// proceeds in the opposite order. All but triangularBase/order of the work is then
// in the products. The rest combines rows of B, which are long. With the triangle
// on the right it would combine columns, so B is transposed there.
type triangular struct {
	side  blas.Side
	uplo  blas.Uplo
	trans blas.Transpose
	diag  blas.Diag
	solve bool

	order int // of A
	a     []float64
	lda   int
	m, n  int // of B
	b     []float64
	ldb   int
}

// newTriangular checks the arguments. It reports false if there is nothing to do or
// an argument is invalid.
func newTriangular(s blas.Side, ul blas.Uplo, tA blas.Transpose, d blas.Diag, m, n int, a []float64, lda int, b []float64, ldb int) (triangular, bool) {
	order := m
	if s == blas.Right {
		order = n
	}
	ok := validSide(s) && validUplo(ul) && validTrans(tA) && (d == blas.Unit || d == blas.NonUnit) &&
		fits(order, order, a, lda) && fits(m, n, b, ldb)
	return triangular{
		side: s, uplo: ul, trans: tA, diag: d,
		order: order, a: a, lda: lda, m: m, n: n, b: b, ldb: ldb,
	}, ok
}

// run does the job. The columns of B (its rows, for a triangle on the right)
// are independent of each other: goroutines take strips of them.
func (t *triangular) run(e *engine, alpha float64) {
	across := t.n
	if t.side == blas.Right {
		across = t.m
	}
	strip := across
	if k := threads(); k > 1 && t.order*t.order*across/2 >= serialWork {
		strip = (across/(2*k)/e.lanes + 1) * e.lanes
	}
	if strip >= across {
		t.strip(e, alpha)
		return
	}
	t.strips(e, alpha, across, strip)
}

// strips does the job by strips of columns, or rows, of the given width.
func (t triangular) strips(e *engine, alpha float64, across, width int) {
	Parallel((across+width-1)/width, func(i int) {
		s, from := t, i*width
		if t.side == blas.Left {
			s.n = min(width, t.n-from)
			s.b = t.b[from:]
		} else {
			s.m = min(width, t.m-from)
			s.b = t.b[from*t.ldb:]
		}
		s.strip(e, alpha)
	})
}

// strip does the job on one goroutine.
func (t *triangular) strip(e *engine, alpha float64) {
	if alpha != 1 {
		for i := range t.m {
			scaleRow(alpha, t.b[i*t.ldb:i*t.ldb+t.n])
		}
	}
	ws := workspaces.Get().(*workspace[float64])
	defer workspaces.Put(ws)
	t.divide(e, ws, 0, t.order)
}

// divide does the job for the diagonal block of A from lo to hi.
func (t *triangular) divide(e *engine, ws *workspace[float64], lo, hi int) {
	switch order := hi - lo; {
	case t.side == blas.Right && order <= flippedOrder:
		t.flipped(e, ws, lo, hi)
		return
	case order <= triangularBase:
		t.base(e, ws, lo, hi)
		return
	}
	const unit = triangularBase
	mid := lo + ((hi-lo)/2+unit-1)/unit*unit
	// With a lower triangle on the left the second half depends on the first; a
	// triangle on the right reverses that.
	early, late := [2]int{lo, mid}, [2]int{mid, hi}
	if t.lowerOp() != (t.side == blas.Left) {
		early, late = late, early
	}
	if t.solve {
		t.divide(e, ws, early[0], early[1])
		t.couple(e, ws, early, late, -1)
		t.divide(e, ws, late[0], late[1])
		return
	}
	t.divide(e, ws, late[0], late[1])
	t.couple(e, ws, early, late, 1)
	t.divide(e, ws, early[0], early[1])
}

// couple adds alpha times the product of the off-diagonal block with the early
// half of B to its late half.
func (t *triangular) couple(e *engine, ws *workspace[float64], early, late [2]int, alpha float64) {
	op := view(isTrans(t.trans), t.a, t.lda)
	b := view(false, t.b, t.ldb)
	p := product[float64]{k: early[1] - early[0], alpha: alpha, beta: 1, ldc: t.ldb}
	if t.side == blas.Left {
		p.m, p.n = late[1]-late[0], t.n
		p.a, p.b = op.from(late[0], early[0]), b.from(early[0], 0)
		p.c = b.from(late[0], 0).data
	} else {
		p.m, p.n = t.m, late[1]-late[0]
		p.a, p.b = b.from(0, early[0]), op.from(early[0], late[0])
		p.c = b.from(0, late[0]).data
	}
	e.blocked(ws, &p)
}

// lowerOp reports whether op(A) is lower triangular.
func (t *triangular) lowerOp() bool { return (t.uplo == blas.Lower) != isTrans(t.trans) }

// base does the job for a small diagonal block on the left, row by row. With a lower
// triangular op(A), solving goes down, so that the rows above row i are solved
// first; multiplying goes up, so that the rows above row i still have their old
// values. With an upper triangular op(A) both directions are reversed.
func (t *triangular) base(e *engine, ws *workspace[float64], lo, hi int) {
	op := view(isTrans(t.trans), t.a, t.lda)
	ws.square = grow(ws.square, triangularBase)
	factors := ws.square
	downwards := t.lowerOp() == t.solve
	for step := range hi - lo {
		i := hi - 1 - step
		if downwards {
			i = lo + step
		}
		from, to := i+1, hi
		if t.lowerOp() {
			from, to = lo, i
		}
		row := t.b[i*t.ldb : i*t.ldb+t.n]
		pivot := 1.0
		if t.diag == blas.NonUnit {
			pivot = *op.at(i, i)
		}
		for j := from; j < to; j++ {
			factors[j-from] = *op.at(i, j)
			if t.solve {
				factors[j-from] = -factors[j-from]
			}
		}
		if !t.solve {
			multiplyRow(pivot, row)
		}
		e.byRows(to-from, t.n, func(k *rowKernels, first, groups int) {
			k.axpy(groups, t.n, &t.b[(from+first)*t.ldb], t.ldb, &factors[first], &row[0])
		})
		if t.solve {
			multiplyRow(1/pivot, row)
		}
	}
}

// multiplyRow multiplies x by f. Unlike scaleRow's beta, an f of 0 does not
// hide a NaN.
func multiplyRow(f float64, x []float64) {
	if f == 1 {
		return
	}
	for j := range x {
		x[j] *= f
	}
}

// flipped does the job for a diagonal block on the right as one on the left:
// X·op(A) = B is op(A)ᵀ·Xᵀ = Bᵀ.
func (t *triangular) flipped(e *engine, ws *workspace[float64], lo, hi int) {
	order := hi - lo
	s := *t
	s.side, s.trans, s.order, s.m, s.ldb = blas.Left, blas.NoTrans, order, order, flippedRows
	if !isTrans(t.trans) {
		s.trans = blas.Trans
	}
	s.a = t.a[lo*t.lda+lo:]
	ws.partial = grow(ws.partial, order*flippedRows)
	s.b = ws.partial
	for i := 0; i < t.m; i += flippedRows {
		s.n = min(flippedRows, t.m-i)
		b := t.b[i*t.ldb+lo:]
		e.flip(s.b, s.ldb, b, t.ldb, s.n, order)
		s.divide(e, ws, 0, order)
		e.flip(b, t.ldb, s.b, s.ldb, order, s.n)
	}
}
