package exacttest

import "slices"

// lists returns the neighbours of each sample in both systems, the nearest first.
func lists(s settings, p Pair, metric string) (x, y [][]int, k int) {
	k = s.whole("k", 10)
	metric, centre := s.text("metric", metric), s.text("center", "false") == "true"
	ratio(Of(1), mul(p.X.centred().squares(), p.Y.centred().squares()))
	return nearest(alike(p.X, metric, centre), k), nearest(alike(p.Y, metric, centre), k), k
}

// rankSimilarity adds up over the neighbours in common, and divides by what as many first
// ones would have if their ranks agreed.
func rankSimilarity(s settings, p Pair) Number {
	x, y, _ := lists(s, p, "cosine")
	sum := zero()
	for i := range x {
		part, best, m := zero(), zero(), 0
		for r, j := range x[i] {
			at := slices.Index(y[i], j)
			if at < 0 {
				continue
			}
			m++
			gap := max(r-at, at-r)
			part.Add(part, quo(Of(2), Whole((1+gap)*(r+1+at+1))))
			best.Add(best, quo(Of(1), Whole(m)))
		}
		if m > 0 {
			sum.Add(sum, quo(part, best))
		}
	}
	return quo(sum, Whole(len(x)))
}

// lcs is the length of the longest common subsequence, by its recursion.
func lcs(a, b []int) int {
	if len(a) == 0 || len(b) == 0 {
		return 0
	}
	if a[0] == b[0] {
		return 1 + lcs(a[1:], b[1:])
	}
	return max(lcs(a[1:], b), lcs(a, b[1:]))
}

func lcsKNN(s settings, p Pair) Number {
	x, y, k := lists(s, p, "inner")
	total := 0
	for i := range x {
		total += lcs(x[i], y[i])
	}
	if s.text("as", "share") == "length" {
		k = 1
	}
	return quo(Whole(total), Whole(k*len(x)))
}

// edits is Levenshtein's distance, by its recursion.
func edits(a, b []int) int {
	switch {
	case len(a) == 0 || len(b) == 0:
		return len(a) + len(b)
	case a[0] == b[0]:
		return edits(a[1:], b[1:])
	}
	return 1 + min(edits(a[1:], b[1:]), edits(a[1:], b), edits(a, b[1:]))
}

func editKNN(s settings, p Pair) Number {
	x, y, k := lists(s, p, "inner")
	total := 0
	for i := range x {
		total += edits(x[i], y[i])
	}
	return sub(Of(1), quo(Whole(total), Whole(k*len(x))))
}

func cycleKNN(s settings, p Pair) Number {
	x, y, _ := lists(s, p, "inner")
	total := 0
	for i := range x {
		if slices.ContainsFunc(y[i], func(j int) bool { return slices.Contains(x[j], i) }) {
			total++
		}
	}
	return quo(Whole(total), Whole(len(x)))
}
