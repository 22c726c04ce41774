package exacttest

import "slices"

// ranks returns twice the average rank of each value, from 2 on. Values tie that differ
// by no more than rounding of 320 bits.
func ranks(values []Number) []int {
	order := make([]int, len(values))
	largest := zero()
	for i, v := range values {
		order[i] = i
		largest = larger(largest, absolute(v))
	}
	slack := mul(largest, vanishing)
	slices.SortStableFunc(order, func(i, j int) int { return values[i].Cmp(values[j]) })
	out := make([]int, len(values))
	for lo := 0; lo < len(order); {
		hi := lo + 1
		for hi < len(order) && !less(slack, sub(values[order[hi]], values[order[hi-1]])) {
			hi++
		}
		for _, i := range order[lo:hi] {
			out[i] = lo + hi + 1
		}
		lo = hi
	}
	return out
}

func signOf(d int) int {
	switch {
	case d < 0:
		return -1
	case d > 0:
		return 1
	}
	return 0
}

// rankCorrelation compares two rankings by counting pairs, or by the products of ranks.
// defined is false where a ranking has one value only.
func rankCorrelation(x, y []int, how string) (v Number, defined bool) {
	n := len(x)
	switch how {
	case "kendall", "tau-a":
		var both, untiedX, untiedY int
		for i := range x {
			for j := range i {
				a, b := signOf(x[i]-x[j]), signOf(y[i]-y[j])
				both += a * b
				untiedX += a * a
				untiedY += b * b
			}
		}
		if untiedX == 0 || untiedY == 0 {
			return nil, false
		}
		if how == "tau-a" {
			return quo(Whole(both), Whole(n*(n-1)/2)), true
		}
		return quo(Whole(both), root(mul(Whole(untiedX), Whole(untiedY)))), true
	}
	var xy, xx, yy int
	for i := range x {
		a, b := x[i]-(n+1), y[i]-(n+1)
		xy += a * b
		xx += a * a
		yy += b * b
	}
	if xx == 0 || yy == 0 {
		return nil, false
	}
	if how == "rho-a" { // 12/(N³−N) of products of ranks, which are doubled here
		return quo(Whole(3*xy), Whole(n*(n*n-1))), true
	}
	return quo(Whole(xy), root(mul(Whole(xx), Whole(yy)))), true
}
