package linalg

import (
	"cmp"
	"math"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
)

// leafSize is the order of the tridiagonal and bidiagonal problems that divide
// and conquer leaves to the implicit QL and QR iterations.
const leafSize = 24

// negligible is what divide and conquer neglects beside the largest entry of the
// matrix, which is scaled to about 1: squares of what is larger do not underflow.
const negligible = 0x1p-200

// flushNegligible sets negligible entries to zero. Besides keeping divide and
// conquer within its bounds it avoids the rescaling of tiny blocks by Dsteqr and
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

// both runs two functions, at the same time when that is worth it, and returns
// the first's error or else the second's.
func both(concurrent bool, f, g func() error) error {
	if !concurrent {
		if err := f(); err != nil {
			return err
		}
		return g()
	}
	done := make(chan error)
	go func() { done <- g() }()
	errF := f()
	errG := <-done
	return cmp.Or(errF, errG)
}

// part says which columns of an eigenvector can be nonzero.
type part uint8

const (
	upperPart part = iota // those of the first half
	bothParts
	lowerPart
)

// activeSet holds the eigenpairs that a merge changes, in ascending order of
// their values, and where their vectors are nonzero.
type activeSet struct {
	index []int
	part  []part
}

func (a *activeSet) add(i int, p part) {
	a.index, a.part = append(a.index, i), append(a.part, p)
}

// grouped returns the positions in parts ordered by part, so that the vectors
// that reach into one half are contiguous, and how many there are of each.
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

// run replaces the leading k rows of z by S·Z, where row r of S is a vector of
// the secular problem and Z the rows named by index, grouped by part into count,
// and moves the deflated rows behind them.
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

// pick returns values[i] for every i of which.
func pick(values, which []int) []int {
	out := make([]int, len(which))
	for a, i := range which {
		out[a] = values[i]
	}
	return out
}

// packRows copies the named rows of a into memory and returns them as a matrix
// and the memory that remains.
func packRows(a blas64.General, rows []int, memory []float64) (packed blas64.General, rest []float64) {
	packed = blas64.General{Rows: len(rows), Cols: a.Cols, Stride: a.Cols, Data: memory[:len(rows)*a.Cols]}
	for r, i := range rows {
		copy(packed.Data[r*a.Cols:(r+1)*a.Cols], a.Data[i*a.Stride:])
	}
	return packed, memory[len(rows)*a.Cols:]
}

// multiplyRows writes S[:, from:from+rows.Rows]·rows into dst, zeros when there
// are no rows.
func multiplyRows(dst, s blas64.General, from int, rows blas64.General) {
	if rows.Rows == 0 {
		for i := range dst.Rows {
			clear(rowVector(dst, i).Data)
		}
		return
	}
	blas64.Gemm(blas.NoTrans, blas.NoTrans, 1, block(s, 0, from, s.Rows, rows.Rows), rows, 0, dst)
}
