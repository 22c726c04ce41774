package linalg

import (
	"math"
	"sync"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
	lapackgonum "gonum.org/v1/gonum/lapack/gonum"
	"gonum.org/v1/gonum/mat"
)

// smallOrder is the largest order of a matrix whose singular value decomposition is that of
// smallSVD: up to it, products of blocks take longer to prepare than to compute.
const smallOrder = 32

// smallSVD decomposes A = U·diag(s)·Vᵀ, n×n with n ≤ smallOrder, in memory of its own:
// Householder bidiagonalisation one reflector at a time, and the implicit QR iteration of
// LAPACK's dbdsqr. The rows of ut and vt are singular vectors, so that each step runs along
// consecutive memory.
type smallSVD struct {
	n             int
	s             []float64 // descending
	a, ut, vt     []float64 // n×n
	e, tauQ, tauP []float64
	work          []float64
	memory        [3*smallOrder*smallOrder + 9*smallOrder]float64
}

var smallSVDs = sync.Pool{New: func() any { return new(smallSVD) }}

// isSmall reports whether a matrix is one for smallSVD.
func isSmall(m, n int) bool { return m == n && n <= smallOrder }

// decompose decomposes a. It divides by a power of two first and multiplies the singular
// values in the end.
func (w *smallSVD) decompose(a blas64.General, scale float64) error {
	n := a.Rows
	w.n = n
	rest := w.memory[:]
	take := func(n int) []float64 {
		out := rest[:n:n]
		rest = rest[n:]
		return out
	}
	w.a, w.ut, w.vt = take(n*n), take(n*n), take(n*n)
	w.s, w.e, w.tauQ, w.tauP, w.work = take(n), take(n), take(n), take(n), take(4*smallOrder)
	copyScaled(blas64.General{Rows: n, Cols: n, Stride: n, Data: w.a}, a, 1/scale)
	w.bidiagonalize()
	flushNegligible(w.s, w.e[:n-1])
	w.formLeft()
	w.formRight()
	if !(lapackgonum.Implementation{}).Dbdsqr(blas.Upper, n, n, 0, n, w.s, w.e, w.vt, n, nil, 1, w.ut, n, w.work) {
		return ErrNoConvergence
	}
	for i := range w.s {
		w.s[i] *= scale
	}
	return nil
}

// bidiagonalize leaves the diagonal in s, the superdiagonal in e, and the reflectors in a:
// those of the left in columns from the diagonal on, those of the right in rows behind it.
func (w *smallSVD) bidiagonalize() {
	n, a, row := w.n, w.a, w.work[:w.n]
	for i := range n {
		// H = I − tau·v·vᵀ with v_i = 1 maps column i to beta on the diagonal.
		ss := 0.0
		for l := i + 1; l < n; l++ {
			ss += a[l*n+i] * a[l*n+i]
		}
		beta, tau, inverse := reflection(a[i*n+i], ss)
		w.s[i], w.tauQ[i] = beta, tau
		a[i*n+i] = 1
		if tau != 0 {
			for l := i + 1; l < n; l++ {
				a[l*n+i] *= inverse
			}
			rest := row[i+1 : n]
			clear(rest)
			for l := i; l < n; l++ {
				v, from := a[l*n+i], a[l*n+i+1:l*n+n]
				for j, x := range from {
					rest[j] += v * x
				}
			}
			for l := i; l < n; l++ {
				v, to := tau*a[l*n+i], a[l*n+i+1:l*n+n]
				for j, x := range rest {
					to[j] -= v * x
				}
			}
		}
		if i+1 == n {
			break
		}
		u := a[i*n+i+1 : (i+1)*n]
		ss = 0.0
		for _, v := range u[1:] {
			ss += v * v
		}
		beta, tau, inverse = reflection(u[0], ss)
		w.e[i], w.tauP[i] = beta, tau
		u[0] = 1
		if tau == 0 {
			continue
		}
		for j := range u[1:] {
			u[1+j] *= inverse
		}
		for l := i + 1; l < n; l++ {
			reflectRow(a[l*n+i+1:(l+1)*n], u, tau)
		}
	}
}

// reflection returns what maps a vector with the first entry alpha and the squared norm ss
// of the others to beta·e₁: H = I − tau·v·vᵀ, v = (1, inverse·others).
func reflection(alpha, ss float64) (beta, tau, inverse float64) {
	if ss == 0 {
		return alpha, 0, 0
	}
	beta = -math.Copysign(math.Sqrt(alpha*alpha+ss), alpha)
	return beta, (beta - alpha) / beta, 1 / (alpha - beta)
}

// reflectRow multiplies a row by I − tau·v·vᵀ.
func reflectRow(row, v []float64, tau float64) {
	product := 0.0
	row = row[:len(v)]
	for j, x := range v {
		product += x * row[j]
	}
	product *= tau
	for j, x := range v {
		row[j] -= product * x
	}
}

// formLeft writes Qᵀ, the product of the reflections of the left.
func (w *smallSVD) formLeft() {
	n := w.n
	clear(w.ut)
	v := w.work[:n]
	for i := n - 1; i >= 0; i-- {
		w.ut[i*n+i] = 1
		if w.tauQ[i] == 0 {
			continue
		}
		for l := i; l < n; l++ {
			v[l] = w.a[l*n+i]
		}
		for k := i; k < n; k++ {
			reflectRow(w.ut[k*n+i:(k+1)*n], v[i:], w.tauQ[i])
		}
	}
}

// formRight writes Pᵀ.
func (w *smallSVD) formRight() {
	n := w.n
	clear(w.vt)
	w.vt[0] = 1
	for i := n - 2; i >= 0; i-- {
		w.vt[(i+1)*n+i+1] = 1
		if w.tauP[i] == 0 {
			continue
		}
		u := w.a[i*n+i+1 : (i+1)*n]
		for k := i + 1; k < n; k++ {
			reflectRow(w.vt[k*n+i+1:(k+1)*n], u, w.tauP[i])
		}
	}
}

// svdSmall is SVD of a small matrix.
func svdSmall(a *mat.Dense) (u *mat.Dense, s []float64, v *mat.Dense, err error) {
	w := smallSVDs.Get().(*smallSVD)
	defer smallSVDs.Put(w)
	largest := maxAbs(a.RawMatrix())
	if !isFinite(largest) {
		return nil, nil, nil, ErrNotFinite
	}
	if err := w.decompose(a.RawMatrix(), safeScale(largest)); err != nil {
		return nil, nil, nil, err
	}
	return w.transposed(w.ut), append([]float64(nil), w.s...), w.transposed(w.vt), nil
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
	transposeInto(out.RawMatrix(), blas64.General{Rows: w.n, Cols: w.n, Stride: w.n, Data: rows})
	return out
}

// polarSmall is PolarAbove of a small finite matrix.
func polarSmall(a *mat.Dense, largest, least float64) (p *mat.Dense, nuclear float64, err error) {
	w := smallSVDs.Get().(*smallSVD)
	defer smallSVDs.Put(w)
	if err := w.decompose(a.RawMatrix(), safeScale(largest)); err != nil {
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
