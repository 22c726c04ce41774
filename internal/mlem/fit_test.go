package mlem

import (
	"context"
	"encoding/json"
	"errors"
	"math"
	"testing"

	"gonum.org/v1/gonum/mat"

	"simtool/internal/data"
	"simtool/internal/stats"
)

// TestRecovery holds fits of simulated recordings to the truth and to the
// released package's exact score.
func TestRecovery(t *testing.T) {
	for _, c := range []struct {
		name   string
		cosine float64
	}{
		{"lin_n200_f10_h64_z1_s0", 0.995},
		{"lin_n1000_f10_h64_z1_s0", 0.999},
	} {
		s := readSimulated(t, c.name)
		r := fitOne(t, s.features, s.neural, func(o *Options) { o.Bootstrap, o.Null, o.Permutations = 0, 0, 0 })
		if got := cosine(r.Model.Matrix(), s.truth); got < c.cosine {
			t.Errorf("%s: cosine with the true weights %.5f, want %g", c.name, got, c.cosine)
		}
		ref := readReference(t, c.name, "out_mlem_i0_r0.json")
		if got := r.Scores[0].Spearman; math.Abs(got-ref.Spearman) > 1e-3 {
			t.Errorf("%s: in-sample score %.5f, want %.5f", c.name, got, ref.Spearman)
		}
		if r.KKT > 1e-8 {
			t.Errorf("%s: kkt residual %g", c.name, r.KKT)
		}
	}
}

// No patterns realise the truth of the paper's generator. The exact fit must score
// above the released one.
func TestInteractions(t *testing.T) {
	const name = "mds_n256_f16_h768_z1_s0"
	s := readSimulated(t, name)
	r := fitOne(t, s.features, s.neural, func(o *Options) {
		o.Interactions.All = true
		o.Bootstrap, o.Null, o.Permutations = 0, 0, 0
	})
	ref := readReference(t, name, "out_mlem_i1_r0.json")
	if got := r.Scores[0].Spearman; got < ref.Spearman {
		t.Errorf("in-sample score %.4f, the released package's is %.4f", got, ref.Spearman)
	}
	if r.KKT > 1e-8 {
		t.Errorf("kkt residual %g", r.KKT)
	}
}

