package kernel

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
type tile func(panels, k int, a *float64, rs, cs, ps int, b *float64, bs int, c *float64, ldc int, alpha, beta float64, tail int)

// engine is a set of micro-kernels for one kind of processor. The blocking
// around them is common to all.
//
// A tile is lanes rows by vecs·lanes columns. Panels are as wide as a tile, so
// that a panel of A holds vecs tiles' worth of rows and has the very layout of
// a panel of B: what was packed as one can be read as the other.
type engine struct {
	name  string
	lanes int // rows of a tile, and columns in one vector of it
	vecs  int // vectors across a tile

	full tile
	edge [][]tile // edge[r-1][v-1] is r rows high and v vectors wide

	// packRows copies k rows of panels·width values, ld apart, into panels that
	// are ps apart.
	packRows func(k, panels int, src *float64, ld int, dst *float64, ps int)
	// packEdge copies k rows into one panel; tail0 to tail2 count the lanes of
	// each vector that exist.
	packEdge func(k, tail0, tail1, tail2 int, src *float64, ld int, dst *float64)
	// packColumns copies lanes rows of blocks·lanes values, ld apart, into one
	// vector of a panel, transposed.
	packColumns func(blocks int, src *float64, ld int, dst *float64)
}

// width is the number of columns of a tile, and of values in a row of a panel.
func (e *engine) width() int { return e.lanes * e.vecs }

// engines lists the engines this processor can run, the fastest first. The
// last is portable Go.
func engines() []*engine { return append(nativeEngines(), generic()) }
