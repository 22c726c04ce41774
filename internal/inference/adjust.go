package inference

import (
	"math"

	"gonum.org/v1/gonum/stat"
)

// Adjusted returns the p values of several tests, such as those of the times of a
// recording, corrected for their number: the share of random pairings of which the most
// extreme test is as extreme as this one, in units of the deviation of each test's own
// null,
//
//	z = (s − mean)/sd,  p = (1 + #{max_k z_k ≥ z})/(1 + draws),
//
// or #/all of all pairings. The probability that any of them is significant without
// reason is that of one. The tests must have the same pairings in the same order: one
// that is nil, or of another number of pairings than the first, is no part of it and has
// NaN, and so has a test that no pairing changes.
func Adjusted(tests []*Null, higherIsCloser bool) []float64 {
	out := make([]float64, len(tests))
	z := make([]float64, len(tests))
	sign := 1.0
	if !higherIsCloser {
		sign = -1
	}
	var first *Null
	var most []float64
	for k, n := range tests {
		out[k], z[k] = unknown(), unknown()
		if n == nil || first != nil && (len(n.Scores) != len(first.Scores) || n.All != first.All) {
			continue
		}
		mean, sd := stat.MeanStdDev(n.Scores, nil)
		if !(sd > 1e-12*max(1, math.Abs(mean))) {
			continue
		}
		if first == nil {
			first, most = n, make([]float64, len(n.Scores))
			for i := range most {
				most[i] = math.Inf(-1)
			}
		}
		z[k] = sign * (n.Value - mean) / sd
		for i, v := range n.Scores {
			most[i] = max(most[i], sign*(v-mean)/sd)
		}
	}
	for k, at := range z {
		if math.IsNaN(at) {
			continue
		}
		joint := Null{Value: at, Scores: most, All: first.All}
		out[k] = joint.PValue(true)
	}
	return out
}
