package mlem

import (
	"fmt"
	"math"
	"slices"
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
// clusters move. Permutations add the variance of their mean, SD²/N.
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
	for method, variance := range map[Method]float64{Permutation: ofClusters + sd2/4, DropOne: ofClusters} {
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

// TestFoldsArePermutedApart: two folds with the same stimuli lose the same with one
// permutation only where they happen to draw the same.
func TestFoldsArePermutedApart(t *testing.T) {
	x, y := line{0, 1, 3.2, 7.5}, line{0.1, 2.3, 3.1, 9.7}
	const n = 2000
	f := twoFolds(t, x, y, func(o *Options) { o.Permutations, o.Null = n, n })
	players := f.players()
	var drops, null [2][]float64
	for fold, e := range f.importanceSets(1) {
		part, err := f.permute(t.Context(), e, 0, fold, []float64{1}, players, []permutationPlan{{features: []int{0}}})
		if err != nil {
			t.Fatal(err)
		}
		drops[fold] = part[0].drops
		draws, err := f.nullProducts(t.Context(), e, 0, fold, [][]float64{standardRanks(e.predict([]float64{1}))})
		if err != nil {
			t.Fatal(err)
		}
		null[fold] = draws[0]
	}
	count := map[float64]float64{} // of the correlations of all permutations
	for _, order := range everyOrder(4) {
		rho, _ := stats.Spearman(x.distances(order), y.distances(seq(4)))
		count[math.Round(rho*1e9)]++
	}
	same := 0.0
	for _, c := range count {
		same += c * c / 24 / 24
	}
	for name, pair := range map[string][2][]float64{"permutations of a feature": drops, "permutations of the rows": null} {
		equal := 0
		for r := range n {
			if math.Abs(pair[0][r]-pair[1][r]) < 1e-9 {
				equal++
			}
		}
		within(t, name, equal, n, same)
	}
}

// TestNullAgainstEnumeration: every permutation of four rows is as frequent as any
// other, and gives the rank correlation of the distances so permuted.
func TestNullAgainstEnumeration(t *testing.T) {
	x, y := line{0, 1, 3.2, 7.5}, line{0.1, 2.3, 3.1, 9.7}
	const n = 4000
	f := twoFolds(t, x, y, func(o *Options) { o.Permutations, o.Null = 0, n })
	e := f.folds[0]
	draws, err := f.nullProducts(t.Context(), e, 0, 0, [][]float64{standardRanks(e.predict([]float64{1}))})
	if err != nil {
		t.Fatal(err)
	}
	share := map[float64]float64{}
	for _, order := range everyOrder(4) {
		rho, _ := stats.Spearman(x.distances(seq(4)), y.distances(order))
		share[math.Round(rho*1e9)] += 1. / 24
	}
	count := map[float64]int{}
	for _, d := range draws[0] {
		count[math.Round(d*1e9)]++
	}
	for d := range count {
		if share[d] == 0 {
			t.Errorf("a correlation of %g, which no permutation has", d*1e-9)
		}
	}
	for d, p := range share {
		within(t, fmt.Sprintf("correlation %.4f", d*1e-9), count[d], n, p)
	}
}

// TestBootstrapAgainstEnumeration: of four stimuli drawn with replacement all four
// are drawn in 4!/4⁴ of the cases, which leaves six pairs; one alone, in 4/4⁴,
// leaves none.
func TestBootstrapAgainstEnumeration(t *testing.T) {
	const n = 4000
	o := DefaultOptions()
	o.Folds, o.Bootstrap, o.Permutations = 0, n, 0
	f := prepared(t, line{0, 1, 3.2, 7.5}.features(t), line{0.1, 2.3, 3.1, 9.7}.neural(t), o)
	count := map[float64]int{}
	for _, m := range f.replicates {
		count[m.count]++
	}
	// With multiplicities m there are (16 − Σm²)/2 pairs.
	for pairs, p := range map[float64]float64{6: 24. / 256, 5: 144. / 256, 4: 36. / 256, 3: 48. / 256, 0: 4. / 256} {
		within(t, fmt.Sprint(pairs, " pairs"), count[pairs], n, p)
	}
}

// TestPValuesOfNothing: where the rows of Y have nothing to do with the features
// every rank of the observed score among permutations is as probable, so with three
// of them a p-value of ¼, of the held-out score and of an importance, has the
// probability ¼. Neither is true where training uses the tested stimuli, where folds
// share a permutation, or where the null distribution is on another scale.
func TestPValuesOfNothing(t *testing.T) {
	const runs, stimuli = 2000, 11
	o := DefaultOptions()
	o.Folds, o.Bootstrap, o.Null, o.Permutations, o.Jobs, o.Constraint = 2, 0, 3, 2, 1, Unconstrained
	rng := stats.Stream(2, "nothing")
	score, importance, positive := 0, 0, 0
	for run := range runs {
		x, z := make([]float64, stimuli), make([]float64, stimuli)
		for i := range x {
			x[i], z[i] = rng.NormFloat64(), rng.NormFloat64()
		}
		features, _, err := NewFeatures(tableOf(numeric("x", x...), numeric("z", z...)), FeatureOptions{})
		if err != nil {
			t.Fatal(err)
		}
		y, err := NewNeural(randomMatrix(rng, stimuli, 2), NeuralOptions{})
		if err != nil {
			t.Fatal(err)
		}
		o.Seed = uint64(run)
		r, err := Fit(t.Context(), features, []*Neural{y}, o)
		if err != nil {
			t.Fatal(err)
		}
		if r[0].Scores[1].P == 0.25 {
			score++
		}
		if r[0].Scores[1].Spearman > 0 {
			positive++
		}
		if r[0].Importance[0].P == 0.25 {
			importance++
		}
	}
	within(t, "p-values of the score", score, runs, 0.25)
	within(t, "p-values of an importance", importance, runs, 0.25)
	if positive > runs/2+4*22 {
		t.Errorf("%d of %d held-out scores of nothing are positive", positive, runs)
	}
}

// TestScoreOfTheFolds: the error of a mean of independent folds, of which one
// without a correlation counts as 0.
func TestScoreOfTheFolds(t *testing.T) {
	nan := math.NaN()
	folds := []Score{
		{Fold: 1, Spearman: nan, Pearson: nan, R2: nan, Stimuli: 4, Pairs: 6},
		{Fold: 2, Spearman: 0.6, Pearson: 0.3, R2: 0.2, SE: 0.3, Stimuli: 5, Pairs: 10},
		{Fold: 3, Spearman: 0.3, Pearson: 0.9, R2: 0.4, SE: 0.4, Stimuli: 5, Pairs: 10},
	}
	var res Result
	got := new(fitting).meanScore(&res, folds)
	for what, pair := range map[string][2]float64{
		"spearman": {got.Spearman, 0.3}, "pearson": {got.Pearson, 0.4}, "r2": {got.R2, 0.3},
		"se": {got.SE, 0.5 / 3}, "stimuli": {float64(got.Stimuli), 14}, "pairs": {float64(got.Pairs), 26},
	} {
		if math.Abs(pair[0]-pair[1]) > 1e-15 {
			t.Errorf("%s %.12g, want %.12g", what, pair[0], pair[1])
		}
	}
	if len(res.Warnings) != 1 {
		t.Errorf("warnings %q, want one of fold 1", res.Warnings)
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
	a, b := centred(x), centred(y)
	var ab, aa, bb float64
	for i, v := range w {
		ab, aa, bb = ab+v*a[i]*b[i], aa+v*a[i]*a[i], bb+v*b[i]*b[i]
	}
	return ab / math.Sqrt(aa*bb)
}

// TestStimulusMovesAnImportance: the influence of a stimulus is the derivative of
// the importance, with the permutations that were drawn, by a common weight of all
// pairs of the stimulus.
func TestStimulusMovesAnImportance(t *testing.T) {
	const n, q = 9, 3
	features, _, y := twoFeatures(t, stats.Stream(5, "influence"), n, 0.3)
	o := DefaultOptions()
	o.Folds, o.Bootstrap, o.Permutations, o.Null = 0, 0, q, 0
	f := prepared(t, features, y, o)
	e, w := f.whole, []float64{0.8, 0.6}
	got, err := f.permute(t.Context(), e, 0, 0, w, f.players()[:1], []permutationPlan{{features: []int{0}}})
	if err != nil {
		t.Fatal(err)
	}
	intact, d := e.predict(w), e.distances(0)
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
			value := weightedSpearman(intact, d, v)
			for _, x := range permuted {
				value -= weightedSpearman(x, d, v) / q
			}
			return value
		}
		const h = 1e-3
		want := (8*(importance(1+h)-importance(1-h)) - (importance(1+2*h) - importance(1-2*h))) / (12 * h)
		if moved := got[0].moved[e.cluster[i]]; math.Abs(moved-want) > 1e-9 {
			t.Errorf("stimulus %d moves the importance by %.10g, want %.10g", i, moved, want)
		}
	}
}

// TestNullStaysWithinLevels: of two levels of three stimuli, within which pairs are
// formed, all 3!·3! permutations that keep levels are as frequent, and no others.
func TestNullStaysWithinLevels(t *testing.T) {
	x, y := line{0, 1, 3.2, 0.5, 2, 7.1}, line{0.1, 2.3, 3.1, 9.7, 4.4, 5.2}
	const n = 3000
	level := []int{0, 0, 0, 1, 1, 1}
	inLevels := func(l line, order []int) []float64 {
		var d []float64
		for i := range order {
			for j := i + 1; j < len(order); j++ {
				if level[i] == level[j] {
					d = append(d, math.Pow(l[order[i]]-l[order[j]], 2))
				}
			}
		}
		return d
	}
	s := &sample{features: x.features(t), neural: []*Neural{y.neural(t)}, id: seq(6), level: level}
	g, err := newDesign([]string{"x"}, Interactions{})
	if err != nil {
		t.Fatal(err)
	}
	e := newEvaluation(s, g)
	f := &fitting{Options: Options{Null: n, Seed: 1}}
	draws, err := f.nullProducts(t.Context(), e, 0, 0, [][]float64{standardRanks(e.predict([]float64{1}))})
	if err != nil {
		t.Fatal(err)
	}
	share := map[float64]float64{}
	for _, a := range everyOrder(3) {
		for _, b := range everyOrder(3) {
			order := slices.Concat(a, []int{3 + b[0], 3 + b[1], 3 + b[2]})
			rho, _ := stats.Spearman(inLevels(x, seq(6)), inLevels(y, order))
			share[math.Round(rho*1e9)] += 1. / 36
		}
	}
	count := map[float64]int{}
	for _, d := range draws[0] {
		count[math.Round(d*1e9)]++
	}
	for d, k := range count {
		if p := share[d]; math.Abs(float64(k)-p*n) > 4*math.Sqrt(p*(1-p)*n) {
			t.Errorf("%d of %d permutations have the correlation %.4f, want %.0f", k, n, d*1e-9, p*n)
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
