package inference

import (
	"math"

	"simtool/internal/stats"
)

// Adjusted returns the p values of several tests, such as those of the times of a
// recording, corrected for their number: the share of random pairings of which the most
// extreme test is as extreme as this one, in units of the deviation of each test's own
// null (see stats.Family). The tests must have the same pairings in the same order: one
// that is nil, or of another number of pairings than the first, is no part of it and has
// NaN, and so has a test that no pairing changes.
func Adjusted(tests []*Null, higherIsCloser bool) []float64 {
	return family(tests, higherIsCloser).Largest()
}

// Clustered returns the p value of the cluster of consecutive tests that each test is in,
// NaN where it is in none (see stats.Family): what lasts is found though no single time
// stands out.
func Clustered(tests []*Null, higherIsCloser bool) []float64 {
	return family(tests, higherIsCloser).Clusters()
}

func family(tests []*Null, higherIsCloser bool) stats.Family {
	sign, all := 1.0, false
	if !higherIsCloser {
		sign = -1
	}
	values, draws := make([]float64, len(tests)), make([][]float64, len(tests))
	known := false
	for k, n := range tests {
		values[k] = math.NaN()
		if n == nil || known && n.All != all {
			continue
		}
		known, all = true, n.All
		values[k] = sign * n.Value
		draws[k] = make([]float64, len(n.Scores))
		for i, v := range n.Scores {
			draws[k][i] = sign * v
		}
	}
	return stats.NewFamily(values, draws, all)
}
