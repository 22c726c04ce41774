package measures

import (
	"math"
	"sync"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas32"
)

// screenedFrom is the number of multiplications of a leave-one-out error from which on
// errors are first computed in float32, in half the time.
const screenedFrom = 1e7

// halfSingle is half the distance of 1 to the next float32.
const halfSingle = 0x1p-24

// screenMemory is the memory of the products in float32, which all searches share.
type screenMemory struct{ x, u, shrunk, residual []float32 }

var screenMemories = sync.Pool{New: func() any { return new(screenMemory) }}

// screen returns those of the candidates that may have the smallest error, by errors in
// float32: mostly one. In the order of the candidates it computes the errors that bounds
// do not exclude, as best does.
//
// Residuals X − U·diag(1−f)·G in float32 have norms that are wrong by
//
//	δ = 2⁻²⁴·operations(r)·(‖X‖ + ‖G‖)
//
// at most, and ‖G‖ ≤ ‖X‖; with weights c the root of an error is wrong by √(max c)·δ. If
// numbers do not fit in float32, all candidates stay.
func (t *penaltySearch) screen(candidates []penaltyBound) []penaltyBound {
	n, p := t.x.Dims()
	r := len(t.s)
	if float64(n)*float64(p)*float64(r) < screenedFrom {
		return candidates
	}
	unit := math.Sqrt(t.total / float64(n*p)) // in which numbers are of order 1
	if unit == 0 || !finite(1/unit) {
		return candidates
	}
	memory := screenMemories.Get().(*screenMemory)
	defer screenMemories.Put(memory)
	x, u := single(&memory.x, n, p), single(&memory.u, n, r)
	shrunk, residual := single(&memory.shrunk, r, p), single(&memory.residual, n, p)
	for i := range n {
		inSingle(x.Data[i*p:(i+1)*p], t.x.RawRowView(i), 1/unit)
		inSingle(u.Data[i*r:(i+1)*r], t.u.RawRowView(i), 1)
	}
	defer func() { t.rough = 0 }()
	t.rough = 2 * halfSingle * operations(r) * math.Sqrt(t.total)
	least, last := math.Inf(1), -1
	lowest := make([]float64, len(candidates))
	for i, one := range candidates {
		if lowest[i] = one.below; lowest[i] <= least && last >= 0 {
			lowest[i] = max(lowest[i], t.beside(one, candidates[last]))
		}
		if lowest[i] > least {
			continue
		}
		for k, kept := range one.kept {
			inSingle(shrunk.Data[k*p:(k+1)*p], t.g.RawRowView(k), kept/unit)
		}
		copy(residual.Data, x.Data)
		blas32.Gemm(blas.NoTrans, blas.NoTrans, -1, u, shrunk, 1, residual)
		loss, most := 0.0, 0.0
		for i, left := range one.left {
			row := blas32.Vector{N: p, Inc: 1, Data: residual.Data[i*p : (i+1)*p]}
			t.squares[i] = blas32.DDot(row, row) * unit * unit
			loss += t.squares[i] / (left * left)
			most = max(most, 1/(left*left))
		}
		doubt := t.roughly(loss, most)
		if !finite(loss + doubt) {
			return candidates
		}
		lowest[i], last = loss-doubt, i
		least = min(least, loss+doubt)
	}
	var out []penaltyBound
	for i, one := range candidates {
		if lowest[i] <= least {
			out = append(out, one)
		}
	}
	return out
}

// roughly bounds by how much a sum of squared residuals is wrong if their norm is wrong by
// t.rough, with weights that are at most most.
func (t *penaltySearch) roughly(sum, most float64) float64 {
	return 2*math.Sqrt(sum*most)*t.rough + most*t.rough*t.rough
}

// single returns an n×p matrix in memory that it makes larger if need be.
func single(memory *[]float32, n, p int) blas32.General {
	if cap(*memory) < n*p {
		*memory = make([]float32, n*p)
	}
	return blas32.General{Rows: n, Cols: p, Stride: p, Data: (*memory)[:n*p]}
}

// inSingle writes numbers times a factor as float32.
func inSingle(dst []float32, src []float64, factor float64) {
	dst = dst[:len(src)]
	for j, v := range src {
		dst[j] = float32(v * factor)
	}
}
