package linalg

import (
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/mat"
)

// Magnitudes are those that comparisons of numbers find, of any number of values and
// columns, signed zeros, subnormal numbers, infinities and NaN among them.
func TestMagnitudes(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 5))
	special := []float64{0, math.Copysign(0, -1), 5e-324, -5e-324, math.MaxFloat64, -math.MaxFloat64, math.Inf(1), math.Inf(-1), math.NaN(), -math.NaN()}
	same := func(a, b float64) bool { return a == b && !math.Signbit(a) || a != a && b != b }
	for trial := range 2000 {
		rows, cols := 1+rng.IntN(11), 1+rng.IntN(9)
		x := mat.NewDense(rows, cols, nil)
		all, columns := 0.0, make([]float64, cols)
		for i := range rows {
			for j := range cols {
				v := math.Ldexp(rng.NormFloat64(), rng.IntN(9))
				if trial%2 == 0 && rng.IntN(8) == 0 {
					v = special[rng.IntN(len(special)-2*(trial/2%2))]
				}
				x.Set(i, j, v)
				all, columns[j] = max(all, math.Abs(v)), max(columns[j], math.Abs(v))
			}
		}
		if got := LargestMagnitude(x.RawMatrix().Data); !same(got, all) {
			t.Fatalf("%v: largest magnitude %v, want %v", x.RawMatrix().Data, got, all)
		}
		got := make([]float64, cols)
		RaiseMagnitudes(got, x)
		RaiseMagnitudes(got, x)
		for j, v := range got {
			if !same(v, columns[j]) {
				t.Fatalf("column %d of %v: %v, want %v", j, mat.Formatted(x), v, columns[j])
			}
		}
	}
	if got := LargestMagnitude(nil); got != 0 {
		t.Errorf("largest magnitude of nothing: %v, want 0", got)
	}
}
