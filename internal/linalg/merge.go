package linalg

import (
	"cmp"
	"math"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
)

// leafSize is the order of the tridiagonal and bidiagonal problems that divide
// and conquer leaves to the implicit QL and QR iterations.
const leafSize = 32

// negligible bounds the entries that divide and conquer sets to zero. The largest
// entry of the matrix is scaled to about 1, and the square of an entry above this
// bound does not underflow.
const negligible = 0x1p-200

// flushNegligible sets negligible entries to zero. This keeps divide and conquer
// within its bounds. It also avoids the rescaling of tiny blocks by Dsteqr and
// Dsterf, which panics or goes wrong in gonum 0.17.
func flushNegligible(bands ...[]float64) {
	for _, band := range bands {
		for i, v := range band {
			if math.Abs(v) < negligible {
				band[i] = 0
			}
		}
	}
}

// both runs two functions, at the same time if concurrent, and returns the error
// of f or else that of g.
func both(concurrent bool, f, g func() error) error {
	if !concurrent {
		if err := f(); err != nil {
			return err
		}
		return g()
	}
	both, errs := [2]func() error{f, g}, [2]error{}
	parallel(2, 1, func(i, _ int) { errs[i] = both[i]() })
	return cmp.Or(errs[0], errs[1])
}

// part says which columns of an eigenvector can be nonzero.
type part uint8

const (
	upperPart part = iota // the columns of the first half
	bothParts
	lowerPart
)

// activeSet holds the positions of the eigenpairs that a merge changes, in ascending
// order of their values, and says where their vectors are nonzero.
type activeSet struct {
	index []int
	part  []part
}

func (a *activeSet) add(i int, p part) {
	a.index, a.part = append(a.index, i), append(a.part, p)
}

// grouped returns the positions in parts, ordered by part, and the count of each
// part. In this order the vectors that reach into one half are contiguous.
func grouped(parts []part) (order []int, count [3]int) {
	order = make([]int, 0, len(parts))
	for p := upperPart; p <= lowerPart; p++ {
		for i, q := range parts {
			if q == p {
				order = append(order, i)
				count[p]++
			}
		}
	}
	return order, count
}

// rowMerge multiplies the vectors of a merge, kept as rows, by those of the
// secular problem. Rows of the first half are nonzero left of firstEnd, those of
// the second from secondStart on; work holds as many values as z.
type rowMerge struct {
	z                     blas64.General
	firstEnd, secondStart int
	work                  []float64
}

// run replaces the leading k rows of z by S·Z. Row r of S is a vector of the secular
// problem, and Z consists of the rows of z at index, grouped by part; count says
// how many there are of each part. It moves the deflated rows behind them.
func (m rowMerge) run(s blas64.General, index []int, count [3]int, deflated []int) {
	k := s.Rows
	rows, cols := m.z.Rows, m.z.Cols
	first := block(m.z, 0, 0, rows, m.firstEnd)
	second := block(m.z, 0, m.secondStart, rows, cols-m.secondStart)
	upper, rest := packRows(first, index[:count[upperPart]+count[bothParts]], m.work)
	lower, rest := packRows(second, index[count[upperPart]:], rest)
	kept, _ := packRows(m.z, deflated, rest)
	for r := range deflated {
		copy(rowVector(m.z, k+r).Data, rowVector(kept, r).Data)
	}
	multiplyRows(block(first, 0, 0, k, first.Cols), s, 0, upper)
	multiplyRows(block(second, 0, 0, k, second.Cols), s, count[upperPart], lower)
}

// pickIndices returns values[i] for every i in index.
func pickIndices(values, index []int) []int {
	out := make([]int, len(index))
	for a, i := range index {
		out[a] = values[i]
	}
	return out
}

// packRows copies some rows of a into memory. It returns them as a matrix, and the
// memory that remains.
func packRows(a blas64.General, rows []int, memory []float64) (packed blas64.General, rest []float64) {
	packed = blas64.General{Rows: len(rows), Cols: a.Cols, Stride: a.Cols, Data: memory[:len(rows)*a.Cols]}
	for r, i := range rows {
		copy(packed.Data[r*a.Cols:(r+1)*a.Cols], a.Data[i*a.Stride:])
	}
	return packed, memory[len(rows)*a.Cols:]
}

// multiplyRows writes S[:, from:from+rows.Rows]·rows into dst. Without rows it
// writes zeros.
func multiplyRows(dst, s blas64.General, from int, rows blas64.General) {
	if rows.Rows == 0 {
		for i := range dst.Rows {
			clear(rowVector(dst, i).Data)
		}
		return
	}
	blas64.Gemm(blas.NoTrans, blas.NoTrans, 1, block(s, 0, from, s.Rows, rows.Rows), rows, 0, dst)
}
