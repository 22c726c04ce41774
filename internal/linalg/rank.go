package linalg

import (
	"cmp"
	"math"
)

// Argsort returns the permutation that sorts values in ascending order:
// values[order[0]] ≤ values[order[1]] ≤ …. Equal values (−0 and +0 among them)
// keep their order. A NaN is a programmer error and panics.
func Argsort(values []float64) []int32 {
	order := make([]int32, len(values))
	var s Sorter
	for i, it := range s.sort(values) {
		order[i] = it.index
	}
	return order
}

// Ranks returns the ranks of values, from 1 to len(values) in ascending order. Values
// that are equal but for rounding, RoundingOfRanks of them, share the average of the
// ranks they take together. A NaN is a programmer error and panics.
func Ranks(values []float64) []float64 {
	ranks := make([]float64, len(values))
	new(Sorter).Ranks(ranks, values)
	return ranks
}

// Sorter keeps the memory of a sort, 32 bytes a value or of many values little more than 16,
// for the next one. The zero value is ready for use; it must not be used from two
// goroutines at a time.
type Sorter struct {
	work rankWork
}

// item is a value, as bits that compare like it, and its position.
type item struct {
	key   uint64
	index int32
}

// Ranks is the function Ranks into memory of the caller: dst may be values.
func (s *Sorter) Ranks(dst, values []float64) { s.RanksWithin(dst, values, RoundingOfRanks) }

// RanksWithin is Ranks with a tolerance relative to the values, for numbers that are
// less precise. With 0 only values that are equal tie.
func (s *Sorter) RanksWithin(dst, values []float64, part float64) {
	if len(dst) != len(values) {
		panic("linalg: ranks and values differ in number")
	}
	items := s.sort(values)
	allow := relativeAllowance(part, items)
	single := func(lo, hi int) {
		for i := lo; i < hi; i++ {
			dst[items[i].index] = float64(i + 1)
		}
	}
	allow.eachTie(items, allow.most(items), single, func(lo, hi int) {
		mean := float64(lo+hi+1) / 2
		for _, it := range items[lo:hi] {
			dst[it.index] = mean
		}
	})
}

const (
	digitBits = 11
	digitSize = 1 << digitBits

	// comparisonSort is the number of values below which sorting by comparison
	// is faster than clearing the counters of the radix sort.
	comparisonSort = 400
)

// sort returns values as items in ascending order of (key, index), in memory of s.
func (s *Sorter) sort(values []float64) []item {
	n := len(values)
	if n > math.MaxInt32 {
		panic("linalg: too many values to sort")
	}
	if n > mostSpare {
		return s.work.sortValues(values)
	}
	if cap(s.work.items) < n {
		s.work.items = make([]item, n)
	}
	items := s.work.items[:n]
	for i, v := range values {
		items[i] = item{sortKey(v), int32(i)}
	}
	s.work.sortPiece(items)
	return items
}

// compare orders items by key and then by position.
func (a item) compare(b item) int {
	return cmp.Or(cmp.Compare(a.key, b.key), cmp.Compare(a.index, b.index))
}

// sortKey maps values to integers of the same order. The bits of positive numbers
// are already in order; those of negative numbers are in reverse order.
func sortKey(v float64) uint64 {
	if v != v {
		panic("linalg: NaN has no rank")
	}
	bits := math.Float64bits(v + 0) // −0 + 0 is +0
	if bits>>63 != 0 {
		return ^bits
	}
	return bits | 1<<63
}
