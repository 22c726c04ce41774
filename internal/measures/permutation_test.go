package measures

import (
	"math"
	"testing"

	"gonum.org/v1/gonum/mat"
)

func TestPermutationOracles(t *testing.T) {
	// 20 × 5 against all 120 permutations, 8 × 12 against SciPy's
	// linear_sum_assignment.
	checkOracles(t, tallPair(t), map[string]float64{
		"permutation":              0.8486613262781444,
		"permutation:as=euclidean": 8.509478085896852,
	})
	checkOracles(t, widePair(t), map[string]float64{
		"permutation":                  0.9109134714091026,
		"permutation:as=euclidean":     8.092811746941129,
		"permutation:as=angular-score": 1 - 2*0.9109134714091026/math.Pi,
	})
}

// TestPermutationNearIdentity: the angle of a shuffled copy is the rounding
// error of the residual, and that of a copy off by 1e-9 keeps its digits.
func TestPermutationNearIdentity(t *testing.T) {
	x := ripples(20, 4, 0.7)
	y := mat.NewDense(20, 4, nil)
	for i := range 20 {
		for j, k := range []int{2, 0, 3, 1} {
			y.Set(i, j, x.At(i, k))
		}
	}
	if v := valueOf(t, pairOf(t, datasetOf(x), datasetOf(y)), "permutation"); v > 1e-15 {
		t.Errorf("shuffled features: angle %v", v)
	}
	var norm float64
	y.Apply(func(i, _ int, v float64) float64 { return v + 1e-9*float64(i%2*2-1) }, y)
	p := pairOf(t, datasetOf(x), datasetOf(y))
	norm = math.Sqrt(p.X.trace())
	// The alternating sign is nearly orthogonal to X, so the angle is the
	// length of what was added against that of X, to a relative 0.1.
	if v, want := valueOf(t, p, "permutation"), 1e-9*math.Sqrt(80)/norm; math.Abs(v-want) > 0.1*want {
		t.Errorf("angle %v, want about %v", v, want)
	}
}

// TestPermutationOfOneFeature: there is nothing to match, so that θ is arccos
// of the correlation, up to π.
func TestPermutationOfOneFeature(t *testing.T) {
	x := mat.NewDense(4, 1, []float64{1, 2, 3, 5})
	y := mat.NewDense(4, 1, []float64{-1, -2, -3, -5})
	p := pairOf(t, datasetOf(x), datasetOf(y))
	if v := valueOf(t, p, "permutation"); math.Abs(v-math.Pi) > 1e-7 {
		t.Errorf("anticorrelated features: angle %v, want π", v)
	}
	if v, want := valueOf(t, p, "permutation:as=euclidean"), 2*math.Sqrt(p.X.trace()); math.Abs(v-want) > 1e-12 {
		t.Errorf("distance %v, want %v", v, want)
	}
}

// TestPermutationIsNoCloserThanRotation: permutations are rotations.
func TestPermutationIsNoCloserThanRotation(t *testing.T) {
	for _, p := range []*Pair{tallPair(t), widePair(t)} {
		if a, b := valueOf(t, p, "permutation"), valueOf(t, p, "procrustes"); a < b {
			t.Errorf("permutation %v is less than procrustes %v", a, b)
		}
	}
	checkAliases(t, map[string]string{
		"permutation_metric-distance=euclidean":              "permutation:as=euclidean",
		"measure/netrep/permutation_metric-distance=angular": "permutation",
		"measure/netrep/permutation-angular":                 "permutation",
	})
}
