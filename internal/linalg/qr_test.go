package linalg

import (
	"fmt"
	"math"
	"testing"

	"gonum.org/v1/gonum/mat"
)

func checkQR(t *testing.T, a *mat.Dense) {
	t.Helper()
	m, n := a.Dims()
	q, r := QR(a)
	k := min(m, n)
	if rows, cols := r.Dims(); rows != k || cols != n {
		t.Fatalf("r is %d×%d, want %d×%d", rows, cols, k, n)
	}
	for i := range k {
		for j := range min(i, n) {
			if r.At(i, j) != 0 {
				t.Fatalf("r is not upper trapezoidal at %d,%d", i, j)
			}
		}
	}
	bound := 4 * eps * float64(max(m, n))
	within(t, "loss of orthogonality", orthogonality(q), bound)
	var qr mat.Dense
	qr.Mul(q, r)
	within(t, "residual", maxDiff(t, a, &qr), bound*Norm(a))
}

func TestQRReconstructs(t *testing.T) {
	for _, n := range orders {
		for name, values := range spectra(n) {
			for _, shape := range shapes(n) {
				t.Run(fmt.Sprintf("%s/%dx%d", name, shape[0], shape[1]), func(t *testing.T) {
					a, _, _ := withSpectrum(uint64(n), shape[0], shape[1], values)
					checkQR(t, a)
				})
			}
		}
	}
	for _, f := range []float64{1e-150, 1e150, 1e-290, 1e300} {
		checkQR(t, scaled(f, gaussian(5, 90, 70)))
	}
}

// gonum's blocked QR is wrong for columns that end in zeros at different heights.
func TestQRWithZerosAtTheEnd(t *testing.T) {
	a := gaussian(1, 400, 70)
	for j := range 70 {
		for i := 100 + (37*j)%300; i < 400; i++ {
			a.Set(i, j, 0)
		}
	}
	checkQR(t, a)
	checkSVD(t, a, nil)
	checkQR(t, mat.NewDense(40, 33, nil))
}

func TestCholeskyReconstructs(t *testing.T) {
	for _, n := range orders {
		values := make([]float64, n)
		for i := range values {
			values[i] = math.Pow(10, -8*float64(i)/float64(n))
		}
		a := symmetricWithSpectrum(uint64(n), values)
		r, ok := Cholesky(a)
		if !ok {
			t.Fatalf("a positive definite matrix of order %d was refused", n)
		}
		var rr mat.Dense
		rr.Mul(r.T(), r)
		within(t, "residual", maxDiff(t, a, &rr), 4*eps*float64(n))
		if n > 1 {
			values[n-1] = -1e-8
			if _, ok := Cholesky(symmetricWithSpectrum(uint64(n), values)); ok {
				t.Errorf("an indefinite matrix of order %d was accepted", n)
			}
		}
	}
}
