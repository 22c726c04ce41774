package mlem

import (
	"context"
	"fmt"
	"math"
	"strconv"

	"gonum.org/v1/gonum/mat"

	"simtool/internal/stats"
)

// FeatureTest says what a method found out about a feature: its importance, the loss of the
// held-out rank correlation of predicted distances when its values are shuffled among the
// held-out stimuli.
type FeatureTest struct {
	Feature  string
	Observed float64 // with the distances of the recording
	Clean    float64 // with the distances without noise; NaN where they are not known
	P        float64 // of Observed, by permutations of the rows of the recording within folds
}

// predictor returns the predicted distances of the pairs of a fold, with the values of a
// feature in another order of its stimuli; nil for their own.
type predictor func(fold int, e *evaluation, feature int, order []int) []float64

// foundBy is a method that was fitted outside each fold.
type foundBy struct {
	f       *fitting
	predict predictor
}

// layoutKey names a fold.
func (f *fitting) layoutKey(fold int) string { return strconv.Itoa(fold) }

// byWeights predicts with the weights of each fold.
func byWeights(weights func(fold int) []float64) predictor {
	return func(fold int, e *evaluation, feature int, order []int) []float64 {
		return e.shuffled(feature, order).predict(weights(fold))
	}
}

// shuffled returns the set with the values of a feature in another order, nil for their own.
func (e *evaluation) shuffled(feature int, order []int) *evaluation {
	if order == nil {
		return e
	}
	replaced, s := *e.features, *e.sample
	replaced.columns = append([]column(nil), e.features.columns...)
	replaced.columns[feature] = replaced.columns[feature].pick(order)
	s.features = &replaced
	return &evaluation{sample: &s, design: e.design, first: e.first, second: e.second}
}

// heldOutOf averages the held-out rank correlations of predictions over the folds that have
// one; it is nil where there are no folds.
func (f *fitting) heldOutOf(predict predictor) *float64 {
	if f.Folds == 0 {
		return nil
	}
	rhos := make([]float64, 0, f.Folds)
	for k, e := range f.folds {
		rhos = append(rhos, spearman(predict(k, e, 0, nil), e.distances(0), e.ties(0)))
	}
	mean := meanOfDefined(rhos)
	return &mean
}

// tests measures the importance of each feature to the predictions of a method, and their
// correlation with the distances without noise, where these are known.
func (m *foundBy) tests(ctx context.Context, clean *Neural) (tests []FeatureTest, heldOutClean float64, err error) {
	const permutations, null = 5, 199
	f := *m.f
	f.Null, f.Score = null, ScoreSpearman
	names := f.sample.features.Names()
	tests = make([]FeatureTest, len(names))
	draws := make([][]float64, len(names))
	folds := float64(len(f.folds))
	for fold, e := range f.folds {
		observed := newAgreement(e.distances(0), e.ties(0), ScoreSpearman)
		var truth *agreement
		if clean != nil {
			s := *e.sample
			s.neural = []*Neural{clean.subset(e.id)}
			own := &evaluation{sample: &s, design: e.design, first: e.first, second: e.second}
			truth = newAgreement(own.distances(0), own.ties(0), ScoreSpearman)
		}
		score := func(a *agreement, x []float64) float64 {
			if a == nil {
				return math.NaN()
			}
			return a.score(append([]float64(nil), x...), foldFit{})
		}
		intact := m.predict(fold, e, 0, nil)
		wholeObserved, wholeClean := score(observed, intact), score(truth, intact)
		heldOutClean += wholeClean / folds
		lost := make([][]float64, len(names))
		err := forEach(ctx, f.Jobs, len(names), func(_, a int) error {
			own, cleanOwn := observed.clone(), truth
			if truth != nil {
				cleanOwn = truth.clone()
			}
			lost[a] = standardRanks(append([]float64(nil), intact...))
			for r := range permutations {
				rng := stats.Stream(f.Seed, fmt.Sprintf("mlem/tests/%d/%d/%s", fold, r, names[a]))
				x := m.predict(fold, e, a, shuffleWithin(len(e.id), e.level, rng))
				tests[a].Observed += (wholeObserved - score(own, x)) / permutations / folds
				tests[a].Clean += (wholeClean - score(cleanOwn, x)) / permutations / folds
				lost[a] = addScaled(lost[a], standardRanks(x), -1./permutations)
			}
			return nil
		})
		if err != nil {
			return nil, 0, err
		}
		products, err := f.nullProducts(ctx, e, 0, fold, lost)
		if err != nil {
			return nil, 0, err
		}
		for a := range names {
			draws[a] = addScaled(draws[a], products[a], 1/folds)
		}
	}
	for a := range tests {
		tests[a].Feature, tests[a].P = names[a], stats.PValue(tests[a].Observed, draws[a])
	}
	return tests, heldOutClean, nil
}

// oracleImportance returns the importance of each feature by the distances that a true metric
// predicts, for those without noise: what no method can know better.
func oracleImportance(ctx context.Context, features *Features, clean *Neural, truth *mat.Dense, o Options, metric Metric) ([]float64, error) {
	n, _ := truth.Dims()
	o.Metric, o.Interactions = metric, Interactions{All: n > 1}
	f, err := newFitting(features, []*Neural{clean}, o)
	if err != nil {
		return nil, err
	}
	w := make([]float64, len(f.design.terms))
	for t, term := range f.design.terms {
		w[t] = truth.At(f.design.featureOf(term.A), f.design.featureOf(term.B))
	}
	f.selectScored()
	tests, _, err := (&foundBy{f, byWeights(func(int) []float64 { return w })}).tests(ctx, nil)
	out := make([]float64, len(tests))
	for a, t := range tests {
		out[a] = t.Observed
	}
	return out, err
}
