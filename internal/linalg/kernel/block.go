package kernel

import "sync"

// Block sizes. The package comment explains their use. Only depth and the sizes
// of tall products affect the order of summation.
const (
	depth   = 256  // terms of one pass over k
	height  = 192  // rows of A in one block
	breadth = 1536 // columns of B in one block
	chunk   = 1024 // terms of one partial sum of a tall product

	chunkedDepth   = 8 * chunk // a tall product has at least this many terms
	chunkedEntries = 384 * 384 // and at most this many entries of C
)

// even returns the size of the pieces into which n is divided evenly, so that none
// exceeds limit. All pieces but the last are multiples of unit, as limit is.
func even(n, limit, unit int) int {
	pieces := (n + limit - 1) / limit
	if pieces <= 1 {
		return n
	}
	size := (n + pieces - 1) / pieces
	return (size + unit - 1) / unit * unit
}

// workspace is the memory of one goroutine: packed blocks, and a tile for the
// blocks of C that the border of a triangle crosses.
type workspace[T float] struct {
	a, b, partial []T
	square        []T
}

// workspaces are those of float64, which the engine's other kernels use too.
var workspaces = sync.Pool{New: func() any { return new(workspace[float64]) }}

var singleWorkspaces = sync.Pool{New: func() any { return new(workspace[float32]) }}

// grow returns a buffer of at least n values, s itself if it is one.
func grow[T float](s []T, n int) []T {
	if cap(s) >= n {
		return s[:n]
	}
	return aligned[T](n)
}

// factor is a block of A or of B where a kernel reads it. In A, element (i,p)
// is at[i·rs + p·cs]; in B, element (p,j) is at[p·rs + j]. Tile q·width begins
// q·width·step values in: packed blocks are read a panel at a time, others as
// they lie.
type factor[T float] struct {
	at           *T
	rs, cs, step int
}

// Packing costs a pass over a factor and makes access to it fast. It pays if the
// factor is read often, or if its rows lie too far apart for the nearer caches.
const (
	inPlaceWork  = 256 * 256 * 256 // multiplications up to which nothing is packed
	inPlaceSides = 200             // rows and columns up to which that holds for a long k
	inPlaceRows  = 512 * 512 * 512 // multiplications up to which rows of A are not packed
)

// small reports whether neither factor of p is worth packing.
func (p *product[T]) small() bool {
	return p.m*p.n*p.k <= inPlaceWork && (p.k <= 2*depth || p.m+p.n <= inPlaceSides)
}

// leftInPlace reports whether A is read as it lies.
func (e *tiler[T]) leftInPlace(p *product[T]) bool {
	return p.small() || p.n <= 2*e.width() || p.a.cs == 1 && p.m*p.n*p.k <= inPlaceRows
}

// rightInPlace reports whether B is read as it lies. That needs contiguous rows.
func (e *tiler[T]) rightInPlace(p *product[T]) bool {
	return p.b.cs == 1 && (p.small() || p.m <= 2*e.width())
}

// blocked computes p on one goroutine, by the loops of Goto and van de Geijn
// around the engine's tiles. k is at least 1.
func (e *tiler[T]) blocked(ws *workspace[T], p *product[T]) {
	w := e.width()
	packA, packB := !e.leftInPlace(p), !e.rightInPlace(p)
	dk := even(p.k, depth, 8)
	di := even(p.m, height/w*w, w)
	dj := even(p.n, breadth/w*w, w)
	if packA {
		ws.a = grow(ws.a, (di+w-1)/w*w*dk)
	}
	if packB {
		ws.b = grow(ws.b, (dj+w-1)/w*w*dk)
	}
	for j := 0; j < p.n; j += dj {
		nj := min(dj, p.n-j)
		beta := p.beta
		for l := 0; l < p.k; l += dk {
			kl := min(dk, p.k-l)
			b := factor[T]{at: p.b.at(l, j), rs: p.b.rs, step: 1}
			if packB {
				e.pack(ws.b, p.b.from(l, j).t(), nj, kl)
				b = factor[T]{at: &ws.b[0], rs: w, step: kl}
			}
			for i := 0; i < p.m; i += di {
				mi := min(di, p.m-i)
				if p.misses(i, mi, j, nj) {
					continue
				}
				a := factor[T]{at: p.a.at(i, l), rs: p.a.rs, cs: p.a.cs, step: p.a.rs}
				switch {
				case p.gram && packB && i >= j && i+mi <= j+nj:
					a = factor[T]{at: &ws.b[(i-j)*kl], rs: 1, cs: w, step: kl}
				case packA:
					e.pack(ws.a, p.a.from(i, l), mi, kl)
					a = factor[T]{at: &ws.a[0], rs: 1, cs: w, step: kl}
				}
				e.sweep(ws, p, i, mi, j, nj, kl, a, b, beta)
			}
			beta = 1
		}
	}
}

