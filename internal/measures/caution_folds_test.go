package measures

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"

	"simtool/internal/data"
)

// sortedPair is a pair of systems that respond to eight conditions with as many samples
// each, in the order of order.
func sortedPair(t *testing.T, rng *rand.Rand, order func(sample int) int) *Pair {
	t.Helper()
	const conditions, each, p = 8, 12, 6
	system := func() *System {
		means := make([]float64, conditions*p)
		for i := range means {
			means[i] = rng.NormFloat64()
		}
		values := make([]float64, conditions*each*p)
		for i := range conditions * each {
			c := order(i) % conditions
			for j := range p {
				values[i*p+j] = 50 + means[c*p+j] + .5*rng.NormFloat64()
			}
		}
		d, err := data.New(values, conditions*each, p)
		if err != nil {
			t.Fatal(err)
		}
		s, err := NewSystem(d)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	pair, err := NewPair(system(), system())
	if err != nil {
		t.Fatal(err)
	}
	return pair
}

// TestSortedConditionsInContiguousFolds: sorted conditions are found where folds are
// contiguous, by the samples and by their moments; mixed conditions, folds in random
// order and fits that hold nothing out are as they should be.
func TestSortedConditionsInContiguousFolds(t *testing.T) {
	rng := rand.New(rand.NewPCG(8, 8))
	sorted := sortedPair(t, rng, func(i int) int { return i / 12 })
	mixed := sortedPair(t, rng, func(i int) int { return i })
	for _, c := range []struct {
		pair    *Pair
		measure string
		warns   bool
	}{
		{sorted, "linreg:cv=5", true},
		{sorted, "ridge:lambda=auto:cv=4", true},
		{sorted, "pls:cv=5", true},
		{sorted, "procrustes:cv=5", true},
		{sorted, "linreg:cv=5:folds=conditions", false},
		{sorted, "linreg", false},
		{sorted, "cka", false},
		{mixed, "linreg:cv=5", false},
		{mixed, "procrustes:cv=5", false},
		{&Pair{X: sorted.X, Y: mixed.Y}, "linreg:cv=5", true},
		{&Pair{X: mixed.X, Y: sorted.Y}, "linreg:cv=5", true},
	} {
		m := measureOf(t, c.measure)
		got := strings.Join(Cautions(m, c.pair), "; ")
		if strings.Contains(got, "of the variance lies between the contiguous folds") != c.warns {
			t.Errorf("%s: %q, want a warning: %t", c.measure, got, c.warns)
		}
	}
	if share := sorted.betweenFolds(8); share < .5 || share > 1 {
		t.Errorf("with a condition in each fold the share is %g", share)
	}
	// The definition, for X: the variance of the means of folds over that of samples.
	const k, n, p = 5, 96, 6
	var between, total float64
	raw := mat.DenseCopyOf(sorted.X.raw)
	for j := range p {
		column := mat.Col(nil, j, raw)
		mean := mat.Sum(raw.ColView(j)) / n
		lo := 0
		for _, hi := range data.FoldBounds(n, k) {
			sum := 0.0
			for _, v := range column[lo:hi] {
				sum += v - mean
				total += (v - mean) * (v - mean)
			}
			between += sum * sum / float64(hi-lo)
			lo = hi
		}
	}
	if got, want := (&Pair{X: sorted.X, Y: mixed.Y}).betweenFolds(k), between/total; got < want*(1-1e-12) || got > want*(1+1e-12) {
		t.Errorf("the share of X is %.15g, want %.15g", got, want)
	}
}

// TestExchangeableSamplesAreNotSorted: of samples in random order, of few dimensions and
// many, light tails and heavy ones, no share between folds is taken for more than chance.
func TestExchangeableSamplesAreNotSorted(t *testing.T) {
	rng := rand.New(rand.NewPCG(9, 9))
	for range 1500 {
		n, p, k := 6+rng.IntN(60), 1+rng.IntN(6), 2+rng.IntN(4)
		values := make([]float64, n*p)
		heavy := rng.IntN(2) == 0
		for i := range values {
			values[i] = rng.NormFloat64()
			if heavy {
				values[i] /= rng.Float64() + .05
			}
		}
		d, err := data.New(values, n, p)
		if err != nil {
			t.Fatal(err)
		}
		s, err := NewSystem(d)
		if err != nil {
			t.Fatal(err)
		}
		if share := (&Pair{X: s, Y: s}).betweenFolds(k); share > 0 {
			t.Errorf("%d samples of %d features in random order: a share of %g between %d folds", n, p, share, k)
		}
	}
}

// TestMomentsKnowSortedConditions: the road over moments warns as that over samples does.
func TestMomentsKnowSortedConditions(t *testing.T) {
	sorted := sortedPair(t, rand.New(rand.NewPCG(8, 8)), func(i int) int { return i / 12 })
	m := measureOf(t, "linreg:cv=5")
	want := Cautions(m, sorted)
	streamed, err := NewMomentPair("x", "y", segmentsOf(t, sorted.X.raw, sorted.Y.raw, 1, data.FoldBounds(sorted.Samples(), 5)))
	if err != nil {
		t.Fatal(err)
	}
	if got := Cautions(m, streamed); len(want) == 0 || !slices.Equal(got, want) {
		t.Errorf("by moments %q, by samples %q", got, want)
	}
}
