package linalg

import (
	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
	lapackgonum "gonum.org/v1/gonum/lapack/gonum"
	"gonum.org/v1/gonum/mat"
)

// QR returns the thin Householder factorisation A = Q·R of the m×n matrix a: q
// is m×k with orthonormal columns, r is k×n upper trapezoidal, k = min(m,n).
// The diagonal of r may have any sign. NaN and infinities spread as in any sum.
func QR(a *mat.Dense) (q, r *mat.Dense) {
	f := newQRFactors(mat.DenseCopyOf(a))
	return f.thinQ(), f.r
}

// UpperFactor returns R of the factorisation of the m×n matrix a without forming Q,
// in half of the time and of the memory. It destroys a.
func UpperFactor(a *mat.Dense) *mat.Dense { return newQRFactors(a).r }

const (
	// qrWidth is the number of columns that are factorised before the columns to
	// their right are updated.
	qrWidth = 64
	// qrLeaf is the number of columns at which the recursion inside them ends.
	qrLeaf = 4
)

// qrFactors is the factorisation A = H_0⋯H_{k−1}·R. The rows of v, k×m, hold the
// vectors of the reflectors; vector i has zeros before column i.
type qrFactors struct {
	v   blas64.General
	tau []float64
	r   *mat.Dense

	triangle int // numbers of work space before those of a product, for a T
}

// newQRFactors factorises a, m×n, and destroys it. It turns panels of columns into
// rows and factorises them recursively (Elmroth and Gustavson, 2000), so that gemm
// does nearly all of the work, for tall matrices too.
//
// LAPACK's dgeqrf by way of gonum would not do: Dlarft of gonum 0.17 forms a wrong
// factor when the second vector of a block ends in more zeros than the first.
// Data with rows of zeros at the end lead to such vectors.
func newQRFactors(a *mat.Dense) *qrFactors {
	m, n := a.Dims()
	k := min(m, n)
	f := &qrFactors{
		v:   blas64.General{Rows: k, Cols: m, Stride: m, Data: make([]float64, k*m)},
		tau: make([]float64, k),
		r:   mat.NewDense(k, n, nil),
	}
	raw := a.RawMatrix()
	all, triangle := qrWork(int64(m), int64(n))
	work := make([]float64, all)
	f.triangle = int(triangle)
	for j := 0; j < k; j += qrWidth {
		w := min(qrWidth, k-j)
		transposeInto(block(f.v, j, j, w, m-j), block(raw, j, j, m-j, w))
		f.factorizeRows(j, j, w, work)
		if next := j + w; next < n {
			trailing := block(raw, j, next, m-j, n-next)
			q := newReflectors(block(f.v, j, j, w, m-j), f.tau[j:next], work)
			q.applyLeft(blas.Trans, trailing, work[f.triangle:])
			for i := j; i < next; i++ {
				copy(f.r.RawRowView(i)[next:], rowVector(raw, i).Data[next:])
			}
		}
	}
	return f
}

// qrWork is the number of values that the blocks of an m×n decomposition work with, and
// of these the number of a triangle T.
func qrWork(m, n int64) (all, triangle int64) {
	w := min(qrWidth, m, n)
	return w * (w + max(n, w)), w * w
}

// times returns Q·[u; 0] of a tall matrix, for a square u.
func (f *qrFactors) times(u *mat.Dense) *mat.Dense {
	n, _ := u.Dims()
	tall := mat.NewDense(f.v.Cols, n, nil)
	tall.Slice(0, n, 0, n).(*mat.Dense).Copy(u)
	f.applyQ(tall)
	return tall
}

// factorizeRows turns the rows i to i+w−1 of v, which hold columns of A from row
// top on, into reflector vectors and columns of r.
func (f *qrFactors) factorizeRows(top, i, w int, work []float64) {
	if w > qrLeaf {
		half := w / 2
		f.factorizeRows(top, i, half, work)
		q := newReflectors(block(f.v, i, i, half, f.v.Cols-i), f.tau[i:i+half], work)
		q.applyToRows(block(f.v, i+half, i, w-half, f.v.Cols-i), work[f.triangle:])
		f.factorizeRows(top, i+half, w-half, work)
		return
	}
	for c := i; c < i+w; c++ {
		row := rowVector(f.v, c).Data
		beta, tau := lapackgonum.Implementation{}.Dlarfg(len(row)-c, row[c], row[min(c+1, len(row)-1):], 1)
		row[c], f.tau[c] = beta, tau
		for l := top; l <= c; l++ {
			f.r.Set(l, c, row[l])
			row[l] = 0
		}
		row[c] = 1
		v := vector(row[c:])
		for next := c + 1; next < i+w; next++ {
			x := vector(rowVector(f.v, next).Data[c:])
			blas64.Axpy(-tau*blas64.Dot(v, x), v, x)
		}
	}
}

// thinQ forms the first k columns of the orthogonal factor.
func (f *qrFactors) thinQ() *mat.Dense {
	k, m := f.v.Rows, f.v.Cols
	q := mat.NewDense(m, k, nil)
	for i := range k {
		q.Set(i, i, 1)
	}
	work := make([]float64, qrWidth*(qrWidth+k))
	for i := (k - 1) / qrWidth * qrWidth; i >= 0; i -= qrWidth {
		w := min(qrWidth, k-i)
		h := newReflectors(block(f.v, i, i, w, m-i), f.tau[i:i+w], work)
		// Columns before i are still those of the identity.
		h.applyLeft(blas.NoTrans, block(q.RawMatrix(), i, i, m-i, k-i), work[qrWidth*qrWidth:])
	}
	return q
}

// applyQ replaces c, with m rows, by Q·c, Q being m×m.
func (f *qrFactors) applyQ(c *mat.Dense) { applyReflectors(f.v, f.tau, 0, c.RawMatrix()) }

// applyQTrans replaces c, with m rows, by Qᵀ·c.
func (f *qrFactors) applyQTrans(c *mat.Dense) {
	k, m := f.v.Rows, f.v.Cols
	raw := c.RawMatrix()
	work := make([]float64, qrWidth*(qrWidth+raw.Cols))
	for i := 0; i < k; i += qrWidth {
		w := min(qrWidth, k-i)
		h := newReflectors(block(f.v, i, i, w, m-i), f.tau[i:i+w], work)
		h.applyLeft(blas.Trans, block(raw, i, 0, m-i, raw.Cols), work[qrWidth*qrWidth:])
	}
}
