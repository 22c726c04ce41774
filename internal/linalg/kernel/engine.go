package kernel

import "sync"

// float is a type of number that matrices are of.
type float interface{ float32 | float64 }

// tile is a micro-kernel. It computes C ← alpha·A·B + beta·C for panels tiles
// of C that lie one below the other, each of the kernel's own height and width:
//
//	A(i,p) = a[i·rs + p·cs]   a advances by ps from tile to tile
//	B(p,j) = b[p·bs + j]      the same for every tile
//	C(i,j) = c[i·ldc + j]
//
// for 0 ≤ p < k. If beta is 0, C is overwritten without being read. panels and
// k are at least 1. A kernel for the borders of C takes the number of columns
// in its last vector from tail, and touches nothing beyond them.
type tile[T float] func(panels, k int, a *T, rs, cs, ps int, b *T, bs int, c *T, ldc int, alpha, beta T, tail int)

// tiler multiplies matrices of one type of number by micro-kernels for one kind of
// processor. The blocking around them is common to all.
//
// A tile is height rows by vecs·lanes columns. Panels are as wide as a tile, and
// height divides that width, so that a panel of A holds the rows of several tiles and
// has the same layout as a panel of B. Each can be read as the other.
type tiler[T float] struct {
	lanes  int // columns in one vector of a tile
	vecs   int // vectors across a tile
	height int // rows of a tile

	full tile[T]
	edge [][]tile[T] // edge[r-1][v-1] is r rows high and v vectors wide

	// packRows copies k rows of panels·width values, ld apart, into panels that
	// are ps apart.
	packRows func(k, panels int, src *T, ld int, dst *T, ps int)
	// packEdge copies k rows into one panel; tail0 to tail2 count the lanes of
	// each vector that exist.
	packEdge func(k, tail0, tail1, tail2 int, src *T, ld int, dst *T)
	// transpose copies lanes rows of blocks·lanes values, ld apart, into columns
	// of dst, the rows of which are ds apart.
	transpose func(blocks int, src *T, ld int, dst *T, ds int)

	workspaces *sync.Pool // of *workspace[T]
}

// engine is the micro-kernels for one kind of processor: those of products, of float64
// and of float32, and those of matrix times vector.
type engine struct {
	name string
	tiler[float64]
	single tiler[float32]

	// rows are the kernels of matrix times vector, for four rows at a time and
	// for one.
	rows [2]rowKernels
	// center writes (a(i,j) − x[j]) − y[j] to c(i,j) for groups rows i of n values,
	// lda and ldc apart; a and c may be the same.
	center func(groups, n int, a *float64, lda int, x, y, c *float64, ldc int)
	// rotate applies k plane rotations to neighbouring rows, in order: of rows j and j+1,
	// (c·a(j)+s·a(j+1), c·a(j+1)−s·a(j)) with c and s at cs[2j]; lda may be negative.
	rotate func(k, n int, a *float64, lda int, cs *float64)
	// rank1Sums subtracts x[i]·y[j] from a(i,j), and rank2Sums then u[i]·v[j]; both set
	// sums[j] to Σ_i w[i]·a(i,j) of the result.
	rank1Sums func(m, n int, a *float64, lda int, x, y, w, sums *float64)
	rank2Sums func(m, n int, a *float64, lda int, x, y, u, v, w, sums *float64)
	// adam is a step of Adam with the constants of an AdamStep in c.
	adam func(n int, y, grad, m, v, c *float64)
}

// rowKernels work on groups of size rows of n values, lda apart: for all such
// rows i, and all 0 ≤ j < n,
//
//	dot:  sums[i] = Σ_j a(i,j)·x[j]
//	axpy: y[j] += Σ_i x[i]·a(i,j)
//	ger:  a(i,j) += x[i]·y[j]
//	symv: sums[i] = Σ_j a(i,j)·x[j] and y[j] += Σ_i factors[i]·a(i,j)
//	deviate: y[j] += Σ_i (a(i,j) − x[j])
//
// The size of the groups does not change a sum.
type rowKernels struct {
	size int
	dot  func(groups, n int, a *float64, lda int, x, sums *float64)
	axpy func(groups, n int, a *float64, lda int, x, y *float64)
	ger  func(groups, n int, a *float64, lda int, x, y *float64)
	symv func(groups, n int, a *float64, lda int, x, y, factors, sums *float64)

	deviate func(groups, n int, a *float64, lda int, x, y *float64)
}

// width is the number of columns of a tile, and of values in a row of a panel.
func (e *tiler[T]) width() int { return e.lanes * e.vecs }

// engines lists the engines this processor can run, the fastest first. The
// last is portable Go.
func engines() []*engine { return append(nativeEngines(), generic()) }
