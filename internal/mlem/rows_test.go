package mlem

import (
	"math"
	"testing"

	"gonum.org/v1/gonum/mat"

	"simtool/internal/linalg"
	"simtool/internal/stats"
)

// TestRowEffects: what effects of stimuli explain of the sums of a sampling, which may
// leave stimuli out and take others twice, is what least squares on an indicator of each
// stimulus explain; 2/M of it is kept.
func TestRowEffects(t *testing.T) {
	const n = 12
	features, _, y := twoFeatures(t, stats.Stream(1, "rows"), n, 0.3)
	o := DefaultOptions()
	o.RowEffects, o.Folds, o.Bootstrap = true, 3, 4
	f := prepared(t, features, y, o)
	multiplicities := make([][]float64, 4)
	for r := range multiplicities {
		multiplicities[r] = make([]float64, n)
		stats.Multiplicities(multiplicities[r], stats.Stream(o.Seed, "mlem/bootstrap/"+string(rune('0'+r))))
	}
	inFold := func(k int) []float64 {
		m := make([]float64, n)
		for i := range m {
			if f.layout.fold[f.sample.cluster[i]] != k {
				m[i] = 1
			}
		}
		return m
	}
	check := func(name string, m []float64, of *moments) {
		t.Helper()
		total := 0.0
		for _, v := range m {
			total += v
		}
		var rows, weights []float64
		var dummies [][]float64
		d := f.sample.neural[0].condensed()
		for i := range n {
			for j := i + 1; j < n; j++ {
				w := m[i] * m[j]
				if w == 0 {
					continue
				}
				root := math.Sqrt(w)
				for _, c := range f.sample.features.columns {
					rows = append(rows, root*(c.values[i]-c.values[j])*(c.values[i]-c.values[j]))
				}
				rows = append(rows, root*d[condensedIndex(n, i, j)])
				indicator := make([]float64, n)
				indicator[i], indicator[j] = root, root
				dummies, weights = append(dummies, indicator), append(weights, root)
			}
		}
		x := mat.NewDense(len(weights), 3, rows)
		// The part in the span of the indicators, and the part about the mean.
		basis := mat.NewDense(len(dummies), n, nil)
		for p, v := range dummies {
			basis.SetRow(p, v)
		}
		u, s, _, err := linalg.SVD(basis)
		if err != nil {
			t.Fatal(err)
		}
		part := mat.NewDense(3, 3, nil)
		for k, v := range s {
			if v > 1e-9 {
				column := mat.NewDense(len(weights), 1, mat.Col(nil, k, u))
				along := linalg.CrossGram(x, column)
				for a := range 3 {
					for b := range 3 {
						part.Set(a, b, part.At(a, b)+along.At(a, 0)*along.At(b, 0))
					}
				}
			}
		}
		centre := mat.NewDense(len(weights), 1, weights)
		along, pairs := linalg.CrossGram(x, centre), 0.0
		for _, w := range weights {
			pairs += w * w
		}
		all := linalg.Gram(x)
		want := func(a, b int) float64 {
			mean := along.At(a, 0) * along.At(b, 0) / pairs
			return (all.At(a, b) - mean - (1-2/total)*(part.At(a, b)-mean)) / pairs
		}
		q := f.target(of, 0, whole)
		for a := range 2 {
			for b := range 2 {
				if math.Abs(q.g.At(a, b)-want(a, b)) > 1e-12 {
					t.Errorf("%s: G(%d,%d) is %.12g, want %.12g", name, a, b, q.g.At(a, b), want(a, b))
				}
			}
			if math.Abs(q.b[a]-want(a, 2)) > 1e-12 {
				t.Errorf("%s: b(%d) is %.12g, want %.12g", name, a, q.b[a], want(a, 2))
			}
		}
	}
	ones := make([]float64, n)
	for i := range ones {
		ones[i] = 1
	}
	check("all", ones, f.full)
	check("without fold 1", inFold(1), f.train[1])
	for r, m := range multiplicities {
		at := make([]float64, n)
		for i, c := range f.sample.cluster {
			at[i] = m[c]
		}
		check("a resampled set", at, f.replicates[r])
	}
}

// TestRowEffectsKeepTheMetric: without noise the metric is found exactly, and with much
// noise it is closer to the truth than without this weight: the noise of a stimulus is in
// all of its pairs.
func TestRowEffectsKeepTheMetric(t *testing.T) {
	cosineOf := func(stimuli int, noise float64, seed uint64, rows bool) float64 {
		s := DefaultSimulation()
		s.Stimuli, s.Noise, s.Seed = stimuli, noise, seed
		x, err := Simulate(t.Context(), s)
		if err != nil {
			t.Fatal(err)
		}
		features, _, err := NewFeatures(x.Table, FeatureOptions{})
		if err != nil {
			t.Fatal(err)
		}
		y, err := NewNeural(x.Y, NeuralOptions{})
		if err != nil {
			t.Fatal(err)
		}
		r := fitOne(t, features, y, func(o *Options) {
			o.RowEffects, o.Folds, o.Bootstrap, o.Null, o.Permutations = rows, 0, 0, 0, 0
		})
		return cosine(r.Model.Matrix(), x.W)
	}
	if c := cosineOf(60, 0, 1, true); c < 1-1e-12 {
		t.Errorf("without noise the cosine is 1 − %g", 1-c)
	}
	with, without := 0.0, 0.0
	const seeds = 6
	for seed := range uint64(seeds) {
		with += cosineOf(60, 3, seed+1, true) / seeds
		without += cosineOf(60, 3, seed+1, false) / seeds
	}
	if with < without+0.03 {
		t.Errorf("with noise the cosine is %.3f, and %.3f with all pairs alike", with, without)
	}
	// Thousands of stimuli do not make up for it.
	if with, without := cosineOf(2600, 8, 1, true), cosineOf(2600, 8, 1, false); with < 0.98 || with < without+0.01 {
		t.Errorf("of 2600 stimuli the cosine is %.3f, and %.3f with all pairs alike", with, without)
	}
}
