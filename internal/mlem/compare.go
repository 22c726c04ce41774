package mlem

import (
	"context"
	"fmt"
	"math"
	"strings"
	"time"

	"gonum.org/v1/gonum/mat"

	"simtool/internal/data"
)

// Comparison is the result of one method.
type Comparison struct {
	Method   string
	W        *mat.Dense // the metric of the method, features × features
	Recovery *Recovery  // against the truth; nil without one, or without weights
	HeldOut  *float64   // Spearman's ρ of distances, mean over held-out folds; nil for methods that predict none
	Detail   string     // further results: held-out r², areas under ROC curves
	Warnings []string   // reasons for doubt, see Result
	Seconds  float64    // wall time, held-out scores included

	found *foundBy      // how it predicts distances, where they are asked for; nil for a method that does not
	tests []FeatureTest // of a method that predicts none
}

// comparisonInput is the input of every method.
type comparisonInput struct {
	features *Features
	y        *mat.Dense // nil for given distances
	neural   *Neural
	options  Options
	tests    bool // features are tested
}

// method is one way to weigh features.
type method struct {
	name, about string
	run         func(ctx context.Context, in comparisonInput) (*Comparison, error)
}

// methods lists all methods.
var methods = []method{
	{"mlem", "nonnegative weights, solved exactly, drawn towards equal ones as far as the data are noisy", func(ctx context.Context, in comparisonInput) (*Comparison, error) {
		return compareFit(ctx, in, false, Diagonal)
	}},
	{"mlem-i", "positive semidefinite metric with all interactions, solved exactly", func(ctx context.Context, in comparisonInput) (*Comparison, error) {
		return compareFit(ctx, in, true, PSD)
	}},
	{"mlem-s", "the same of signed differences: every linear code of numbers and categories of two levels has such a metric", func(ctx context.Context, in comparisonInput) (*Comparison, error) {
		in.options.Metric = Signed
		return compareFit(ctx, in, true, PSD)
	}},
	{"rsa", "equal weights", compareRSA},
	{"frrsa", "ridge regression over pairs, nested cross-validation", func(ctx context.Context, in comparisonInput) (*Comparison, error) {
		return compareFRRSA(ctx, in, false)
	}},
	{"frrsa-i", "the same with all interactions", func(ctx context.Context, in comparisonInput) (*Comparison, error) {
		return compareFRRSA(ctx, in, true)
	}},
	{"encoding", "ridge regression of each unit on the features", compareEncoding},
	{"banded", "the same with a penalty for each feature", compareBanded},
	{"forest", "random forest that predicts the distance of a pair from those in the features", compareForest},
	{"decoding", "logistic regression of each feature on the patterns", compareDecoding},
	{"compat", "the released package's stochastic fit", func(ctx context.Context, in comparisonInput) (*Comparison, error) {
		return compareCompat(ctx, in, false)
	}},
	{"compat-i", "the same with all interactions", func(ctx context.Context, in comparisonInput) (*Comparison, error) {
		return compareCompat(ctx, in, true)
	}},
}

// Methods returns the names of the methods of Compare, and a description of each.
func Methods() (names, about []string) {
	for _, m := range methods {
		names, about = append(names, m.name), append(about, m.about)
	}
	return names, about
}

// Compare applies methods to one recording, with the same folds for all. y may
// be nil where only distances are known; encoding and decoding then report that
// they do not apply, as a method does that cannot be applied to the features or to so few
// stimuli, unless none can. truth, features × features, may be nil. Options used are
// Folds, Groups, SplitBy, MaxPairs, MaxMemory, Seed and Jobs.
func Compare(ctx context.Context, features *Features, y *mat.Dense, neural *Neural, names []string, truth *mat.Dense, o Options) ([]*Comparison, error) {
	return compareAll(ctx, comparisonInput{features: features, y: y, neural: neural, options: o}, names, truth)
}

