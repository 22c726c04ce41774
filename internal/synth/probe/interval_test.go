package probe

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"gonum.org/v1/gonum/mat"

	"simtool/internal/data"
	"simtool/internal/stats"
	"simtool/internal/synth/synthtest"
)

// TestIntervalsCover draws recordings of one population: the intervals of the accuracy and
// of R², of one time bin and of the mean over four, hold the mean over recordings.
func TestIntervalsCover(t *testing.T) {
	const runs, q = 200, 5
	for _, n := range []int{40, 120} {
		for _, bins := range []int{1, 4} {
			var accuracies, r2s []float64
			var ofAccuracy, ofR2 []Interval
			for run := range runs {
				rng := rand.New(rand.NewPCG(uint64(run), uint64(n*bins)))
				classes, numbers := &data.Column{Name: "side", Kind: data.Numeric}, &data.Column{Name: "depth", Kind: data.Numeric}
				y := mat.NewDense(bins*n, q, nil)
				for i := range n {
					depth := rng.NormFloat64()
					classes.Values, numbers.Values = append(classes.Values, float64(i%2)), append(numbers.Values, depth)
					for j := range q {
						own := rng.NormFloat64() // of the condition, in all bins
						for b := range bins {
							signal := 0.0
							if j == 0 {
								signal = 1.6 * float64(i%2)
							}
							if j == 1 {
								signal = depth
							}
							y.Set(b*n+i, j, signal+0.8*own+0.6*rng.NormFloat64())
						}
					}
				}
				d, err := NewDecoder(classes, bins, DecoderConfig{Folds: 5, C: 1, Seed: uint64(run)})
				if err != nil {
					t.Fatal(err)
				}
				got, err := d.Decode(y, nil)
				if err != nil {
					t.Fatal(err)
				}
				mean, _ := d.Intervals(got, 0.95)
				accuracies, ofAccuracy = append(accuracies, got.Accuracy), append(ofAccuracy, mean)
				r, err := NewRegressor(numbers, bins, DecoderConfig{Folds: 5, C: 1, Seed: uint64(run)})
				if err != nil {
					t.Fatal(err)
				}
				fitted, err := r.Decode(y, 0)
				if err != nil {
					t.Fatal(err)
				}
				mean, _ = r.Intervals(fitted, 0.95)
				r2s, ofR2 = append(r2s, fitted.R2), append(ofR2, mean)
			}
			for what, one := range map[string]struct {
				values    []float64
				intervals []Interval
			}{"accuracy": {accuracies, ofAccuracy}, "r2": {r2s, ofR2}} {
				truth, covered, width, squares := 0.0, 0, 0.0, 0.0
				for _, v := range one.values {
					truth += v / runs
				}
				for i, v := range one.values {
					squares += (v - truth) * (v - truth) / runs
					width += one.intervals[i].SE / runs
					if one.intervals[i].Lo <= truth && truth <= one.intervals[i].Hi {
						covered++
					}
				}
				share, ratio := float64(covered)/runs, width/math.Sqrt(squares)
				if share < 0.88 || share > 0.995 || ratio < 0.8 || ratio > 1.25 {
					t.Errorf("%s, %d conditions, %d bins: %.3f are covered, the error is %.2f times the deviation", what, n, bins, share, ratio)
				}
			}
		}
	}
}

