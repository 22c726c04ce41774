package mlem

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"

	"simtool/internal/data"
)

var nan = math.NaN()

func numeric(name string, v ...float64) *data.Column {
	return &data.Column{Name: name, Kind: data.Numeric, Values: v}
}

func categorical(name string, levels []string, codes ...int) *data.Column {
	return &data.Column{Name: name, Kind: data.Categorical, Levels: levels, Codes: codes}
}

func tableOf(c ...*data.Column) *data.Table { return &data.Table{Columns: c} }

// distancesOf returns the distances of feature k over all pairs of stimuli, in
// condensed order (i<j, row by row).
func distancesOf(f *Features, k int) []float64 {
	first, second := allPairs(f.n)
	d := make([]float64, len(first))
	f.columns[k].distances(d, 1, first, second)
	return d
}

// Distances of four stimuli, pairs in the order 01 02 03 12 13 23, by hand.
func TestFeatureDistances(t *testing.T) {
	table := tableOf(
		numeric("size", 2, 6, 4, nan),
		categorical("class", []string{"a", "b"}, 0, 1, 0, -1),
		numeric("hour", 23, 1, 12, 6),
		numeric("grade", 10, 30, 1000, 10),
		categorical("heat", []string{"hot", "cold", "warm"}, 0, 1, 2, 1),
	)
	options := FeatureOptions{Circular: map[string]float64{"hour": 24}, Ordinal: map[string][]string{"grade": nil, "heat": {"cold", "warm", "hot"}}}
	for _, c := range []struct {
		missing Missing
		m       float64
	}{{MissingSame, 0}, {MissingDifferent, 1}} {
		options.Missing = c.missing
		f, warnings, err := NewFeatures(table, options)
		if err != nil || len(warnings) != 2 || !strings.Contains(strings.Join(warnings, "\n"), fmt.Sprintf("1 of 4 values are missing; with --missing %s", c.missing)) {
			t.Fatal(err, warnings)
		}
		want := [][]float64{
			{1, .5, c.m, .5, c.m, c.m},
			{1, 0, c.m, 1, c.m, c.m},
			{2. / 12, 11. / 12, 7. / 12, 11. / 12, 5. / 12, 6. / 12},
			{.5, 1, 0, .5, .5, 1},
			{1, .5, 1, .5, 0, .5},
		}
		for k, w := range want {
			for p, d := range distancesOf(f, k) {
				if math.Abs(d-w[p]) > 1e-15 {
					t.Errorf("%s, missing %s: pair %d is %g apart, want %g", f.Names()[k], c.missing, p, d, w[p])
				}
			}
		}
	}
}

