package mlem

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"

	"simtool/internal/data"
	"simtool/internal/linalg"
	"simtool/internal/stats"
)

// Ceiling brackets the highest score, Spearman's ρ, that noise permits.
type Ceiling struct {
	// Lower is ρ of the distances of a repeat with those of the mean of the other
	// repeats, averaged over repeats. A good model of the mean of all repeats can
	// exceed it.
	Lower float64

	// Upper estimates ρ of the distances of the mean of all repeats with noiseless
	// distances. No model is expected to exceed it.
	Upper float64
}

// NoiseCeiling bounds how well any model can predict the distances of the mean of
// two or more repeats, each stimuli × units. With the mean rank correlation r
// between the distances of two repeats, the mean over R repeats has the reliability
// R·r/(1+(R−1)·r) (Spearman and Brown). Upper is its root, and 0 where r is not
// positive. This treats the effect of noise on distances as additive, of mean zero
// and independent of them, which is an approximation: squared distances of the mean
// of R patterns have 1/R of the noise, not the mean of the noises. Noise also adds
// an equal offset to all squared distances, which does not change their order.
//
// Distances between repeats (Crossnobis) do not exist for one repeat and have no
// such ceiling; they are an error. Of more than 2,500 stimuli, 2,500 that are evenly
// spread represent all.
func NoiseCeiling(repeats []*mat.Dense, o NeuralOptions) (Ceiling, error) {
	r := len(repeats)
	if r < 2 {
		return Ceiling{}, &data.InputError{Path: o.Name, Found: fmt.Sprintf("%d repeats", r), Wanted: "want at least two for a noise ceiling"}
	}
	if o.Distance == Crossnobis {
		return Ceiling{}, &data.InputError{Path: o.Name, Found: "crossnobis distances of single repeats", Wanted: "want another distance for a noise ceiling"}
	}
	n, q := repeats[0].Dims()
	index := evenlySpaced(n, scoredStimuli)
	ranks := func(y *mat.Dense) ([]float64, error) {
		d, err := NewNeural(y, o)
		if err != nil {
			return nil, err
		}
		if len(index) < n {
			d = d.subset(index)
		}
		values := d.condensed()
		new(linalg.Sorter).RanksWithin(values, values, d.ties)
		return values, nil
	}
	total := mat.NewDense(n, q, nil)
	single := make([][]float64, r)
	for k, y := range repeats {
		if rows, cols := y.Dims(); rows != n || cols != q {
			return Ceiling{}, &data.InputError{Path: o.Name, Found: fmt.Sprintf("repeat %d is %d × %d", k+1, rows, cols), Wanted: fmt.Sprintf("want %d × %d as the first", n, q)}
		}
		var err error
		if single[k], err = ranks(y); err != nil {
			return Ceiling{}, err
		}
		total.Add(total, y)
	}
	var c Ceiling
	var between float64
	for k, y := range repeats {
		var others mat.Dense
		others.Sub(total, y)
		others.Scale(1/float64(r-1), &others)
		rest, err := ranks(&others)
		if err != nil {
			return Ceiling{}, err
		}
		rho, _ := stats.Pearson(single[k], rest)
		c.Lower += rho / float64(r)
		for j := range k {
			rho, _ := stats.Pearson(single[k], single[j])
			between += rho / float64(r*(r-1)/2)
		}
	}
	if between > 0 {
		c.Upper = spearmanBrown(between, r)
	}
	return c, nil
}

// spearmanBrown returns the root of the reliability of the mean of r repeats with
// pairwise correlation rho.
func spearmanBrown(rho float64, r int) float64 {
	return math.Sqrt(float64(r) * rho / (1 + float64(r-1)*rho))
}
