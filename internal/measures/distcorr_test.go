package measures

import (
	"errors"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"
)

// TestDistanceCorrelation compares with the definitions of Székely et al. (2007)
// and Székely and Rizzo (2014) in NumPy.
func TestDistanceCorrelation(t *testing.T) {
	x, y := waves()
	p := pairOf(t, datasetOf(x), datasetOf(y))
	checkScore(t, p, "distance-correlation", 0.7341144971876123, 1e-13)
	checkScore(t, p, "distance_correlation", 0.7341144971876123, 1e-13)
	checkScore(t, p, "distance-correlation:squared=true", 0.5389240949810209, 1e-13)
	checkScore(t, p, "distance-correlation:squared=true:estimator=debiased", -0.08911710359423916, 1e-13)
}

// TestDistanceCorrelationOfALine is known by hand: 0,1,2 against 0,1,−1. The
// centred distances are 1/9 of [−10 2 8; 2 −4 2; 8 2 −10] and of
// [−4 2 2; 2 −10 8; 2 8 −10], whose inner product is 28/9 and whose squared
// norms are 40/9.
func TestDistanceCorrelationOfALine(t *testing.T) {
	x := matrixOf([]float64{0}, []float64{1}, []float64{2})
	y := matrixOf([]float64{0}, []float64{1}, []float64{-1})
	p := pairOf(t, datasetOf(x), datasetOf(y))
	checkScore(t, p, "distance-correlation:squared=true", 0.7, 1e-14)
	checkScore(t, p, "distance-correlation", math.Sqrt(0.7), 1e-14)
}

// TestDistanceCorrelationSeesWhatIsNotLinear: y = x² of symmetric x has no
// linear relation with x, and CKA is 0.
func TestDistanceCorrelationSeesWhatIsNotLinear(t *testing.T) {
	x, y := mat.NewDense(21, 1, nil), mat.NewDense(21, 1, nil)
	for i := range 21 {
		v := float64(i-10) / 10
		x.Set(i, 0, v)
		y.Set(i, 0, v*v)
	}
	p := pairOf(t, datasetOf(x), datasetOf(y))
	if got := scoreNamed(t, p, "cka"); got > 1e-20 {
		t.Fatalf("cka = %g, want 0", got)
	}
	if got := scoreNamed(t, p, "distance-correlation"); got < 0.4 {
		t.Errorf("distance-correlation = %g of a parabola, want more than 0.4", got)
	}
}

// TestDebiasedDistanceCorrelationOfNoise: in 200 dimensions the biased
// estimate of independent systems is near 1, the debiased one is not.
func TestDebiasedDistanceCorrelationOfNoise(t *testing.T) {
	rng := rand.New(rand.NewPCG(21, 22))
	p := pairOf(t, datasetOf(gaussian(rng, 30, 200)), datasetOf(gaussian(rng, 30, 200)))
	if got := scoreNamed(t, p, "distance-correlation"); got < 0.9 {
		t.Errorf("biased: %g, want above 0.9", got)
	}
	// The standard deviation is about √2/n = 0.05.
	if got := scoreNamed(t, p, "distance-correlation:squared=true:estimator=debiased"); math.Abs(got) > 0.25 {
		t.Errorf("debiased: %g, want near 0", got)
	}
}

func TestDistanceCorrelationInvariances(t *testing.T) {
	rng := rand.New(rand.NewPCG(23, 24))
	x, y := gaussian(rng, 20, 4), gaussian(rng, 20, 4)
	y.Add(x, y)
	moved := mat.DenseCopyOf(y)
	moved.Apply(func(_, k int, v float64) float64 { return -2.5*v + float64(k) }, y)
	stretched := mat.DenseCopyOf(y)
	stretched.Apply(func(_, k int, v float64) float64 { return v * float64(1+k) }, y)
	for _, name := range []string{"distance-correlation", "distance-correlation:squared=true", "distance-correlation:squared=true:estimator=debiased"} {
		want := scoreNamed(t, pairOf(t, datasetOf(x), datasetOf(y)), name)
		checkScore(t, pairOf(t, datasetOf(x), datasetOf(moved)), name, want, 1e-13)
		checkScore(t, pairOf(t, datasetOf(moved), datasetOf(x)), name, want, 1e-13)
		checkScore(t, pairOf(t, datasetOf(y), datasetOf(moved)), name, 1, 1e-14)
		if got := scoreNamed(t, pairOf(t, datasetOf(x), datasetOf(stretched)), name); near(got, want, 1e-4) {
			t.Errorf("%s does not see that features are stretched", name)
		}
	}
}

func TestDistanceCorrelationUndefined(t *testing.T) {
	if _, err := Parse("distance-correlation:estimator=debiased"); err == nil || !strings.Contains(err.Error(), "add squared=true") {
		t.Errorf("the root of the debiased estimate: %v, want a hint to squared=true", err)
	}
	simplex := matrixOf([]float64{1, 0, 0, 0}, []float64{0, 1, 0, 0}, []float64{0, 0, 1, 0}, []float64{0, 0, 0, 1})
	for _, c := range []struct {
		name, want string
		x          *mat.Dense
	}{
		{"distance-correlation", "is constant", matrixOf([]float64{1, 2}, []float64{1, 2}, []float64{1, 2})},
		{"distance-correlation", "at least 3", matrixOf([]float64{1, 2}, []float64{2, 2})},
		{"distance-correlation:squared=true:estimator=debiased", "at least 4", matrixOf([]float64{1, 2}, []float64{2, 2}, []float64{3, 0})},
		{"distance-correlation:squared=true:estimator=debiased", "equally far apart", simplex},
	} {
		m, err := Parse(c.name)
		if err != nil {
			t.Fatal(err)
		}
		_, err = m.Score(pairOf(t, datasetOf(c.x), datasetOf(c.x)))
		if _, ok := errors.AsType[*UndefinedError](err); !ok || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want an UndefinedError with %q", c.name, err, c.want)
		}
	}
}
