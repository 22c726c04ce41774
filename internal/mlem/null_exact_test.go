package mlem

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"simtool/internal/stats"
)

// TestFoldsArePermutedApart: two folds with the same stimuli lose the same with one
// permutation only where they happen to draw the same.
func TestFoldsArePermutedApart(t *testing.T) {
	x, y := line{0, 1, 3.2, 7.5}, line{0.1, 2.3, 3.1, 9.7}
	const n = 2000
	f := twoFolds(t, x, y, func(o *Options) { o.Permutations, o.Null = n, n })
	players := f.players()
	var drops, null [2][]float64
	for fold := range 2 {
		e := f.importanceSet(fold, 1)
		part, _, err := f.permute(t.Context(), e, 0, fold, foldFit{w: []float64{1}}, players, []permutationPlan{{features: []int{0}}})
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
					difference := l[order[i]] - l[order[j]]
					d = append(d, difference*difference)
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
