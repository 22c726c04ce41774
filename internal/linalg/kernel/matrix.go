package kernel

import (
	"unsafe"

	"gonum.org/v1/gonum/blas"
)

// matrix is op(A) of some A in a slice: element (i,j) is data[i·rs + j·cs], and
// rs or cs is 1.
type matrix struct {
	data   []float64
	rs, cs int
}

// view returns op(A) of a row-major A with rows ld apart.
func view(trans bool, a []float64, ld int) matrix {
	if trans {
		return matrix{data: a, rs: 1, cs: ld}
	}
	return matrix{data: a, rs: ld, cs: 1}
}

// t returns the transpose.
func (x matrix) t() matrix { return matrix{data: x.data, rs: x.cs, cs: x.rs} }

// at returns the address of an element.
func (x matrix) at(i, j int) *float64 { return &x.data[i*x.rs+j*x.cs] }

// from returns the matrix without its first i rows and j columns. It may be
// empty.
func (x matrix) from(i, j int) matrix {
	return matrix{data: x.data[min(i*x.rs+j*x.cs, len(x.data)):], rs: x.rs, cs: x.cs}
}

// isTrans reports whether t asks for a transpose; for real matrices the
// conjugate transpose is one.
func isTrans(t blas.Transpose) bool { return t == blas.Trans || t == blas.ConjTrans }

// aligned returns n float64 values that start on a cache line.
func aligned(n int) []float64 {
	const line = 8
	buf := make([]float64, n+line-1)
	skip := 0
	if r := int(uintptr(unsafe.Pointer(unsafe.SliceData(buf))) / 8 % line); r != 0 {
		skip = line - r
	}
	return buf[skip : skip+n : skip+n]
}
