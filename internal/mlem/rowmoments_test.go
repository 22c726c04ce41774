package mlem

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"gonum.org/v1/gonum/mat"

	"simtool/internal/stats"
)

// rowSamplings prepares a fit to 130 stimuli of three features, in clusters of one or more, and
// samplings that leave stimuli out and take others several times.
func rowSamplings(t *testing.T, change func(o *Options), missing bool, distances ...Distance) (*fitting, samplings, *accumulator, []*moments, map[int]*mat.Dense) {
	t.Helper()
	const n = 130
	rng := stats.Stream(4, "row moments")
	x, angle, codes := make([]float64, n), make([]float64, n), make([]int, n)
	for i := range n {
		x[i], angle[i], codes[i] = 1e3+rng.NormFloat64(), 360*rng.Float64(), rng.IntN(3)
	}
	if missing {
		x[7] = math.NaN()
	}
	features, _, err := NewFeatures(tableOf(numeric("x", x...), categorical("c", []string{"a", "b", "c"}, codes...), numeric("angle", angle...)),
		FeatureOptions{Circular: map[string]float64{"angle": 360}})
	if err != nil {
		t.Fatal(err)
	}
	var neural []*Neural
	for _, d := range distances {
		y := mat.NewDense(n, 7, nil)
		for i := range n {
			for j := range 7 {
				y.Set(i, j, 3+rng.NormFloat64()*(1+x[(i+j)%n]/1e3))
			}
		}
		one, err := NewNeural(y, NeuralOptions{Distance: d})
		if err != nil {
			t.Fatal(err)
		}
		neural = append(neural, one)
	}
	o := DefaultOptions()
	o.RowEffects, o.Bootstrap = true, 0
	if change != nil {
		change(&o)
	}
	f, err := newFitting(features, neural, o)
	if err != nil {
		t.Fatal(err)
	}
	var s samplings
	ones := slices.Repeat([]float64{1}, f.layout.clusters())
	without := slices.Clone(ones)
	without[0], without[5] = 0, 0
	s.rows = append(s.rows, ones, without)
	for r := range 3 {
		m := make([]float64, f.layout.clusters())
		stats.Multiplicities(m, stats.Stream(1, fmt.Sprint("rows", r)))
		s.rows = append(s.rows, m)
	}
	few := make([]float64, f.layout.clusters())
	few[3] = 1
	s.rows = append(s.rows, few) // too small for effects of stimuli
	a := newAccumulator(f.sample, f.design, f.layout.start, 1)
	f.shift = a.shift
	sums := f.sumRows(t.Context(), a, s)
	all, err := a.run(t.Context(), s, 0, nil)
	if err != nil {
		t.Fatal(err)
	}
	return f, s, a, all, sums
}

// TestRowMoments: the row part from moments of clusters is that of the sums over all pairs,
// for each kind of coordinates, products of them, and distances that are squared lengths or
// not.
func TestRowMoments(t *testing.T) {
	for name, change := range map[string]func(o *Options){
		"features":   func(o *Options) { o.Metric = Signed },
		"levels":     func(o *Options) { o.Metric, o.Levels = Signed, []string{"c"} },
		"products":   func(o *Options) { o.Interactions.All = true },
		"test split": func(o *Options) { o.Metric, o.Train, o.Test = Signed, seq(100), seq(130)[100:] },
	} {
		f, s, a, all, sums := rowSamplings(t, change, false, Euclidean, Cosine, Manhattan)
		if a.algebra == nil {
			t.Fatalf("%s: no algebra", name)
		}
		for k, d := range f.sample.neural {
			if takes := a.algebra.takes(d); takes != (sums[k] != nil) || takes && !d.squaredLength() || !takes && d.squaredLength() && name == "products" {
				t.Fatalf("%s: the algebra takes %s distances: %v, and has sums: %v", name, d.Distance, takes, sums[k] != nil)
			}
		}
		var byRoad [2][]*rowPart
		for road, known := range []map[int]*mat.Dense{sums, nil} {
			if err := f.rowPartsByMoments(t.Context(), s, all, a.algebra, known); err != nil {
				t.Fatal(err)
			}
			for _, m := range all {
				byRoad[road] = append(byRoad[road], m.rows)
				m.rows = nil
			}
		}
		if err := f.rowParts(t.Context(), s, all, nil, nil); err != nil {
			t.Fatal(err)
		}
		for at := range 2 * len(all) {
			r, got := at%len(all), byRoad[at/len(all)]
			m := all[r]
			near := func(what string, got, want []float64) {
				t.Helper()
				size := 0.0
				for _, v := range want {
					size = max(size, math.Abs(v))
				}
				for i := range want {
					if !(math.Abs(got[i]-want[i]) <= 1e-11*size) {
						t.Errorf("%s, sampling %d: %s %d is %.15g, of pairs %.15g", name, r, what, i, got[i], want[i])
						return
					}
				}
			}
			near("xx", got[r].xx, m.rows.xx)
			for k := range m.rows.xy {
				near(fmt.Sprintf("xy of distance %d", k), got[r].xy[k], m.rows.xy[k])
			}
		}
	}
}

