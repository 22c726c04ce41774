package linalg

import (
	"math"
	"sync"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/lapack"
	"gonum.org/v1/gonum/lapack/lapack64"
	"gonum.org/v1/gonum/mat"
)

// OuterGram returns K = XcXcᵀ, n×n, a strip of columns at a time: n²p floating-point
// operations, a quarter of those of a QR decomposition of Xcᵀ, and no memory but K and a
// strip.
func (c *Centered) OuterGram() *mat.Dense {
	n, _ := c.Dims()
	k := takeSquare(n)
	before := 0.0
	c.strips(stripColumns(n), func(strip blas64.General) {
		blas64.Syrk(blas.NoTrans, 1, strip, before, upperOf(k.RawMatrix()))
		before = 1
	})
	mirror(k.RawMatrix())
	return k
}

// spareSquares are square matrices that nobody uses any more.
var spareSquares sync.Pool

// takeSquare returns an n×n matrix with anything in it.
func takeSquare(n int) *mat.Dense {
	if k, ok := spareSquares.Get().(*mat.Dense); ok {
		if rows, _ := k.Dims(); rows == n {
			return k
		}
	}
	return mat.NewDense(n, n, nil)
}

// GiveBack lets a later OuterGram of as many samples have the memory of one that nobody
// uses any more: pages that are touched for the first time cost more than what is computed
// in them.
func GiveBack(k *mat.Dense) { spareSquares.Put(k) }

// RowFactor returns Z, n×(n−1), with ZZᵀ = XcXcᵀ, for n ≤ p: the samples in an orthonormal
// basis of their span. k is OuterGram.
//
// The rows of Xc add up to 0. The reflection that maps the vector of ones to the last axis
// turns the samples into n−1 others,
//
//	x'_i = x_i − x_n/(√n+1),  i < n,
//
// whose Gram matrix K' has the conditions of the data alone. Where these are good, Z is
// the Cholesky factor of K', reflected back. An error of eps in K' makes one of
// cond(K')·eps/2 in Z: beyond gramCondition the samples, divided by the factor, are
// multiplied and decomposed once more (Yamamoto et al. 2015,
// doi 10.1553/etna_vol44s306), which gives the accuracy of a QR decomposition with three
// quarters of its operations. Samples that are nearly dependent are decomposed by QR.
func (c *Centered) RowFactor(k *mat.Dense) *mat.Dense {
	if r, ok := c.factorByGram(k); ok {
		return reflectedBack(r)
	}
	n, _ := c.Dims()
	r := c.upperFactorByStrips()
	return mat.DenseCopyOf(r.Slice(0, n-1, 0, n).T())
}

const (
	// stripUnit divides the number of columns of a strip: the depth of one pass of a
	// product.
	stripUnit = 256
	// gramCondition is the condition up to which one Cholesky decomposition suffices.
	gramCondition = 1e4
	// gramConditionTwice is that up to which two do.
	gramConditionTwice = 1e11
	// reflectedShare bounds the share of a sample that comes from the last sample, by
	// squared norms, so that rounding of that sample does not count in others.
	reflectedShare = 16
	// factorStrip is the number of columns, in multiples of n, that are decomposed at once.
	factorStrip = 3
)

// stripColumns returns the columns of a strip of a matrix with n rows.
func stripColumns(n int) int { return max(1, panelValues/n/stripUnit) * stripUnit }

// strips calls use with the columns of Xc, width at a time, in memory that the next call
// overwrites. That of strips of about the size of a panel is that of panels, which the
// next product finds touched already.
func (c *Centered) strips(width int, use func(strip blas64.General)) {
	n, p := c.Dims()
	width = min(width, p)
	var memory []float64
	if n*width <= 2*panelValues {
		ws := spare.Get().(*panels)
		defer spare.Put(ws)
		memory = ws.room(0, n*width)
	} else {
		memory = make([]float64, n*width)
	}
	for lo := 0; lo < p; lo += width {
		w := min(width, p-lo)
		strip := blas64.General{Rows: n, Cols: w, Stride: w, Data: memory[:n*w]}
		subtract(strip, block(c.x.RawMatrix(), 0, lo, n, w), c.estimate[lo:lo+w], c.rest[lo:lo+w])
		use(strip)
	}
}

