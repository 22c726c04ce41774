package mlem

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"simtool/internal/stats"
)

// TestResidualsAreShuffled: a feature that another one determines has nothing to be
// shuffled, and one that the other says nothing about is shuffled as a whole.
func TestResidualsAreShuffled(t *testing.T) {
	a := []float64{0, 1, 2, 3, 4, 5}
	determined, unrelated := make([]float64, 6), []float64{1, -2, 1, 1, -2, 1} // the latter is orthogonal to 1 and a
	for i, v := range a {
		determined[i] = 3 - 0.5*v
	}
	f, _, err := NewFeatures(tableOf(numeric("a", a...), numeric("b", determined...), numeric("c", unrelated...)), FeatureOptions{})
	if err != nil {
		t.Fatal(err)
	}
	s := &sample{features: f, id: seq(6)}
	rng := stats.Stream(1, "residuals")
	moved := 0
	for range 50 {
		b := permutationPlan{features: []int{1}, given: []int{0}}.draw(s, rng)[0].values
		c := permutationPlan{features: []int{2}, given: []int{0}}.draw(s, rng)[0].values
		for i := range b {
			if math.Abs(b[i]-f.columns[1].values[i]) > 1e-12 {
				t.Fatalf("a feature that is determined became %v", b)
			}
			if math.Abs(c[i]-f.columns[2].values[i]) > 0.5 {
				moved++
			}
			c[i] = math.Round(c[i]*1e9) / 1e9
		}
		slices.Sort(c)
		if want := []float64{0, 0, 1, 1, 1, 1}; !slices.Equal(c, want) {
			t.Fatalf("the values %v are no permutation of %v", c, want)
		}
	}
	if moved == 0 {
		t.Error("nothing was shuffled")
	}
}

// TestRanksOfKnownTieOnlyWhereEqual: numbers of a table are as they were written, however
// many digits they have in common.
func TestRanksOfKnownTieOnlyWhereEqual(t *testing.T) {
	const start = 1.7e9 // seconds
	got := ranksOfKnown([]float64{start + 0.1, start, nan, start + 0.2, start})
	want := []float64{2.5 / 4, 1. / 4, 1 - 1e-9, 3.5 / 4, 1. / 4}
	for i, v := range want {
		if math.Abs(got[i]-v) > 1e-12 {
			t.Fatalf("ranks %v, want %v", got, want)
		}
	}
}

// TestStrataAreThirds of the numbers that are known, and of each category; those
// that are missing are a stratum of their own.
func TestStrataAreThirds(t *testing.T) {
	f, _, err := NewFeatures(tableOf(
		numeric("x", 9, 1, nan, 4, 7, 2, nan, 8, nan),
		categorical("c", []string{"u", "v"}, 0, 0, 0, 1, 1, 1, 0, 1, 0),
	), FeatureOptions{})
	if err != nil {
		t.Fatal(err)
	}
	s := &sample{features: f, id: seq(9)}
	// Thirds: {1,2}, {4,7}, {8,9}.
	for _, c := range []struct {
		given []int
		level []int
		want  []int
	}{
		{[]int{0}, nil, []int{0, 1, 2, 3, 3, 1, 2, 0, 2}},
		{[]int{1}, nil, []int{0, 0, 0, 1, 1, 1, 0, 1, 0}},
		{[]int{0, 1}, nil, []int{0, 1, 2, 3, 3, 4, 2, 5, 2}},
		{[]int{0}, []int{0, 0, 0, 0, 1, 0, 0, 0, 1}, []int{0, 1, 2, 3, 4, 1, 2, 0, 5}},
	} {
		s.level = c.level
		got := permutationPlan{given: c.given}.strata(s)
		for i := range got {
			for j := range got {
				if (got[i] == got[j]) != (c.want[i] == c.want[j]) {
					t.Errorf("features %v: strata %v, want those of %v", c.given, got, c.want)
				}
			}
		}
	}
	if got := movable([]int{0, 1, 2, 3, 3, 1, 2, 0, 5}); got != 8./9 {
		t.Errorf("%g of the stimuli have another in their stratum, want 8/9", got)
	}
}

// TestShufflingStaysWithinStrata and reaches every arrangement there equally often.
func TestShufflingStaysWithinStrata(t *testing.T) {
	const n = 3000
	strata := []int{0, 1, 0, 1, 0, 2}
	rng := stats.Stream(1, "strata")
	count := map[[6]int]int{}
	for range n {
		var got [6]int
		copy(got[:], shuffleWithin(6, strata, rng))
		count[got]++
	}
	if len(count) != 12 {
		t.Errorf("%d arrangements, want 3!·2!", len(count))
	}
	for got, k := range count {
		for i, from := range got {
			if strata[i] != strata[from] {
				t.Errorf("%v leaves the strata", got)
			}
		}
		within(t, "an arrangement", k, n, 1./12)
	}
}

// TestFeaturesThatAreHeldInPlace are those whose squared distances correlate by more
// than one half with the feature's, in either sense.
func TestFeaturesThatAreHeldInPlace(t *testing.T) {
	rng := rand.New(rand.NewPCG(4, 4))
	const n = 30
	base := make([]float64, n)
	for i := range base {
		base[i] = rng.NormFloat64()
	}
	held, free := 0, 0
	for range 60 {
		other := make([]float64, n)
		for i := range other {
			other[i] = base[i] + 1.1*rng.NormFloat64()
		}
		features, _, err := NewFeatures(tableOf(numeric("a", base...), numeric("b", other...)), FeatureOptions{})
		if err != nil {
			t.Fatal(err)
		}
		y, err := NewNeural(randomMatrix(rng, n, 2), NeuralOptions{})
		if err != nil {
			t.Fatal(err)
		}
		o := DefaultOptions()
		o.Folds, o.Bootstrap, o.Permutations, o.Conditional = 0, 0, 1, true
		f := prepared(t, features, y, o)
		a, b := distancesOf(features, 0), distancesOf(features, 1)
		for p := range a {
			a[p], b[p] = a[p]*a[p], b[p]*b[p]
		}
		r, _ := stats.Pearson(a, b)
		got, _ := f.planPermutation(f.players()[0], 0)
		if want := math.Abs(r) > 0.5; (len(got.given) == 1) != want {
			t.Errorf("distances correlate by %.3f: held in place are %v", r, got.given)
		} else if want && r < 0.9 {
			held++
		} else if !want && r > 0.2 {
			free++
		}
	}
	if held < 5 || free < 5 {
		t.Errorf("%d correlations above one half and %d below, which tests little", held, free)
	}
}
