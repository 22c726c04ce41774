package linalg

import (
	"fmt"
	"math"
	"testing"

	"gonum.org/v1/gonum/mat"
)

func checkFactors(t *testing.T, a *mat.Dense, u *mat.Dense, s []float64, v *mat.Dense) {
	t.Helper()
	m, n := a.Dims()
	size := float64(max(m, n))
	within(t, "loss of orthogonality of u", orthogonality(u), 4*eps*size)
	within(t, "loss of orthogonality of v", orthogonality(v), 4*eps*size)
	us := mat.DenseCopyOf(u)
	for i := range m {
		row := us.RawRowView(i)
		for j := range row {
			row[j] *= s[j]
		}
	}
	product := mat.NewDense(m, n, nil)
	product.Mul(us, v.T())
	within(t, "residual", maxDiff(t, a, product), 4*eps*size*Norm(a))
	for i := 1; i < len(s); i++ {
		if s[i] > s[i-1] {
			t.Errorf("values are not in descending order at %d", i)
		}
	}
}

// A = Q·D with powers of two in D, in scrambled order, has the singular values D
// exactly to the orthogonality of Q.
func TestSVDGradedFindsEverySmallValue(t *testing.T) {
	for _, n := range []int{1, 2, 7, 40, 90} {
		for _, m := range []int{n, 3 * n} {
			q := orthonormal(uint64(n), m, n)
			a := mat.DenseCopyOf(q)
			exponent := func(i int) int { return -100 * i / n }
			for j := range n {
				at := (j * 17) % n // 17 is coprime to every n here
				for i := range m {
					a.Set(i, j, math.Ldexp(a.At(i, j), exponent(at)))
				}
			}
			cases := map[string]*mat.Dense{"columns": a, "huge": scaled(1e200, a)}
			if m > n {
				cases["rows"] = mat.DenseCopyOf(a.T())
			}
			for name, x := range cases {
				u, s, v, err := SVDGraded(x)
				if err != nil {
					t.Fatal(err)
				}
				checkFactors(t, x, u, s, v)
				f := 1.0
				if name == "huge" {
					f = 1e200
				}
				for i, got := range s {
					within(t, fmt.Sprintf("%s: relative error of value %d of %d", name, i, n),
						math.Abs(got/f/math.Ldexp(1, exponent(i))-1), 10*eps*float64(m))
				}
			}
		}
	}
}

func TestSVDGradedOfKnownSpectra(t *testing.T) {
	for _, n := range []int{1, 3, 24, 50} {
		for name, values := range spectra(n) {
			for _, shape := range shapes(n) {
				t.Run(fmt.Sprintf("%s/%dx%d", name, shape[0], shape[1]), func(t *testing.T) {
					a, _, _ := withSpectrum(uint64(n), shape[0], shape[1], values)
					u, s, v, err := SVDGraded(a)
					if err != nil {
						t.Fatal(err)
					}
					checkFactors(t, a, u, s, v)
					for i, want := range values {
						within(t, fmt.Sprintf("error of value %d", i), math.Abs(s[i]-want), 4*eps*float64(max(shape[0], shape[1]))*Norm(a))
					}
				})
			}
		}
	}
}

func TestSVDGradedWithoutFullRank(t *testing.T) {
	zeroColumns := gaussian(1, 30, 12)
	for i := range 30 {
		for j := 3; j < 9; j++ {
			zeroColumns.Set(i, j, 0)
		}
	}
	for _, a := range []*mat.Dense{mat.NewDense(6, 4, nil), mat.NewDense(4, 6, nil), zeroColumns} {
		u, s, v, err := SVDGraded(a)
		if err != nil {
			t.Fatal(err)
		}
		checkFactors(t, a, u, s, v)
	}
	if _, _, _, err := SVDGraded(mat.NewDense(2, 1, []float64{1, math.NaN()})); err == nil {
		t.Error("NaN was accepted")
	}
}
