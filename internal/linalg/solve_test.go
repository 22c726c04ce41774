package linalg

import (
	"fmt"
	"math"
	"testing"

	"gonum.org/v1/gonum/mat"
)

// pseudoinverseTimes returns V·diag(1/s)·Uᵀ·B over the first rank values.
func pseudoinverseTimes(u *mat.Dense, s []float64, v *mat.Dense, rank int, b *mat.Dense) *mat.Dense {
	coef := CrossGram(leadingColumns(u, rank), b)
	for i := range rank {
		row := coef.RawRowView(i)
		for j := range row {
			row[j] /= s[i]
		}
	}
	var w mat.Dense
	w.Mul(leadingColumns(v, rank), coef)
	return &w
}

func TestLeastSquaresIsThePseudoinverse(t *testing.T) {
	cases := map[string]func(n int) (s []float64, rank int){
		"orthogonal":     func(n int) ([]float64, int) { return conditioned(n, 1), n },
		"cond 1e4":       func(n int) ([]float64, int) { return conditioned(n, 1e4), n },
		"rank deficient": func(n int) ([]float64, int) { return spectra(n)["rank deficient"], (n + 2) / 3 },
		"zero":           func(n int) ([]float64, int) { return make([]float64, n), 0 },
	}
	for _, n := range []int{1, 3, 30, 80} {
		for name, spectrum := range cases {
			for _, shape := range shapes(n) {
				t.Run(fmt.Sprintf("%s/%dx%d", name, shape[0], shape[1]), func(t *testing.T) {
					s, rank := spectrum(n)
					for _, f := range []float64{1, 1e-150, 1e150} {
						a, u, v := withSpectrum(uint64(n), shape[0], shape[1], s)
						b := gaussian(9, shape[0], 3)
						w, got, err := LeastSquares(scaled(f, a), scaled(f, b))
						if err != nil {
							t.Fatal(err)
						}
						if got != rank {
							t.Fatalf("rank %d, want %d", got, rank)
						}
						want := mat.NewDense(shape[1], 3, nil)
						cond := 1.0
						if rank > 0 {
							want = pseudoinverseTimes(u, s, v, rank, b)
							cond = s[0] / s[rank-1]
						}
						within(t, "relative error of W", maxDiff(t, w, want), 40*eps*float64(max(shape[0], shape[1]))*cond*cond*max(Norm(want), 1))
					}
				})
			}
		}
	}
}

func TestSolveSPD(t *testing.T) {
	for _, n := range []int{1, 2, 40, 90} {
		b := gaussian(5, n, 4)
		for name, values := range spectra(n) {
			if name == "graded" || name == "tiny tail" || name == "clustered" || name == "one outlier" {
				continue
			}
			t.Run(fmt.Sprintf("%s/%d", name, n), func(t *testing.T) {
				for _, f := range []float64{1, 1e-150, 1e150} {
					a := symmetricWithSpectrum(uint64(n), values)
					w, err := SolveSPD(scaled(f, a), scaled(f, b))
					if err != nil {
						t.Fatal(err)
					}
					if name != "rank deficient" {
						var aw mat.Dense
						aw.Mul(a, w)
						within(t, "residual", maxDiff(t, &aw, b), 10*eps*float64(n)*Norm(a)*Norm(w))
						continue
					}
					rank := (n + 2) / 3
					q := orthonormal(uint64(n), n, n)
					want := pseudoinverseTimes(q, values, q, rank, b)
					within(t, "error of the solution of minimum norm", maxDiff(t, w, want), 1e-12)
				}
			})
		}
	}
	// The gradient of the ridge objective is zero at (XᵀX + λ)W = XᵀY.
	x, y := gaussian(1, 50, 20), gaussian(2, 50, 3)
	g, c := Gram(x), CrossGram(x, y)
	for i := range 20 {
		g.Set(i, i, g.At(i, i)+7)
	}
	w, err := SolveSPD(g, c)
	if err != nil {
		t.Fatal(err)
	}
	var residual mat.Dense
	residual.Mul(x, w)
	residual.Sub(&residual, y)
	gradient := CrossGram(x, &residual)
	gradient.Add(gradient, scaled(7, w))
	within(t, "gradient of the ridge objective", Norm(gradient), 1e-12*math.Sqrt(50*20))
}
