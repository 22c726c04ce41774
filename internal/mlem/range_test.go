package mlem

import (
	"math"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"

	"simtool/internal/data"
	"simtool/internal/stats"
)

// A change of scale of a recording does not change weights and scores, until squares
// of distances overflow or underflow; the error then says so.
func TestRangeOfDistances(t *testing.T) {
	x, f, y := simulate(t, func(s *Simulation) { s.Stimuli = 24 })
	plain := func(o *Options) { o.Bootstrap, o.Null, o.Permutations = 0, 0, 0 }
	want := fitOne(t, f, y, plain)
	for _, c := range []struct {
		scale float64
		word  string // of the error; "" for none
	}{{0x1p200, ""}, {0x1p-200, ""}, {1e160, "overflow"}, {1e100, "overflow"}, {1e-100, "underflow"}, {1e-170, "underflow"}} {
		patterns := scaled(c.scale, x.Y)
		neural, err := NewNeural(patterns, NeuralOptions{})
		if c.word != "" {
			if _, ok := data.AsInputError(err); !ok || !strings.Contains(err.Error(), c.word) {
				t.Errorf("scale %g: error %v, want one of %s", c.scale, err, c.word)
			}
			continue
		}
		if err != nil {
			t.Errorf("scale %g: %v", c.scale, err)
			continue
		}
		got := fitOne(t, f, neural, plain)
		if d := math.Abs(got.Scores[1].Spearman - want.Scores[1].Spearman); d > 1e-9 {
			t.Errorf("scale %g: the score differs by %g", c.scale, d)
		}
		for i, w := range got.Weights {
			if math.Abs(w.Weight-want.Weights[i].Weight) > 1e-9 {
				t.Errorf("scale %g: weight %g, want %g", c.scale, w.Weight, want.Weights[i].Weight)
			}
		}
	}
}

func TestDistancesRefused(t *testing.T) {
	given := func(change func(m *mat.Dense)) *mat.Dense {
		m := mat.NewDense(4, 4, []float64{0, 1, 2, 3, 1, 0, 4, 5, 2, 4, 0, 6, 3, 5, 6, 0})
		change(m)
		return m
	}
	negative := given(func(m *mat.Dense) { m.Set(0, 1, -1); m.Set(1, 0, -1) })
	for name, m := range map[string]*mat.Dense{
		"negative":    negative,
		"diagonal":    given(func(m *mat.Dense) { m.Set(2, 2, 1) }),
		"overflowing": given(func(m *mat.Dense) { m.Scale(1e200, m) }),
		"asymmetric":  given(func(m *mat.Dense) { m.Set(0, 1, 7) }),
	} {
		if _, err := NewGiven(m, NeuralOptions{}); err == nil {
			t.Errorf("%s neural distances: no error", name)
		}
		if _, err := NewFeatureDistances([]string{"f"}, []*mat.Dense{m}); err == nil {
			t.Errorf("%s feature distances: no error", name)
		}
	}
	if _, err := NewGiven(negative, NeuralOptions{Power: 1}); err != nil {
		t.Errorf("negative distances with power 1: %v", err)
	}
	if _, err := NewGiven(given(func(m *mat.Dense) { m.Set(1, 1, 1e-16) }), NeuralOptions{}); err != nil {
		t.Errorf("a diagonal of rounding: %v", err)
	}
	fine := given(func(*mat.Dense) {})
	if _, err := NewFeatureDistances([]string{"f", "f"}, []*mat.Dense{fine, fine}); err == nil {
		t.Error("two features of one name: no error")
	}
	for _, power := range []float64{-1, math.NaN(), math.Inf(1)} {
		if _, err := NewGiven(fine, NeuralOptions{Power: power}); err == nil {
			t.Errorf("power %g: no error", power)
		}
	}
}

