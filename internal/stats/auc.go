package stats

import "simtool/internal/linalg"

// ROCAUC returns the area under the receiver operating characteristic of
// scores for the given labels: the probability that a positive item scores
// above a negative one, ties counted half (Hanley and McNeil 1982,
// doi:10.1148/radiology.143.1.7063747). ok is false when a class is empty.
func ROCAUC(scores []float64, positive []bool) (auc float64, ok bool) {
	if len(scores) != len(positive) {
		panic("stats: scores and labels differ in length")
	}
	var sum, np float64
	for i, r := range linalg.Ranks(scores) {
		if positive[i] {
			sum += r
			np++
		}
	}
	nn := float64(len(scores)) - np
	if np == 0 || nn == 0 {
		return 0.5, false
	}
	return (sum - np*(np+1)/2) / (np * nn), true
}
