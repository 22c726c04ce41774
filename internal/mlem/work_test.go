package mlem

import (
	"fmt"
	"math"
	"sync/atomic"
	"testing"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
)

// countingBLAS counts the multiplications and additions of products of matrices.
type countingBLAS struct {
	blas.Float64
	flops atomic.Int64
}

func (c *countingBLAS) Dgemm(tA, tB blas.Transpose, m, n, k int, alpha float64, a []float64, lda int, b []float64, ldb int, beta float64, to []float64, ldc int) {
	c.flops.Add(2 * int64(m) * int64(n) * int64(k))
	c.Float64.Dgemm(tA, tB, m, n, k, alpha, a, lda, b, ldb, beta, to, ldc)
}

func (c *countingBLAS) Dsyrk(u blas.Uplo, t blas.Transpose, n, k int, alpha float64, a []float64, lda int, beta float64, to []float64, ldc int) {
	c.flops.Add(int64(n) * int64(n) * int64(k))
	c.Float64.Dsyrk(u, t, n, k, alpha, a, lda, beta, to, ldc)
}

// workCase is a fit whose work is counted.
type workCase struct {
	stimuli, features, units int
	distance                 Distance
	change                   func(o *Options)
}

func (c workCase) String() string {
	return fmt.Sprintf("%d stimuli, %d features, %d units, %s", c.stimuli, c.features, c.units, c.distance)
}

func workCases() []workCase {
	interact := func(o *Options) { o.Interactions.All = true }
	return []workCase{
		{60, 3, 12, Euclidean, nil},
		{60, 3, 40, Manhattan, interact},
		{250, 6, 300, Euclidean, interact},
		{250, 6, 300, Euclidean, func(o *Options) { o.Interactions.All, o.Metric = true, Absolute }},
		{700, 4, 30, Euclidean, nil},
		{700, 8, 30, Cosine, interact},
		{700, 4, 30, Euclidean, func(o *Options) { o.Null = 999 }},
		{700, 4, 300, Euclidean, func(o *Options) { o.RowEffects = false }},
		{700, 4, 30, Manhattan, func(o *Options) { o.Bootstrap = 400 }},
		{700, 4, 30, Euclidean, func(o *Options) { o.Folds, o.Permutations, o.Null, o.Shrink = 0, 0, 0, nil }},
		{700, 4, 30, Euclidean, func(o *Options) { o.MaxPairs = 50_000 }},
		{700, 4, 30, Euclidean, func(o *Options) { o.MaxPairs = 5_000 }},
		{700, 4, 30, Euclidean, func(o *Options) { o.Train, o.Test, o.Shrink = seq(700)[100:], seq(100), nil }},
		{2000, 3, 20, Euclidean, func(o *Options) { o.Repeats = 2 }},
		{5400, 3, 60, Euclidean, interact},
		{5400, 3, 60, SqEuclidean, func(o *Options) { o.Bootstrap = 20 }},
	}
}

// options are those of a command by default, but for fewer resampled sets.
func (c workCase) options() Options {
	o := DefaultOptions()
	o.Bootstrap, o.Null, o.Shrink, o.RowEffects = 50, 99, AutoShrink, true
	if c.change != nil {
		c.change(&o)
	}
	return o
}

func (c workCase) inputs(t *testing.T) (*Features, *Neural) {
	t.Helper()
	s := DefaultSimulation()
	s.Stimuli, s.Features, s.Hidden = c.stimuli, c.features, c.units
	x, err := Simulate(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	features, _, err := NewFeatures(x.Table, FeatureOptions{})
	if err != nil {
		t.Fatal(err)
	}
	neural, err := NewNeural(x.Y, NeuralOptions{Distance: c.distance})
	if err != nil {
		t.Fatal(err)
	}
	return features, neural
}

// TestWorkIsCounted: the products of matrices that a fit is expected to take are those that it
// does, within a factor.
func TestWorkIsCounted(t *testing.T) {
	plain := blas64.Implementation()
	counter := &countingBLAS{Float64: plain}
	blas64.Use(counter)
	defer blas64.Use(plain)
	for _, c := range workCases() {
		features, neural := c.inputs(t)
		o := c.options()
		w, known, err := o.Work(features, []NeuralSize{neural.Size()})
		if err != nil || !known {
			t.Fatal(err, known)
		}
		counter.flops.Store(0)
		if _, err := Fit(t.Context(), features, []*Neural{neural}, o); err != nil {
			t.Fatal(err)
		}
		counted := float64(counter.flops.Load())
		if ratio := w.Flops / counted; !(ratio > 0.75 && ratio < 1.35) {
			t.Errorf("%v: %.3g operations are expected, and %.3g are done: %.2f", c, w.Flops, counted, ratio)
		}
	}
}

// TestWorkKnowsThePairs: the pairs that a fit is expected to score are those that it scores,
// and pairs are expected to be formed where they are.
func TestWorkKnowsThePairs(t *testing.T) {
	for _, c := range workCases() {
		features, neural := c.inputs(t)
		o := c.options()
		w, _, err := o.Work(features, []NeuralSize{neural.Size()})
		if err != nil {
			t.Fatal(err)
		}
		f, err := newFitting(features, []*Neural{neural}, o)
		if err != nil {
			t.Fatal(err)
		}
		f.selectScored()
		got := Pairs{InSample: float64(len(f.whole.first))}
		for i := range f.splits {
			got.Held += float64(len(f.held(i).first))
			got.Across += float64(len(f.across(i, 0).first))
		}
		if f.Permutations > 0 {
			for i := range max(1, len(f.splits)) {
				got.Permuted += float64(len(f.importanceSet(i, len(f.players())).first))
			}
		}
		for name, v := range map[string][2]float64{
			"in sample": {w.Pairs.InSample, got.InSample}, "held out": {w.Pairs.Held, got.Held},
			"across": {w.Pairs.Across, got.Across}, "permuted": {w.Pairs.Permuted, got.Permuted},
		} {
			if math.Abs(v[0]-v[1]) > 0.02*v[1] {
				t.Errorf("%v: %g pairs %s are expected, and %g are scored", c, v[0], name, v[1])
			}
		}
		a := newAccumulator(f.sample, f.design, f.layout.start, 1)
		if formed := !a.algebra.takes(f.sample.neural[0]); formed != w.ByPairs {
			t.Errorf("%v: by pairs is %v, expected %v", c, formed, w.ByPairs)
		}
	}
}
