package mlem

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"simtool/internal/stats"
)

// TestRepeats: folds of every repeat hold out each stimulus one time, differ between
// repeats, keep groups together and are fitted to the others alone; scores and importances
// are means over all.
func TestRepeats(t *testing.T) {
	const n, folds, repeats = 42, 3, 4
	features, _, y := twoFeatures(t, stats.Stream(3, "repeats"), n, 0.2)
	o := DefaultOptions()
	o.Folds, o.Repeats, o.Bootstrap, o.Null, o.Shrink = folds, repeats, 0, 0, []float64{0, 1}
	for i := range n {
		o.Groups = append(o.Groups, string(rune('a'+i/2)))
	}
	f := prepared(t, features, y, o)
	if len(f.splits) != folds*repeats {
		t.Fatalf("%d splits, want %d", len(f.splits), folds*repeats)
	}
	seen := map[string]bool{}
	for r := range repeats {
		held := make([]int, n)
		for k := range folds {
			s := f.splits[r*folds+k]
			for _, at := range s.test {
				held[f.sample.id[at]]++
			}
			ids := pick(f.sample.id, s.test)
			slices.Sort(ids)
			for _, id := range ids {
				if !slices.Contains(ids, id^1) {
					t.Errorf("repeat %d, fold %d holds out stimulus %d without the other of its group", r, k, id)
				}
			}
			seen[fmt.Sprint(ids)] = true
			if got, want := f.train[s.set].count, float64(len(s.train)*(len(s.train)-1)/2); got != want {
				t.Errorf("repeat %d, fold %d is fitted to %g pairs, want %g", r, k, got, want)
			}
			x, d := f.pairsBetween(func(place int) bool { return slices.Contains(s.train, place) })
			q := f.train[s.set].problem(f.design.terms, f.shift, 0)
			if w := leastSquares(x, d, 0); math.Abs(w[0]-solveTwo(q)[0]) > 1e-9 {
				t.Errorf("repeat %d, fold %d has another training set", r, k)
			}
			// Each stimulus of the training set is in one group of the jackknife.
			left := 0.0
			for _, m := range f.jackknife[s.set] {
				left += float64(len(s.train)) - (1+math.Sqrt(1+8*m.count))/2
			}
			if left != float64(len(s.train)) {
				t.Errorf("repeat %d, fold %d: the groups of the jackknife have %g stimuli of %d", r, k, left, len(s.train))
			}
		}
		if slices.Min(held) != 1 || slices.Max(held) != 1 {
			t.Errorf("repeat %d holds stimuli out %v times", r, held)
		}
	}
	if len(seen) < folds*repeats-1 {
		t.Errorf("%d different folds of %d", len(seen), folds*repeats)
	}
	r, err := Fit(t.Context(), features, []*Neural{y}, o)
	if err != nil {
		t.Fatal(err)
	}
	for _, suffix := range []string{"", toTraining} {
		mean, count, of := 0.0, 0, Score{}
		for _, s := range r[0].Scores {
			switch s.Split {
			case "fold" + suffix:
				mean, count = mean+s.Spearman/folds/repeats, count+1
			case "held-out" + suffix:
				of = s
			}
		}
		if count != folds*repeats || math.Abs(mean-of.Spearman) > 1e-12 || !(of.SE > 0) || !(of.Interval.Lo < mean && mean < of.Interval.Hi) {
			t.Errorf("held out%s %+v of %d folds, whose mean is %g", suffix, of, count, mean)
		}
	}
	if n := r[0].Importance[0].N; n != folds*repeats*o.Permutations {
		t.Errorf("importance of %d permutations", n)
	}
}

// solveTwo solves G·w = b for two regressors.
func solveTwo(q *problem) []float64 {
	a, b, d := q.g.At(0, 0), q.g.At(0, 1), q.g.At(1, 1)
	det := a*d - b*b
	return []float64{(d*q.b[0] - b*q.b[1]) / det, (a*q.b[1] - b*q.b[0]) / det}
}

// TestRepeatsAgree: the mean over repeats varies less by the seed than one division, and
// the error of the mean is that over stimuli, which more repeats do not make smaller than
// that of a single division by much.
func TestRepeatsAgree(t *testing.T) {
	const n = 30
	features, _, y := twoFeatures(t, stats.Stream(8, "lottery"), n, 0.4)
	spread := func(repeats int) (sd, se float64) {
		var values []float64
		for seed := range uint64(12) {
			o := DefaultOptions()
			o.Folds, o.Repeats, o.Bootstrap, o.Null, o.Permutations, o.Seed = 5, repeats, 0, 0, 0, seed+1
			r, err := Fit(t.Context(), features, []*Neural{y}, o)
			if err != nil {
				t.Fatal(err)
			}
			values = append(values, r[0].Scores[1].Spearman)
			se += r[0].Scores[1].SE / 12
		}
		_, sd = meanSD(values)
		return sd, se
	}
	one, seOne := spread(1)
	many, seMany := spread(16)
	if many > one/2 {
		t.Errorf("by the seed means differ by %.3f with 16 repeats, and %.3f with one", many, one)
	}
	if seMany > seOne || seMany < many {
		t.Errorf("standard error %.3f with 16 repeats, %.3f with one", seMany, seOne)
	}
}

