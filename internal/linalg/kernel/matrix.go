package kernel

import (
	"unsafe"

	"gonum.org/v1/gonum/blas"
)

// matrix is op(A) of some A in a slice: element (i,j) is data[i·rs + j·cs], and
// rs or cs is 1.
type matrix[T float] struct {
	data   []T
	rs, cs int
}

// view returns op(A) of a row-major A with rows ld apart.
func view[T float](trans bool, a []T, ld int) matrix[T] {
	if trans {
		return matrix[T]{data: a, rs: 1, cs: ld}
	}
	return matrix[T]{data: a, rs: ld, cs: 1}
}

// t returns the transpose.
func (x matrix[T]) t() matrix[T] { return matrix[T]{data: x.data, rs: x.cs, cs: x.rs} }

// at returns the address of an element.
func (x matrix[T]) at(i, j int) *T { return &x.data[i*x.rs+j*x.cs] }

// from returns the matrix without its first i rows and j columns. It may be
// empty.
func (x matrix[T]) from(i, j int) matrix[T] {
	return matrix[T]{data: x.data[min(i*x.rs+j*x.cs, len(x.data)):], rs: x.rs, cs: x.cs}
}

// isTrans reports whether t asks for a transpose; for real matrices the
// conjugate transpose is one.
func isTrans(t blas.Transpose) bool { return t == blas.Trans || t == blas.ConjTrans }

// aligned returns n values that start on a cache line.
func aligned[T float](n int) []T {
	word := int(unsafe.Sizeof(T(0)))
	line := 64 / word
	buf := make([]T, n+line-1)
	skip := 0
	if r := int(uintptr(unsafe.Pointer(unsafe.SliceData(buf)))) / word % line; r != 0 {
		skip = line - r
	}
	return buf[skip : skip+n : skip+n]
}
