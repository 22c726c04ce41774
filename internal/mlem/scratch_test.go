package mlem

import (
	"fmt"
	"math"
	"testing"
)

func TestScratchCoverage(t *testing.T) {
	for _, c := range []struct {
		n, f  int
		noise float64
		inter bool
	}{{60, 5, 1, false}, {100, 6, 1, false}, {200, 6, 2, false}, {100, 4, 1, true}, {200, 6, 2, true}} {
		const sims = 120
		hit, tot := 0, 0
		small, smallTot := 0, 0
		main, mainTot := 0, 0
		var scores, ses []float64
		for s := range sims {
			sim := DefaultSimulation()
			sim.Stimuli, sim.Features, sim.Noise, sim.Interactions, sim.Seed = c.n, c.f, c.noise, c.inter, uint64(s+1)
			x, err := Simulate(t.Context(), sim)
			if err != nil {
				t.Fatal(err)
			}
			f, _, err := NewFeatures(x.Table, FeatureOptions{})
			if err != nil {
				t.Fatal(err)
			}
			y, _ := NewNeural(x.Y, NeuralOptions{})
			r := fitOne(t, f, y, func(o *Options) { o.Permutations = 0; o.Null = 0; o.Interactions.All = c.inter })
			for i, w := range r.Weights {
				truth := 0.0
				if i < c.f {
					truth = x.W.At(i, i)
				}
				if i >= c.f {
					tm := r.Model.Terms[i]
					truth = x.W.At(tm.A, tm.B)
				}
				in := w.Interval.Contains(truth)
				tot++
				if in {
					hit++
				}
				if math.Abs(truth) < 0.1 {
					smallTot++
					if in {
						small++
					}
				} else {
					mainTot++
					if in {
						main++
					}
				}
			}
			scores = append(scores, r.Scores[1].Spearman)
			ses = append(ses, r.Scores[1].SE)
		}
		_ = scores
		_ = ses
		t.Logf("%+v coverage %.3f (small %.3f of %d, others %.3f of %d)", c, float64(hit)/float64(tot), float64(small)/float64(smallTot), smallTot, float64(main)/float64(mainTot), mainTot)
	}
	_ = fmt.Sprint
}

func TestScratchScores(t *testing.T) {
	for _, c := range []struct {
		n     int
		noise float64
		inter bool
	}{{60, 1, false}, {200, 2, false}, {200, 50, false}, {100, 1, true}} {
		const sims = 120
		truth := map[string]float64{}
		type row struct{ v, lo, hi float64 }
		rows := map[string][]row{}
		sds := map[string]float64{}
		for s := range sims {
			sim := DefaultSimulation()
			sim.Stimuli, sim.Features, sim.Noise, sim.Interactions, sim.Seed = c.n, 5, c.noise, c.inter, 3
			sim.DataSeed = uint64(s + 1)
			x, err := Simulate(t.Context(), sim)
			if err != nil {
				t.Fatal(err)
			}
			f, _, err := NewFeatures(x.Table, FeatureOptions{})
			if err != nil {
				t.Fatal(err)
			}
			y, _ := NewNeural(x.Y, NeuralOptions{})
			r := fitOne(t, f, y, func(o *Options) { o.Bootstrap = 40; o.Null = 0; o.Interactions.All = c.inter })
			add := func(k string, v, lo, hi float64) { truth[k] += v / sims; rows[k] = append(rows[k], row{v, lo, hi}) }
			h := r.Scores[1]
			add("score", h.Spearman, h.Interval.Lo, h.Interval.Hi)
			for _, im := range r.Importance {
				add(string(im.Method)+im.Feature, im.Value, im.Interval.Lo, im.Interval.Hi)
			}
		}
		for k, rs := range rows {
			hit := 0
			w := 0.0
			for _, q := range rs {
				if q.lo <= truth[k] && truth[k] <= q.hi {
					hit++
				}
				sds[k] += (q.v - truth[k]) * (q.v - truth[k]) / sims
				w += (q.hi - q.lo) / 2 / 1.96 / sims
			}
			t.Logf("%+v %-25s mean %.4f sd %.4f mean se %.4f coverage %.3f", c, k, truth[k], math.Sqrt(sds[k]), w, float64(hit)/sims)
		}
	}
}