func TestUselessFeaturesAreLeftOut(t *testing.T) {
	f, warnings, err := NewFeatures(tableOf(
		numeric("constant", 3, 3, 3), numeric("empty", nan, nan, nan),
		categorical("one", []string{"a", "b"}, 1, 1, -1), numeric("good", 1, 2, 3),
	), FeatureOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if len(f.Names()) != 1 || f.Names()[0] != "good" || len(warnings) != 3 {
		t.Errorf("kept %q with warnings %q", f.Names(), warnings)
	}
	if _, _, err := NewFeatures(tableOf(numeric("constant", 1, 1)), FeatureOptions{}); err == nil {
		t.Error("no feature is left and no error")
	}
}

func TestApplyEncodings(t *testing.T) {
	train := tableOf(numeric("x", 0, 10), categorical("c", []string{"a", "b"}, 0, 1))
	f, _, err := NewFeatures(train, FeatureOptions{})
	if err != nil {
		t.Fatal(err)
	}
	// Levels in another order, one that is new, and a number out of range.
	other := tableOf(categorical("c", []string{"new", "b", "a"}, 2, 1, 0), numeric("x", 5, 20, 0), numeric("spare", 1, 2, 3))
	g, warnings, err := ApplyEncodings(other, f.encodings, MissingSame)
	if err != nil {
		t.Fatal(err)
	}
	if len(warnings) != 2 {
		t.Errorf("warnings %q, want one for the level and one for the range", warnings)
	}
	for k, want := range [][]float64{{1.5, .5, 2}, {1, 1, 1}} {
		for p, d := range distancesOf(g, k) {
			if d != want[p] {
				t.Errorf("feature %d, pair %d: %g, want %g", k, p, d, want[p])
			}
		}
	}
	if _, _, err := ApplyEncodings(tableOf(numeric("x", 1)), f.encodings, MissingSame); err == nil {
		t.Error("a missing column is no error")
	}
}

func TestGivenFeatureDistances(t *testing.T) {
	m := mat.NewDense(3, 3, []float64{0, 1, 2, 1, 0, 3, 2, 3, 0})
	f, err := NewFeatureDistances([]string{"f"}, []*mat.Dense{m})
	if err != nil {
		t.Fatal(err)
	}
	s := f.subset([]int{2, 0})
	if d := distancesOf(s, 0); len(d) != 1 || d[0] != 2 {
		t.Errorf("distances of stimuli 2 and 0 are %v, want 2", d)
	}
	m.Set(0, 1, 9)
	if _, err := NewFeatureDistances([]string{"f"}, []*mat.Dense{m}); err == nil {
		t.Error("a matrix that is not symmetric is no error")
	}
}

// Categories of one stimulus each differ alike for all pairs, so they explain no
// distance.
func TestNamesOfStimuliAreNoFeature(t *testing.T) {
	column := func(name string, codes ...int) *data.Column {
		return &data.Column{Name: name, Kind: data.Categorical, Levels: []string{"a", "b", "c", "d"}, Codes: codes}
	}
	table := &data.Table{Columns: []*data.Column{column("word", 0, 1, 2, 3), column("class", 0, 1, 1, 0), column("partly", 0, 1, 2, -1)}}
	f, warnings, err := NewFeatures(table, FeatureOptions{Missing: MissingDifferent})
	if err != nil {
		t.Fatal(err)
	}
	if got := f.Names(); len(got) != 2 || got[0] != "class" || got[1] != "partly" {
		t.Errorf("features %q, want class and partly", got)
	}
	if len(warnings) != 2 || !strings.Contains(warnings[0], `"word"`) || !strings.Contains(warnings[1], `"partly": 1 of 4 values are missing`) {
		t.Errorf("warnings %q, want one about word and one about partly", warnings)
	}
}

// A policy of missing values that there is not is refused with those that there
// are; pairs are dropped by one of them alone.
func TestMissingPolicies(t *testing.T) {
	table := tableOf(numeric("x", 1, math.NaN(), 3, 4))
	_, _, err := NewFeatures(table, FeatureOptions{Missing: "zero"})
	if want := `missing-value policy "zero", want same, different or drop-pair`; err == nil || err.Error() != want {
		t.Errorf("%v, want %s", err, want)
	}
	for policy, want := range map[Missing][]bool{"": nil, MissingSame: nil, MissingDifferent: nil, MissingDropPair: {false, true, false, false}} {
		f, _, err := NewFeatures(table, FeatureOptions{Missing: policy})
		if err != nil {
			t.Fatal(err)
		}
		if got := f.dropped(); !slices.Equal(got, want) {
			t.Errorf("%q drops %v, want %v", policy, got, want)
		}
	}
}

// TestApplyingSaysWhatIsNew: a model that is applied to levels and numbers that it has not
// seen names them, and asks about units where numbers are far from its own.
func TestApplyingSaysWhatIsNew(t *testing.T) {
	number := func(values ...float64) *data.Column {
		return &data.Column{Name: "mass", Kind: data.Numeric, Values: values}
	}
	kind := func(levels []string, codes ...int) *data.Column {
		return &data.Column{Name: "kind", Kind: data.Categorical, Levels: levels, Codes: codes}
	}
	f, _, err := NewFeatures(&data.Table{Columns: []*data.Column{
		number(1, 2, 3, 5), kind([]string{"b", "a"}, 0, 1, 0, 1),
	}}, FeatureOptions{})
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		table []*data.Column
		want  []string
	}{
		"the same": {[]*data.Column{number(5, 1), kind([]string{"a", "b"}, 0, 1)}, nil},
		"beyond": {
			[]*data.Column{number(0.5, 6), kind([]string{"a", "c"}, 0, 1)},
			[]string{`feature "mass" is 0.5 to 6, beyond the 1 to 5 of the model`, `feature "kind" has levels that are new to the model, "c": they differ from all others`},
		},
		"other units": {
			[]*data.Column{number(1000, 5000), kind([]string{"p", "q", "r", "s"}, 0, 3)},
			[]string{
				`feature "mass" is 1000 to 5000, beyond the 1 to 5 of the model: is it in other units?`,
				`feature "kind" has levels that are new to the model, "p", "q", "r", 1 more: they differ from all others; it has none of the model's`,
			},
		},
	} {
		_, warnings, err := f.Apply(&data.Table{Columns: c.table})
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(warnings, c.want) {
			t.Errorf("%s: %q, want %q", name, warnings, c.want)
		}
	}
}

// TestAnIndexIsNamed: a column that counts the rows is a feature only if that is meant.
func TestAnIndexIsNamed(t *testing.T) {
	for name, values := range map[string][]float64{"from 0": {0, 1, 2, 3, 4}, "from 1": {1, 2, 3, 4, 5}, "from 101": {101, 102, 103, 104, 105}, "halves": {.5, 1.5, 2.5, 3.5, 4.5}, "shuffled": {1, 3, 2, 4, 5}, "every other": {0, 2, 4, 6, 8}} {
		_, warnings, err := NewFeatures(&data.Table{Columns: []*data.Column{{Name: "i", Kind: data.Numeric, Values: values}}}, FeatureOptions{})
		if err != nil {
			t.Fatal(err)
		}
		if named := slices.ContainsFunc(warnings, func(w string) bool { return strings.Contains(w, `"i" counts the rows`) }); named != strings.HasPrefix(name, "from") {
			t.Errorf("%s: warnings %q", name, warnings)
		}
	}
}

// TestPairsThatAreLeftOutHaveNoPrediction: a model that leaves out the pairs of stimuli without
// a value predicts none for them.
func TestPairsThatAreLeftOutHaveNoPrediction(t *testing.T) {
	rng := rand.New(rand.NewPCG(41, 8))
	f, _, err := NewFeatures(numericTable(rng, 20, 2), FeatureOptions{Missing: MissingDropPair})
	if err != nil {
		t.Fatal(err)
	}
	y, err := NewNeural(randomMatrix(rng, 20, 3), NeuralOptions{})
	if err != nil {
		t.Fatal(err)
	}
	m := fitOne(t, f, y, func(o *Options) { o.Bootstrap, o.Null, o.Permutations = 0, 0, 0 }).Model
	table := numericTable(rng, 4, 2)
	table.Columns[1].Values[2] = math.NaN()
	other, _, err := m.Encode(table)
	if err != nil {
		t.Fatal(err)
	}
	got, err := m.Predict(other)
	if err != nil {
		t.Fatal(err)
	}
	for p, pair := range [][2]int{{0, 1}, {0, 2}, {0, 3}, {1, 2}, {1, 3}, {2, 3}} {
		if left := pair[0] == 2 || pair[1] == 2; math.IsNaN(got[p]) != left {
			t.Errorf("pair %v has the prediction %v", pair, got[p])
		}
	}
}
