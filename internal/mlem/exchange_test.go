package mlem

import (
	"math"
	"slices"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"

	"simtool/internal/stats"
)

// TestExchange: every permutation keeps together what is in one group, within the strata, and
// all that do are drawn, about as often as each other.
func TestExchange(t *testing.T) {
	group := []int{0, 0, 1, 1, 2, 2, 2, 3}
	strata := []int{0, 1, 1, 0, 0, 1, 1, 1}
	rng := stats.Stream(1, "exchange")
	drawn := map[string]int{}
	const draws = 4000
	for range draws {
		index := exchange(len(group), strata, group, rng)
		sorted := slices.Sorted(slices.Values(index))
		if !slices.Equal(sorted, seq(len(group))) {
			t.Fatalf("%v is no permutation", index)
		}
		var b strings.Builder
		for i, at := range index {
			b.WriteByte(byte('0' + at))
			if strata[at] != strata[i] {
				t.Fatalf("%v leaves a stratum", index)
			}
			for j := range i {
				if (group[i] == group[j]) != (group[at] == group[index[j]]) {
					t.Fatalf("%v takes a group apart", index)
				}
			}
		}
		drawn[b.String()]++
	}
	// Groups 0 and 1 change places or not, and so do stimuli 5 and 6 of group 2.
	if len(drawn) != 4 {
		t.Errorf("%d permutations: %v", len(drawn), drawn)
	}
	for p, n := range drawn {
		if math.Abs(float64(n)-draws/4) > 5*math.Sqrt(draws*3./16) {
			t.Errorf("%s is drawn %d times of %d", p, n, draws)
		}
	}
	single := stats.Stream(2, "single")
	plain := stats.Stream(2, "single")
	if a, b := exchange(8, strata, seq(8), single), shuffleWithin(8, strata, plain); !slices.Equal(a, b) {
		t.Errorf("groups of one: %v, want %v", a, b)
	}
	if w := stuckGroups(8, nil, group); w != "" {
		t.Errorf("warning %q of groups of which two are alike", w)
	}
	if w := stuckGroups(6, nil, []int{0, 1, 1, 2, 2, 2}); !strings.HasPrefix(w, "3 of 3 groups") {
		t.Errorf("warning %q of groups of three sizes", w)
	}
}

// TestGroupsHaveTheirNull: a feature of groups, unrelated to recordings whose groups differ, is
// found at the rate of chance in explanations and fits that know of the groups, and far more
// often in those that do not; a feature that varies within groups and moves the recording is
// found.
func TestGroupsHaveTheirNull(t *testing.T) {
	const groups, each, recordings = 12, 4, 60
	var labels []string
	for i := range groups * each {
		labels = append(labels, string(rune('A'+i/each)))
	}
	found := map[string]int{}
	for r := range uint64(recordings) {
		rng := stats.Stream(r, "group null")
		var of, within []float64
		y := mat.NewDense(groups*each, 5, nil)
		for range groups {
			feature := rng.NormFloat64()
			var centre [5]float64
			for u := range centre {
				centre[u] = 2 * rng.NormFloat64()
			}
			for range each {
				i := len(of)
				of, within = append(of, feature), append(within, rng.NormFloat64())
				for u := range centre {
					y.Set(i, u, centre[u]+0.5*rng.NormFloat64()+within[i])
				}
			}
		}
		features, _, err := NewFeatures(tableOf(numeric("of", of...), numeric("within", within...)), FeatureOptions{})
		if err != nil {
			t.Fatal(err)
		}
		neural, err := NewNeural(y, NeuralOptions{Power: 1})
		if err != nil {
			t.Fatal(err)
		}
		for name, known := range map[string][]string{"known": labels, "ignored": nil} {
			o := DefaultExplainOptions()
			o.Null, o.Groups, o.Seed = 39, known, r
			got, err := Explain(t.Context(), features, neural, o)
			if err != nil {
				t.Fatal(err)
			}
			for _, s := range got.Shares {
				if s.Quantity == ShareUnique && s.P <= 0.05 {
					found[name+" "+s.Model]++
				}
			}
			fit := DefaultOptions()
			fit.Groups, fit.Null, fit.Bootstrap, fit.Permutations, fit.Folds, fit.Seed = known, 39, 0, 2, 0, r
			for _, i := range fitOne(t, features, neural, func(o *Options) { *o = fit }).Importance {
				if i.P <= 0.05 {
					found[name+" fitted "+i.Feature]++
				}
			}
		}
	}
	// Of 60 tests at 5 % more than 9 reject once in 1600 times.
	if found["known of"] > 9 || found["known fitted of"] > 9 {
		t.Errorf("a feature that is unrelated is found: %v", found)
	}
	if found["ignored of"] < 15 {
		t.Errorf("stimuli that are shuffled one by one find it no more often: %v", found)
	}
	if found["known within"] < recordings/2 {
		t.Errorf("a feature within groups is not found: %v", found)
	}
	t.Log(found)
}
