package kernel

import (
	"math"
	"sync"
)

// Block sizes; see the package comment for what each is for. Only depth and
// chunk have a part in the order of summation.
const (
	depth   = 256  // terms of one pass over k
	height  = 192  // rows of A in one block
	breadth = 1536 // columns of B in one block
	chunk   = 2048 // terms of one partial sum of a tall product
)

// even returns the size of equal pieces, multiples of unit but for the last,
// into which n falls so that none exceeds limit, a multiple of unit.
func even(n, limit, unit int) int {
	pieces := (n + limit - 1) / limit
	if pieces <= 1 {
		return n
	}
	size := (n + pieces - 1) / pieces
	return (size + unit - 1) / unit * unit
}

// workspace is the memory one goroutine needs: packed blocks, and a tile for
// the blocks of C that a triangle cuts.
type workspace struct {
	a, b, partial []float64
	square        []float64
}

var workspaces = sync.Pool{New: func() any { return new(workspace) }}

// grow returns a buffer of at least n values, s itself if it is one.
func grow(s []float64, n int) []float64 {
	if cap(s) >= n {
		return s[:n]
	}
	return aligned(n)
}

// blocked computes p on one goroutine, by the loops of Goto and van de Geijn
// around the engine's tiles. k is at least 1.
func (e *engine) blocked(ws *workspace, p *product) {
	w := e.width()
	dk := even(p.k, depth, 8)
	di := even(p.m, height/w*w, w)
	dj := even(p.n, breadth/w*w, w)
	ws.a = grow(ws.a, (di+w-1)/w*w*dk)
	ws.b = grow(ws.b, (dj+w-1)/w*w*dk)
	for j := 0; j < p.n; j += dj {
		nj := min(dj, p.n-j)
		beta := p.beta
		for l := 0; l < p.k; l += dk {
			kl := min(dk, p.k-l)
			e.pack(ws.b, p.b.from(l, j).t(), nj, kl)
			for i := 0; i < p.m; i += di {
				mi := min(di, p.m-i)
				if p.misses(i, mi, j, nj) {
					continue
				}
				a := ws.a
				if p.gram && i >= j && i+mi <= j+nj {
					a = ws.b[(i-j)*kl:]
				} else {
					e.pack(a, p.a.from(i, l), mi, kl)
				}
				e.sweep(ws, p, i, mi, j, nj, kl, a, beta)
			}
			beta = 1
		}
	}
}

// sweep multiplies a packed block of A with the packed block of B in ws: for
// every panel of B, which stays in the nearest cache, all panels of A.
func (e *engine) sweep(ws *workspace, p *product, i, mi, j, nj, k int, a []float64, beta float64) {
	w := e.width()
	for jr := 0; jr < nj; jr += w {
		nr := min(w, nj-jr)
		b := &ws.b[jr*k]
		for ir := 0; ir < mi; ir += w {
			mr := min(w, mi-ir)
			switch ic, jc := i+ir, j+jr; {
			case p.misses(ic, mr, jc, nr):
			case p.covers(ic, mr, jc, nr):
				e.strip(mr, nr, k, &a[ir*k], 1, w, b, w, &p.c[ic*p.ldc+jc], p.ldc, p.alpha, beta)
			default:
				e.cut(ws, p, ic, mr, jc, nr, k, &a[ir*k], b, beta)
			}
		}
	}
}

// strip computes m rows and up to a width of columns of C.
func (e *engine) strip(m, n, k int, a *float64, rs, cs int, b *float64, bs int, c *float64, ldc int, alpha, beta float64) {
	vecs := (n + e.lanes - 1) / e.lanes
	tail := n - (vecs-1)*e.lanes
	panels, rest := m/e.lanes, m%e.lanes
	if panels > 0 {
		body := e.full
		if n != e.width() {
			body = e.edge[e.lanes-1][vecs-1]
		}
		body(panels, k, a, rs, cs, e.lanes*rs, b, bs, c, ldc, alpha, beta, tail)
	}
	if rest > 0 {
		done := panels * e.lanes
		e.edge[rest-1][vecs-1](1, k, advance(a, done*rs), rs, cs, 0, b, bs, advance(c, done*ldc), ldc, alpha, beta, tail)
	}
}

// cut computes the part inside the region of a block of C that the boundary of
// the region crosses: whole tiles into a square of its own, of which only the
// vectors that reach into the region are computed, and then the elements.
func (e *engine) cut(ws *workspace, p *product, i, m, j, n, k int, a, b *float64, beta float64) {
	w := e.width()
	ws.square = grow(ws.square, w*w)
	for r := 0; r < m; r += e.lanes {
		rows := min(e.lanes, m-r)
		from, to := 0, n
		for from < to && p.misses(i+r, rows, j+from, min(e.lanes, n-from)) {
			from += e.lanes
		}
		for to > from && p.misses(i+r, rows, j+(to-1)/e.lanes*e.lanes, e.lanes) {
			to = (to - 1) / e.lanes * e.lanes
		}
		if from < to {
			e.strip(rows, to-from, k, advance(a, r), 1, w, advance(b, from), w, &ws.square[r*w+from], w, 1, 0)
		}
		for ir := r; ir < r+rows; ir++ {
			lo, hi := p.columns(i + ir)
			lo, hi = max(lo, j), min(hi, j+n)
			if lo >= hi {
				continue
			}
			c := p.c[(i+ir)*p.ldc+lo : (i+ir)*p.ldc+hi]
			for q, s := range ws.square[ir*w+lo-j : ir*w+hi-j] {
				if beta == 0 {
					c[q] = p.alpha * s
				} else {
					c[q] = math.FMA(p.alpha, s, beta*c[q])
				}
			}
		}
	}
}