// simulate makes a recording and its distances.
func simulate(t testing.TB, change func(*Simulation)) (*Simulated, *Features, *Neural) {
	t.Helper()
	s := DefaultSimulation()
	s.Features = 5
	change(&s)
	x, err := Simulate(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	f, _, err := NewFeatures(x.Table, FeatureOptions{})
	if err != nil {
		t.Fatal(err)
	}
	y, err := NewNeural(x.Y, NeuralOptions{})
	if err != nil {
		t.Fatal(err)
	}
	return x, f, y
}

// TestScoresAreThoseOfThePairs recomputes the scores of a fit from its model and
// explicit lists of pairs.
func TestScoresAreThoseOfThePairs(t *testing.T) {
	_, f, y := simulate(t, func(s *Simulation) { s.Stimuli = 60 })
	r := fitOne(t, f, y, nil)
	predicted, err := r.Model.Predict(f)
	if err != nil {
		t.Fatal(err)
	}
	d := y.condensed()
	in := r.Scores[0]
	rho, _ := stats.Spearman(predicted, d)
	pearson, _ := stats.Pearson(predicted, d)
	var rss, tss float64
	mean, _ := meanSD(d)
	for p, v := range d {
		rss += (v - predicted[p]) * (v - predicted[p])
		tss += (v - mean) * (v - mean)
	}
	for name, pair := range map[string][2]float64{"spearman": {in.Spearman, rho}, "pearson": {in.Pearson, pearson}, "r2": {in.R2, 1 - rss/tss}} {
		if math.Abs(pair[0]-pair[1]) > 1e-10 {
			t.Errorf("in-sample %s %.12f, of the pairs %.12f", name, pair[0], pair[1])
		}
	}
	again, err := r.Model.Score(f, y, "", .95)
	if err != nil {
		t.Fatal(err)
	}
	if math.Abs(again.Spearman-in.Spearman) > 1e-10 || math.Abs(again.R2-in.R2) > 1e-10 {
		t.Errorf("the model scores %+v on its own stimuli, want %+v", again, in)
	}
	if held := r.Scores[1]; held.Split != "held-out" || held.Interval.Lo > held.Spearman || held.Interval.Hi < held.Spearman || held.P > .05 {
		t.Errorf("held-out score %+v", held)
	}
}

// The answer does not depend on the seed, on jobs, on other representations, or on
// the units of features and recording.
func TestTheAnswerDoesNotDependOn(t *testing.T) {
	x, f, y := simulate(t, func(s *Simulation) { s.Stimuli = 70 })
	base := fitOne(t, f, y, nil)
	same := func(name string, r *Result, tolerance float64) {
		t.Helper()
		for i, w := range r.Weights {
			if math.Abs(w.Weight-base.Weights[i].Weight) > tolerance {
				t.Errorf("%s: weight %d is %.15g, was %.15g", name, i, w.Weight, base.Weights[i].Weight)
			}
		}
	}
	one := fitOne(t, f, y, func(o *Options) { o.Jobs = 1 })
	a, _ := json.Marshal(base)
	b, _ := json.Marshal(one)
	if string(a) != string(b) {
		t.Error("another number of jobs gives another result")
	}
	same("seed", fitOne(t, f, y, func(o *Options) { o.Seed = 99 }), 1e-12)
	other := mat.DenseCopyOf(x.Y)
	other.Scale(-1e4, other)
	for i := range 70 {
		other.Set(i, 0, other.At(i, 0)+1e5)
	}
	big, err := NewNeural(other, NeuralOptions{Name: "big"})
	if err != nil {
		t.Fatal(err)
	}
	layers, err := Fit(t.Context(), f, []*Neural{big, y}, DefaultOptions())
	if err != nil {
		t.Fatal(err)
	}
	same("scaled and shifted", layers[0], 1e-7)
	same("second of two", layers[1], 1e-12)
	if layers[0].Name != "big" || math.Abs(layers[0].Scores[1].Spearman-base.Scores[1].Spearman) > 1e-6 {
		t.Errorf("layer %q scores %g, want %g", layers[0].Name, layers[0].Scores[1].Spearman, base.Scores[1].Spearman)
	}
	for _, c := range x.Table.Columns {
		for i := range c.Values {
			c.Values[i] = 1000 - 40*c.Values[i]
		}
	}
	g, _, err := NewFeatures(x.Table, FeatureOptions{})
	if err != nil {
		t.Fatal(err)
	}
	same("features in other units", fitOne(t, g, y, nil), 1e-9)
}

func TestModelSurvivesJSON(t *testing.T) {
	_, f, y := simulate(t, func(s *Simulation) { s.Stimuli = 40 })
	m := fitOne(t, f, y, nil).Model
	raw, err := json.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	back := new(Model)
	if err := json.Unmarshal(raw, back); err != nil {
		t.Fatal(err)
	}
	want, err := m.Predict(f)
	if err != nil {
		t.Fatal(err)
	}
	got, err := back.Predict(f)
	if err != nil {
		t.Fatal(err)
	}
	for p := range want {
		if got[p] != want[p] {
			t.Fatalf("pair %d: %v, want %v", p, got[p], want[p])
		}
	}
	back.W[0] = back.W[0][:2]
	if _, err := back.Predict(f); err == nil {
		t.Error("a ragged metric is no error")
	}
}

func TestSpearmanObjective(t *testing.T) {
	// A monotone function of the distances lowers their correlation. The rank-based
	// fit still recovers the weights, and better than the linear fit.
	x, f, y := simulate(t, func(s *Simulation) { s.Stimuli, s.Noise = 120, 0.3 })
	n := f.Stimuli()
	warped := mat.NewDense(n, n, nil)
	first, second := allPairs(n)
	for p, v := range y.condensed() {
		v = math.Exp(6 * v)
		warped.Set(int(first[p]), int(second[p]), v)
		warped.Set(int(second[p]), int(first[p]), v)
	}
	d, err := NewGiven(warped, NeuralOptions{Power: 1})
	if err != nil {
		t.Fatal(err)
	}
	linear := fitOne(t, f, d, nil)
	ranks := fitOne(t, f, d, func(o *Options) { o.Objective = Spearman })
	a, b := cosine(linear.Model.Matrix(), x.W), cosine(ranks.Model.Matrix(), x.W)
	if b < 0.99 || b <= a {
		t.Errorf("cosine with the truth %.4f by ranks, %.4f by values", b, a)
	}
	if ranks.Scores[0].Spearman <= linear.Scores[0].Spearman || ranks.Scores[1].Spearman <= linear.Scores[1].Spearman {
		t.Errorf("by ranks %+v, by values %+v", ranks.Scores[:2], linear.Scores[:2])
	}
}

func TestRidgeIsChosen(t *testing.T) {
	_, f, y := simulate(t, func(s *Simulation) { s.Stimuli, s.Noise = 40, 4 })
	r := fitOne(t, f, y, func(o *Options) { o.Ridge = []float64{0, .1, 1, 10} })
	free := fitOne(t, f, y, nil)
	one := fitOne(t, f, y, func(o *Options) { o.Ridge = []float64{r.Lambda} })
	for i := range r.Weights {
		if r.Weights[i].Weight != one.Weights[i].Weight {
			t.Errorf("weight %d: %g with the chosen penalty, %g when it is given", i, r.Weights[i].Weight, one.Weights[i].Weight)
		}
	}
	if r.Lambda == 0 && free.Weights[0].Weight != r.Weights[0].Weight {
		t.Error("no penalty and other weights")
	}
}

func TestUnits(t *testing.T) {
	x, f, _ := simulate(t, func(s *Simulation) { s.Stimuli, s.Hidden = 50, 16 })
	var units []*Neural
	for k := range 16 {
		unit, err := NewUnit(x.Y, k, NeuralOptions{Name: UnitName(k)})
		if err != nil {
			t.Fatal(err)
		}
		units = append(units, unit)
	}
	o := DefaultOptions()
	o.Permutations, o.Null, o.Bootstrap = 0, 0, 0
	all, err := Fit(t.Context(), f, units, o)
	if err != nil {
		t.Fatal(err)
	}
	alone := fitOne(t, f, units[7], func(p *Options) { *p = o })
	if len(all) != 16 || all[7].Name != "unit8" || math.Abs(all[7].Scores[1].Spearman-alone.Scores[1].Spearman) > 1e-9 {
		t.Errorf("unit 8 of %d scores %v, alone %v", len(all), all[7].Scores[1], alone.Scores[1])
	}
}

func TestCancel(t *testing.T) {
	_, f, y := simulate(t, func(s *Simulation) { s.Stimuli = 40 })
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Fit(ctx, f, []*Neural{y}, DefaultOptions()); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want %v", err, context.Canceled)
	}
}

