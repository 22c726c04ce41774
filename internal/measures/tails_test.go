package measures

import (
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/mat"
)

// tailedPair draws samples of features of variances 1/k; scale multiplies each sample, and
// draw gives its numbers.
func tailedPair(t *testing.T, rng *rand.Rand, n, p int, draw func() float64, scale func() float64) *Pair {
	t.Helper()
	var out [2]*mat.Dense
	for k := range out {
		out[k] = mat.NewDense(n, p, nil)
	}
	for i := range n {
		s := scale()
		for _, m := range out {
			for j := range p {
				m.Set(i, j, s*draw()/math.Sqrt(float64(j+1)))
			}
		}
	}
	return pairOf(t, datasetOf(out[0]), datasetOf(out[1]))
}

// TestFarSamples counts, of samples of known populations, how many are called far from the
// mean: normal ones hardly ever, those of a heavy tail nearly always, whether samples or
// single features have it. The warning is at two standard errors, so that 2 % of normal
// systems are called so.
func TestFarSamples(t *testing.T) {
	const runs = 100
	rng := rand.New(rand.NewPCG(4, 4))
	one := func() float64 { return 1 }
	t5 := func() float64 {
		chi := 0.0
		for range 5 {
			v := rng.NormFloat64()
			chi += v * v
		}
		return math.Sqrt(3 / chi)
	}
	for _, c := range []struct {
		name        string
		n, p        int
		draw, scale func() float64
		samples     [2]float64 // share that is called so, between
		features    [2]float64
	}{
		{"normal", 40, 10, rng.NormFloat64, one, [2]float64{0, 0.04}, [2]float64{0, 0.04}},
		{"normal, few features", 40, 2, rng.NormFloat64, one, [2]float64{0, 0.05}, [2]float64{0, 0.05}},
		{"normal, many features", 40, 300, rng.NormFloat64, one, [2]float64{0, 0.02}, [2]float64{0, 0.02}},
		{"normal, many samples", 300, 10, rng.NormFloat64, one, [2]float64{0, 0.05}, [2]float64{0, 0.05}},
		{"t₅ samples", 100, 10, rng.NormFloat64, t5, [2]float64{0.95, 1}, [2]float64{0.9, 1}},
		{"exponential features", 100, 10, rng.ExpFloat64, one, [2]float64{0.8, 1}, [2]float64{0.98, 1}},
		{"exponential, many features", 100, 300, rng.ExpFloat64, one, [2]float64{0, 1}, [2]float64{0.98, 1}},
	} {
		far := [2]int{}
		for range runs {
			p := tailedPair(t, rng, c.n, c.p, c.draw, c.scale)
			if max(p.X.farSamples().beyond(beyondChance), p.Y.farSamples().beyond(beyondChance)) > 0 {
				far[0]++
			}
			if max(p.X.farFeatures().beyond(beyondChance), p.Y.farFeatures().beyond(beyondChance)) > 0 {
				far[1]++
			}
		}
		for k, want := range [2][2]float64{c.samples, c.features} {
			if share := float64(far[k]) / runs; share < want[0] || share > want[1] {
				t.Errorf("%s: %.2f are called so by %s, want %v", c.name, share, [2]string{"samples", "features"}[k], want)
			}
		}
	}
}

// TestFarRatio: two values in equal numbers have the least fourth moment, and one sample
// apart from n − 1 equal ones nearly the largest, about n times the square of the second.
func TestFarRatio(t *testing.T) {
	const n = 50
	equal, apart := mat.NewDense(n, 1, nil), mat.NewDense(n, 1, nil)
	for i := range n {
		equal.Set(i, 0, float64(1-2*(i%2)))
	}
	apart.Set(0, 0, 1)
	one, other := systemOf(t, datasetOf(equal)), systemOf(t, datasetOf(apart))
	if one.farSamples().beyond(0) != 0 || one.farFeatures().beyond(0) != 0 {
		t.Error("two values are far from their mean")
	}
	// The centred values are 1−1/n once and −1/n n−1 times.
	q := 1.0 / n
	second, fourth := (1-q)*(1-q)+(n-1)*q*q, math.Pow(1-q, 4)+(n-1)*math.Pow(q, 4)
	want := n * fourth / (second * second) / 3
	if got := other.farSamples().ratio; !(math.Abs(got-want) <= 1e-12*want) {
		t.Errorf("one sample apart: %v, want %v", got, want)
	}
	if got := other.farFeatures().ratio; !(math.Abs(got-want) <= 1e-12*want) {
		t.Errorf("one sample apart, by feature: %v, want %v", got, want)
	}
}
