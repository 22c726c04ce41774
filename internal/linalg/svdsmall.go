package linalg

import (
	"slices"
	"sync"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/mat"
)

// smallOrder is the largest order of a matrix that is decomposed one reflector at a time and
// by the QR or QL iteration: up to it, products of blocks and divide and conquer take longer
// to prepare than to compute.
const smallOrder = 64

// smallSVD decomposes A = U·diag(s)·Vᵀ, n×n with n ≤ smallOrder, in memory of its own.
// The rows of ut and vt are singular vectors, so that each step runs along consecutive
// memory.
type smallSVD struct {
	n         int
	s         []float64 // descending
	a, ut, vt []float64 // n×n
	memory    []float64
}

var smallSVDs = sync.Pool{New: func() any { return new(smallSVD) }}

// isSmall reports whether a matrix is one for smallSVD.
func isSmall(m, n int) bool { return m == n && n <= smallOrder }

// decompose decomposes a. It divides by a power of two first and multiplies the singular
// values in the end. Without vectors ut and vt are not set.
func (w *smallSVD) decompose(a blas64.General, scale float64, vectors bool) error {
	n := a.Rows
	w.n = n
	if size := 4*n*n + 12*n + 1; len(w.memory) < size {
		w.memory = make([]float64, size)
	}
	rest := arena(w.memory)
	w.a, w.ut, w.vt = rest.take(n*n), rest.take(n*n), rest.take(n*n)
	w.s = rest.take(n)
	r := bidiagonalReduction{
		d: w.s, e: rest.take(n)[:n-1], tauQ: rest.take(n), tauP: rest.take(n),
		q: blas64.General{Rows: n, Cols: n, Stride: n, Data: rest.take(n * n)},
		p: blas64.General{Rows: n, Cols: n, Stride: n, Data: w.a},
	}
	copyScaled(r.p, a, 1/scale)
	r.reduce(rest.take(4*n + 1))
	flushNegligible(r.d, r.e)
	work := rest.take(4 * n)
	if !vectors {
		if !bidiagonalValues(r.d, r.e, work) {
			return ErrNoConvergence
		}
	} else {
		formTransposed(w.ut, r.q, r.tauQ, 0, work)
		formTransposed(w.vt, r.p, r.tauP[:n-1], 1, work)
		qr := bidiagonalQR{
			d: r.d, e: r.e, cs: [2][]float64{work[:2*n], work[2*n:]},
			u: rowSpace{data: w.ut, n: n, stride: n}, v: rowSpace{data: w.vt, n: n, stride: n},
		}
		if !qr.run() {
			return ErrNoConvergence
		}
	}
	for i := range w.s {
		w.s[i] *= scale
	}
	return nil
}

// smallDecomposition returns work space with the decomposition of a small matrix, to be put
// back into smallSVDs.
func smallDecomposition(a *mat.Dense, vectors bool) (*smallSVD, error) {
	largest := maxAbs(a.RawMatrix())
	if !isFinite(largest) {
		return nil, ErrNotFinite
	}
	w := smallSVDs.Get().(*smallSVD)
	if err := w.decompose(a.RawMatrix(), safeScale(largest), vectors); err != nil {
		smallSVDs.Put(w)
		return nil, err
	}
	return w, nil
}

// svdSmall is SVD of a small matrix.
func svdSmall(a *mat.Dense) (u *mat.Dense, s []float64, v *mat.Dense, err error) {
	w, err := smallDecomposition(a, true)
	if err != nil {
		return nil, nil, nil, err
	}
	defer smallSVDs.Put(w)
	return w.transposed(w.ut), slices.Clone(w.s), w.transposed(w.vt), nil
}

// singularValuesSmall is SingularValues of a small matrix.
func singularValuesSmall(a *mat.Dense) ([]float64, error) {
	w, err := smallDecomposition(a, false)
	if err != nil {
		return nil, err
	}
	defer smallSVDs.Put(w)
	return slices.Clone(w.s), nil
}

// nuclearSmall is NuclearNorm of a small matrix.
func nuclearSmall(a *mat.Dense) (float64, error) {
	w, err := smallDecomposition(a, false)
	if err != nil {
		return 0, err
	}
	defer smallSVDs.Put(w)
	return sum(w.s), nil
}

// svdOfFewColumns is SVD of a matrix with more rows than columns, of which there are
// few: of R after a QR decomposition, which keeps the digits of columns of any size.
func svdOfFewColumns(a *mat.Dense) (u *mat.Dense, s []float64, v *mat.Dense, err error) {
	largest := maxAbs(a.RawMatrix())
	if !isFinite(largest) {
		return nil, nil, nil, ErrNotFinite
	}
	m, n := a.Dims()
	scale := safeScale(largest)
	f := mat.NewDense(m, n, nil)
	copyScaled(f.RawMatrix(), a.RawMatrix(), 1/scale)
	outer := newQRFactors(f)
	if u, s, v, err = svdSmall(outer.r); err != nil {
		return nil, nil, nil, err
	}
	for i := range s {
		s[i] *= scale
	}
	return outer.times(u), s, v, nil
}

// transposed returns a matrix with the vectors in columns.
func (w *smallSVD) transposed(rows []float64) *mat.Dense {
	out := mat.NewDense(w.n, w.n, nil)
	kernels.Transpose(w.n, w.n, rows, w.n, out.RawMatrix().Data, w.n)
	return out
}

// polarSmall is PolarAbove of a small finite matrix.
func polarSmall(a *mat.Dense, largest, least float64) (p *mat.Dense, nuclear float64, err error) {
	w := smallSVDs.Get().(*smallSVD)
	defer smallSVDs.Put(w)
	if err := w.decompose(a.RawMatrix(), safeScale(largest), true); err != nil {
		return nil, 0, err
	}
	n := w.n
	p = mat.NewDense(n, n, nil)
	if r := RankAbove(w.s, n, n, least); r > 0 {
		left := blas64.General{Rows: r, Cols: n, Stride: n, Data: w.ut}
		right := blas64.General{Rows: r, Cols: n, Stride: n, Data: w.vt}
		blas64.Gemm(blas.Trans, blas.NoTrans, 1, left, right, 0, p.RawMatrix())
	}
	return p, sum(w.s), nil
}
