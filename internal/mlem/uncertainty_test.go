package mlem

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"

	"simtool/internal/stats"
)

// within fails unless the successes k of n independent trials of probability p are
// within four standard deviations of their expectation.
func within(t *testing.T, name string, k, n int, p float64) {
	t.Helper()
	if mean, sd := p*float64(n), math.Sqrt(p*(1-p)*float64(n)); math.Abs(float64(k)-mean) > 4*sd {
		t.Errorf("%s: %d of %d, want %.0f ± %.0f", name, k, n, mean, 4*sd)
	}
}

// everyOrder returns all orders of 0 … n−1.
func everyOrder(n int) [][]int {
	if n == 0 {
		return [][]int{nil}
	}
	var out [][]int
	for _, o := range everyOrder(n - 1) {
		for at := range n {
			out = append(out, slices.Insert(slices.Clone(o), at, n-1))
		}
	}
	return out
}

// line is numbers, one for each stimulus, whose squared differences are distances.
type line []float64

func (l line) features(t *testing.T) *Features {
	t.Helper()
	f, _, err := NewFeatures(tableOf(numeric("x", l...)), FeatureOptions{})
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func (l line) neural(t *testing.T) *Neural {
	t.Helper()
	y, err := NewNeural(mat.NewDense(len(l), 1, slices.Clone(l)), NeuralOptions{})
	if err != nil {
		t.Fatal(err)
	}
	return y
}

// distances in an order of the stimuli.
func (l line) distances(order []int) []float64 {
	var d []float64
	for i := range order {
		for j := i + 1; j < len(order); j++ {
			difference := l[order[i]] - l[order[j]]
			d = append(d, difference*difference)
		}
	}
	return d
}

// prepared returns a fit up to its moments and sets of pairs.
func prepared(t *testing.T, features *Features, y *Neural, o Options) *fitting {
	t.Helper()
	f, err := newFitting(features, []*Neural{y}, o)
	if err != nil {
		t.Fatal(err)
	}
	if err := f.accumulate(t.Context()); err != nil {
		t.Fatal(err)
	}
	f.selectScored()
	return f
}

// TestStimulusMovesTheMeanOfItsPairs: of the mean M of a number d over all pairs of
// m stimuli, leaving stimulus i out takes exactly 2/(m−2) of the mean of its pairs
// less M, of which 2/m is the first order; stimuli of one cluster add up.
func TestStimulusMovesTheMeanOfItsPairs(t *testing.T) {
	const m = 6
	s := &sample{id: seq(m), cluster: []int{0, 1, 1, 2, 3, 4}}
	e := &evaluation{sample: s}
	e.first, e.second = allPairs(m)
	d := make([]float64, len(e.first))
	mean := 0.0
	for p := range d {
		d[p] = float64(p * p % 11)
		mean += d[p] / float64(len(d))
	}
	want := make([]float64, 5)
	for out := range m {
		rest, count := 0.0, 0.0
		for p := range d {
			if int(e.first[p]) != out && int(e.second[p]) != out {
				rest += d[p]
				count++
			}
		}
		want[s.cluster[out]] += (mean - rest/count) * (m - 2) / m
	}
	infl := make([]float64, len(d))
	for p := range d {
		infl[p] = d[p] - mean
	}
	f := &fitting{layout: &layout{fold: make([]int, 5)}}
	for c, got := range f.byCluster(e, infl) {
		if math.Abs(got-want[c]) > 1e-14 {
			t.Errorf("cluster %d moves the mean by %g, want %g", c, got, want[c])
		}
	}
}

// TestIntervalOfAnImportance by hand: drops of two folds, each of which four
// clusters move. Permutations add the variance of their mean, SD²/N, but to interactions,
// whose variance is at least that.
func TestIntervalOfAnImportance(t *testing.T) {
	f := &fitting{Options: Options{Level: 0.95}}
	folds := []contribution{
		{drops: []float64{0.1, 0.3}, moved: []float64{0.02, -0.02, 0, 0}},
		{drops: []float64{0.5, 0.7}, moved: []float64{0, 0, 0.06, -0.06}},
	}
	fitted := []float64{0.01, 0, 0, -0.01}
	// For each cluster half of its effect on the folds, and its effect through the fit.
	moved := []float64{0.02, -0.01, 0.03, -0.04}
	const ofClusters = 4. / 3 * (0.0004 + 0.0001 + 0.0009 + 0.0016) // C·Σ²/(C−1)
	const sd2 = (0.09 + 0.01 + 0.01 + 0.09) / 3
	if s := moved[0] + moved[1] + moved[2] + moved[3]; math.Abs(s) > 1e-15 {
		t.Fatal("the clusters do not move about 0")
	}
	for method, variance := range map[Method]float64{Permutation: ofClusters + sd2/4, DropOne: ofClusters, Interaction: sd2 / 4} {
		row := f.summarise(player{name: "x"}, method, folds, fitted)
		half := 1.959963984540054 * math.Sqrt(variance)
		for what, pair := range map[string][2]float64{
			"value": {row.Value, 0.4}, "sd": {row.SD, math.Sqrt(sd2)}, "number": {float64(row.N), 4},
			"lower end": {row.Interval.Lo, 0.4 - half}, "upper end": {row.Interval.Hi, 0.4 + half},
		} {
			if math.Abs(pair[0]-pair[1]) > 1e-12 {
				t.Errorf("%s: %s is %.12g, want %.12g", method, what, pair[0], pair[1])
			}
		}
	}
}

// TestImportanceAgainstEnumeration: four stimuli have 24 permutations, whose losses
// of rank correlation have a mean and a standard deviation; random ones come near.
func TestImportanceAgainstEnumeration(t *testing.T) {
	x, y := line{0, 1, 3.2, 7.5}, line{0.1, 2.3, 3.1, 9.7}
	const n = 3000
	rho, _ := stats.Spearman(x.distances(seq(4)), y.distances(seq(4)))
	var drops []float64
	for _, order := range everyOrder(4) {
		permuted, _ := stats.Spearman(x.distances(order), y.distances(seq(4)))
		drops = append(drops, rho-permuted)
	}
	mean, sd := 0.0, 0.0
	for _, d := range drops {
		mean += d / 24
	}
	for _, d := range drops {
		sd += (d - mean) * (d - mean) / 24
	}
	sd = math.Sqrt(sd)
	r := fitOne(t, x.features(t), y.neural(t), func(o *Options) {
		o.Folds, o.Bootstrap, o.Null, o.Permutations = 0, 0, 0, n
	})
	im := r.Importance[0]
	if math.Abs(im.Value-mean) > 4*sd/math.Sqrt(n) || math.Abs(im.SD/sd-1) > 0.05 || im.N != n {
		t.Errorf("importance %.4f ± %.4f of %d, all permutations give %.4f ± %.4f", im.Value, im.SD, im.N, mean, sd)
	}
}

// twoFolds is eight stimuli that are twice the same four, one time in each of two
// folds.
func twoFolds(t *testing.T, x, y line, change func(*Options)) *fitting {
	t.Helper()
	o := DefaultOptions()
	o.Folds, o.Bootstrap = 2, 0
	o.Groups = []string{"a", "a", "a", "a", "b", "b", "b", "b"}
	change(&o)
	return prepared(t, append(slices.Clone(x), x...).features(t), append(slices.Clone(y), y...).neural(t), o)
}

// TestScoreOfTheFolds: the error of a mean of independent folds, of which one
// without a correlation counts as nothing.
func TestScoreOfTheFolds(t *testing.T) {
	nan := math.NaN()
	folds := []scored{
		{Score: Score{Fold: 1, Spearman: nan, Pearson: nan, R2: nan, Stimuli: 4, Pairs: 6}},
		{Score: Score{Fold: 2, Spearman: 0.6, Pearson: 0.3, R2: 0.2, SE: 0.3, Stimuli: 5, Pairs: 10}, effects: []float64{0, 0.18, 0.24}},
		{Score: Score{Fold: 3, Spearman: 0.3, Pearson: 0.9, R2: 0.4, SE: 0.4, Stimuli: 5, Pairs: 10}, effects: []float64{0, 0, 0, 0.4}},
	}
	var res Result
	f := &fitting{sample: &sample{group: []int{0, 1, 2, 3}}}
	got := f.meanScore(folds)
	f.warnHeldOut(&res, folds)
	for what, pair := range map[string][2]float64{
		"spearman": {got.Spearman, 0.45}, "pearson": {got.Pearson, 0.6}, "r2": {got.R2, 0.3},
		"se": {got.SE, 0.5 / 2}, "stimuli": {float64(got.Stimuli), 14}, "pairs": {float64(got.Pairs), 26},
	} {
		if math.Abs(pair[0]-pair[1]) > 1e-15 {
			t.Errorf("%s %.12g, want %.12g", what, pair[0], pair[1])
		}
	}
	if len(res.Warnings) != 2 || !strings.Contains(res.Warnings[0], "in fold 1:") || !strings.HasPrefix(res.Warnings[1], "3 of 3 folds hold out fewer than 30 pairs (the smallest 6)") {
		t.Errorf("warnings %q, want one of fold 1 and one of few pairs", res.Warnings)
	}
}

// weightedSpearman is the correlation of mid-distribution values of a weighted
// sample, straight from the definition.
func weightedSpearman(x, y, w []float64) float64 {
	total := 0.0
	for _, v := range w {
		total += v
	}
	centred := func(v []float64) []float64 {
		m, mean := make([]float64, len(v)), 0.0
		for i := range v {
			for j := range v {
				m[i] += w[j] * (1 + sign(v[i]-v[j])) / 2
			}
			mean += w[i] * m[i] / total
		}
		for i := range m {
			m[i] -= mean
		}
		return m
	}
	return weightedPearson(centred(x), centred(y), w)
}

// weightedPearson is the correlation of a weighted sample.
func weightedPearson(x, y, w []float64) float64 {
	var mx, my, total, xy, xx, yy float64
	for i, v := range w {
		mx, my, total = mx+v*x[i], my+v*y[i], total+v
	}
	for i, v := range w {
		a, b := x[i]-mx/total, y[i]-my/total
		xy, xx, yy = xy+v*a*b, xx+v*a*a, yy+v*b*b
	}
	return xy / math.Sqrt(xx*yy)
}

// TestStimulusMovesAnImportance: the influence of a stimulus is the derivative of
// the importance, with the permutations that were drawn, by a common weight of all
// pairs of the stimulus.
func TestStimulusMovesAnImportance(t *testing.T) {
	fit := foldFit{w: []float64{0.8, 0.6}, scale: 0.7, intercept: 0.05}
	for by, weighted := range map[Statistic]func(x, y, w []float64) float64{
		ScoreSpearman: weightedSpearman,
		ScorePearson:  weightedPearson,
		ScoreR2: func(x, y, w []float64) float64 {
			mean, total, rss, tss := 0.0, 0.0, 0.0, 0.0
			for i, v := range w {
				mean, total = mean+v*y[i], total+v
			}
			for i, v := range w {
				r, d := y[i]-fit.intercept-fit.scale*x[i], y[i]-mean/total
				rss, tss = rss+v*r*r, tss+v*d*d
			}
			return 1 - rss/tss
		},
	} {
		stimulusMoves(t, by, fit, weighted)
	}
}

func stimulusMoves(t *testing.T, by Statistic, fit foldFit, weighted func(x, y, w []float64) float64) {
	t.Helper()
	const n, q = 9, 3
	features, _, y := twoFeatures(t, stats.Stream(5, "influence"), n, 0.3)
	o := DefaultOptions()
	o.Folds, o.Bootstrap, o.Permutations, o.Null, o.Score = 0, 0, q, 5, by
	f := prepared(t, features, y, o)
	e, w := f.whole, fit.w
	got, _, err := f.permute(t.Context(), e, 0, 0, fit, f.players()[:1], []permutationPlan{{features: []int{0}}})
	if err != nil {
		t.Fatal(err)
	}
	intact, d := e.predict(w), e.distances(0)
	// The score is the product with standardised distances that the null permutes.
	null := dot(got[0].lost, by.standardise(slices.Clone(d)))/float64(len(d)) + got[0].constant
	if mean, _ := meanSD(got[0].drops); math.Abs(null-mean) > 1e-12 {
		t.Errorf("%s: the product for the null is %.12g, the mean loss %.12g", by, null, mean)
	}
	var permuted [][]float64
	for r := range q {
		s, replaced := *e.sample, *e.features
		drawn := permutationPlan{features: []int{0}}.draw(e.sample, stats.Stream(o.Seed, fmt.Sprintf("mlem/permutation/0/%d/x/", r)))
		replaced.columns = []column{drawn[0], e.features.columns[1]}
		s.features = &replaced
		permuted = append(permuted, newEvaluation(&s, e.design).predict(w))
	}
	for i := range n {
		importance := func(weight float64) float64 {
			v := make([]float64, len(d))
			for p := range v {
				v[p] = 1
				if int(e.first[p]) == i || int(e.second[p]) == i {
					v[p] = weight
				}
			}
			value := weighted(intact, d, v)
			for _, x := range permuted {
				value -= weighted(x, d, v) / q
			}
			return value
		}
		const h = 1e-3
		want := (8*(importance(1+h)-importance(1-h)) - (importance(1+2*h) - importance(1-2*h))) / (12 * h)
		if moved := got[0].moved[e.cluster[i]]; math.Abs(moved-want) > 1e-9 {
			t.Errorf("%s: stimulus %d moves the importance by %.10g, want %.10g", by, i, moved, want)
		}
	}
}

// TestShapleyOfTwo: with the held-out correlations of none, of each alone and of
// both, a feature is worth the mean of what it adds to nothing and to the other.
func TestShapleyOfTwo(t *testing.T) {
	features, _, y := twoFeatures(t, stats.Stream(5, "shapley"), 24, 0.3)
	o := DefaultOptions()
	o.Folds, o.Bootstrap, o.Permutations, o.Null, o.Shapley, o.Constraint = 3, 0, 0, 0, true, Unconstrained
	f := prepared(t, features, y, o)
	r, err := Fit(t.Context(), features, []*Neural{y}, o)
	if err != nil {
		t.Fatal(err)
	}
	want := make([][]float64, 2) // in each fold
	for k := range 3 {
		fold := func(place int) int { return f.layout.fold[f.sample.cluster[place]] }
		x, d := f.pairsBetween(func(i int) bool { return fold(i) != k })
		tx, td := f.pairsBetween(func(i int) bool { return fold(i) == k })
		both := correlationOf(tx, td, leastSquares(x, d, 0))
		var alone [2]float64
		for a := range alone {
			r, _ := stats.Pearson(mat.Col(nil, a, x), d) // its sign is that of the weight
			w := []float64{0, 0}
			w[a] = math.Copysign(1, r)
			alone[a] = correlationOf(tx, td, w)
		}
		for a := range alone {
			want[a] = append(want[a], (alone[a]+both-alone[1-a])/2)
		}
	}
	for a, im := range r[0].Importance {
		if mean, sd := meanSD(want[a]); math.Abs(im.Value-mean) > 1e-9 || math.Abs(im.SD-sd) > 1e-9 || im.N != 3 {
			t.Errorf("%s: %+v, want %.10g ± %.10g", im.Feature, im, mean, sd)
		}
	}
}
