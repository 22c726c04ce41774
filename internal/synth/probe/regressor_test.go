package probe

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"gonum.org/v1/gonum/mat"

	"simtool/internal/data"
)

// speeds is a column of numbers.
func speeds(values ...float64) *data.Column {
	return &data.Column{Name: "speed", Kind: data.Numeric, Values: values}
}

// TestRidgeOfOneFeature: R² of a label that is predicted from one neuron, where the ridge
// weight is Σ(x−x̄)(y−ȳ)/(Σ(x−x̄)² + 1/C), written out.
func TestRidgeOfOneFeature(t *testing.T) {
	const n, folds, c = 17, 4, .3
	rng := rand.New(rand.NewPCG(4, 4))
	x, y := make([]float64, 2*n), make([]float64, n)
	for i := range y {
		y[i] = 100 + rng.NormFloat64()
		x[i], x[n+i] = 5+2*y[i]+rng.NormFloat64(), rng.NormFloat64()
	}
	r, err := NewRegressor(speeds(y...), 2, DecoderConfig{Folds: folds, C: c, Seed: 3})
	if err != nil {
		t.Fatal(err)
	}
	got, err := r.Decode(mat.NewDense(2*n, 1, x), 0)
	if err != nil {
		t.Fatal(err)
	}
	mean := 0.0
	for _, v := range y {
		mean += v / n
	}
	chance := 0.0
	var want [2]float64
	var total float64
	for _, v := range y {
		total += (v - mean) * (v - mean)
	}
	for f := range folds {
		var mx [2]float64
		my, m := 0.0, 0.0
		for i := range n {
			if r.fold[i] != f {
				m++
				my += y[i]
				mx[0], mx[1] = mx[0]+x[i], mx[1]+x[n+i]
			}
		}
		my, mx[0], mx[1] = my/m, mx[0]/m, mx[1]/m
		for bin := range 2 {
			xy, xx := 0.0, 1/c
			for i := range n {
				if r.fold[i] != f {
					d := x[bin*n+i] - mx[bin]
					xy, xx = xy+d*(y[i]-my), xx+d*d
				}
			}
			for i := range n {
				if r.fold[i] == f {
					e := y[i] - my - xy/xx*(x[bin*n+i]-mx[bin])
					want[bin] += e * e / total
					if bin == 0 {
						chance += (y[i] - my) * (y[i] - my) / total
					}
				}
			}
		}
	}
	for bin, w := range want {
		if math.Abs(got.Bins[bin]-(1-w)) > 1e-12 {
			t.Errorf("bin %d: R² %.15g, want %.15g", bin, got.Bins[bin], 1-w)
		}
	}
	if math.Abs(got.R2-(2-want[0]-want[1])/2) > 1e-12 || math.Abs(r.Chance()-(1-chance)) > 1e-12 || !(r.Chance() < 0) {
		t.Errorf("R² %g and chance %g, want %g and %g", got.R2, r.Chance(), (2-want[0]-want[1])/2, 1-chance)
	}
	if !(got.Bins[0] > got.Bins[1]+.5) {
		t.Errorf("R² %v of a bin with the label and one without", got.Bins)
	}
}

// TestPermutationsOfNumbers: a p-value is that of the R² of the labels in each of the drawn
// orders; of noise it is anything, and of a label that is there the smallest.
func TestPermutationsOfNumbers(t *testing.T) {
	const n, q, permutations = 24, 3, 99
	rng := rand.New(rand.NewPCG(5, 5))
	x, y := mat.NewDense(n, q, nil), make([]float64, n)
	for i := range n {
		for j := range q {
			x.Set(i, j, rng.NormFloat64())
		}
		y[i] = x.At(i, 0) - 2*x.At(i, 1) + .1*rng.NormFloat64()
	}
	config := DefaultDecoder()
	r, err := NewRegressor(speeds(y...), 1, config)
	if err != nil {
		t.Fatal(err)
	}
	got, err := r.Decode(x, permutations)
	if err != nil || got.Test.P != .01 || got.Test.Bins[0] != .01 || got.R2 < .9 {
		t.Errorf("%+v (%v), want the smallest p", got, err)
	}
	// With other labels at the conditions the p-values are uniform: their mean over
	// recordings of noise is about one half.
	const recordings = 60
	sum := 0.0
	for range recordings {
		for i := range y {
			y[i] = rng.NormFloat64()
		}
		noise, err := NewRegressor(speeds(slices.Clone(y)...), 1, config)
		if err != nil {
			t.Fatal(err)
		}
		got, err := noise.Decode(x, 19)
		if err != nil {
			t.Fatal(err)
		}
		sum += got.Test.P / recordings
	}
	if sd := 1 / math.Sqrt(12*recordings); math.Abs(sum-.525) > 4*sd {
		t.Errorf("the mean p of noise is %.3f, want .525 ± %.3f", sum, 4*sd)
	}
}

// TestRegressorRefuses what cannot be predicted as numbers, and knows which columns are
// numbers.
func TestRegressorRefuses(t *testing.T) {
	config := DefaultDecoder()
	category := &data.Column{Name: "speed", Kind: data.Categorical, Levels: []string{"a", "b"}, Codes: []int{0, 1, 0, 1, 0, 1}}
	for name, c := range map[string]struct {
		column     *data.Column
		refused    bool
		continuous bool
	}{
		"decimals":              {speeds(.5, 1.5, 2.5, 3.25, 4.5, 5.5), false, true},
		"decimals that repeat":  {speeds(.5, 1.5, .5, 1.5, .5, 1.5), false, false},
		"whole numbers":         {speeds(1, 2, 3, 4, 5, 6), false, false},
		"categories":            {category, true, false},
		"one number":            {speeds(2, 2, 2, 2, 2, 2), true, false},
		"a missing number":      {speeds(.5, 1.5, math.NaN(), 3.25, 4.5, 5.5), true, false},
		"fewer than folds":      {speeds(.5, 1.5, 2.25), true, true},
		"whole but for one":     {speeds(1, 2, 3, 4, 5, 6.5), false, true},
		"one that occurs twice": {speeds(.5, .5, 2.5, 3.25, 4.5, 5.5), false, true},
	} {
		if _, err := NewRegressor(c.column, 1, config); (err != nil) != c.refused {
			t.Errorf("%s: %v", name, err)
		}
		if got := IsContinuous(c.column); got != c.continuous {
			t.Errorf("%s: continuous %t", name, got)
		}
	}
}

// TestBalancedAccuracy: with 9 members of one class and 3 of another, guesses of the larger
// class are right 9 times of 12, and have one class of two.
func TestBalancedAccuracy(t *testing.T) {
	classes := speeds(0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1)
	d, err := NewDecoder(classes, 1, DecoderConfig{Folds: 3, C: 1, Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	flat := mat.NewDense(12, 1, slices.Repeat([]float64{1}, 12))
	got, err := d.Decode(flat, nil)
	if err != nil || got.Accuracy != .75 || got.Balanced != .5 || got.BalancedBins[0] != .5 || d.Chance() != .75 {
		t.Errorf("%+v (%v), want .75 and .5", got, err)
	}
	told := mat.NewDense(12, 1, nil)
	for i := 9; i < 12; i++ {
		told.Set(i, 0, 10)
	}
	if got, err := d.Decode(told, nil); err != nil || got.Accuracy != 1 || got.Balanced != 1 {
		t.Errorf("%+v (%v), want 1 and 1", got, err)
	}
}
