package linalg

import (
	"errors"
	"slices"

	"gonum.org/v1/gonum/mat"
)

// ErrNoConvergence is returned when an iteration for eigenvalues or singular
// values does not converge; no finite matrix is known that causes it.
var ErrNoConvergence = errors.New("eigenvalue iteration did not converge")

// EigSym returns the eigendecomposition A = V·diag(values)·Vᵀ of the symmetric
// n×n matrix a: values in descending order and the orthonormal eigenvectors in
// the columns of vectors, in the same order. Only the upper triangle is read.
// The error is ErrNotFinite or ErrNoConvergence.
func EigSym(a *mat.Dense) (values []float64, vectors *mat.Dense, err error) {
	return eigSym(a, true)
}

// EigSymValues returns the eigenvalues of the symmetric matrix a in descending
// order; see EigSym.
func EigSymValues(a *mat.Dense) ([]float64, error) {
	values, _, err := eigSym(a, false)
	return values, err
}

func eigSym(a *mat.Dense, wantVectors bool) ([]float64, *mat.Dense, error) {
	raw := a.RawMatrix()
	if raw.Rows != raw.Cols {
		panic(mat.ErrShape)
	}
	if !isFinite(maxAbs(raw)) {
		return nil, nil, ErrNotFinite
	}
	n := raw.Rows
	sym := mat.NewSymDense(n, nil)
	for i := range n {
		for j := i; j < n; j++ {
			sym.SetSym(i, j, a.At(i, j))
		}
	}
	var f mat.EigenSym
	if !f.Factorize(sym, wantVectors) {
		return nil, nil, ErrNoConvergence
	}
	values := f.Values(nil)
	slices.Reverse(values)
	if !wantVectors {
		return values, nil, nil
	}
	var ascending mat.Dense
	f.VectorsTo(&ascending)
	vectors := mat.NewDense(n, n, nil)
	for i := range n {
		row := vectors.RawRowView(i)
		copy(row, ascending.RawRowView(i))
		slices.Reverse(row)
	}
	return values, vectors, nil
}
