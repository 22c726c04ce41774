package linalg

import (
	"cmp"
	"math"
	"slices"
)

// Argsort returns the permutation that sorts values in ascending order:
// values[order[0]] ≤ values[order[1]] ≤ …. Equal values (−0 and +0 among them)
// keep their order. A NaN is a programmer error and panics.
func Argsort(values []float64) []int32 {
	if len(values) > math.MaxInt32 {
		panic("linalg: too many values to sort")
	}
	order := make([]int32, len(values))
	for i, v := range values {
		if math.IsNaN(v) {
			panic("linalg: NaN has no rank")
		}
		order[i] = int32(i)
	}
	slices.SortStableFunc(order, func(i, j int32) int { return cmp.Compare(values[i], values[j]) })
	return order
}

// Ranks returns the ranks of values, from 1 to len(values) in ascending order;
// equal values share the average of the ranks they take together. A NaN is a
// programmer error and panics.
func Ranks(values []float64) []float64 {
	order := Argsort(values)
	ranks := make([]float64, len(values))
	for lo := 0; lo < len(order); {
		hi := lo + 1
		for hi < len(order) && values[order[hi]] == values[order[lo]] {
			hi++
		}
		mean := float64(lo+1+hi) / 2
		for _, i := range order[lo:hi] {
			ranks[i] = mean
		}
		lo = hi
	}
	return ranks
}
