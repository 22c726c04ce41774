package mlem

import (
	"math"
	"slices"
	"testing"

	"gonum.org/v1/gonum/mat"

	"simtool/internal/stats"
)

// TestStudyWithoutNoise: without noise mlem has the true metric, so that its predictions and
// importances are those of the truth; features without weight have an importance of 0.
func TestStudyWithoutNoise(t *testing.T) {
	for _, generator := range []Generator{Realisable, SignedCode} {
		sim := DefaultSimulation()
		sim.Generator, sim.Stimuli, sim.Features, sim.Noise, sim.Sparsity, sim.Seed = generator, 50, 5, 0, 0.4, 2
		method := "mlem"
		if generator == SignedCode {
			method = "mlem-s"
		}
		row, err := RunStudyItem(t.Context(), StudyItem{Method: method, Simulation: sim, Importance: true}, DefaultOptions())
		if err != nil {
			t.Fatal(err)
		}
		for what, v := range map[string]float64{"held-out": row.HeldOutClean, "importance": row.Importance, "importance without noise": row.ImportanceClean, "power": row.Power} {
			if math.Abs(v-1) > 1e-6 {
				t.Errorf("%s: %s is %.9f, want 1", generator, what, v)
			}
		}
		if row.TypeI != 0 {
			t.Errorf("%s: features without weight are found: %g", generator, row.TypeI)
		}
	}
}

// TestFeatureTestsOfUnrelatedPatterns: where nothing is related, p values of every method are
// those of chance: about one in ten is below a tenth.
func TestFeatureTestsOfUnrelatedPatterns(t *testing.T) {
	const runs, n, level = 40, 24, 0.1
	for _, method := range []string{"mlem", "rsa", "encoding", "banded", "forest", "decoding"} {
		below, count := 0, 0
		for run := range runs {
			rng := stats.Stream(uint64(run), "unrelated")
			var columns [3][]float64
			y := normalMatrix(n, 5, rng)
			for range n {
				for k := range columns {
					columns[k] = append(columns[k], rng.Float64())
				}
			}
			f, _, err := NewFeatures(tableOf(numeric("a", columns[0]...), numeric("b", columns[1]...), numeric("c", columns[2]...)), FeatureOptions{})
			if err != nil {
				t.Fatal(err)
			}
			neural, err := NewNeural(y, NeuralOptions{})
			if err != nil {
				t.Fatal(err)
			}
			o := DefaultOptions()
			o.Seed, o.Folds = uint64(run)+1, 3
			c, err := compareAll(t.Context(), comparisonInput{features: f, y: y, neural: neural, options: o, tests: true}, []string{method}, nil)
			if err != nil {
				t.Fatal(err)
			}
			tests := c[0].tests
			if c[0].found != nil {
				if tests, _, err = c[0].found.tests(t.Context(), nil); err != nil {
					t.Fatal(err)
				}
			}
			for _, one := range tests {
				count++
				if one.P <= level {
					below++
				}
			}
		}
		// Features of a recording are not independent: the band is that of the recordings.
		if share, sd := float64(below)/float64(count), math.Sqrt(level*(1-level)/runs); share > level+3*sd {
			t.Errorf("%s: p ≤ %g in %.3f of the tests", method, level, share)
		}
	}
}

// TestForestOfSteps: distances that are steps of one feature distance are predicted, by that
// feature alone, and new pairs take the value of their step.
func TestForestOfSteps(t *testing.T) {
	rng := stats.Stream(1, "steps")
	const pairs = 3000
	x, y := [][]float64{make([]float64, pairs), make([]float64, pairs)}, make([]float64, pairs)
	step := func(v float64) float64 { return math.Floor(4*v) / 4 }
	for p := range y {
		x[0][p], x[1][p] = rng.Float64(), rng.Float64()
		y[p] = step(x[1][p])
	}
	f := growForest(x, y, rng)
	_, sd := meanRMS(y)
	if f.reduction[1] < 0.9*sd*sd/2 || f.reduction[0] > 0.02*sd*sd {
		t.Errorf("the features take %v of the variance %g", f.reduction, sd*sd)
	}
	new := [][]float64{{0.5, 0.5, 0.5, 0.5}, {0.12, 0.37, 0.63, 0.88}}
	got := f.predict(new)
	for p, v := range got {
		if p > 0 && v <= got[p-1] || math.Abs(v-step(new[1][p])) > 0.2 {
			t.Errorf("the distance %g of a step is predicted as %g", step(new[1][p]), v)
		}
	}
}

// TestThresholds: the values of a column but for the largest divide it in all ways.
func TestThresholds(t *testing.T) {
	if got := thresholdsOf([]float64{1, 0, 1, 0.5}); !slices.Equal(got, []float64{0, 0.5}) {
		t.Errorf("thresholds %v", got)
	}
	if got := thresholdsOf(slices.Repeat([]float64{1}, 4)); len(got) != 0 {
		t.Errorf("thresholds %v of a constant", got)
	}
	many := make([]float64, 1000)
	for i := range many {
		many[i] = float64(i)
	}
	if got := thresholdsOf(many); len(got) != forestBins || got[0] < 20 || got[len(got)-1] > 980 {
		t.Errorf("thresholds %v of many values", got)
	}
}

// TestShuffledFeature: a set with a feature in another order is that of a table with it.
func TestShuffledFeature(t *testing.T) {
	columns := [][]float64{{0, 0.2, 1, 0.4, 0.9}, {1, 0, 0.3, 0.2, 0.8}}
	order := []int{3, 0, 4, 1, 2}
	featuresOf := func(second []float64) *Features {
		f, _, err := NewFeatures(tableOf(numeric("a", columns[0]...), numeric("b", second...)), FeatureOptions{})
		if err != nil {
			t.Fatal(err)
		}
		return f
	}
	y, err := NewNeural(mat.NewDense(5, 1, []float64{1, 4, 2, 8, 5}), NeuralOptions{})
	if err != nil {
		t.Fatal(err)
	}
	setOf := func(f *Features) *evaluation {
		design, err := newDesign(f.Names(), Interactions{})
		if err != nil {
			t.Fatal(err)
		}
		return newEvaluation(&sample{features: f, neural: []*Neural{y}, id: seq(5)}, design)
	}
	w := []float64{0.6, 0.8}
	got := setOf(featuresOf(columns[1])).shuffled(1, order).predict(w)
	if want := setOf(featuresOf(pick(columns[1], order))).predict(w); !slices.Equal(got, want) {
		t.Errorf("predictions %v, want %v", got, want)
	}
}
