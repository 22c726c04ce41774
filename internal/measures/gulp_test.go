package measures

import (
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/mat"
)

func TestGulpOracles(t *testing.T) {
	// The three traces of (Σ+λI)⁻¹ products of systems scaled to total variance
	// 1, with explicit inverses.
	checkOracles(t, tallPair(t), map[string]float64{
		"gulp":                           4.665605075775557,
		"gulp:lambda=0.01":               3.6861556464733365,
		"gulp:lambda=1":                  0.15571281391399433,
		"gulp:lambda=0.01:squared=false": math.Sqrt(3.6861556464733365),
	})
	checkOracles(t, widePair(t), map[string]float64{
		"gulp":             0, // both span all of the centred samples
		"gulp:lambda=0.01": 0.9444985630224476,
		"gulp:lambda=1":    0.0713967108302477,
	})
}

// TestGulpWithoutPenalty is r_X + r_Y − 2Σρ², with the mean of ρ² from cca.
func TestGulpWithoutPenalty(t *testing.T) {
	p := tallPair(t)
	want := 5 + 4 - 2*4*valueOf(t, p, "cca:stat=mean-squared")
	checkOracles(t, p, map[string]float64{"gulp": want})
}

// TestGulpNearIdentity: for Y = X + εE the distance δ is proportional to ε
// down to where the difference of traces has lost all its digits.
func TestGulpNearIdentity(t *testing.T) {
	x, noise := ripples(30, 4, 0.7), ripples(30, 4, 2.1)
	delta := func(epsilon float64) float64 {
		y := mat.DenseCopyOf(x)
		y.Apply(func(i, j int, v float64) float64 { return v + epsilon*noise.At(i, j) }, y)
		return valueOf(t, pairOf(t, datasetOf(x), datasetOf(y)), "gulp:lambda=0.1:squared=false")
	}
	slope := delta(1e-4) / 1e-4
	if got := delta(1e-9) / 1e-9; math.Abs(got-slope) > 1e-3*slope {
		t.Errorf("slope %v at 1e-9, %v at 1e-4", got, slope)
	}
}

// TestGulpTriangle: δ is a distance, δ² is not.
func TestGulpTriangle(t *testing.T) {
	rng := rand.New(rand.NewPCG(17, 18))
	for range 20 {
		var s [3]*System
		for i := range s {
			s[i] = systemOf(t, datasetOf(gaussian(rng, 12, 2+rng.IntN(4))))
		}
		d := func(a, b *System) float64 {
			p, err := NewPair(a, b)
			if err != nil {
				t.Fatal(err)
			}
			return valueOf(t, p, "gulp:lambda=0.05:squared=false")
		}
		if d(s[0], s[2]) > d(s[0], s[1])+d(s[1], s[2])+1e-12 {
			t.Error("the way round is shorter")
		}
	}
	checkAliases(t, map[string]string{"gulp-lambda=0.5": "gulp:lambda=0.5", "measure/resi/gulp": "gulp"})
}