// TestDistanceSums: the sums of the distances of a stimulus from the others of a cluster are
// those of the single distances.
func TestDistanceSums(t *testing.T) {
	f, _, _, _, _ := rowSamplings(t, nil, false, Euclidean, Cosine, Correlation, NormDiff, Manhattan)
	n := len(f.sample.id)
	for k, d := range f.sample.neural {
		want := mat.NewDense(f.layout.clusters(), n, nil)
		all := d.condensed()
		for i := range n {
			for j := i + 1; j < n; j++ {
				v := all[condensedIndex(n, i, j)] - f.shift.y[k]
				ci, cj := f.sample.cluster[i], f.sample.cluster[j]
				want.Set(cj, i, want.At(cj, i)+v)
				want.Set(ci, j, want.At(ci, j)+v)
			}
		}
		sums := f.newDistanceSums(k)
		if whole := sums.means != nil; whole != (d.Distance != Manhattan) {
			t.Errorf("%s: without pairs is %v", d.Distance, whole)
		}
		for _, part := range [][2]int{{0, n}, {40, 90}} {
			got := sums.block(part[0], part[1])
			var off mat.Dense
			off.Sub(got, want.Slice(0, f.layout.clusters(), part[0], part[1]))
			if e := mat.Norm(&off, 2) / mat.Norm(want, 2); !(e < 1e-13) {
				t.Errorf("%s: stimuli %v are off by %g", d.Distance, part, e)
			}
		}
	}
}

// TestRowsOfManyStimuli: of more stimuli than those whose pairs are passed over, effects are
// told apart where no pair is needed, and the metric of noise-free distances stays.
func TestRowsOfManyStimuli(t *testing.T) {
	s := DefaultSimulation()
	s.Stimuli, s.Features, s.Hidden, s.Noise = RowStimuli+100, 3, 8, 0
	x, err := Simulate(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	features, _, err := NewFeatures(x.Table, FeatureOptions{})
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range []Distance{Euclidean, Manhattan} {
		y, err := NewNeural(x.Y, NeuralOptions{Distance: d})
		if err != nil {
			t.Fatal(err)
		}
		o := DefaultOptions()
		o.RowEffects, o.Folds, o.Bootstrap, o.Permutations, o.Null = true, 0, 0, 0, 0
		o.MaxPairs = 0
		f := prepared(t, features, y, o)
		if d == Manhattan {
			if f.full.rows.xy[0] != nil {
				t.Error("effects are told apart of distances that need all pairs")
			}
			continue
		}
		if f.full.rows == nil || f.full.rows.xy[0] == nil {
			t.Fatal("effects are not told apart")
		}
		w, err := f.minimise(f.target(f.full, 0, whole), penalty{})
		if err != nil {
			t.Fatal(err)
		}
		normalise(w.w, f.design.terms)
		if c := cosine(f.design.matrix(w.w), x.W); c < 1-1e-11 {
			t.Errorf("without noise the cosine is 1 − %g", 1-c)
		}
	}
}