func TestOptionsRefused(t *testing.T) {
	_, f, _ := simulate(t, func(s *Simulation) { s.Stimuli, s.Features = 24, 13 })
	for name, change := range map[string]func(*Options){
		"bootstrap":    func(o *Options) { o.Bootstrap = -5 },
		"null":         func(o *Options) { o.Null = -2 },
		"permutations": func(o *Options) { o.Permutations = -1 },
		"level":        func(o *Options) { o.Level = 95 },
		"level NaN":    func(o *Options) { o.Level = math.NaN() },
		"folds":        func(o *Options) { o.Folds = 1 },
		"ridge":        func(o *Options) { o.Ridge = []float64{-1} },
		"pairs":        func(o *Options) { o.MaxPairs = -1 },
		"shapley":      func(o *Options) { o.Shapley = true },
		"group":        func(o *Options) { o.FeatureGroups = []FeatureGroup{{"g", []string{"nosuch"}}} },
		"product":      func(o *Options) { o.Interactions.Pairs = [][2]string{{"nosuch", "nosuch"}} },
	} {
		o := DefaultOptions()
		if err := o.Check(f); err != nil {
			t.Fatal(err)
		}
		change(&o)
		if _, ok := data.AsInputError(o.Check(f)); !ok {
			t.Errorf("%s: %v, want an input error", name, o.Check(f))
		}
	}
	o := DefaultOptions()
	o.Shapley, o.FeatureGroups = true, []FeatureGroup{{"g", f.Names()[:2]}}
	if err := o.Check(f); err != nil {
		t.Errorf("12 features and groups: %v", err)
	}
}

// A fit to some pairs is scored on all pairs of each fold, by every score.
func TestScoresOfFewerPairs(t *testing.T) {
	_, f, y := simulate(t, func(s *Simulation) { s.Stimuli = 60 })
	r := fitOne(t, f, y, func(o *Options) { o.MaxPairs, o.Bootstrap, o.Null, o.Permutations = 400, 0, 0, 0 })
	in := r.Scores[0]
	predicted, err := r.Model.Predict(f)
	if err != nil {
		t.Fatal(err)
	}
	d := y.condensed()
	rho, _ := stats.Spearman(predicted, d)
	pearson, _ := stats.Pearson(predicted, d)
	if math.Abs(in.Spearman-rho) > 1e-10 || math.Abs(in.Pearson-pearson) > 1e-10 || in.Pairs != len(d) {
		t.Errorf("in-sample score %+v, want ρ %.12f and r %.12f of %d pairs", in, rho, pearson, len(d))
	}
	if r.Model.Pairs > 420 {
		t.Errorf("fitted to %d pairs", r.Model.Pairs)
	}
	for _, s := range r.Scores {
		if s.Split == "fold" && s.Pairs != s.Stimuli*(s.Stimuli-1)/2 {
			t.Errorf("fold %d: %d pairs of %d stimuli", s.Fold, s.Pairs, s.Stimuli)
		}
	}
}

// TestUndefinedScores fits distances that do not vary.
func TestUndefinedScores(t *testing.T) {
	_, f, _ := simulate(t, func(s *Simulation) { s.Stimuli = 24 })
	same := mat.NewDense(24, 24, nil)
	for i := range 24 {
		for j := range 24 {
			if i != j {
				same.Set(i, j, 1)
			}
		}
	}
	y, err := NewGiven(same, NeuralOptions{})
	if err != nil {
		t.Fatal(err)
	}
	r := fitOne(t, f, y, nil)
	for _, s := range r.Scores {
		if s.Defined() || !math.IsNaN(s.Pearson) || !math.IsNaN(s.R2) || s.SE != 0 || s.Interval != (stats.Interval{}) || s.P != 0 {
			t.Errorf("score %+v of distances that are all equal", s)
		}
	}
	if !warned(r, "there is no held-out correlation") {
		t.Errorf("warnings %q", r.Warnings)
	}
}

