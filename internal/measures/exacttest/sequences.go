package exacttest

import "slices"

// lists returns the neighbours of each sample in both systems, the nearest first.
func lists(s settings, p Pair, metric string) (x, y [][]int, k int) {
	k = s.whole("k", 10)
	metric, centre := s.text("metric", metric), s.text("center", "false") == "true"
	ratio(Of(1), mul(p.X.centred().squares(), p.Y.centred().squares()))
	return nearest(alike(p.X, metric, centre), k, p.Open[0]), nearest(alike(p.Y, metric, centre), k, p.Open[1]), k
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

// lcs is the length of the longest common subsequence: of the neighbours in common, in the
// order of b, the longest run of increasing places in a that ends at each.
func lcs(a, b []int) int {
	var places, runs []int
	longest := 0
	for _, j := range b {
		at := slices.Index(a, j)
		if at < 0 {
			continue
		}
		run := 1
		for k, before := range places {
			if before < at {
				run = max(run, runs[k]+1)
			}
		}
		places, runs = append(places, at), append(runs, run)
		longest = max(longest, run)
	}
	return longest
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

// edits is Levenshtein's distance: the length of the shortest way from (0,0) to the end of
// both lists, on which a step costs 1 unless both go on at equal neighbours.
func edits(a, b []int) int {
	reached := map[[2]int]bool{{0, 0}: true}
	for steps := 0; ; steps++ {
		next := map[[2]int]bool{}
		for at := range reached {
			i, j := at[0], at[1]
			for i < len(a) && j < len(b) && a[i] == b[j] {
				i, j = i+1, j+1
			}
			if i == len(a) && j == len(b) {
				return steps
			}
			for _, to := range [][2]int{{i + 1, j + 1}, {i + 1, j}, {i, j + 1}} {
				if to[0] <= len(a) && to[1] <= len(b) {
					next[to] = true
				}
			}
		}
		reached = next
	}
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
