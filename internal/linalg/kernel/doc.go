// Package kernel is a BLAS for float64 in Go and generated assembly. It gives
// gonum, and with it everything above gonum's blas64, the speed of the machine
// without a C compiler: Use installs it.
//
// # What is overridden
//
// Implementation embeds gonum's own and overrides the routines that dense linear
// algebra spends its time in: Dgemm, Dsyrk, Dsyr2k, Dsymm, Dtrmm, Dtrsm of level
// 3, Dgemv, Dsymv, Dger of level 2. Arguments are checked as gonum checks them,
// and a call that fails panics in gonum's words. NaN and infinity propagate as in
// the reference BLAS: a beta of 0 overwrites C whatever it held, an alpha of 0
// leaves A and B unread, and every other NaN reaches each element it has a part
// in (gonum drops it where the other factor is 0).
//
// # Engines
//
// An engine is a set of micro-kernels: avx512 (8×24 tiles), avx2 (4×12) and
// generic (4×4, portable Go). The processor is asked at run time which it can
// run; the generic engine serves every architecture. The assembly is written by
// the program in ../gen, and the blocking around it is the same for all engines.
//
// # Blocking
//
// A product is computed by the five loops of Goto and van de Geijn (2008) in the
// form of BLIS (Van Zee and van de Geijn 2015), for row-major matrices:
//
//	for columns of C in blocks of breadth
//	  for k in blocks of depth                pack B: depth×breadth
//	    for rows of C in blocks of height     pack A: height×depth
//	      for panels of B                     (in the nearest cache)
//	        for panels of A                   (streamed from the second cache)
//	          micro-kernel: a tile of C in registers, k innermost
//
// Packing copies a block into panels as wide as a tile, so that the kernel reads
// consecutive memory. Tiles are three vectors wide and one vector's lanes high; a
// panel of A is as wide as one of B and holds three tiles. For XᵀX the two
// factors are one and the same panels, packed once, and a panel of X, row-major,
// is a straight copy of pieces of its rows. Blocks that the diagonal crosses go
// through a square of their own, of which only the vectors that reach into the
// triangle are computed. A factor that would hardly be read twice is not packed:
// kernels take strides, and masks for the borders of C, so that small matrices
// are multiplied where they lie.
//
// Triangular routines divide by halves and leave the work to the product. Level 2
// is bound by memory: its kernels take four rows at a time, and Dsymv reads the
// triangle once for both products it has a part in. So is centring, for which
// Implementation has two methods beyond the BLAS.
//
// # Order of summation
//
// Each element of a product is one chain of fused multiply-adds over a block of
// k, added to C block after block; the blocks follow from k alone. Cutting C into
// tiles, or into pieces for goroutines, changes nothing in that chain, so the
// bits of a result do not depend on the number of threads, nor on which of the
// two assembly engines computed a product of matrices. A product with a long k and
// a small C, as XᵀY of many samples, has too few tiles to share out: it is the sum
// of products over chunks of k, computed concurrently and added in order. Whether
// a product is chunked follows from its shape. Products with a vector add within
// the lanes of a register first: their bits do not depend on the number of threads
// either, but on the engine.
//
// # References
//
// K. Goto and R. A. van de Geijn, Anatomy of high-performance matrix
// multiplication, ACM Transactions on Mathematical Software 34(3), 2008,
// doi:10.1145/1356052.1356053.
//
// F. G. Van Zee and R. A. van de Geijn, BLIS: a framework for rapidly
// instantiating BLAS functionality, ACM Transactions on Mathematical Software
// 41(3), 2015, doi:10.1145/2764454.
package kernel

//go:generate go -C ../gen run .
