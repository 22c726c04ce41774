package kernel

import "gonum.org/v1/gonum/blas"

// serialEntries is the number of entries of a matrix below which one goroutine
// does a whole pass over it.
const serialEntries = 1 << 18

// Dgemv computes
//
//	y ← alpha·op(A)·x + beta·y
//
// for an m×n matrix A, row-major, and vectors with increments incX and incY. A
// negative increment runs backwards. If beta is 0, y need not hold numbers. It
// panics as gonum's Dgemv does.
func (impl Implementation) Dgemv(tA blas.Transpose, m, n int, alpha float64, a []float64, lda int, x []float64, incX int, beta float64, y []float64, incY int) {
	lenX, lenY := n, m
	if isTrans(tA) {
		lenX, lenY = m, n
	}
	e := impl.engine
	if alpha == 0 || !validTrans(tA) || !fits(m, n, a, lda) ||
		!fitsVector(lenX, x, incX) || !fitsVector(lenY, y, incY) {
		impl.Implementation.Dgemv(tA, m, n, alpha, a, lda, x, incX, beta, y, incY)
		return
	}
	ws := workspaces.Get().(*workspace[float64])
	defer workspaces.Put(ws)
	xs := gather(&ws.a, lenX, x, incX)
	ws.b = grow(ws.b, lenY)
	if isTrans(tA) {
		clear(ws.b)
		e.rowSums(m, n, a, lda, scaled(&ws.partial, alpha, xs), ws.b)
		accumulate(1, ws.b, beta, y, incY)
		return
	}
	e.rowDots(m, n, a, lda, xs, ws.b)
	accumulate(alpha, ws.b, beta, y, incY)
}

// rowDots computes sums[i] = Σ_j a(i,j)·x[j] for m rows of n values.
func (e *engine) rowDots(m, n int, a []float64, lda int, x, sums []float64) {
	if t := threads(); t > 1 && m*n >= serialEntries {
		strip := max(4, (m/(2*t)+3)/4*4)
		Parallel((m+strip-1)/strip, func(i int) {
			from := i * strip
			e.rowDotsSerial(min(strip, m-from), n, a[from*lda:], lda, x, sums[from:])
		})
		return
	}
	e.rowDotsSerial(m, n, a, lda, x, sums)
}

func (e *engine) rowDotsSerial(m, n int, a []float64, lda int, x, sums []float64) {
	e.byRows(m, n, func(k *rowKernels, from, groups int) {
		k.dot(groups, n, &a[from*lda], lda, &x[0], &sums[from])
	})
}

// rowSums adds Σ_i x[i]·a(i,j) to y[j] for m rows of n values.
func (e *engine) rowSums(m, n int, a []float64, lda int, x, y []float64) {
	if t := threads(); t > 1 && m*n >= serialEntries {
		strip := (n/(2*t)/e.lanes + 1) * e.lanes
		Parallel((n+strip-1)/strip, func(i int) {
			from := i * strip
			e.rowSumsSerial(m, min(strip, n-from), a[from:], lda, x, y[from:])
		})
		return
	}
	e.rowSumsSerial(m, n, a, lda, x, y)
}

func (e *engine) rowSumsSerial(m, n int, a []float64, lda int, x, y []float64) {
	e.byRows(m, n, func(k *rowKernels, from, groups int) {
		k.axpy(groups, n, &a[from*lda], lda, &x[from], &y[0])
	})
}

// Dger computes
//
//	A ← A + alpha·x·yᵀ
//
// for an m×n matrix A, row-major. It panics as gonum's Dger does.
func (impl Implementation) Dger(m, n int, alpha float64, x []float64, incX int, y []float64, incY int, a []float64, lda int) {
	e := impl.engine
	if alpha == 0 || !fits(m, n, a, lda) || !fitsVector(m, x, incX) || !fitsVector(n, y, incY) {
		impl.Implementation.Dger(m, n, alpha, x, incX, y, incY, a, lda)
		return
	}
	ws := workspaces.Get().(*workspace[float64])
	defer workspaces.Put(ws)
	factors := scaled(&ws.partial, alpha, gather(&ws.a, m, x, incX))
	ys := gather(&ws.b, n, y, incY)
	e.byRows(m, n, func(k *rowKernels, from, groups int) {
		k.ger(groups, n, &a[from*lda], lda, &factors[from], &ys[0])
	})
}
