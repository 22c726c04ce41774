package kernel

import (
	"testing"
	"unsafe"

	"golang.org/x/sys/unix"
	"gonum.org/v1/gonum/blas"
)

// fenced returns n values that end at the border of a forbidden page: reading one value
// too many is a fault.
func fenced[T float](t *testing.T, n int) []T {
	t.Helper()
	page, bytes := unix.Getpagesize(), int(unsafe.Sizeof(T(0)))*n
	size := (bytes + page - 1) / page * page
	mem, err := unix.Mmap(-1, 0, size+page, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_ANON|unix.MAP_PRIVATE)
	if err != nil {
		t.Skipf("no memory map: %v", err)
	}
	t.Cleanup(func() {
		if err := unix.Munmap(mem); err != nil {
			t.Error(err)
		}
	})
	if err := unix.Mprotect(mem[size:], unix.PROT_NONE); err != nil {
		t.Skipf("no protected page: %v", err)
	}
	return unsafe.Slice((*T)(unsafe.Pointer(&mem[size-bytes])), n)
}

// Nothing checks assembly against the bounds of slices. This test runs every routine
// on matrices that end at forbidden memory, at sizes around the borders of tiles and
// at sizes too large for factors to be read in place.
func TestKernelsStayInsideTheirSlices(t *testing.T) {
	sizes := []int{1, 2, 3, 4, 5, 7, 8, 9, 11, 12, 13, 16, 17, 23, 24, 25, 31, 33, 47, 49, 67}
	if !testing.Short() {
		sizes = append(sizes, 270)
	}
	const most = 271
	a, b, c := fenced[float64](t, most*most), fenced[float64](t, most*most), fenced[float64](t, most*most)
	sa, sb, sc := fenced[float32](t, most*most), fenced[float32](t, most*most), fenced[float32](t, most*most)
	x, y, cs := fenced[float64](t, most), fenced[float64](t, most), fenced[float64](t, 2*most)
	lastSingle := func(s []float32, n int) []float32 { return s[len(s)-n:] }
	last := func(s []float64, n int) []float64 { return s[len(s)-n:] }
	forEachEngine(t, func(_ *testing.T, impl Implementation) {
		for _, n := range sizes {
			for _, k := range []int{1, 3, n} {
				for _, tA := range []blas.Transpose{blas.NoTrans, blas.Trans} {
					ldA := k
					if isTrans(tA) {
						ldA = n
					}
					for _, tB := range []blas.Transpose{blas.NoTrans, blas.Trans} {
						ldB := n
						if isTrans(tB) {
							ldB = k
						}
						impl.Dgemm(tA, tB, n, n, k, 1, last(a, n*k), ldA, last(b, n*k), ldB, 1, last(c, n*n), n)
						impl.Dgemm(tA, tB, n, n, k, 1, last(a, n*k), ldA, last(b, n*k), ldB, 0, last(c, n*n), n)
						impl.Sgemm(tA, tB, n, n, k, 1, lastSingle(sa, n*k), ldA, lastSingle(sb, n*k), ldB, 1, lastSingle(sc, n*n), n)
					}
					for _, ul := range []blas.Uplo{blas.Upper, blas.Lower} {
						impl.Ssyrk(ul, tA, n, k, 1, lastSingle(sa, n*k), ldA, 1, lastSingle(sc, n*n), n)
						impl.Dsyrk(ul, tA, n, k, 1, last(a, n*k), ldA, 1, last(c, n*n), n)
					}
				}
				impl.Dgemv(blas.NoTrans, n, k, 1, last(a, n*k), k, last(x, k), 1, 0, last(y, n), 1)
				impl.Dgemv(blas.Trans, n, k, 1, last(a, n*k), k, last(x, n), 1, 0, last(y, k), 1)
				impl.Dger(n, k, 1, last(x, n), 1, last(y, k), 1, last(a, n*k), k)
				impl.Deviations(n, k, last(a, n*k), k, last(x, k), last(y, k))
				impl.Center(n, k, last(a, n*k), k, last(x, k), last(y, k), last(b, n*k), k)
				impl.RankOneSums(n, k, last(a, n*k), k, last(x, n), last(y, k), last(x, n), last(y, k))
				impl.RankTwoSums(n, k, last(a, n*k), k, last(x, n), last(y, k), last(x, n), last(y, k), last(x, n), last(y, k))
				impl.Dots(n, k, last(a, n*k), k, last(y, k), last(x, n))
				impl.Transpose(n, k, last(a, n*k), k, last(b, n*k), n)
				clear(cs[len(cs)-2*(n-1):])
				impl.Rotate(k, last(a, n*k), k, last(cs, 2*(n-1)))
				impl.RotateUp(k, last(a, n*k), k, last(cs, 2*(n-1)))
			}
			for _, ul := range []blas.Uplo{blas.Upper, blas.Lower} {
				impl.Dsymv(ul, n, 1, last(a, n*n), n, last(x, n), 1, 0, last(y, n), 1)
				for _, side := range []blas.Side{blas.Left, blas.Right} {
					impl.Dsymm(side, ul, n, n, 1, last(a, n*n), n, last(b, n*n), n, 0, last(c, n*n), n)
					for _, tA := range []blas.Transpose{blas.NoTrans, blas.Trans} {
						impl.Dtrmm(side, ul, tA, blas.NonUnit, n, n, 1, last(a, n*n), n, last(c, n*n), n)
						impl.Dtrsm(side, ul, tA, blas.Unit, n, n, 1, last(a, n*n), n, last(c, n*n), n)
					}
				}
			}
		}
	})
}