func TestFitRefuses(t *testing.T) {
	_, f, y := simulate(t, func(s *Simulation) { s.Stimuli = 30 })
	_, _, short := simulate(t, func(s *Simulation) { s.Stimuli = 29 })
	three := f.subset([]int{0, 1, 2})
	for name, c := range map[string]struct {
		f      *Features
		y      *Neural
		change func(*Options)
	}{
		"numbers of stimuli differ": {f, short, func(*Options) {}},
		"three stimuli":             {three, y.subset([]int{0, 1, 2}), func(*Options) {}},
		"unknown objective":         {f, y, func(o *Options) { o.Objective = "kendall" }},
		"unknown interaction":       {f, y, func(o *Options) { o.Interactions.Pairs = [][2]string{{"binary1", "none"}} }},
		"groups of other stimuli":   {f, y, func(o *Options) { o.Groups = make([]string, 3) }},
		"one fold":                  {f, y, func(o *Options) { o.Folds = 1 }},
		"level":                     {f, y, func(o *Options) { o.Level = 95 }},
		"negative penalty":          {f, y, func(o *Options) { o.Ridge = []float64{-1} }},
		"group of no feature":       {f, y, func(o *Options) { o.FeatureGroups = []FeatureGroup{{"g", []string{"none"}}} }},
		"memory":                    {f, y, func(o *Options) { o.MaxMemory = 1000 }},
		"a level for each stimulus": {f, y, func(o *Options) { o.SplitBy = distinct(30) }},
	} {
		o := DefaultOptions()
		c.change(&o)
		_, err := Fit(t.Context(), c.f, []*Neural{c.y}, o)
		if _, ok := data.AsInputError(err); !ok {
			t.Errorf("%s: error %v, want an input error", name, err)
		}
	}
}

func distinct(n int) []string {
	s := make([]string, n)
	for i := range s {
		s[i] = string(rune('a' + i))
	}
	return s
}

func TestWarnings(t *testing.T) {
	x, _, y := simulate(t, func(s *Simulation) { s.Stimuli = 12; s.Features = 3 })
	copied := *x.Table.Columns[0]
	copied.Name = "again"
	x.Table.Columns = append(x.Table.Columns, &copied)
	f, _, err := NewFeatures(x.Table, FeatureOptions{})
	if err != nil {
		t.Fatal(err)
	}
	r := fitOne(t, f, y, func(o *Options) { o.Interactions.All = true; o.Folds = 10; o.MaxPairs = 40 })
	for _, part := range []string{"same distances", "3 folds instead of 10", "of 66 pairs"} {
		if !warned(r, part) {
			t.Errorf("no warning of %q in %q", part, r.Warnings)
		}
	}
	many := fitOne(t, f.subset(seq(8)), y.subset(seq(8)), func(o *Options) { o.Interactions.All = true })
	if !warned(many, "10 weights are fitted to 8 stimuli") {
		t.Errorf("no warning of many weights in %q", many.Warnings)
	}
}