// TestIntervalOfR2 compares the jackknife with R² computed again without each condition.
func TestIntervalOfR2(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 3))
	const n = 12
	labels := &data.Column{Name: "depth", Kind: data.Numeric}
	y := mat.NewDense(n, 2, nil)
	for i := range n {
		labels.Values = append(labels.Values, rng.NormFloat64())
		y.Set(i, 0, labels.Values[i]+rng.NormFloat64())
		y.Set(i, 1, rng.NormFloat64())
	}
	r, err := NewRegressor(labels, 1, DecoderConfig{Folds: 4, C: 1, Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	got, err := r.Decode(y, 0)
	if err != nil {
		t.Fatal(err)
	}
	var z []float64
	for out := range n {
		sum, count := 0.0, 0.0
		for i, v := range labels.Values {
			if i != out {
				sum, count = sum+v, count+1
			}
		}
		errors, total := 0.0, 0.0
		for i, v := range labels.Values {
			if i != out {
				errors += got.errors[0][i]
				total += (v - sum/count) * (v - sum/count)
			}
		}
		z = append(z, -math.Log(errors/total))
	}
	var pseudo []float64 // values, whose variance is that of the jackknife
	for _, v := range z {
		pseudo = append(pseudo, -(n-1)*v)
	}
	variance := 0.0
	for _, v := range pseudo {
		variance += (v - stats.Mean(pseudo)) * (v - stats.Mean(pseudo)) / (n * (n - 1))
	}
	se := math.Sqrt(variance * 4 / 3)
	const t11 = 2.200985160082949
	_, bins := r.Intervals(got, 0.95)
	synthtest.Near(t, "lo", bins[0].Lo, 1-(1-got.R2)*math.Exp(t11*se), 1e-9)
	synthtest.Near(t, "hi", bins[0].Hi, 1-(1-got.R2)*math.Exp(-t11*se), 1e-9)
}

// TestIntervalOfAccuracy: all conditions right is no certainty, and the ends solve
// |a − π| = t√(π(1−π)/m).
func TestIntervalOfAccuracy(t *testing.T) {
	for _, a := range []float64{0.3, 0.8, 1} {
		i := wilson(a, 16, 20, 0.95)
		const t19 = 2.093024054408263
		synthtest.Near(t, "lower end", a-i.Lo, t19*math.Sqrt(i.Lo*(1-i.Lo)/16), 1e-12)
		if a < 1 {
			synthtest.Near(t, "upper end", i.Hi-a, t19*math.Sqrt(i.Hi*(1-i.Hi)/16), 1e-12)
		} else {
			synthtest.Near(t, "upper end", i.Hi, 1, 1e-12)
		}
	}
}

// TestAdjusted: a time bin is compared with the best bin of each permutation.
func TestAdjusted(t *testing.T) {
	s := significance(0.75, []float64{0.5, 1}, permuted{{0.4, 0.6, 0.5}, {0.9, 0.3, 0.2}})
	for t2, want := range []struct{ p, adjusted, null float64 }{{3. / 4, 4. / 4, 0.5}, {1. / 4, 1. / 4, 1.4 / 3}} {
		synthtest.Near(t, "pvalue", s.Bins[t2], want.p, 1e-15)
		synthtest.Near(t, "p_adj", s.Adjusted[t2], want.adjusted, 1e-15)
		synthtest.Near(t, "null", s.NullBins[t2], want.null, 1e-15)
	}
	// The second bin is 1.4 deviations above its shuffles, so that no bin is in a cluster.
	if !math.IsNaN(s.Clusters[0]) || !math.IsNaN(s.Clusters[1]) {
		t.Errorf("clusters %v", s.Clusters)
	}
	synthtest.Near(t, "pvalue of the mean", s.P, 1./4, 1e-15)
	synthtest.Near(t, "null of the mean", s.Null, 2.9/6, 1e-15)
}

// TestAnyBinByChance: of recordings without the label, one in ten has a time bin whose
// adjusted p-value is at most .1, and more have one whose own is.
func TestAnyBinByChance(t *testing.T) {
	const runs, n, bins = 600, 20, 6
	adjusted, own, clusters := 0, 0, 0
	for run := range runs {
		rng := rand.New(rand.NewPCG(uint64(run), 77))
		labels := &data.Column{Name: "depth", Kind: data.Numeric}
		y := mat.NewDense(bins*n, 1, nil)
		for range n {
			labels.Values = append(labels.Values, rng.NormFloat64())
		}
		for i := range bins * n {
			y.Set(i, 0, rng.NormFloat64())
		}
		r, err := NewRegressor(labels, bins, DecoderConfig{Folds: 4, C: 1, Seed: uint64(run)})
		if err != nil {
			t.Fatal(err)
		}
		got, err := r.Decode(y, 19)
		if err != nil {
			t.Fatal(err)
		}
		if slices.Min(got.Test.Adjusted) <= 0.1 {
			adjusted++
		}
		if slices.Min(got.Test.Bins) <= 0.1 {
			own++
		}
		if slices.ContainsFunc(got.Test.Clusters, func(p float64) bool { return p <= 0.1 }) {
			clusters++
		}
	}
	synthtest.Near(t, "recordings with a bin by chance", float64(adjusted)/runs, 0.1, 4*math.Sqrt(0.09/runs))
	synthtest.Near(t, "recordings with a cluster by chance", float64(clusters)/runs, 0.1, 4*math.Sqrt(0.09/runs))
	if float64(own)/runs < 0.25 {
		t.Errorf("without correction only %d of %d", own, runs)
	}
}
