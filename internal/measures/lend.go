package measures

import (
	"math/bits"
	"sync"

	"gonum.org/v1/gonum/mat"
)

// lent keeps the memory of matrices that were given back, by the number of binary digits
// of their size. Memory that is touched for the first time costs more than a microsecond a
// page, as much as a thousand operations on its 512 numbers, so that work space which one
// fold needs after the other should be the same.
var lent [64]sync.Pool

// lend returns an n×p matrix of any numbers, which may be given back.
func lend(n, p int) *mat.Dense {
	size := n * p
	if memory, ok := lent[bits.Len(uint(size))].Get().(*[]float64); ok && cap(*memory) >= size {
		return mat.NewDense(n, p, (*memory)[:size])
	}
	return mat.NewDense(n, p, nil)
}

// giveBack ends the use of matrices, which may be nil, whose memory nobody else has.
func giveBack(matrices ...*mat.Dense) {
	for _, m := range matrices {
		if m == nil {
			continue
		}
		memory := m.RawMatrix().Data
		memory = memory[:len(memory):len(memory)]
		lent[bits.Len(uint(len(memory)))].Put(&memory)
	}
}
