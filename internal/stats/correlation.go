package stats

import (
	"math"

	"simtool/internal/linalg"
)

// Pearson returns the product-moment correlation of x and y, which are of one
// length:
//
//	r = Σ(x−x̄)(y−ȳ) / √(Σ(x−x̄)²·Σ(y−ȳ)²),
//
// clipped to [−1, 1]. Means are removed first, so a large offset costs no
// digits. ok is false, and r is 0, when there is no correlation: with fewer than
// two values, or when one side is constant.
func Pearson(x, y []float64) (r float64, ok bool) {
	if len(x) != len(y) {
		panic("stats: x and y differ in length")
	}
	mx, my := Mean(x), Mean(y)
	var sxy, sxx, syy float64
	for i, v := range x {
		dx, dy := v-mx, y[i]-my
		sxy += dx * dy
		sxx += dx * dx
		syy += dy * dy
	}
	// A constant that is not a binary fraction leaves a residue of rounding.
	if sxx <= negligible(len(x), mx) || syy <= negligible(len(y), my) {
		return 0, false
	}
	return max(-1, min(1, sxy/math.Sqrt(sxx)/math.Sqrt(syy))), true
}

// negligible bounds the sum of squared deviations of n equal values from their
// mean, which is due to rounding alone.
func negligible(n int, mean float64) float64 {
	const eps = 0x1p-52
	e := 4 * eps * mean
	return float64(n) * e * e
}

// Spearman returns the rank correlation of x and y: Pearson's of their ranks,
// where values that are equal but for rounding share the average of the ranks they take
// together (linalg.Ranks). ok is false as for Pearson. NaN is a programmer error and panics.
func Spearman(x, y []float64) (rho float64, ok bool) {
	if len(x) != len(y) {
		panic("stats: x and y differ in length")
	}
	var s linalg.Sorter
	rx, ry := make([]float64, len(x)), make([]float64, len(y))
	s.Ranks(rx, x)
	s.Ranks(ry, y)
	return Pearson(rx, ry)
}

// WeightedTau returns Vigna's weighted τ of x and y with hyperbolic additive
// weights, averaged over the ranking by x and the ranking by y (the default of
// scipy.stats.weightedtau). A pair of items of ranks r and s, counted from 0 at the
// largest, weighs 1/(r+1) + 1/(s+1), so agreement on the largest values counts
// most. Ties count as in τ-b. It takes O(n²) time. ok is false when a side is
// constant.
//
// S. Vigna (2015), A weighted correlation index for rankings with ties, WWW,
// doi:10.1145/2736277.2741088.
func WeightedTau(x, y []float64) (tau float64, ok bool) {
	x, y = linalg.Ranks(x), linalg.Ranks(y) // only the order counts, and what ties
	a, okA := weightedTau(x, y, descending(x, y))
	b, okB := weightedTau(x, y, descending(y, x))
	return (a + b) / 2, okA && okB
}

// weightedTau is the index for one assignment of ranks.
func weightedTau(x, y []float64, rank []int) (float64, bool) {
	var dot, xx, yy float64
	for i := range x {
		for j := range i {
			w := 1/float64(rank[i]+1) + 1/float64(rank[j]+1)
			sx, sy := sign(x[i]-x[j]), sign(y[i]-y[j])
			dot += w * sx * sy
			xx += w * sx * sx
			yy += w * sy * sy
		}
	}
	if xx == 0 || yy == 0 {
		return 0, false
	}
	return dot / math.Sqrt(xx) / math.Sqrt(yy), true
}

// descending ranks items from 0 by decreasing first, ties by decreasing second.
func descending(first, second []float64) []int {
	rank := make([]int, len(first))
	for i := range first {
		for j := range first {
			if first[j] > first[i] || first[j] == first[i] && (second[j] > second[i] || second[j] == second[i] && j > i) {
				rank[i]++
			}
		}
	}
	return rank
}

func sign(v float64) float64 {
	switch {
	case v > 0:
		return 1
	case v < 0:
		return -1
	}
	return 0
}

// Mean returns the mean of values, NaN where there are none.
func Mean(x []float64) float64 {
	var sum float64
	for _, v := range x {
		sum += v
	}
	return sum / float64(len(x))
}
