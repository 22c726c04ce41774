package linalg

import (
	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
)

// reflectors is a product Q = H_0·H_1⋯H_{k−1} of Householder reflectors
// H_i = I − tau_i·v_i·v_iᵀ in compact form (Schreiber and Van Loan, 1989):
// Q = I − Vᵀ·T·V, where v_i is row i of V (k×n) and T is k×k upper triangular.
// Reflectors are kept as rows because rows are contiguous here.
type reflectors struct {
	v blas64.General
	t blas64.Triangular
}

// newReflectors computes T from V and tau by the recurrence
// T[:i,i] = −tau_i·T[:i,:i]·(V[:i]·v_i). t provides k·k values of memory.
func newReflectors(v blas64.General, tau, t []float64) reflectors {
	k := v.Rows
	g := blas64.Symmetric{N: k, Data: t, Stride: k, Uplo: blas.Upper}
	blas64.Syrk(blas.NoTrans, 1, v, 0, g)
	tri := blas64.Triangular{N: k, Data: t, Stride: k, Uplo: blas.Upper, Diag: blas.NonUnit}
	for i, ti := range tau[:k] {
		// Column i of T overwrites column i of the Gram matrix V·Vᵀ.
		t[i*k+i] = ti
		if i == 0 {
			continue
		}
		column := blas64.Vector{N: i, Data: t[i:], Inc: k}
		blas64.Scal(-ti, column)
		head := tri
		head.N = i
		blas64.Trmv(blas.NoTrans, head, column)
	}
	return reflectors{v: v, t: tri}
}

// applyLeft replaces c by Q·c, or by Qᵀ·c when trans is blas.Trans. c has as
// many rows as V has columns; work provides k·c.Cols values.
func (q reflectors) applyLeft(trans blas.Transpose, c blas64.General, work []float64) {
	w := blas64.General{Rows: q.v.Rows, Cols: c.Cols, Stride: c.Cols, Data: work}
	blas64.Gemm(blas.NoTrans, blas.NoTrans, 1, q.v, c, 0, w)
	blas64.Trmm(blas.Left, trans, 1, q.t, w)
	blas64.Gemm(blas.Trans, blas.NoTrans, -1, q.v, w, 1, c)
}

// applyToRows replaces every row x of c by Qᵀ·x. work provides c.Rows·k values.
func (q reflectors) applyToRows(c blas64.General, work []float64) {
	w := blas64.General{Rows: c.Rows, Cols: q.v.Rows, Stride: q.v.Rows, Data: work}
	blas64.Gemm(blas.NoTrans, blas.Trans, 1, c, q.v, 0, w)
	blas64.Trmm(blas.Right, blas.NoTrans, 1, q.t, w)
	blas64.Gemm(blas.NoTrans, blas.NoTrans, -1, w, q.v, 1, c)
}

// applyReflectors replaces c by Q·c for Q = H_0⋯H_{k−1}, k = len(tau). Vector i is
// row i of v, with zeros before column i+shift.
func applyReflectors(v blas64.General, tau []float64, shift int, c blas64.General) {
	k := len(tau)
	if k == 0 {
		return
	}
	work := make([]float64, panelWidth*(panelWidth+c.Cols))
	for i := (k - 1) / panelWidth * panelWidth; i >= 0; i -= panelWidth {
		width, from := min(panelWidth, k-i), i+shift
		q := newReflectors(block(v, i, from, width, v.Cols-from), tau[i:i+width], work)
		q.applyLeft(blas.NoTrans, block(c, from, 0, c.Rows-from, c.Cols), work[panelWidth*panelWidth:])
	}
}

// block views rows [i,i+r) and columns [j,j+c) of a.
func block(a blas64.General, i, j, r, c int) blas64.General {
	return blas64.General{Rows: r, Cols: c, Stride: a.Stride, Data: a.Data[i*a.Stride+j : (i+r-1)*a.Stride+j+c]}
}