// TestGivenSplit: a fit to given stimuli is the fit to a table of them alone, and is
// scored on the others as that model is.
func TestGivenSplit(t *testing.T) {
	const n = 40
	features, _, y := twoFeatures(t, stats.Stream(4, "given"), n, 0.3)
	var train, test []int
	for i := range n {
		switch i % 4 {
		case 0:
			test = append(test, i)
		case 1, 2:
			train = append(train, i)
		}
	}
	o := DefaultOptions()
	o.Train, o.Test, o.Bootstrap, o.Shrink = train, test, 60, []float64{0, 0.1, 1}
	r, err := Fit(t.Context(), features, []*Neural{y}, o)
	if err != nil {
		t.Fatal(err)
	}
	alone := o
	alone.Train, alone.Test = nil, nil
	want, err := Fit(t.Context(), features.subset(train), []*Neural{y.subset(train)}, alone)
	if err != nil {
		t.Fatal(err)
	}
	got := r[0]
	if got.Shrink != want[0].Shrink || got.Model.Stimuli != len(train) {
		t.Errorf("penalty %g of %d stimuli, want %g of %d", got.Shrink, got.Model.Stimuli, want[0].Shrink, len(train))
	}
	for i, w := range got.Weights {
		if math.Abs(w.Weight-want[0].Weights[i].Weight) > 1e-9 {
			t.Errorf("weight %d is %g, want %g", i, w.Weight, want[0].Weights[i].Weight)
		}
	}
	score, err := got.Model.Score(features.subset(test), y.subset(test), ScoreSpearman, 0.95)
	if err != nil {
		t.Fatal(err)
	}
	held := got.Scores[1]
	if held.Split != "held-out" || math.Abs(held.Spearman-score.Spearman) > 1e-12 || math.Abs(held.R2-score.R2) > 1e-9 || math.Abs(held.SE-score.SE) > 1e-12 {
		t.Errorf("held out %+v, want %+v", held, score)
	}
	// Pairs of a test and a training stimulus, straight from the model.
	across := got.Scores[3]
	all := append(slices.Clone(test), train...)
	predicted, err := got.Model.Predict(features.subset(all))
	if err != nil {
		t.Fatal(err)
	}
	d := y.subset(all).condensed()
	var a, b []float64
	for i := range len(test) {
		for j := len(test); j < len(all); j++ {
			at := condensedIndex(len(all), i, j)
			a, b = append(a, predicted[at]), append(b, d[at])
		}
	}
	if rho, _ := stats.Spearman(a, b); across.Split != "held-out"+toTraining || math.Abs(rho-across.Spearman) > 1e-12 || across.Pairs != len(a) {
		t.Errorf("to training %+v, want ρ %g of %d pairs", across, rho, len(a))
	}
	for name, change := range map[string]func(*Options){
		"twice":     func(o *Options) { o.Train = append(o.Train, o.Train[0]) },
		"in both":   func(o *Options) { o.Train = append(slices.Clone(o.Train), o.Test[0]) },
		"too far":   func(o *Options) { o.Test = []int{0, 4, 8, n} },
		"too few":   func(o *Options) { o.Test = o.Test[:3] },
		"repeats":   func(o *Options) { o.Repeats = 2 },
		"no others": func(o *Options) { o.Test = nil },
	} {
		bad := o
		change(&bad)
		if bad.Check(features) == nil {
			t.Errorf("%s: taken", name)
		}
	}
}

// TestStrata: each fold has the same share of every label.
func TestStrata(t *testing.T) {
	const n, folds = 60, 4
	features, _, y := twoFeatures(t, stats.Stream(6, "strata"), n, 0.3)
	o := DefaultOptions()
	o.Folds, o.Repeats, o.Bootstrap = folds, 3, 0
	for i := range n {
		o.Stratify = append(o.Stratify, []string{"a", "a", "b", "c", "a"}[i%5])
	}
	f := prepared(t, features, y, o)
	for _, s := range f.splits {
		count := map[string]int{}
		for _, at := range s.test {
			count[o.Stratify[f.sample.id[at]]]++
		}
		if count["a"] != 9 || count["b"] != 3 || count["c"] != 3 {
			t.Errorf("repeat %d, fold %d has %v", s.repeat, s.fold, count)
		}
	}
}
