package mlem

import (
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"

	"simtool/internal/data"
	"simtool/internal/linalg"
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

// TestRegressorsThatVaryByRounding: products with a level that only a held-out stimulus has do not
// vary among the others but for rounding. They have no weight there, and no rounding is
// taken for a variance, in whose units a penalty is huge.
func TestRegressorsThatVaryByRounding(t *testing.T) {
	const n = 30
	for seed := range uint64(12) {
		rng := rand.New(rand.NewPCG(seed, 12))
		table := numericTable(rng, n, 1)
		for i := range n {
			if rng.IntN(3) == 0 {
				table.Columns[0].Values[i] = math.NaN()
			}
		}
		for name, levels := range map[string]int{"three": 3, "two": 2, "rare": 0} {
			c := &data.Column{Name: name, Kind: data.Categorical, Levels: []string{"a", "b", "c"}[:max(2, levels)], Codes: make([]int, n)}
			for i := range c.Codes {
				if levels > 0 {
					c.Codes[i] = rng.IntN(levels)
				}
			}
			if levels == 0 {
				c.Codes[rng.IntN(n)] = 1
			}
			table.Columns = append(table.Columns, c)
		}
		slices.SortFunc(table.Columns, func(a, b *data.Column) int { return strings.Compare(a.Name, b.Name) })
		f, _, err := NewFeatures(table, FeatureOptions{})
		if err != nil {
			t.Fatal(err)
		}
		y, err := NewNeural(randomMatrix(rng, n, 2), NeuralOptions{})
		if err != nil {
			t.Fatal(err)
		}
		o := DefaultOptions()
		o.Metric, o.Interactions.All, o.Shrink, o.RowEffects, o.DropOne = Signed, true, AutoShrink, true, true
		o.Bootstrap, o.Null, o.Permutations = 6, 0, 0
		fit, err := newFitting(f, []*Neural{y}, o)
		if err != nil {
			t.Fatal(err)
		}
		if err := fit.accumulate(t.Context()); err != nil {
			t.Fatal(err)
		}
		for fold, m := range fit.train {
			q := fit.target(m, 0, fold)
			for term := range q.b {
				if v := q.g.At(term, term); v != 0 && v < 1e-9 {
					t.Errorf("seed %d, fold %d: term %v varies by %g", seed, fold, q.terms[term], v)
				}
			}
		}
		if _, err := fit.result(t.Context(), 0); err != nil {
			t.Errorf("seed %d: %v", seed, err)
		}
	}
}

// TestDependentRegressorsHaveAMinimum: regressors of which one is another, times two, and a
// product that is both, leave the semidefinite minimum open. What comes close is returned, with
// its violation.
func TestDependentRegressorsHaveAMinimum(t *testing.T) {
	for seed := range uint64(40) {
		rng := rand.New(rand.NewPCG(seed, 13))
		const pairs = 10
		var x [pairs][3]float64
		y := make([]float64, pairs)
		for p := range x {
			a, b := rng.NormFloat64(), rng.NormFloat64()
			if p%2 == 0 {
				a = 0
			}
			x[p] = [3]float64{a, b, -b}
			y[p] = rng.NormFloat64()
		}
		terms := []Term{{A: 0, B: 0}, {A: 1, B: 1}, {A: 2, B: 2}, {A: 0, B: 1}, {A: 0, B: 2}, {A: 1, B: 2}}
		design := mat.NewDense(pairs, len(terms), nil)
		for p := range x {
			for k, term := range terms {
				design.Set(p, k, term.value(x[p][:]))
			}
		}
		centred, _ := linalg.Center(design)
		q := &problem{terms: terms, g: linalg.Gram(centred), b: make([]float64, len(terms)), meanX: make([]float64, len(terms)), count: pairs}
		for k := range terms {
			q.b[k] = dot(mat.Col(nil, k, centred), y)
		}
		q.yy = dot(y, y)
		s, err := q.solve(PSD, 0)
		if err != nil {
			t.Errorf("seed %d: %v", seed, err)
			continue
		}
		if s.kkt > 1e-4 { // the largest penalty on W
			t.Errorf("seed %d: the violation is %g", seed, s.kkt)
		}
		var e mat.EigenSym
		w := symmetricMatrix(3, terms, s.w)
		if !e.Factorize(mat.NewSymDense(3, w.RawMatrix().Data), false) || slices.Min(e.Values(nil)) < -1e-9*max(1, linalg.Norm(w)) {
			t.Errorf("seed %d: W has the eigenvalues %v", seed, e.Values(nil))
		}
	}
}
