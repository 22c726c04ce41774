package kernel

import "gonum.org/v1/gonum/blas"

// symvChunk is the number of rows of one partial sum of Dsymv. It affects the order
// of summation.
const symvChunk = 128

// Dsymv computes
//
//	y ← alpha·A·x + beta·y
//
// for a symmetric n×n matrix A. It reads one triangle of A, once. If beta is 0, y
// need not hold numbers. It panics as gonum's Dsymv does.
func (impl Implementation) Dsymv(ul blas.Uplo, n int, alpha float64, a []float64, lda int, x []float64, incX int, beta float64, y []float64, incY int) {
	e := impl.engine
	if !validUplo(ul) || alpha == 0 || !fits(n, n, a, lda) ||
		!fitsVector(n, x, incX) || !fitsVector(n, y, incY) {
		impl.Implementation.Dsymv(ul, n, alpha, a, lda, x, incX, beta, y, incY)
		return
	}
	ws := workspaces.Get().(*workspace[float64])
	defer workspaces.Put(ws)
	s := halfProduct{upper: ul == blas.Upper, n: n, a: a, lda: lda, x: gather(&ws.a, n, x, incX)}
	ws.b = grow(ws.b, n)
	clear(ws.b)
	if n <= 4*symvChunk {
		s.rows(e, ws, 0, n, ws.b)
	} else {
		s.chunks(e, &ws.partial, ws.b)
	}
	accumulate(alpha, ws.b, beta, y, incY)
}

// halfProduct computes A·x from one triangle of a symmetric A.
type halfProduct struct {
	upper bool
	n     int
	a     []float64
	lda   int
	x     []float64
}

// chunks computes the product by chunks of rows and adds them to y in order. Each
// chunk has its own memory, because different rows contribute to the same y.
func (s *halfProduct) chunks(e *engine, partial *[]float64, y []float64) {
	count := (s.n + symvChunk - 1) / symvChunk
	*partial = grow(*partial, count*s.n)
	job, sums := *s, *partial
	reach := func(i int) (from, to int) { // the elements of y to which chunk i contributes
		if job.upper {
			return i * symvChunk, job.n
		}
		return 0, min((i+1)*symvChunk, job.n)
	}
	Parallel(count, func(i int) {
		if !job.upper {
			i = count - 1 - i // the longest rows first
		}
		own := sums[i*job.n : (i+1)*job.n]
		from, to := reach(i)
		clear(own[from:to])
		ws := workspaces.Get().(*workspace[float64])
		defer workspaces.Put(ws)
		job.rows(e, ws, i*symvChunk, min((i+1)*symvChunk, job.n), own)
	})
	for i := range count {
		from, to := reach(i)
		for j, v := range sums[i*job.n+from : i*job.n+to] {
			y[from+j] += v
		}
	}
}

// rows adds the contribution of rows from ... to-1 of the triangle to y. Row i adds
// its inner product with x to y[i] and, by symmetry, x[i] times itself to the
// other elements.
func (s *halfProduct) rows(e *engine, ws *workspace[float64], from, to int, y []float64) {
	ws.square = grow(ws.square, 4)
	sums := ws.square
	for i := from; i < to; {
		k := &e.rows[0]
		if to-i < k.size {
			k = &e.rows[1]
		}
		// All rows of the group have these columns. Their other entries form a
		// small triangle on the diagonal.
		lo, hi := 0, i
		if s.upper {
			lo, hi = i+k.size, s.n
		}
		clear(sums)
		if lo < hi {
			k.symv(1, hi-lo, &s.a[i*s.lda+lo], s.lda, &s.x[lo], &y[lo], &s.x[i], &sums[0])
		}
		s.corner(i, k.size, sums, y)
		i += k.size
	}
}

// corner adds the sums of a group of rows and its triangle on the diagonal.
func (s *halfProduct) corner(i, size int, sums, y []float64) {
	for r := range size {
		row := s.a[(i+r)*s.lda+i : (i+r)*s.lda+i+size]
		lo, hi := 0, r
		if s.upper {
			lo, hi = r+1, size
		}
		sum := sums[r] + row[r]*s.x[i+r]
		for c := lo; c < hi; c++ {
			sum += row[c] * s.x[i+c]
			y[i+c] += row[c] * s.x[i+r]
		}
		y[i+r] += sum
	}
}
