package exacttest

import (
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/mat"
)

// Augmenting paths find what trying all assignments finds.
func TestAssignedIsBest(t *testing.T) {
	rng := rand.New(rand.NewPCG(13, 30))
	for range 50 {
		n := 1 + rng.IntN(enumerated)
		x := mat.NewDense(n, n+rng.IntN(3), nil)
		x.Apply(func(_, _ int, _ float64) float64 { return float64(rng.IntN(7) - 3) }, x)
		a := From(x)
		if got, want := assigned(a), bestAssignment(a); got.Cmp(want) != 0 {
			t.Errorf("%v: %v, want %v", mat.Formatted(x), got, want)
		}
	}
}
