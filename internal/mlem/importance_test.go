package mlem

import (
	"math"
	"math/rand/v2"
	"testing"

	"simtool/internal/stats"
)

// Updated predictions with permuted features must equal predictions computed anew.
func TestReplacedFeatures(t *testing.T) {
	s, _, _ := smallSample(t)
	g, err := newDesign(s.features.Names(), Interactions{All: true})
	if err != nil {
		t.Fatal(err)
	}
	e := newEvaluation(s, g)
	rng := rand.New(rand.NewPCG(1, 9))
	w := make([]float64, len(g.terms))
	for i := range w {
		w[i] = rng.NormFloat64()
	}
	m := newPermuter(e, nil)
	for _, features := range [][]int{{1}, {2, 0}, {0, 1, 2}} {
		index := rng.Perm(len(s.id))
		columns := make([]column, len(features))
		other := *s.features
		other.columns = append([]column(nil), s.features.columns...)
		for i, f := range features {
			columns[i] = s.features.columns[f].pick(index)
			other.columns[f] = columns[i]
		}
		m.isolate(w, features)
		m.predict(columns)
		anew := *s
		anew.features = &other
		for p, want := range newEvaluation(&anew, g).predict(w) {
			if math.Abs(m.x[p]-want) > 1e-12 {
				t.Fatalf("features %v, pair %d: %g, want %g", features, p, m.x[p], want)
			}
		}
	}
}

// A feature without weight has no importance, and the order of the others is that of
// the truth.
func TestImportanceFindsTheFeatures(t *testing.T) {
	x, f, y := simulate(t, func(s *Simulation) {
		s.Stimuli, s.Kinds, s.Sparsity, s.Seed = 120, []Kind{Binary}, .4, 6
	})
	r := fitOne(t, f, y, func(o *Options) {
		o.DropOne, o.Shapley = true, true
		o.FeatureGroups = []FeatureGroup{{"pair", []string{"binary1", "binary2"}}}
	})
	byMethod := map[Method][]Importance{}
	for _, im := range r.Importance {
		byMethod[im.Method] = append(byMethod[im.Method], im)
	}
	if n := len(byMethod[Permutation]); n != 6 || byMethod[Permutation][5].Group != "pair" {
		t.Fatalf("%d permutation importances, want 5 features and a group", n)
	}
	for _, method := range []Method{Permutation, DropOne} {
		for a := range 5 {
			im := byMethod[method][a]
			if w := x.W.At(a, a); w == 0 && (math.Abs(im.Value) > .01 || method == Permutation && im.P < .01) || w > .2 && (im.Interval.Lo <= 0 || method == Permutation && im.P > .01) {
				t.Errorf("%s of a feature of weight %.2f: %+v", method, w, im)
			}
			for b := range 5 {
				if x.W.At(a, a) > x.W.At(b, b)+.1 && im.Value <= byMethod[method][b].Value {
					t.Errorf("%s: %g for weight %.2f, %g for weight %.2f", method, im.Value, x.W.At(a, a), byMethod[method][b].Value, x.W.At(b, b))
				}
			}
		}
	}
	// Shapley values add up to the held-out correlation.
	var sum float64
	for _, im := range byMethod[Shapley] {
		sum += im.Value
	}
	if len(byMethod[Shapley]) != 4 || math.Abs(sum-r.Scores[1].Pearson) > 1e-9 {
		t.Errorf("%d Shapley values add up to %.6f, want %.6f", len(byMethod[Shapley]), sum, r.Scores[1].Pearson)
	}
}

// One of two strongly correlated features has weight. The other has marginal
// importance, but no conditional importance, even if a fit gives it weight.
func TestConditionalImportance(t *testing.T) {
	rng := stats.Stream(3, "test")
	const n = 200
	a, b, c := make([]float64, n), make([]float64, n), make([]float64, n)
	for i := range n {
		a[i] = rng.Float64()
		b[i] = a[i] + .1*rng.NormFloat64()
		c[i] = rng.Float64()
	}
	f, _, err := NewFeatures(tableOf(numeric("a", a...), numeric("b", b...), numeric("c", c...)), FeatureOptions{})
	if err != nil {
		t.Fatal(err)
	}
	y := randomMatrix(rng, n, 20)
	for i := range n {
		y.Set(i, 0, 9*a[i])
		y.Set(i, 1, 9*b[i])
		y.Set(i, 2, 9*c[i])
	}
	d, err := NewNeural(y, NeuralOptions{})
	if err != nil {
		t.Fatal(err)
	}
	marginal := fitOne(t, f, d, nil)
	conditional := fitOne(t, f, d, func(o *Options) { o.Conditional = true })
	if !warned(marginal, `"a" and "b" are correlated`) {
		t.Errorf("no warning of correlated features in %q", marginal.Warnings)
	}
	for i := range 2 {
		if m, c := marginal.Importance[i].Value, conditional.Importance[i].Value; c > m/2 || m < .05 {
			t.Errorf("importance of %s is %.3f, given the other %.3f", marginal.Importance[i].Feature, m, c)
		}
	}
	if m, c := marginal.Importance[2].Value, conditional.Importance[2].Value; m != c {
		t.Errorf("importance of a feature alone is %g, conditionally %g", m, c)
	}
}