// factorByGram returns the upper triangular R with RᵀR = K', (n−1)×(n−1), and false where
// the samples are too nearly dependent. K' is decomposed with its diagonal scaled to 1.
func (c *Centered) factorByGram(k *mat.Dense) (*mat.Dense, bool) {
	n, _ := c.Dims()
	m := n - 1
	beta := 1 / (math.Sqrt(float64(n)) + 1)
	last := k.RawRowView(m)
	units := make([]float64, m)
	for i := range units {
		own := k.At(i, i) - 2*beta*last[i] + beta*beta*last[m]
		if !(own > 0) || beta*beta*last[m] > reflectedShare*own {
			return nil, false
		}
		units[i] = 1 / math.Sqrt(own)
	}
	r := mat.NewDense(m, m, nil)
	for i, u := range units {
		from, to := k.RawRowView(i), r.RawRowView(i)
		shift := beta*beta*last[m] - beta*last[i]
		for j := i; j < m; j++ {
			to[j] = (from[j] - beta*last[j] + shift) * u * units[j]
		}
	}
	raw := r.RawMatrix()
	work, integers := make([]float64, 3*m), make([]int, m)
	norm := lapack64.Lansy(lapack.MaxColumnSum, upperOf(raw), work)
	if _, ok := lapack64.Potrf(upperOf(raw)); !ok {
		return nil, false
	}
	reciprocal := lapack64.Pocon(upperOf(raw), norm, work, integers)
	if !(reciprocal*gramConditionTwice > 1) {
		return nil, false
	}
	if reciprocal*gramCondition < 1 && !c.factorAgain(r, units, beta) {
		return nil, false
	}
	for i := range m {
		row := r.RawRowView(i)
		for j := i; j < m; j++ {
			row[j] /= units[j]
		}
	}
	return r, true
}

// factorAgain replaces R by S·R, where SᵀS is the Gram matrix of the scaled and reflected
// samples after these are multiplied by R⁻ᵀ. Its condition is near 1; it reports false
// where it is not.
func (c *Centered) factorAgain(r *mat.Dense, units []float64, beta float64) bool {
	m := len(units)
	gram := mat.NewDense(m, m, nil)
	c.strips(stripColumns(m), func(strip blas64.General) {
		last := rowVector(strip, m)
		for i, u := range units {
			row := rowVector(strip, i)
			blas64.Axpy(-beta, last, row)
			blas64.Scal(u, row)
		}
		strip.Rows = m
		blas64.Trsm(blas.Left, blas.Trans, 1, triangular(r), strip)
		blas64.Syrk(blas.NoTrans, 1, strip, 1, upperOf(gram.RawMatrix()))
	})
	const near = 0.1
	if !(distanceFromIdentity(gram.RawMatrix()) < near) {
		return false
	}
	if _, ok := lapack64.Potrf(upperOf(gram.RawMatrix())); !ok {
		return false
	}
	blas64.Trmm(blas.Left, blas.NoTrans, 1, triangular(gram), r.RawMatrix())
	return true
}

// reflectedBack returns Z, the reflection of [Rᵀ; 0]: with the sum t of the rows of Rᵀ,
//
//	z_i = r_i − t/(√n(√n+1)), i < n,  z_n = −t/√n.
func reflectedBack(r *mat.Dense) *mat.Dense {
	m, _ := r.Dims()
	z := mat.NewDense(m+1, m, nil)
	raw := z.RawMatrix()
	transposeUpper(raw, r.RawMatrix())
	root := math.Sqrt(float64(m + 1))
	last := rowVector(raw, m)
	for i := range m {
		blas64.Axpy(1, rowVector(raw, i), last)
	}
	share := 1 / (root * (root + 1))
	for i := range m {
		blas64.Axpy(-share, last, rowVector(raw, i))
	}
	blas64.Scal(-1/root, last)
	return z
}

// transposeUpper writes the transpose of an upper triangle into dst, whose other entries
// are 0.
func transposeUpper(dst, upper blas64.General) {
	const block = 64
	for i0 := 0; i0 < upper.Rows; i0 += block {
		for j0 := i0; j0 < upper.Cols; j0 += block {
			for i := i0; i < min(i0+block, upper.Rows); i++ {
				for j := max(j0, i); j < min(j0+block, upper.Cols); j++ {
					dst.Data[j*dst.Stride+i] = upper.Data[i*upper.Stride+j]
				}
			}
		}
	}
}

// upperFactorByStrips returns R, n×n, of the QR decomposition of Xcᵀ: that of a strip
// below the R of the strips before it (Demmel et al. 2012, doi 10.1137/080731992).
func (c *Centered) upperFactorByStrips() *mat.Dense {
	n, _ := c.Dims()
	var r *mat.Dense
	c.strips(factorStrip*n, func(strip blas64.General) {
		above := 0
		if r != nil {
			above = n
		}
		stack := mat.NewDense(above+strip.Cols, n, nil)
		raw := stack.RawMatrix()
		if r != nil {
			stack.Slice(0, n, 0, n).(*mat.Dense).Copy(r)
		}
		transposeInto(block(raw, above, 0, strip.Cols, n), strip)
		r = UpperFactor(stack)
	})
	return r
}

// OuterGramMemory bounds the memory of Centered.OuterGram.
func OuterGramMemory(n, p int64) int64 { return n*n + n*min(p, int64(stripColumns(int(max(n, 1))))) }

// RowFactorMemory bounds the memory of Centered.RowFactor: of the decomposition by strips,
// which is more than that by Gram matrices.
func RowFactorMemory(n, p int64) int64 {
	rows := min(p, factorStrip*n)
	return n*rows + (n+rows)*n + 2*n*n + UpperFactorMemory(n+rows, n)
}