// compareAll is Compare, which also keeps how methods predict distances, where features are
// tested.
func compareAll(ctx context.Context, in comparisonInput, names []string, truth *mat.Dense) ([]*Comparison, error) {
	o := in.options
	chosen := make([]method, len(names))
	for i, name := range names {
		var err error
		if chosen[i], err = methodNamed(name); err != nil {
			return nil, err
		}
	}
	f := len(in.features.columns)
	if truth != nil {
		if r, c := truth.Dims(); r != f || c != f {
			return nil, &data.InputError{Found: fmt.Sprintf("true weights of %d × %d features", r, c), Wanted: fmt.Sprintf("want %d × %d", f, f)}
		}
	}
	o.Bootstrap, o.Permutations, o.Null, o.DropOne, o.Shapley, o.Interactions = 0, 0, 0, false, false, Interactions{}
	o.FeatureGroups, o.Constraint, o.Ridge, o.Shrink, o.Metric, o.Levels = nil, "", nil, nil, Absolute, nil
	o.RowEffects = false
	out := make([]*Comparison, len(chosen))
	var refused []error
	for i, m := range chosen {
		start := time.Now()
		in.options = o
		c, err := m.run(ctx, in)
		if err != nil {
			err = fmt.Errorf("%s: %w", m.name, err)
			if _, ok := data.AsInputError(err); !ok || ctx.Err() != nil {
				return nil, err
			}
			if refused = append(refused, err); len(refused) == len(chosen) {
				return nil, refused[0]
			}
			c = &Comparison{Detail: "not applied: " + err.Error()}
		}
		c.Method, c.Seconds = m.name, time.Since(start).Seconds()
		if truth != nil && c.W != nil && c.W.RawMatrix().Rows == f {
			if r, ok := Recover(c.W, truth); ok {
				c.Recovery = &r
			}
		} else if truth != nil && c.W != nil {
			c.Detail += fmt.Sprintf(", not compared with the truth: it has a row for each of %d coordinates", c.W.RawMatrix().Rows)
		}
		out[i] = c
		o.Progress.report("methods", i+1, len(chosen))
	}
	return out, nil
}

func methodNamed(name string) (method, error) {
	known, _ := Methods()
	for _, m := range methods {
		if m.name == name {
			return m, nil
		}
	}
	e := &data.InputError{Found: fmt.Sprintf("unknown method %q", name), Wanted: "want one of " + strings.Join(known, ", ")}
	if near, ok := data.Nearest(name, known); ok {
		e.Hint = fmt.Sprintf("did you mean %s?", near)
	}
	return method{}, e
}

func compareFit(ctx context.Context, in comparisonInput, interactions bool, c Constraint) (*Comparison, error) {
	in.options.Interactions.All, in.options.Constraint = interactions, c
	if in.options.Folds > 2 {
		in.options.Shrink, in.options.RowEffects = AutoShrink, true
	}
	f, err := newFitting(in.features, []*Neural{in.neural}, in.options)
	if err != nil {
		return nil, err
	}
	if err := f.accumulate(ctx); err != nil {
		return nil, err
	}
	r, err := f.result(ctx, 0)
	if err != nil {
		return nil, err
	}
	out := &Comparison{W: r.Model.Matrix(), Detail: fmt.Sprintf("kkt %.1e", r.KKT), Warnings: r.Warnings}
	for _, s := range r.Scores {
		if s.Split == "held-out" && s.Defined() {
			out.HeldOut = &s.Spearman
		}
	}
	if in.tests {
		folds, err := f.foldFits(0, solution{})
		if err != nil {
			return nil, err
		}
		out.found = &foundBy{f, byWeights(func(fold int) []float64 { return folds[fold].w })}
	}
	return out, nil
}

// compareRSA weighs all features alike, so it learns nothing from the training
// folds. It scores the held-out folds so that scores are comparable.
func compareRSA(_ context.Context, in comparisonInput) (*Comparison, error) {
	f, err := newFitting(in.features, []*Neural{in.neural}, in.options)
	if err != nil {
		return nil, err
	}
	w := make([]float64, len(f.design.terms))
	for t := range w {
		w[t] = 1
	}
	f.selectScored()
	weights := func(int) []float64 { return w }
	return &Comparison{W: f.design.matrix(w), HeldOut: f.meanHeldOut(weights), Warnings: f.warnings, found: &foundBy{f, byWeights(weights)}}, nil
}

// meanHeldOut averages the held-out rank correlations of the weights over the folds that
// have one; it is nil where there are no folds.
func (f *fitting) meanHeldOut(weights func(fold int) []float64) *float64 {
	if f.Folds == 0 {
		return nil
	}
	rhos := make([]float64, 0, f.Folds)
	for k, e := range f.folds {
		rhos = append(rhos, e.heldOut(0, weights(k)))
	}
	mean := meanOfDefined(rhos)
	return &mean
}

