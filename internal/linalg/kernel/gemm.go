package kernel

import (
	"unsafe"

	"gonum.org/v1/gonum/blas"
)

// advance returns the address n values further on. Like the kernels, it is
// used on ranges that the exported methods have checked.
func advance[T float](p *T, n int) *T {
	return (*T)(unsafe.Add(unsafe.Pointer(p), n*int(unsafe.Sizeof(*p))))
}

// Dgemm computes
//
//	C ← alpha·op(A)·op(B) + beta·C
//
// with op(X) = X or Xᵀ, op(A) m×k, op(B) k×n and C m×n, all row-major. It does
// not allocate beyond a pool of work space, and panics as gonum's Dgemm does if
// a size, a stride or a slice does not fit. C must not overlap A or B. If beta
// is 0, C need not hold numbers; if alpha is 0, A and B are not read.
func (impl Implementation) Dgemm(tA, tB blas.Transpose, m, n, k int, alpha float64, a []float64, lda int, b []float64, ldb int, beta float64, c []float64, ldc int) {
	if !validTrans(tA) || !validTrans(tB) || k <= 0 ||
		!fitsOp(tA, m, k, a, lda) || !fitsOp(tB, k, n, b, ldb) || !fits(m, n, c, ldc) {
		// Nothing to do, nothing to add, or a panic with gonum's message.
		impl.Implementation.Dgemm(tA, tB, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc)
		return
	}
	if n == 1 {
		// B and C are columns.
		rows, cols, inc := m, k, ldb
		if isTrans(tA) {
			rows, cols = k, m
		}
		if isTrans(tB) {
			inc = 1
		}
		impl.Dgemv(tA, rows, cols, alpha, a, lda, b, inc, beta, c, ldc)
		return
	}
	p := product[float64]{
		m: m, n: n, k: k, alpha: alpha, beta: beta,
		a: view(isTrans(tA), a, lda), b: view(isTrans(tB), b, ldb),
		c: c, ldc: ldc,
	}
	impl.engine.multiply(&p)
}

// validTrans reports whether t is a transposition.
func validTrans(t blas.Transpose) bool {
	return t == blas.NoTrans || t == blas.Trans || t == blas.ConjTrans
}

// fits reports whether a holds r > 0 rows of c > 0 values, ld apart.
func fits[T float](r, c int, a []T, ld int) bool {
	return r > 0 && c > 0 && ld >= c && len(a) >= (r-1)*ld+c
}

// fitsOp reports whether a holds a matrix whose op is r×c.
func fitsOp[T float](t blas.Transpose, r, c int, a []T, ld int) bool {
	if isTrans(t) {
		r, c = c, r
	}
	return fits(r, c, a, ld)
}

// multiply computes p by the method that suits its shape. The choice depends on
// the shape alone, so results do not depend on the number of threads.
func (e *tiler[T]) multiply(p *product[T]) {
	switch {
	case p.alpha == 0:
		p.scale()
	case p.k >= chunkedDepth && p.m*p.n <= chunkedEntries:
		e.chunked(*p) // by value: only these two may need memory for p
	default:
		e.tiled(*p)
	}
}

// serialWork is the number of multiplications below which a second goroutine
// costs more than it saves.
const serialWork = 1 << 22

// tiled computes p by blocks of C, each on one goroutine. An element of C is
// the same sum in the same order in every division into blocks, so the number of
// blocks may follow the number of threads.
func (e *tiler[T]) tiled(p product[T]) {
	if t := threads(); t > 1 && p.m*p.n*p.k >= serialWork {
		blocks := e.partition(&p, 2*t)
		Parallel(len(blocks), func(i int) { e.serial(&blocks[i]) })
		return
	}
	e.serial(&p)
}

// serial computes p on this goroutine.
func (e *tiler[T]) serial(p *product[T]) {
	if p.region == all && e.leftInPlace(p) && e.rightInPlace(p) {
		e.blocked(nil, p) // needs no memory
		return
	}
	ws := e.workspaces.Get().(*workspace[T])
	defer e.workspaces.Put(ws)
	e.blocked(ws, p)
}

// partition cuts C into about pieces blocks that touch the region. They are as
// square as the sizes allow, with borders at multiples of a tile.
func (e *tiler[T]) partition(p *product[T], pieces int) []product[T] {
	w := e.width()
	if p.region != all {
		pieces *= 2 // half of the blocks will miss the region
	}
	rows, cols := 1, 1
	for rows*cols < pieces {
		if tall := p.m/rows >= p.n/cols; tall && p.m/rows >= 2*w {
			rows++
		} else if p.n/cols >= 2*w {
			cols++
		} else {
			break
		}
	}
	if p.gram {
		cols = rows // blocks on the diagonal share their panels
	}
	di, dj := (p.m/rows+w-1)/w*w, (p.n/cols+w-1)/w*w
	var blocks []product[T]
	for i := 0; i < p.m; i += di {
		for j := 0; j < p.n; j += dj {
			m, n := min(di, p.m-i), min(dj, p.n-j)
			if !p.misses(i, m, j, n) {
				blocks = append(blocks, p.block(i, m, j, n))
			}
		}
	}
	return blocks
}

// chunked computes a product with a long k and a small C, such as XᵀY, as a sum
// of partial products over chunks of k. Each is formed by one goroutine in
// memory of its own and they are added to C in the order of k.
func (e *tiler[T]) chunked(p product[T]) {
	size := even(p.k, chunk, depth)
	count := (p.k + size - 1) / size
	order := newTurns()
	Parallel(count, func(i int) {
		ws := e.workspaces.Get().(*workspace[T])
		defer e.workspaces.Put(ws)
		ws.partial = grow(ws.partial, p.m*p.n)
		part := p.slice(i*size, min((i+1)*size, p.k))
		part.alpha, part.beta = 1, 0
		part.c, part.ldc = ws.partial, p.n
		e.blocked(ws, &part)
		order.do(i, func() {
			if i == 0 {
				p.scale()
			}
			p.add(ws.partial)
		})
	})
}