// sweep multiplies a block of A with one of B. It combines every panel of B, which
// stays in the nearest cache, with all panels of A.
func (e *tiler[T]) sweep(ws *workspace[T], p *product[T], i, mi, j, nj, k int, a, b factor[T], beta T) {
	w := e.width()
	high := w
	if a.step == a.rs && p.region == all {
		high = mi // rows in place follow each other without end
	}
	for jr := 0; jr < nj; jr += w {
		nr := min(w, nj-jr)
		bt := factor[T]{at: advance(b.at, jr*b.step), rs: b.rs}
		for ir := 0; ir < mi; ir += high {
			mr := min(high, mi-ir)
			at := factor[T]{at: advance(a.at, ir*a.step), rs: a.rs, cs: a.cs}
			switch ic, jc := i+ir, j+jr; {
			case p.misses(ic, mr, jc, nr):
			case p.covers(ic, mr, jc, nr):
				e.strip(mr, nr, k, at, bt, &p.c[ic*p.ldc+jc], p.ldc, p.alpha, beta)
			default:
				e.cut(ws, p, ic, mr, jc, nr, k, at, bt, beta)
			}
		}
	}
}

// strip computes m rows of C and at most one tile width of columns.
func (e *tiler[T]) strip(m, n, k int, a, b factor[T], c *T, ldc int, alpha, beta T) {
	vecs := (n + e.lanes - 1) / e.lanes
	tail := n - (vecs-1)*e.lanes
	panels, rest := m/e.height, m%e.height
	if panels > 0 {
		body := e.full
		if n != e.width() {
			body = e.edge[e.height-1][vecs-1]
		}
		body(panels, k, a.at, a.rs, a.cs, e.height*a.rs, b.at, b.rs, c, ldc, alpha, beta, tail)
	}
	if rest > 0 {
		done := panels * e.height
		e.edge[rest-1][vecs-1](1, k, advance(a.at, done*a.rs), a.rs, a.cs, 0, b.at, b.rs, advance(c, done*ldc), ldc, alpha, beta, tail)
	}
}

// cut computes the part of a block of C inside the region, for a block that the
// border of the region crosses. It computes the vectors that reach into the region
// in a separate square and then copies the elements.
func (e *tiler[T]) cut(ws *workspace[T], p *product[T], i, m, j, n, k int, a, b factor[T], beta T) {
	w := e.width()
	ws.square = grow(ws.square, w*w)
	for r := 0; r < m; r += e.height {
		rows := min(e.height, m-r)
		from, to := 0, n
		for from < to && p.misses(i+r, rows, j+from, min(e.lanes, n-from)) {
			from += e.lanes
		}
		for to > from && p.misses(i+r, rows, j+(to-1)/e.lanes*e.lanes, e.lanes) {
			to = (to - 1) / e.lanes * e.lanes
		}
		if from < to {
			at, bt := a, b
			at.at, bt.at = advance(a.at, r*a.rs), advance(b.at, from)
			e.strip(rows, to-from, k, at, bt, &ws.square[r*w+from], w, 1, 0)
		}
		for ir := r; ir < r+rows; ir++ {
			lo, hi := p.columns(i + ir)
			lo, hi = max(lo, j), min(hi, j+n)
			if lo < hi {
				merge(p.alpha, ws.square[ir*w+lo-j:ir*w+hi-j], beta, p.c[(i+ir)*p.ldc+lo:])
			}
		}
	}
}

// merge computes c ← alpha·sums + beta·c with the roundings of a tile.
func merge[T float](alpha T, sums []T, beta T, c []T) {
	for j, s := range sums {
		if beta == 0 {
			c[j] = alpha * s
		} else {
			c[j] = fma(alpha, s, beta*c[j])
		}
	}
}
