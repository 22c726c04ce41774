package exacttest

import "slices"

// ranks returns twice the average rank of each value, from 2 on. Values that tie are
// those of equal (see order).
func ranks(values []Number, open float64) []int {
	largest := zero()
	for _, v := range values {
		largest = larger(largest, absolute(v))
	}
	out := make([]int, len(values))
	at := 0
	for _, tie := range order(values, slack(largest, open)) {
		for _, i := range tie {
			out[i] = 2*at + len(tie) + 1
		}
		at += len(tie)
	}
	return out
}

// order returns the indices of values that ascend, those of one tie in each list and in
// ascending order: neighbours that differ by no more than slack, within four times that.
func order(values []Number, slack Number) [][]int {
	sorted := make([]int, len(values))
	for i := range sorted {
		sorted[i] = i
	}
	slices.SortStableFunc(sorted, func(i, j int) int { return values[i].Cmp(values[j]) })
	widest := mul(Of(4), slack)
	var ties [][]int
	for lo := 0; lo < len(sorted); {
		hi := lo + 1
		for hi < len(sorted) && !less(slack, sub(values[sorted[hi]], values[sorted[hi-1]])) && !less(widest, sub(values[sorted[hi]], values[sorted[lo]])) {
			hi++
		}
		tie := slices.Clone(sorted[lo:hi])
		slices.Sort(tie)
		ties = append(ties, tie)
		lo = hi
	}
	return ties
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
