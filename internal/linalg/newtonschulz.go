package linalg

import (
	"math"
	"sync"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/lapack/lapack64"
	"gonum.org/v1/gonum/mat"
)

// polarByIteration computes the polar factor and the nuclear norm of a by scaled
// Newton-Schulz iteration. It returns false, without a result, when a is so near
// to singular that the iteration is slow or its start is unreliable. scale is the
// power of two to divide a by, so that its entries are about 1. No singular value may
// be as small as least.
//
// X ← α·X·(3I − α²·XᵀX)/2 takes singular values σ in [l,1] to
// α·σ·(3−α²σ²)/2 in [l',1]. α = √(3/(1+l+l²)) makes l' largest; bounding it by
// 1.69770 keeps the image of σ = 1 above 0.1, without which the iteration is not
// stable (Chen and Chow, 2014).
func polarByIteration(a *mat.Dense, scale, least float64) (p *mat.Dense, nuclear float64, ok bool) {
	m, n := a.Dims()
	tall := m >= n
	if !tall {
		m, n = n, m
	}
	memory, release := polarMemory(2*m*n + 2*n*n)
	defer release()
	x := blas64.General{Rows: m, Cols: n, Stride: n, Data: memory[:m*n]}
	y := blas64.General{Rows: m, Cols: n, Stride: n, Data: memory[m*n : 2*m*n]}
	gram := blas64.General{Rows: n, Cols: n, Stride: n, Data: memory[2*m*n : 2*m*n+n*n]}
	if tall {
		copyScaled(x, a.RawMatrix(), 1/scale)
	} else {
		transposeInto(x, a.RawMatrix())
		blas64.Scal(1/scale, vector(x.Data))
	}
	blas64.Syrk(blas.Trans, 1, x, 0, upperOf(gram))
	lower, bound, ok := singularBounds(gram, memory[2*m*n+n*n:], n <= invertedOrder)
	const unsure = 16 // the bound from below may be an estimate
	if !ok || !(lower*scale > unsure*least) {
		return nil, 0, false
	}
	blas64.Scal(1/bound, vector(x.Data))
	blas64.Scal(1/(bound*bound), vector(gram.Data))

	const (
		maxIterations = 40
		maxAlpha      = 1.69770248526
		// From an error δ of XᵀX the next step leaves 3δ²/4.
		lastStep = 1e-8
	)
	l := lower / bound
	for range maxIterations {
		alpha := min(math.Sqrt(3/(1+l+l*l)), maxAlpha)
		delta := distanceFromIdentity(gram)
		if delta < 0.5 {
			alpha = 1 // quadratic convergence from here on
		}
		// X·(3α/2·I − α³/2·XᵀX), in the memory of the Gram matrix.
		half := -alpha * alpha * alpha / 2
		for i := range n {
			row := gram.Data[i*n+i : (i+1)*n]
			for j := range row {
				row[j] *= half
			}
			row[0] += 1.5 * alpha
		}
		mirror(gram)
		blas64.Gemm(blas.NoTrans, blas.NoTrans, 1, x, gram, 0, y)
		x, y = y, x
		if delta < lastStep {
			if tall {
				p = mat.NewDense(m, n, append([]float64(nil), x.Data...))
			} else {
				p = mat.NewDense(n, m, nil)
				transposeInto(p.RawMatrix(), x)
			}
			return p, scale * scaledDot(p, a, scale), true
		}
		l = alpha * l * (3 - alpha*alpha*l*l) / 2
		blas64.Syrk(blas.Trans, 1, x, 0, upperOf(gram))
	}
	return nil, 0, false
}

// iterationSpare is the memory of an iteration for a matrix of order 32.
const iterationSpare = 4 * 32 * 32

var spareSmall = sync.Pool{New: func() any { return new([iterationSpare]float64) }}

