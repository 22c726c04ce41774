package stats

import (
	"math"
	"testing"
)

func TestQuantile(t *testing.T) {
	// numpy.quantile of the same values
	sorted := []float64{-1.2, -.7, 0, .5, .5, 1.9, 2.2, 3.1}
	for q, want := range map[float64]float64{0: -1.2, .1: -.85, .5: .5, .83: 2.143, 1: 3.1} {
		near(t, "quantile", Quantile(sorted, q), want, 1e-12)
	}
}

func TestIntervals(t *testing.T) {
	// scipy.stats.norm.ppf(0.975) = 1.959963984540054
	i := NormalInterval(1, 2, .95)
	near(t, "lo", i.Lo, 1-2*1.959963984540054, 1e-12)
	near(t, "hi", i.Hi, 1+2*1.959963984540054, 1e-12)
	c := CorrelationInterval(.9, .1, .95)
	if c.Hi >= 1 || c.Lo > .9 || c.Hi < .9 {
		t.Errorf("interval %v of a correlation of 0.9", c)
	}
	// Symmetric in z, with slope dz/dr = 1/(1−r²).
	near(t, "half-width in z", (math.Atanh(c.Hi)-math.Atanh(c.Lo))/2, 1.959963984540054*.1/.19, 1e-12)
}

func TestPValue(t *testing.T) {
	if p := PValue(3, []float64{1, 2, 3, 4}); p != 3./5 {
		t.Errorf("p = %v, want 0.6", p)
	}
	if p := PValue(9, make([]float64, 99)); p != .01 {
		t.Errorf("p = %v, want 0.01", p)
	}
}

func TestMultiplicities(t *testing.T) {
	m := make([]float64, 50)
	var mean, square float64
	const draws = 2000
	rng := Stream(1, "test")
	for range draws {
		Multiplicities(m, rng)
		var sum float64
		for _, v := range m {
			sum += v
			square += v * v
		}
		if sum != 50 {
			t.Fatalf("%v items drawn, want 50", sum)
		}
		mean += m[7]
	}
	// A multiplicity is binomial(50, 1/50): mean 1, second moment 1 + 49/50.
	near(t, "mean", mean/draws, 1, 5*math.Sqrt(.98/draws))
	near(t, "second moment", square/draws/50, 1.98, .03)
}
