package linalg

import (
	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
	lapack "gonum.org/v1/gonum/lapack/gonum"
)

// panelWidth is the number of reflectors that are gathered before the trailing
// matrix is updated by level-3 operations.
const panelWidth = 32

// tridiagonalize reduces the symmetric matrix a to QᵀAQ = T with diagonal d
// (length n) and off-diagonal e (n−1), by blocked Householder reflections
// (Dongarra, Sorensen and Hammarling, 1989). It reads the upper triangle of a. Row
// i of a becomes the vector of reflector i, which starts at column i+1 with zeros
// before; tau (n−1) holds their factors: Q = H_0⋯H_{n−2}.
//
// The algorithm is LAPACK's dsytrd for the lower triangle in column-major order,
// in which symmetric matrices look the same.
func tridiagonalize(a blas64.General, d, e, tau []float64) {
	n := a.Rows
	w := blas64.General{Rows: panelWidth, Cols: n, Stride: n, Data: make([]float64, panelWidth*n)}
	for i0 := 0; i0 < n; i0 += panelWidth {
		k := min(panelWidth, n-i0)
		reducePanel(a, w, i0, k, d, e, tau)
		if next := i0 + k; next < n {
			trailing := upperOf(block(a, next, next, n-next, n-next))
			v := block(a, i0, next, k, n-next)
			blas64.Syr2k(blas.Trans, -1, v, block(w, 0, next, k, n-next), 1, trailing)
		}
	}
}

// reducePanel finds reflectors i0 to i0+k−1 without touching the rows below
// them, and the rows of w with which the update is A −= VᵀW + WᵀV.
func reducePanel(a, w blas64.General, i0, k int, d, e, tau []float64) {
	n := a.Rows
	coef := blas64.Vector{N: 0, Data: make([]float64, k), Inc: 1}
	for c := range k {
		i := i0 + c
		row := a.Data[i*a.Stride : i*a.Stride+n]
		if c > 0 {
			// Bring row i up to date with the reflectors of this panel.
			rest := vector(row[i:])
			gemvT(-1, block(a, i0, i, c, n-i), blas64.Vector{N: c, Data: w.Data[i:], Inc: w.Stride}, rest)
			gemvT(-1, block(w, 0, i, c, n-i), blas64.Vector{N: c, Data: a.Data[i0*a.Stride+i:], Inc: a.Stride}, rest)
		}
		d[i] = row[i]
		clear(row[:i+1])
		if i == n-1 {
			return
		}
		v := row[i+1:]
		e[i], tau[i] = lapack.Implementation{}.Dlarfg(len(v), v[0], v[min(1, len(v)-1):], 1)
		v[0] = 1
		y := w.Data[c*w.Stride+i+1 : c*w.Stride+n]
		if tau[i] == 0 {
			clear(y)
			continue
		}
		m := n - i - 1
		blas64.Symv(tau[i], upperOf(block(a, i+1, i+1, m, m)), vector(v), 0, vector(y))
		if c > 0 {
			coef.N = c
			vPanel, wPanel := block(a, i0, i+1, c, m), block(w, 0, i+1, c, m)
			blas64.Gemv(blas.NoTrans, tau[i], wPanel, vector(v), 0, coef)
			gemvT(-1, vPanel, coef, vector(y))
			blas64.Gemv(blas.NoTrans, tau[i], vPanel, vector(v), 0, coef)
			gemvT(-1, wPanel, coef, vector(y))
		}
		blas64.Axpy(-tau[i]/2*blas64.Dot(vector(v), vector(y)), vector(v), vector(y))
	}
}

// gemvT adds alpha·Aᵀx to y.
func gemvT(alpha float64, a blas64.General, x, y blas64.Vector) {
	blas64.Gemv(blas.Trans, alpha, a, x, 1, y)
}

// vector views a slice as a blas64 vector.
func vector(x []float64) blas64.Vector { return blas64.Vector{N: len(x), Data: x, Inc: 1} }
