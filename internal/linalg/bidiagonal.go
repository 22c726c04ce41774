package linalg

import (
	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
	lapackgonum "gonum.org/v1/gonum/lapack/gonum"
)

// bidiagonalReduction is A = Q·B·Pᵀ for a square matrix: B has diagonal d and
// superdiagonal e, Q = H_0⋯H_{n−1} with the vectors of its reflectors in the rows
// of q, and P likewise in the rows of p. Vector i of q starts at column i, of p
// at column i+1, with zeros before.
type bidiagonalReduction struct {
	d, e       []float64
	q, p       blas64.General
	tauQ, tauP []float64
}

// bidiagonalPanel is the state of a block of reflectors: the trailing matrix is
// A − VᵀY − XᵀU with V and U the vectors on the left and on the right, all of
// them k×n and kept as rows.
type bidiagonalPanel struct {
	v, y, x, u blas64.General
}

// bidiagonalize reduces the n×n matrix a, which becomes the p of the result, by
// blocked Householder reflections (Dongarra, Sorensen and Hammarling, 1989;
// LAPACK's dgebrd).
func bidiagonalize(a blas64.General) *bidiagonalReduction {
	n := a.Rows
	memory := make([]float64, n*n+4*n)
	r := &bidiagonalReduction{
		d: memory[:n], e: memory[n : 2*n-1], tauQ: memory[2*n : 3*n], tauP: memory[3*n : 4*n],
		q: blas64.General{Rows: n, Cols: n, Stride: n, Data: memory[4*n:]},
		p: a,
	}
	if n <= unblockedOrder {
		r.reduce(make([]float64, 4*n+1))
		return r
	}
	work := make([]float64, 2*panelWidth*n)
	for i0 := 0; i0 < n; i0 += panelWidth {
		k := min(panelWidth, n-i0)
		panel := bidiagonalPanel{
			v: block(r.q, i0, 0, k, n),
			y: blas64.General{Rows: k, Cols: n, Stride: n, Data: work[:k*n]},
			x: blas64.General{Rows: k, Cols: n, Stride: n, Data: work[k*n : 2*k*n]},
			u: block(a, i0, 0, k, n),
		}
		r.reducePanel(a, panel, i0)
		if next := i0 + k; next < n {
			trailing := block(a, next, next, n-next, n-next)
			cut := func(m blas64.General) blas64.General { return block(m, 0, next, k, n-next) }
			blas64.Gemm(blas.Trans, blas.NoTrans, -1, cut(panel.v), cut(panel.y), 1, trailing)
			blas64.Gemm(blas.Trans, blas.NoTrans, -1, cut(panel.x), cut(panel.u), 1, trailing)
		}
	}
	return r
}

// reducePanel finds the reflectors of columns and rows i0 to i0+k−1 without
// touching the matrix below and right of them.
func (r *bidiagonalReduction) reducePanel(a blas64.General, panel bidiagonalPanel, i0 int) {
	n := a.Rows
	impl := lapackgonum.Implementation{}
	coefficients := make([]float64, panel.v.Rows)
	for c := range panel.v.Rows {
		i := i0 + c
		v, y := rowVector(panel.v, c).Data, rowVector(panel.y, c).Data
		x, u := rowVector(panel.x, c).Data, rowVector(panel.u, c).Data

		// Column i, brought up to date, gives the reflector on the left.
		for l := i; l < n; l++ {
			v[l] = a.Data[l*a.Stride+i]
		}
		subtractRows(v[i:], panel.v, panel.y, c, i, i)
		subtractRows(v[i:], panel.x, panel.u, c, i, i)
		r.d[i], r.tauQ[i] = impl.Dlarfg(n-i, v[i], v[min(i+1, n-1):], 1)
		v[i] = 1
		if i == n-1 {
			clear(u)
			return
		}
		// y = tau·(current trailing matrix)ᵀ·v.
		rest := y[i+1:]
		blas64.Gemv(blas.Trans, 1, block(a, i, i+1, n-i, n-i-1), vector(v[i:]), 0, vector(rest))
		subtractProducts(rest, panel.y, panel.v, c, i+1, i, v[i:], coefficients)
		subtractProducts(rest, panel.u, panel.x, c, i+1, i, v[i:], coefficients)
		blas64.Scal(r.tauQ[i], vector(rest))

		// Row i, brought up to date, gives the reflector on the right; u is the
		// row itself.
		subtractRows(u[i+1:], panel.y, panel.v, c+1, i+1, i)
		subtractRows(u[i+1:], panel.u, panel.x, c, i+1, i)
		clear(u[:i+1])
		r.e[i], r.tauP[i] = impl.Dlarfg(n-i-1, u[i+1], u[min(i+2, n-1):], 1)
		u[i+1] = 1
		// x = tau·(current trailing matrix)·u.
		rest = x[i+1:]
		blas64.Gemv(blas.NoTrans, 1, block(a, i+1, i+1, n-i-1, n-i-1), vector(u[i+1:]), 0, vector(rest))
		subtractProducts(rest, panel.v, panel.y, c+1, i+1, i+1, u[i+1:], coefficients)
		subtractProducts(rest, panel.x, panel.u, c, i+1, i+1, u[i+1:], coefficients)
		blas64.Scal(r.tauP[i], vector(rest))
	}
}

// subtractRows subtracts Σ_{k<c} w[k,at]·rows[k,from:] from dst.
func subtractRows(dst []float64, rows, w blas64.General, c, from, at int) {
	if c == 0 {
		return
	}
	coef := blas64.Vector{N: c, Data: w.Data[at:], Inc: w.Stride}
	gemvT(-1, block(rows, 0, from, c, rows.Cols-from), coef, vector(dst))
}

// subtractProducts subtracts Σ_{k<c} (w[k,at:]·vec)·rows[k,from:] from dst.
func subtractProducts(dst []float64, rows, w blas64.General, c, from, at int, vec, coefficients []float64) {
	if c == 0 {
		return
	}
	coef := vector(coefficients[:c])
	blas64.Gemv(blas.NoTrans, 1, block(w, 0, at, c, w.Cols-at), vector(vec), 0, coef)
	gemvT(-1, block(rows, 0, from, c, rows.Cols-from), coef, vector(dst))
}
