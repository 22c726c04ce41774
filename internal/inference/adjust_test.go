package inference

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// TestAdjusted compares with the definition, on numbers that can be looked at.
func TestAdjusted(t *testing.T) {
	// Means 0, deviations 1 and 10.
	a := &Null{Value: 1.2, Scores: []float64{-1, 1, -1, 1, 0}}
	b := &Null{Value: -9, Scores: []float64{-10, 10, 10, -10, 0}}
	got := Adjusted([]*Null{a, nil, b, {Value: 1, Scores: []float64{1, 1, 1, 1, 1}}, {Value: 1, Scores: []float64{1, 2}}}, true)
	// The largest z of the pairings are -1, 1, 1, 1 and 0; a is at 1.2, b at -.9.
	for k, want := range []float64{1. / 6, math.NaN(), 5. / 6, math.NaN(), math.NaN()} {
		if math.IsNaN(want) != math.IsNaN(got[k]) || math.Abs(got[k]-want) > 1e-15 {
			t.Errorf("test %d: %v, want %v", k, got[k], want)
		}
	}
	// For a distance small values are close: the largest are 1, -1, 1, 1 and 0, b is at .9.
	if got := Adjusted([]*Null{a, b}, false); got[1] != 4./6 || got[0] != 1 {
		t.Errorf("distances %v", got)
	}
	if got := Adjusted([]*Null{nil}, true); !math.IsNaN(got[0]) {
		t.Errorf("no test: %v", got)
	}
}

// TestFamilyWiseError: of eight tests of nothing, which correlate and whose nulls have
// other scales, any is at most .05 in one of twenty families, while own p values are in
// many.
func TestFamilyWiseError(t *testing.T) {
	const families, tests, draws = 2000, 8, 99
	adjusted, own := 0, 0
	for family := range families {
		rng := rand.New(rand.NewPCG(uint64(family), 1))
		nulls := make([]*Null, tests)
		for k := range nulls {
			nulls[k] = &Null{Scores: make([]float64, draws)}
		}
		for i := range draws + 1 {
			common := rng.NormFloat64()
			for k, n := range nulls {
				v := float64(k+1) * (common + 2*rng.NormFloat64())
				if i == draws {
					n.Value = v
				} else {
					n.Scores[i] = v
				}
			}
		}
		if slices.Min(Adjusted(nulls, true)) <= 0.05 {
			adjusted++
		}
		for _, n := range nulls {
			if n.PValue(true) <= 0.05 {
				own++
				break
			}
		}
	}
	if share := float64(adjusted) / families; share < 0.035 || share > 0.065 {
		t.Errorf("%.3f of the families have an adjusted p value of at most .05", share)
	}
	if share := float64(own) / families; share < 0.2 {
		t.Errorf("only %.3f have an own one", share)
	}
}