// Where features do not predict the recording, held-out scores are within two
// standard errors of 0 at the nominal rate, and p-values are spread out.
func TestNoise(t *testing.T) {
	const runs = 40
	inside, small := 0, 0
	var mean, se float64
	for i := range runs {
		_, f, _ := simulate(t, func(s *Simulation) { s.Stimuli, s.Seed = 60, uint64(i+1) })
		d, err := NewNeural(randomMatrix(stats.Stream(uint64(i), "noise"), 60, 30), NeuralOptions{})
		if err != nil {
			t.Fatal(err)
		}
		r := fitOne(t, f, d, func(o *Options) { o.Bootstrap, o.Permutations, o.Null = 0, 0, 99 })
		s := r.Scores[1]
		if math.Abs(s.Spearman) <= 2*s.SE {
			inside++
		}
		if s.P <= .1 {
			small++
		}
		mean += s.Spearman / runs
		se += s.SE * s.SE / runs / runs
	}
	if math.Abs(mean) > 2*math.Sqrt(se) {
		t.Errorf("the mean score of noise is %.4f, its standard error %.4f", mean, math.Sqrt(se))
	}
	if inside < 34 || small > 10 {
		t.Errorf("%d of %d scores within two standard errors of 0, %d p-values below .1", inside, runs, small)
	}
}

// Intervals of weights at nominal 95 % cover the truth.
func TestCoverage(t *testing.T) {
	if testing.Short() {
		t.Skip("simulations")
	}
	const runs = 60
	hit, all := 0, 0
	for i := range runs {
		x, f, y := simulate(t, func(s *Simulation) { s.Stimuli, s.Seed = 60, uint64(i+1) })
		r := fitOne(t, f, y, func(o *Options) { o.Permutations, o.Null = 0, 0 })
		for a, w := range r.Weights {
			all++
			if truth := x.W.At(a, a); w.Interval.Lo <= truth && truth <= w.Interval.Hi {
				hit++
			}
		}
	}
	if c := float64(hit) / float64(all); c < .90 || c > .99 {
		t.Errorf("%.1f %% of %d intervals hold the true weight", 100*c, all)
	}
}

func TestSplitByFormsPairsWithinALevel(t *testing.T) {
	_, f, y := simulate(t, func(s *Simulation) { s.Stimuli = 60 })
	labels := make([]string, 60)
	for i := range labels {
		labels[i] = string(rune('a' + i%3))
	}
	r := fitOne(t, f, y, func(o *Options) { o.SplitBy = labels })
	if got, want := r.Scores[0].Pairs, 3*20*19/2; got != want {
		t.Errorf("%d pairs, want %d", got, want)
	}
	held := 0
	for _, s := range r.Scores {
		if s.Split == "fold" {
			held += s.Pairs
		}
	}
	if held != r.Scores[1].Pairs || held == 0 {
		t.Errorf("%d held-out pairs in all, %d in the folds", r.Scores[1].Pairs, held)
	}
}

func TestDropPair(t *testing.T) {
	x, _, y := simulate(t, func(s *Simulation) { s.Stimuli = 40 })
	x.Table.Columns[2].Values[3] = nan
	x.Table.Columns[2].Values[9] = nan
	f, _, err := NewFeatures(x.Table, FeatureOptions{Missing: MissingDropPair})
	if err != nil {
		t.Fatal(err)
	}
	r := fitOne(t, f, y, nil)
	if got, want := r.Scores[0].Pairs, 38*37/2; got != want {
		t.Errorf("%d pairs, want %d", got, want)
	}
	var keep []int
	for i := range 40 {
		if i != 3 && i != 9 {
			keep = append(keep, i)
		}
	}
	without := fitOne(t, f.subset(keep), y.subset(keep), nil)
	for i, w := range r.Weights {
		if math.Abs(w.Weight-without.Weights[i].Weight) > 1e-12 {
			t.Errorf("weight %d is %g, without the two stimuli %g", i, w.Weight, without.Weights[i].Weight)
		}
	}
}
