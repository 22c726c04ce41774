package inference

import (
	"math"
	"testing"

	"simtool/internal/measures"
)

// TestDoubleJackknife holds the routine to values of an independent program, which had
// no held-out rotations.
func TestDoubleJackknife(t *testing.T) {
	file := oracles(t)
	for _, set := range oracleSets {
		want, ok := file.Sets[set].Grouped["nbs"]
		if !ok {
			continue
		}
		p := oraclePair(t, set+"_x.npy", set+"_y.npy")
		list, err := measures.ParseList("nbs", 1)
		if err != nil {
			t.Fatal(err)
		}
		est, _ := measures.As[measures.Estimable](list[0])
		e, _ := est.Estimator()
		d, err := est.Deletions(p, measures.BlockUnits(p.Samples(), 15))
		if err != nil {
			t.Fatal(err)
		}
		d.HeldOut = nil
		got := jackknife(d, e, 0.95)
		near(t, set+": corrected", got.Centre, want.Corrected)
		near(t, set+": lo", got.Lo, want.Lo)
		near(t, set+": hi", got.Hi, want.Hi)
		near(t, set+": se", got.SE, want.SE)
	}
}

// TestAdjustedJackknife has the value of a second program.
func TestAdjustedJackknife(t *testing.T) {
	_, a := assess(t, oraclePair(t, "gauss_n30_p6_q4_x.npy", "gauss_n30_p6_q4_y.npy"), "linreg", Blocks)
	if math.Abs(a.Corrected-0.43362) > 5e-6 {
		t.Errorf("corrected is %v, want .43362", a.Corrected)
	}
}

// TestMomentNullMeans compares means over pairings with closed forms that an independent
// program checked by all permutations; calibrated R² is adjusted R².
func TestMomentNullMeans(t *testing.T) {
	file := oracles(t)
	for _, set := range oracleSets {
		p := oraclePair(t, set+"_x.npy", set+"_y.npy")
		for _, name := range []string{"linreg", "cca:stat=mean-squared", "ensd", "ridge:lambda=1"} {
			value, a := assess(t, p, name, Rows)
			near(t, set+" "+name, a.Null, file.Sets[set].Null[name].Mean)
			if name == "linreg" {
				d := p.Dims()
				n, q := float64(d.N), float64(min(d.Q, d.N-1))
				want := 1 - (1-value)*(n-1)/(n-1-q)
				if q < n-1 && math.Abs(a.Calibrated-want) > 1e-12 {
					t.Errorf("%s: calibrated R² is %v, adjusted %v", set, a.Calibrated, want)
				}
			}
		}
	}
}
