package inference

import (
	"math"

	"simtool/internal/stats"
)

// Best compares the models of a panel with random pairings, the same for all models, and
// sets Z and PBest of their standings. With s_b the score of a model in pairing b, 0 for
// the one that is there, and mean and sd those over all pairings,
//
//	Z_b = (s_b − mean)/sd,  PBest = share of b with max over models of Z_b ≥ Z_0:
//
// the best of many models scores high by chance, so that it is the best of each pairing
// which its score is to exceed. It returns the reason where a model has not been paired
// at random, "" otherwise.
func Best(p Panel, standings []Standing) string {
	const none = "the models were not all scored on the same random pairings"
	var largest []float64
	z := make([][]float64, len(p))
	for i, e := range p {
		if e.Err != nil {
			continue
		}
		n := e.Assessment.Test
		if n == nil {
			return none
		}
		z[i] = n.standardised(e.closer)
		if z[i] == nil {
			continue
		}
		if largest == nil {
			largest = make([]float64, len(z[i]))
			for b := range largest {
				largest[b] = math.Inf(-1)
			}
		}
		if len(largest) != len(z[i]) {
			return none
		}
		for b, v := range z[i] {
			largest[b] = max(largest[b], v)
		}
	}
	for i, scores := range z {
		if scores == nil {
			continue
		}
		count := 0
		for _, v := range largest {
			if v >= scores[0]-1e-12*max(1, math.Abs(scores[0])) {
				count++
			}
		}
		standings[i].Z, standings[i].PBest = scores[0], float64(count)/float64(len(largest))
	}
	return ""
}

// standardised returns Z_b of all pairings, the one that is there first; nil where all
// scores are the same. Higher is closer in the result.
func (n *Null) standardised(closer bool) []float64 {
	all := append([]float64{n.Value}, n.Scores...)
	if n.All {
		all = n.Scores // order 0 is the one that is there
	}
	middle, squares := stats.Mean(all), 0.0
	for _, v := range all {
		squares += (v - middle) * (v - middle)
	}
	sd := math.Sqrt(squares / float64(len(all)))
	if !(sd > 0) {
		return nil
	}
	if !closer {
		sd = -sd
	}
	out := make([]float64, len(all))
	for b, v := range all {
		out[b] = (v - middle) / sd
	}
	return out
}
