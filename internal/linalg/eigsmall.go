package linalg

import (
	"slices"
	"sync"

	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/mat"
)

// smallEig decomposes symmetric matrices of order at most smallOrder, in memory of its own.
type smallEig struct {
	memory []float64
	ql     implicitQL
}

var smallEigs = sync.Pool{New: func() any { return new(smallEig) }}

// eigSymSmall is EigSym of a small matrix.
func eigSymSmall(a *mat.Dense) (values []float64, vectors *mat.Dense, err error) {
	w := smallEigs.Get().(*smallEig)
	defer smallEigs.Put(w)
	raw := a.RawMatrix()
	n := raw.Rows
	m := maxAbsUpper(raw)
	if !isFinite(m) {
		return nil, nil, ErrNotFinite
	}
	if size := 2*n*n + 8*n + 1; len(w.memory) < size {
		w.memory = make([]float64, size)
	}
	rest := arena(w.memory)
	f := blas64.General{Rows: n, Cols: n, Stride: n, Data: rest.take(n * n)}
	z := rowSpace{data: rest.take(n * n), n: n, stride: n}
	d, e, tau := rest.take(n), rest.take(n)[:n-1], rest.take(n)[:n-1]
	scale := safeScale(m)
	copyScaled(f, raw, 1/scale)
	mirror(f)
	reduceSymmetric(f, d, e, tau, rest.take(3*n+1))
	flushNegligible(d, e)
	formTransposed(z.data, f, tau, 1, rest)
	w.ql = implicitQL{d: d, e: e, z: z, cs: rest}
	if !w.ql.run() {
		return nil, nil, ErrNoConvergence
	}
	for i := range d {
		d[i] *= -scale
	}
	sortAscending(d, z)
	for i := range d {
		d[i] = -d[i]
	}
	vectors = mat.NewDense(n, n, nil)
	kernels.Transpose(n, n, z.data, n, vectors.RawMatrix().Data, n)
	return slices.Clone(d), vectors, nil
}
