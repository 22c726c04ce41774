package linalg

import "math"

// Allowance bounds the difference of two neighbours a ≤ b of sorted values that may be
// one value which rounding has split. It does not decrease where b is positive. nil
// allows no difference.
type Allowance func(b float64) float64

// RoundingOfRanks is the tolerance of Ranks, relative to the values: results of some
// thousand operations on float64 numbers, with offsets of a thousand times what varies,
// differ by less, and so few numbers in general position are this close that what they
// share of their ranks does not show.
const RoundingOfRanks = 1e-10

// relativeAllowance allows a part of the larger of b and of the quartiles of the sorted
// values, which stand for the magnitude of what the values were computed from.
func relativeAllowance(part float64, items []item) Allowance {
	n := len(items)
	if n == 0 || part == 0 {
		return nil
	}
	low, high := keyValue(items[n/4].key), keyValue(items[n-1-n/4].key)
	typical := max(math.Abs(low), math.Abs(high))
	if !isFinite(typical) {
		typical = 0
	}
	return func(b float64) float64 { return part * max(typical, math.Abs(b)) }
}

// most bounds what is allowed to any of the sorted items.
func (allow Allowance) most(items []item) float64 {
	if allow == nil || len(items) == 0 {
		return 0
	}
	lowest, highest := keyValue(items[0].key), keyValue(items[len(items)-1].key)
	return max(allow(0), allow(lowest), allow(highest))
}

// tied reports whether neighbours a ≤ b may be one value, at a part of the allowance.
func (allow Allowance) tied(a, b, part float64) bool {
	if a == b || allow == nil {
		return a == b
	}
	d := b - a
	return isFinite(d) && d <= part*allow(b)
}

// tiedItems reports whether the sorted item at an index may tie with the one before, where
// most bounds the allowance of all.
func (allow Allowance) tiedItems(items []item, at int, most float64) bool {
	before, v := keyValue(items[at-1].key), keyValue(items[at].key)
	return !(v-before > most) && allow.tied(before, v, 1)
}

// eachTie calls emit for the items [lo,hi) of every tie of sorted items whose allowance most
// bounds, and single for items [lo,hi) each of which is a tie of its own. Together they
// get all items in their order.
func (allow Allowance) eachTie(items []item, most float64, single, emit func(lo, hi int)) {
	if len(items) == 0 {
		return
	}
	first := keyValue(items[0].key)
	for lo := 0; lo < len(items); {
		hi, last := lo+1, first // most neighbours differ by more than any may
		for ; hi < len(items); hi++ {
			if first = keyValue(items[hi].key); !(first-last > most) {
				break
			}
			last = first
		}
		if hi == len(items) {
			single(lo, hi)
			return
		}
		if hi > lo+1 {
			single(lo, hi-1)
			lo = hi - 1
		}
		for hi < len(items) && allow.tiedItems(items, hi, most) {
			hi++
		}
		if hi < len(items) {
			first = keyValue(items[hi].key)
		}
		start, last := keyValue(items[lo].key), keyValue(items[hi-1].key)
		if start == last || last-start <= widestTie*allow(last) {
			emit(lo, hi)
		} else {
			chain, before := items[lo:hi], lo
			allow.splitTies(len(chain), func(i int) float64 { return keyValue(chain[i].key) }, func(from, to int) {
				emit(before+from, before+to)
			})
		}
		lo = hi
	}
}

// widestTie is the largest difference of two values of one tie over the allowance.
// Values that rounding has split lie closer together. A longer chain of neighbours
// consists of different values that are dense.
const widestTie = 4

// splitTies divides a chain of n sorted values, in which all neighbours tie, into ties,
// and calls emit for the values [lo,hi) of each. A chain within widestTie of the
// allowance is one tie. A wider one is cut wherever neighbours are further apart than
// half of the allowance, chains that are still too wide at a quarter, and so on: the
// cuts lie in the widest gaps, whatever the order of the values or their distance to the
// end of the chain, and values that are nearly equal stay together.
func (allow Allowance) splitTies(n int, at func(i int) float64, emit func(lo, hi int)) {
	var split func(lo, hi int, part float64)
	split = func(lo, hi int, part float64) {
		for from := lo; from < hi; {
			to := from + 1
			for to < hi && allow.tied(at(to-1), at(to), part) {
				to++
			}
			if last := at(to - 1); at(from) == last || last-at(from) <= widestTie*allow(last) {
				emit(from, to)
			} else {
				split(from, to, part/2)
			}
			from = to
		}
	}
	split(0, n, 1)
}

// TieAround returns the values of a sorted list that tie with the one at index i, as
// [lo,hi).
func TieAround(sorted []float64, i int, allow Allowance) (lo, hi int) {
	for lo = i; lo > 0 && allow.tied(sorted[lo-1], sorted[lo], 1); lo-- {
	}
	for hi = i + 1; hi < len(sorted) && allow.tied(sorted[hi-1], sorted[hi], 1); hi++ {
	}
	if sorted[lo] == sorted[hi-1] {
		return lo, hi
	}
	chain := sorted[lo:hi]
	from, to := lo, hi
	allow.splitTies(len(chain), func(k int) float64 { return chain[k] }, func(a, b int) {
		if i >= from+a && i < from+b {
			lo, to = from+a, from+b
		}
	})
	return lo, to
}