// TestModelScoreRefuses scores on three stimuli, and on features that overflow.
func TestModelScoreRefuses(t *testing.T) {
	x, f, y := simulate(t, func(s *Simulation) { s.Stimuli = 24 })
	r := fitOne(t, f, y, func(o *Options) { o.Bootstrap, o.Null, o.Permutations = 0, 0, 0 })
	index := []int{0, 1, 2}
	if _, err := r.Model.Score(f.subset(index), y.subset(index), ScoreSpearman, .95); err == nil {
		t.Error("three stimuli were scored")
	}
	if _, err := r.Model.Score(f, y, ScoreSpearman, 7); err == nil {
		t.Error("a level of 7 was taken")
	}
	for _, c := range x.Table.Columns {
		if c.Kind == data.Numeric {
			c.Values[0] = 1e200
		}
	}
	far, _, err := r.Model.Encode(x.Table)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.Model.Score(far, y, ScoreSpearman, .95); err == nil {
		t.Error("predictions that overflow were scored")
	}
	if _, err := r.Model.Predict(far); err == nil {
		t.Error("predictions that overflow were given")
	}
}

// Feature a differs only where feature c does, so that their product is a itself.
func TestTwinProducts(t *testing.T) {
	const n = 12
	table := &data.Table{}
	add := func(name string, value func(i int) int) {
		c := &data.Column{Name: name, Kind: data.Categorical, Levels: []string{"x", "y", "z"}}
		for i := range n {
			c.Codes = append(c.Codes, value(i))
		}
		table.Columns = append(table.Columns, c)
	}
	add("a", func(i int) int { return min(i%3, 1) })
	add("b", func(i int) int { return i / 4 })
	add("c", func(i int) int { return i % 3 })
	f, _, err := NewFeatures(table, FeatureOptions{})
	if err != nil {
		t.Fatal(err)
	}
	y := mat.NewDense(n, 2, nil)
	for i := range n {
		y.Set(i, 0, float64(i%3))
		y.Set(i, 1, float64(i*i%7))
	}
	neural, err := NewNeural(y, NeuralOptions{})
	if err != nil {
		t.Fatal(err)
	}
	r := fitOne(t, f, neural, func(o *Options) {
		o.Interactions.All, o.Bootstrap, o.Null, o.Permutations = true, 0, 0, 0
	})
	if !warned(r, `feature "a" and the product "a*c" have the same values`) {
		t.Errorf("warnings %q", r.Warnings)
	}
	if warned(r, `"b*c" have the same`) {
		t.Errorf("a warning of a product like no other: %q", r.Warnings)
	}
}

// Each fold of this test holds out one group of stimuli, so that the data within a
// fold do not determine the variance of its score.
func TestScoreOfOneGroup(t *testing.T) {
	_, f, y := simulate(t, func(s *Simulation) { s.Stimuli = 24 })
	r := fitOne(t, f, y, func(o *Options) {
		o.Folds, o.Bootstrap, o.Null, o.Permutations = 3, 0, 0, 0
		for i := range 24 {
			o.Groups = append(o.Groups, []string{"a", "b", "c"}[i%3])
		}
	})
	for _, s := range r.Scores[1:] {
		if !s.Defined() || !math.IsNaN(s.SE) || s.Interval != (stats.Interval{}) {
			t.Errorf("%+v", s)
		}
	}
}

// TestScoresWithinMemory scores fewer stimuli where memory is short.
func TestScoresWithinMemory(t *testing.T) {
	_, f, y := simulate(t, func(s *Simulation) { s.Stimuli = 120 })
	r := fitOne(t, f, y, func(o *Options) { o.Bootstrap, o.Null, o.Permutations, o.MaxMemory, o.Jobs = 0, 0, 0, 600_000, 1 })
	in := r.Scores[0]
	if want := int(math.Sqrt(600_000 / 104.)); in.Stimuli != want || in.Pairs != want*(want-1)/2 {
		t.Errorf("%d stimuli and %d pairs were scored, want %d stimuli", in.Stimuli, in.Pairs, want)
	}
}

// TestStimuliOfPairs counts the pairs of so many stimuli.
func TestStimuliOfPairs(t *testing.T) {
	of := map[int]int{}
	for n := minStimuli; n < 300; n++ {
		of[n*(n-1)/2] = n
	}
	for pairs := range 299 * 298 / 2 {
		if got := StimuliOfPairs(pairs); got != of[pairs] {
			t.Fatalf("%d pairs are those of %d stimuli, want %d", pairs, got, of[pairs])
		}
	}
}
