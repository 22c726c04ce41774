// Package synthtest holds data and comparisons that the tests of several packages
// below synth share.
package synthtest

import (
	"math"
	"testing"

	"gonum.org/v1/gonum/mat"

	"simtool/internal/data"
	"simtool/internal/synth"
)

// Near fails the test unless |got − want| ≤ tolerance. NaN fails.
func Near(t testing.TB, name string, got, want, tolerance float64) {
	t.Helper()
	if !(math.Abs(got-want) <= tolerance) {
		t.Errorf("%s: %.15g, want %.15g ± %g", name, got, want, tolerance)
	}
}

// Waves returns n×p sinusoids of decaying size, which other languages can reproduce:
// sin(a·(i+1)·(j+1) + 0.3·j)·exp(−0.3·j).
func Waves(n, p int, a float64) *mat.Dense {
	x := mat.NewDense(n, p, nil)
	for i := range n {
		for j := range p {
			x.Set(i, j, math.Sin(a*float64(i+1)*float64(j+1)+0.3*float64(j))*math.Exp(-0.3*float64(j)))
		}
	}
	return x
}

// PowerLaw returns Gaussian data, n×p, with explained variances ∝ k^−exponent.
func PowerLaw(t testing.TB, n, p int, exponent float64) *data.Dataset {
	t.Helper()
	config := synth.DefaultSpectrum()
	config.Explained, config.Conditions = nil, n
	for k := 1; k <= p; k++ {
		config.Explained = append(config.Explained, math.Pow(float64(k), -exponent))
	}
	out, err := config.Generate(1)
	if err != nil {
		t.Fatal(err)
	}
	return out.Data
}
