package measures

import (
	"math"
	"slices"
	"testing"

	"gonum.org/v1/gonum/mat"
)

func TestMatchOracles(t *testing.T) {
	// numpy.corrcoef and scipy.optimize.linear_sum_assignment.
	checkOracles(t, tallPair(t), map[string]float64{
		"match":           0.7335758512211442,
		"match:kind=soft": 0.6748205591249845,
	})
	checkOracles(t, widePair(t), map[string]float64{
		"match":           0.7206003613678643,
		"match:kind=soft": 0.7133076209917586,
	})
}

// TestMatchDiffersByKind: both features of X resemble the first of Y most, so
// that the soft match may use it twice and the hard one may not. The columns
// are orthogonal with norms that make the correlations plain.
func TestMatchDiffersByKind(t *testing.T) {
	x := mat.NewDense(4, 2, []float64{
		4, 3,
		4, -3,
		-4, 3,
		-4, -3,
	}) // orthogonal
	y := mat.NewDense(4, 2, []float64{
		7, 2,
		1, 0,
		-1, 0,
		-7, -2,
	}) // 4a+3b and a+b with a, b the sign columns of x
	// Correlations: of x₁ 4/5 and 1/√2, of x₂ 3/5 and 1/√2.
	p := pairOf(t, datasetOf(x), datasetOf(y))
	half := 1 / math.Sqrt2
	checkOracles(t, p, map[string]float64{
		"match":           (0.8 + half) / 2,
		"match:kind=soft": ((0.8+half)/2 + (0.8+half)/2) / 2,
	})
	checkAliases(t, map[string]string{
		"measure/resi/hard_correlation_match": "match",
		"soft_correlation_match":              "match:kind=soft",
	})
}

// TestMatchLeavesConstantFeaturesOut and says so.
func TestMatchLeavesConstantFeaturesOut(t *testing.T) {
	p := tallPair(t)
	wide := mat.NewDense(20, 6, nil)
	for i := range 20 {
		copy(wide.RawRowView(i), p.X.raw.RawRowView(i))
		wide.Set(i, 5, 0.1)
	}
	pair, err := NewPair(systemOf(t, datasetOf(wide)), p.Y)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"match", "match:kind=soft"} {
		s, err := measureOf(t, name).Score(pair)
		if err != nil {
			t.Fatal(err)
		}
		if want := valueOf(t, p, name); s.Value != want {
			t.Errorf("%s = %v with a constant feature, %v without", name, s.Value, want)
		}
		if want := []string{"a system: 1 of 6 features do not vary and were left out"}; !slices.Equal(s.Warnings, want) {
			t.Errorf("%s: warnings %q", name, s.Warnings)
		}
	}
}
