// Package stats holds the statistics that are not similarity measures: random
// streams from one seed, resampling, intervals, rank correlations and the logistic
// decoder.
package stats
