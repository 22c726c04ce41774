// Package inference says what a score is worth: the estimate of its value for stimuli
// that were not shown, with an interval; what the score would be if the stimuli were
// paired at random; and how often random pairings score as well.
//
// It works on any measure through the optional interfaces of package measures and
// knows no family: Estimable (estimates with units left out), NullMean (the exact mean
// over random pairings), Permutable (the score of a pairing, fast). Where a measure
// lacks one, the column stays blank with a reason, or the score is computed again.
//
// A newcomer finds here:
//
//   - design.go: which samples are independent of each other, and what may be permuted;
//   - jackknife.go: from estimates with units left out to a centre and an interval;
//   - neurons.go: errors over neurons, and the value for infinitely many;
//   - null.go: means over random pairings, p values, calibrated scores;
//   - assess.go: all of it for one score, within a budget (budget.go);
//   - influence*.go: what samples and features are worth to a score, from gradients, pairs
//     of samples, and deletions.
//
// Nothing here depends on the number of workers, the order of scores, or the time.
package inference
