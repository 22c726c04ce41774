package inference

import (
	"math"
	"testing"

	"gonum.org/v1/gonum/stat/distuv"

	"simtool/internal/measures"
)

// TestUnevenUnits: the degrees of freedom of units of which one differs are those of
// Satterthwaite, and those of two values in equal numbers, whose squares do not vary, stay
// one less than the units.
func TestUnevenUnits(t *testing.T) {
	half := func(one []float64) (float64, float64) {
		d := &measures.Deletions{All: 0.5, One: one}
		e := measures.Estimator{Axis: measures.PlainAxis}
		plain := jackknife(d, e, 0.95)
		d.Uneven = true
		wide := jackknife(d, e, 0.95)
		if plain.SE != wide.SE || plain.Centre != wide.Centre {
			t.Errorf("se and centre are %v and %v, want %v and %v", wide.SE, wide.Centre, plain.SE, plain.Centre)
		}
		return (wide.Hi - wide.Lo) / 2 / wide.SE, (plain.Hi - plain.Lo) / 2 / plain.SE
	}
	wide, plain := half([]float64{0.4, 0.6, 0.4, 0.6, 0.4, 0.6})
	near(t, "even units", wide, plain)
	const count = 20
	one := make([]float64, count)
	for i := range one {
		one[i] = 0.5
	}
	one[3] = 0.7
	// Deviations from the mean are 19q once and −q 19 times.
	kappa := count * (math.Pow(19, 4) + 19) / (380.0 * 380)
	wide, _ = half(one)
	near(t, "one unit apart", wide, distuv.StudentsT{Sigma: 1, Nu: 2 * count / (kappa - 1)}.Quantile(0.975))
}

// TestJackknifedCentre: the square of a mean is jackknifed to the mean product of two
// different samples, which has no bias.
func TestJackknifedCentre(t *testing.T) {
	x := []float64{0.1, 0.4, 0.2, 0.9, 0.3, 0.5, 0.8}
	n := float64(len(x))
	total, squares := 0.0, 0.0
	for _, v := range x {
		total += v
		squares += v * v
	}
	d := &measures.Deletions{All: total * total / n / n, Jackknifed: true}
	for _, v := range x {
		left := (total - v) / (n - 1)
		d.One = append(d.One, left*left)
	}
	near(t, "centre", jackknife(d, measures.Estimator{Axis: measures.PlainAxis}, 0.95).Centre, (total*total-squares)/n/(n-1))
}

// TestFreedomOfTails: an estimate of fourth moments has Student's t with as many degrees of
// freedom as there are samples but one, unless these lie far out and either do so by far or
// have influences that are too uneven to tell their error.
func TestFreedomOfTails(t *testing.T) {
	even, uneven := make([]float64, 40), make([]float64, 40)
	for i := range even {
		even[i] = 0.5 + 0.1*float64(2*(i%2)-1)
		uneven[i] = 0.5
	}
	uneven[7] = 0.9
	for _, c := range []struct {
		one     []float64
		tails   float64
		freedom float64
	}{
		{even, 0, 39}, {uneven, 0, 39}, {even, 1.2, 39}, {even, 1.3, 3}, {even, 1.6, 2}, {uneven, 1.2, 2 * 40 / (kurtosis(uneven) - 1)},
	} {
		d := &measures.Deletions{All: 0.5, One: c.one, Tails: c.tails}
		got := jackknife(d, measures.Estimator{Axis: measures.PlainAxis}, 0.95)
		near(t, "half width over se", (got.Hi-got.Lo)/2/got.SE, distuv.StudentsT{Sigma: 1, Nu: c.freedom}.Quantile(0.975))
	}
}

// kurtosis is the mean fourth power of deviations over the square of the mean second one.
func kurtosis(v []float64) float64 {
	mean, second, fourth := 0.0, 0.0, 0.0
	for _, x := range v {
		mean += x / float64(len(v))
	}
	for _, x := range v {
		second += (x - mean) * (x - mean)
		fourth += math.Pow(x-mean, 4)
	}
	return float64(len(v)) * fourth / second / second
}
