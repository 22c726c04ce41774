// Package kernel is a BLAS for float64 in Go and generated assembly. It gives
// gonum, and with it everything above gonum's blas64, the speed of the machine
// without a C compiler: Use installs it.
//
// # Overridden routines
//
// Implementation embeds gonum's own and overrides the routines that dense linear
// algebra spends its time in: Dgemm, Dsyrk, Dsyr2k, Dsymm, Dtrmm, Dtrsm of level
// 3, Dgemv, Dsymv, Dger of level 2. Arguments are checked as gonum checks them,
// and a call that fails panics in gonum's words. NaN and infinity propagate as in
// the reference BLAS: a beta of 0 overwrites C whatever it held, an alpha of 0
// leaves A and B unread, and every other NaN reaches each element whose sum it
// belongs to (gonum drops it where the other factor is 0).
//
// # Engines
//
// An engine is a set of micro-kernels: avx512 (8×24 tiles), avx2 (4×12) and
// generic (4×4, portable Go). New selects the fastest that the processor can run;
// the generic engine serves every architecture. The program in ../gen writes the
// assembly, and the blocking around it is the same for all engines.
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
// is a straight copy of pieces of its rows. Blocks that the diagonal crosses are
// computed in a separate square, and only the vectors that reach into the
// triangle. A factor that would hardly be read twice is not packed:
// kernels take strides, and masks for the borders of C, so that small matrices
// are multiplied where they lie.
//
// Triangular routines divide by halves and leave the work to the product. Level 2
// is bound by memory: its kernels take four rows at a time, and Dsymv reads the
// triangle once for both of its products. Centring is bound by memory too;
// Implementation has two methods for it beyond the BLAS.
//
// # Order of summation
//
// Each element of a product is one chain of fused multiply-adds over a block of
// k, added to C block after block; the blocks follow from k alone. Cutting C into
// tiles, or into pieces for goroutines, changes nothing in that chain. A product with
// a long k and a small C, such as XᵀY of many samples, has too few tiles to share out.
// It is the sum of products over chunks of k, computed concurrently and added in
// order. The shape of a product decides whether it is chunked. An inner product of a
// row and a vector is eight chains, of the terms j modulo 8, whatever the width of a
// register; the upper half of them is added to the lower, of eight, four and two.
//
// So the bits of a result depend neither on the number of threads nor on the engine,
// and a batch may run on processors of different kinds. The portable engine fuses by
// math.FMA, which is one instruction on processors since 2013 and some 25 ns of
// integer arithmetic on older ones: there products take sixteen times as long.
// Compilers for other architectures than amd64 may fuse any x·y + z of Go code, so
// that last digits differ between architectures.
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
