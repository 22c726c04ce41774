package mlem

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"

	"simtool/internal/data"
	"simtool/internal/stats"
)

// TestModelsOfNoiseAreModels: of few stimuli without a relation the metric that gives pairs of
// noisy stimuli their weight may be anticorrelated with the distances. Its model is one, too,
// and has no interval without its weight.
func TestModelsOfNoiseAreModels(t *testing.T) {
	negative := 0
	for seed := range uint64(60) {
		rng := rand.New(rand.NewPCG(seed, 11))
		f, _, err := NewFeatures(numericTable(rng, 10, 3), FeatureOptions{})
		if err != nil {
			t.Fatal(err)
		}
		y, err := NewNeural(randomMatrix(rng, 10, 2), NeuralOptions{})
		if err != nil {
			t.Fatal(err)
		}
		r := fitOne(t, f, y, func(o *Options) {
			o.RowEffects, o.Folds, o.Bootstrap, o.Null, o.Permutations = true, 0, 8, 0, 0
		})
		if r.Model.Scale < 0 {
			negative++
		}
		if err := r.Model.Check(); err != nil {
			t.Errorf("seed %d: %v", seed, err)
		}
		for _, w := range r.Weights {
			if i := w.Interval; i != (stats.Interval{}) && !(i.Lo <= w.Weight && w.Weight <= i.Hi) {
				t.Errorf("seed %d: the weight of %s is %v, its interval %v", seed, w.A, w.Weight, i)
			}
		}
	}
	if negative == 0 {
		t.Error("no metric is anticorrelated: the example tests nothing")
	}
}

// TestMethodsThatCannotBeApplied: a method that cannot be applied says why, and the others go on;
// where none can, that is the error.
func TestMethodsThatCannotBeApplied(t *testing.T) {
	rng := rand.New(rand.NewPCG(47, 10))
	table := numericTable(rng, 24, 2)
	table.Columns[0].Values[3] = math.NaN()
	f, _, err := NewFeatures(table, FeatureOptions{Missing: MissingDifferent})
	if err != nil {
		t.Fatal(err)
	}
	y, err := NewNeural(randomMatrix(rng, 24, 3), NeuralOptions{})
	if err != nil {
		t.Fatal(err)
	}
	got, err := Compare(t.Context(), f, nil, y, []string{"mlem-s", "rsa"}, nil, DefaultOptions())
	if err != nil {
		t.Fatal(err)
	}
	if c := got[0]; c.W != nil || c.HeldOut != nil || !strings.HasPrefix(c.Detail, "not applied: mlem-s: feature ") {
		t.Errorf("mlem-s is %+v", c)
	}
	if got[1].HeldOut == nil {
		t.Error("rsa has no score")
	}
	if _, err := Compare(t.Context(), f, nil, y, []string{"mlem-s"}, nil, DefaultOptions()); err == nil {
		t.Error("no method can be applied, and there is no error")
	} else if _, ok := data.AsInputError(err); !ok {
		t.Errorf("the error is %v", err)
	}
}

// TestFRRSAOfConstantRegressors: a product that does not vary among the training stimuli but for
// rounding has no coefficient, and the others are as without it.
func TestFRRSAOfConstantRegressors(t *testing.T) {
	const v = 1. / 3
	for name, variance := range map[string]float64{"exactly": 0, "below 0 by rounding": -3e-18, "by rounding": 4e-18} {
		q := &problem{
			terms: []Term{{A: 0, B: 0}, {A: 1, B: 1}}, g: mat.NewDense(2, 2, []float64{.2, 0, 0, variance}),
			b: []float64{.1, 1e-17}, yy: 1, count: 50, meanX: []float64{.4, v},
		}
		w, err := q.fraction([]float64{1, .5})
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		for i, want := range []float64{.5, .25} {
			if math.Abs(w[i][0]-want) > 1e-9 || w[i][1] != 0 {
				t.Errorf("%s: coefficients %v, want %v and 0", name, w[i], want)
			}
		}
	}
}