func compareFRRSA(ctx context.Context, in comparisonInput, interactions bool) (*Comparison, error) {
	in.options.Interactions.All = interactions
	r, err := FitFRRSA(ctx, in.features, in.neural, in.options)
	if err != nil {
		return nil, err
	}
	return &Comparison{W: r.W, HeldOut: &r.Spearman, Detail: fmt.Sprintf("fraction %.2f", r.Fraction), Warnings: r.Warnings, found: r.found}, nil
}

func compareEncoding(ctx context.Context, in comparisonInput) (*Comparison, error) {
	if in.y == nil {
		return needsPatterns(), nil
	}
	r, err := FitEncoding(ctx, in.features, in.y, in.neural, in.options)
	if err != nil {
		return nil, err
	}
	return &Comparison{W: r.W, HeldOut: &r.Spearman, Detail: fmt.Sprintf("mean held-out r2 %.4f", r.MeanR2), found: r.found}, nil
}

func compareBanded(ctx context.Context, in comparisonInput) (*Comparison, error) {
	if in.y == nil {
		return needsPatterns(), nil
	}
	const draws = 30
	shares := bandShares(len(in.features.columns), draws, in.options.Seed)
	r, err := encode(ctx, in.features, in.y, in.neural, in.options, func(x, y *mat.Dense, owner []int, key string) (*mat.Dense, trainMeans, error) {
		return bandedUnits(ctx, x, y, owner, shares, in.options.Seed, key)
	})
	if err != nil {
		return nil, err
	}
	return &Comparison{W: r.W, HeldOut: &r.Spearman, Detail: fmt.Sprintf("mean held-out r2 %.4f", r.MeanR2), found: r.found}, nil
}

func compareDecoding(ctx context.Context, in comparisonInput) (*Comparison, error) {
	if in.y == nil {
		return needsPatterns(), nil
	}
	if in.tests {
		in.options.Null = decodingShuffles
	}
	r, err := FitDecoding(ctx, in.features, in.y, in.options)
	if err != nil {
		return nil, err
	}
	out := &Comparison{W: mat.NewDense(len(r), len(r), nil)}
	var areas []string
	for a, d := range r {
		// The area above chance. Below chance the feature cannot be read out.
		out.W.Set(a, a, max(0, d.AUC-0.5))
		areas = append(areas, fmt.Sprintf("%s %.3f", d.Feature, d.AUC))
	}
	for _, d := range r {
		if in.tests {
			out.tests = append(out.tests, FeatureTest{Feature: d.Feature, Observed: d.AUC - 0.5, Clean: math.NaN(), P: d.P})
		}
	}
	out.Detail = "auc " + strings.Join(areas, ", ")
	return out, nil
}

// needsPatterns is the result of a method that needs patterns when only distances
// are given.
func needsPatterns() *Comparison {
	return &Comparison{Detail: "not applied: needs patterns, not distances"}
}

func compareCompat(ctx context.Context, in comparisonInput, interactions bool) (*Comparison, error) {
	in.options.Interactions.All = interactions
	f, err := newFitting(in.features, []*Neural{in.neural}, in.options)
	if err != nil {
		return nil, err
	}
	whole, err := FitCompat(ctx, f.sample.features, f.sample.neural[0], interactions, in.options)
	if err != nil {
		return nil, err
	}
	out := &Comparison{W: whole.W, Detail: fmt.Sprintf("%d steps of %d pairs", whole.Steps, whole.BatchSize), Warnings: f.warnings}
	f.selectScored()
	weights := make([][]float64, f.Folds)
	for k := range weights {
		var train []int
		for j := range f.Folds {
			if j != k {
				train = append(train, f.layout.places(j)...)
			}
		}
		s := f.sample.subset(train)
		r, err := FitCompat(ctx, s.features, s.neural[0], interactions, in.options)
		if err != nil {
			return nil, err
		}
		weights[k] = make([]float64, len(f.design.terms))
		for t, term := range f.design.terms {
			weights[k][t] = r.W.At(term.A, term.B)
			if term.A != term.B {
				weights[k][t] /= 2 // its products are counted once, ours twice
			}
		}
	}
	out.HeldOut = f.meanHeldOut(func(k int) []float64 { return weights[k] })
	return out, nil
}
