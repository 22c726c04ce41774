package linalg

import (
	"fmt"
	"math"
	"testing"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/lapack"
	lapackgonum "gonum.org/v1/gonum/lapack/gonum"
	"gonum.org/v1/gonum/mat"
)

// eigSymByIteration is EigSym with gonum's implicit QL iteration in the place of
// divide and conquer: the reduction and the back-transformation are the same. The
// values ascend.
func eigSymByIteration(a *mat.Dense) ([]float64, *mat.Dense, error) {
	n, _ := a.Dims()
	t, err := newTridiagonal(a.RawMatrix(), make([]float64, n*(n+3)))
	if err != nil {
		return nil, nil, err
	}
	z := mat.NewDense(n, n, nil)
	work := make([]float64, max(1, 2*n-2))
	if !(lapackgonum.Implementation{}).Dsteqr(lapack.EVTridiag, n, t.d, t.e, z.RawMatrix().Data, n, work) {
		return nil, nil, ErrNoConvergence
	}
	blas64.Scal(t.scale, vector(t.d))
	applyReflectors(t.a, t.tau, 1, z.RawMatrix())
	return t.d, z, nil
}

// svdByIteration is SVD of a square matrix with gonum's implicit QR iteration in
// the place of divide and conquer. The values descend.
func svdByIteration(a *mat.Dense) (u *mat.Dense, s []float64, v *mat.Dense, err error) {
	b, err := newBidiagonal(a)
	if err != nil {
		return nil, nil, nil, err
	}
	n := len(b.d)
	u, vt := mat.NewDense(n, n, nil), mat.NewDense(n, n, nil)
	for i := range n {
		u.Set(i, i, 1)
		vt.Set(i, i, 1)
	}
	work := make([]float64, 4*n)
	if !(lapackgonum.Implementation{}).Dbdsqr(blas.Upper, n, n, n, 0, b.d, b.e, vt.RawMatrix().Data, n, u.RawMatrix().Data, n, nil, 1, work) {
		return nil, nil, nil, ErrNoConvergence
	}
	blas64.Scal(b.scale, vector(b.d))
	v = mat.DenseCopyOf(vt.T())
	applyReflectors(b.q, b.tauQ, 0, u.RawMatrix())
	applyReflectors(b.p, b.tauP[:n-1], 1, v.RawMatrix())
	return u, b.d, v, nil
}

// The benchmark below compares like with like: both methods give the same values
// and the same products.
func TestIterationsAndDivideAndConquerAgree(t *testing.T) {
	const n = 150
	for name, values := range spectra(n) {
		t.Run(name, func(t *testing.T) {
			a := symmetricWithSpectrum(n, values)
			bound := 4 * eps * n * Norm(a)
			want, _, err := EigSym(a)
			if err != nil {
				t.Fatal(err)
			}
			got, q, err := eigSymByIteration(a)
			if err != nil {
				t.Fatal(err)
			}
			for i := range n {
				within(t, fmt.Sprintf("difference of eigenvalue %d", i), math.Abs(got[n-1-i]-want[i]), bound)
			}
			var product mat.Dense
			product.Mul(scaledColumns(q, got), q.T())
			within(t, "residual of the eigendecomposition", maxDiff(t, a, &product), bound)

			_, want, _, err = SVD(a)
			if err != nil {
				t.Fatal(err)
			}
			u, got, v, err := svdByIteration(a)
			if err != nil {
				t.Fatal(err)
			}
			for i := range n {
				within(t, fmt.Sprintf("difference of singular value %d", i), math.Abs(got[i]-want[i]), bound)
			}
			product.Reset()
			product.Mul(scaledColumns(u, got), v.T())
			within(t, "residual of the singular value decomposition", maxDiff(t, a, &product), bound)
		})
	}
}

// BenchmarkDivideAndConquer measures the gain of the solvers in eigdc.go and svddc.go
// over QL and QR iteration. It times whole decompositions of a Gram matrix, or of a
// matrix of independent normal values.
func BenchmarkDivideAndConquer(b *testing.B) {
	for _, n := range []int{20, 50, 100, 200, 500, 1000} {
		sym, _ := symmetric(n)
		square := gaussian(1, n, n)
		for _, c := range []struct {
			name string
			run  func() error
		}{
			{"eig/divide", func() error { _, _, err := EigSym(sym); return err }},
			{"eig/iterate", func() error { _, _, err := eigSymByIteration(sym); return err }},
			{"svd/divide", func() error { _, _, _, err := SVD(square); return err }},
			{"svd/iterate", func() error { _, _, _, err := svdByIteration(square); return err }},
		} {
			b.Run(fmt.Sprintf("n=%d/%s", n, c.name), func(b *testing.B) {
				for b.Loop() {
					if err := c.run(); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}