// polarMemory returns work space that small matrices share.
func polarMemory(n int) (memory []float64, release func()) {
	if n > iterationSpare {
		return make([]float64, n), func() {}
	}
	spare := spareSmall.Get().(*[iterationSpare]float64)
	return spare[:n], func() { spareSmall.Put(spare) }
}

// singularBounds returns an estimate of the smallest, or a lower bound, and an upper bound of
// the largest singular value of a matrix from the upper triangle of its Gram matrix.
// It reports false when their ratio is too small for a meaningful estimate.
func singularBounds(gram blas64.General, memory []float64, bounded bool) (lower, upper float64, ok bool) {
	// Below this reciprocal condition of the Gram matrix a decomposition is better.
	const smallestReciprocal = 1e-12
	n := gram.Rows
	var ss, trace float64
	for i := range n {
		row := gram.Data[i*n+i : (i+1)*n]
		diagonal := row[0]
		trace += diagonal
		for _, v := range row {
			ss += 2 * v * v
		}
		ss -= diagonal * diagonal
	}
	upper = math.Sqrt(min(math.Sqrt(ss), trace)) * (1 + 4*float64(n)*eps)
	factor := blas64.General{Rows: n, Cols: n, Stride: n, Data: memory[:n*n]}
	copy(factor.Data, gram.Data)
	t, ok := lapack64.Potrf(upperOf(factor))
	if !ok {
		return 0, 0, false
	}
	norm := upper * upper
	reciprocal := 0.0
	if bounded {
		reciprocal = 1 / (norm * inverseSquares(factor))
	} else {
		reciprocal = lapack64.Pocon(blas64.Symmetric{N: n, Data: t.Data, Stride: n, Uplo: blas.Upper},
			norm, make([]float64, 3*n), make([]int, n))
	}
	if !(reciprocal > smallestReciprocal) {
		return 0, 0, false
	}
	return math.Sqrt(reciprocal * norm), upper, true
}

// invertedOrder is the largest order at which the inverse of a triangular factor costs less
// than an estimate of its norm.
const invertedOrder = 32

// inverseSquares returns ‖R⁻¹‖² = tr (RᵀR)⁻¹, which is at least the inverse of the
// smallest eigenvalue of RᵀR, and overwrites R, upper triangular, with its inverse.
func inverseSquares(r blas64.General) float64 {
	n := r.Rows
	total := 0.0
	for i := n - 1; i >= 0; i-- {
		// Row i of the inverse follows from the rows below: R_ii·x_i + Σ_k R_ik·x_k = e_i.
		row := r.Data[i*r.Stride : i*r.Stride+n]
		var factors [invertedOrder]float64
		copy(factors[:], row)
		clear(row[i+1:])
		row[i] = 1
		for k := i + 1; k < n; k++ {
			f, below := factors[k], r.Data[k*r.Stride+k:k*r.Stride+n]
			to := row[k:]
			for j, v := range below {
				to[j] -= f * v
			}
		}
		inverse := 1 / factors[i]
		for j := i; j < n; j++ {
			row[j] *= inverse
			total += row[j] * row[j]
		}
	}
	return total
}

// distanceFromIdentity returns ‖G − I‖ for the upper triangle of a symmetric G.
func distanceFromIdentity(gram blas64.General) float64 {
	n := gram.Cols
	var ss float64
	for i := range n {
		row := gram.Data[i*n+i : (i+1)*n]
		for _, v := range row[1:] {
			ss += 2 * v * v
		}
		ss += (row[0] - 1) * (row[0] - 1)
	}
	return math.Sqrt(ss)
}

// scaledDot returns ⟨p, a/scale⟩ for a power of two, so that the sum does not
// overflow.
func scaledDot(p, a *mat.Dense, scale float64) float64 {
	pr, ar := p.RawMatrix(), a.RawMatrix()
	inverse := 1 / scale
	var total float64
	for i := range pr.Rows {
		u, v := rowVector(pr, i).Data, rowVector(ar, i).Data
		for j, w := range u {
			total += w * (v[j] * inverse)
		}
	}
	return total
}
