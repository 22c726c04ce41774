package linalg

import (
	"math"
	"math/bits"
	"sync"
)

// Ranking holds the order of N values in little memory.
type Ranking struct {
	// Twice holds twice the rank of each value, from 2 to 2N in ascending order;
	// values that tie share the average of their ranks.
	Twice []uint32
	// Order is the permutation that sorts the values; nil unless keepOrder was set.
	Order []int32
	// Ties is the number of pairs of values that tie.
	Ties float64
}

// NewRanking ranks values. Neighbours in their order tie if they differ by no more than
// is allowed, in groups that splitTies bounds. A NaN, or more than 2³¹−1 values, is a
// programmer error and panics.
//
// Sorting needs 32 bytes a value besides the result, up to rankedAtOnce values.
// More values are sorted in parts, each collected in a pass over all, and need the
// memory of about an eighth of them. Values that are equal need 4 bytes each.
func NewRanking(values []float64, allow Allowance, keepOrder bool) *Ranking {
	return rankParts(values, allow, keepOrder, max(len(values)/8, rankedAtOnce))
}

// rankedAtOnce is the number of values up to which they are sorted at once.
const rankedAtOnce = 1 << 23

// rankParts is NewRanking with parts of at most size values. Equal values are in one
// part, however many they are.
func rankParts(values []float64, allow Allowance, keepOrder bool, size int) *Ranking {
	if len(values) > math.MaxInt32 {
		panic("linalg: too many values to rank")
	}
	r := &ranker{values: values, allow: allow, size: size, out: &Ranking{Twice: make([]uint32, len(values))}}
	if keepOrder {
		r.out.Order = make([]int32, 0, len(values))
	}
	if allow != nil {
		for _, v := range values {
			r.most = max(r.most, math.Abs(v))
		}
		r.most = max(allow(0), allow(r.most), allow(-r.most))
	}
	r.work = rankMemory.Get().(*rankWork)
	defer rankMemory.Put(r.work)
	r.rank(0, math.MaxUint64, len(values))
	r.endRun()
	return r.out
}

// rankWork is the memory of sorting a part of the values, which the next ranking
// uses again.
type rankWork struct {
	sorter Sorter
	part   []float64
	index  []int32
}

var rankMemory = sync.Pool{New: func() any { return new(rankWork) }}

// ranker takes values in ascending order.
type ranker struct {
	values []float64
	allow  Allowance
	most   float64 // that is allowed to any value
	size   int
	work   *rankWork
	out    *Ranking

	run   []int32 // positions of the last values taken, in which neighbours tie
	first float64
	last  float64
	taken int
}

// rank takes the count values whose keys lie in [lo,hi]. If these are too many to
// sort at once, it divides the range into bins by the leading bits in which its
// keys can differ, and joins neighbouring bins into parts.
func (r *ranker) rank(lo, hi uint64, count int) {
	const binBits = 16
	switch {
	case count == 0:
		return
	case lo == hi:
		for i, v := range r.values {
			if sortKey(v) == lo {
				r.take(v, int32(i))
			}
		}
		return
	case count <= r.size:
		r.sortRange(lo, hi, count)
		return
	}
	shift := max(0, bits.Len64(hi-lo)-binBits)
	bins := make([]int, (hi-lo)>>shift+1)
	for _, v := range r.values {
		if key := sortKey(v); key >= lo && key <= hi {
			bins[(key-lo)>>shift]++
		}
	}
	for from := 0; from < len(bins); {
		to, sum := from+1, bins[from]
		for to < len(bins) && sum+bins[to] <= r.size {
			sum += bins[to]
			to++
		}
		end := hi
		if to < len(bins) {
			end = lo + uint64(to)<<shift - 1
		}
		r.rank(lo+uint64(from)<<shift, end, sum)
		from = to
	}
}

// sortRange takes the values whose keys lie in [lo,hi].
func (r *ranker) sortRange(lo, hi uint64, count int) {
	if count == len(r.values) {
		for _, it := range r.work.sorter.sort(r.values) {
			r.take(keyValue(it.key), it.index)
		}
		return
	}
	w := r.work
	if cap(w.part) < r.size { // as much as any part needs
		w.part, w.index = make([]float64, 0, r.size), make([]int32, 0, r.size)
		w.sorter = Sorter{items: make([]item, r.size), spare: make([]item, r.size)}
	}
	part, index := w.part[:0], w.index[:0]
	for i, v := range r.values {
		if key := sortKey(v); key >= lo && key <= hi {
			part, index = append(part, v), append(index, int32(i))
		}
	}
	for _, it := range w.sorter.sort(part) {
		r.take(keyValue(it.key), index[it.index])
	}
}

// take takes the next value.
func (r *ranker) take(v float64, index int32) {
	if len(r.run) > 0 && (v-r.last > r.most || !r.allow.tied(r.last, v, 1)) {
		r.endRun()
	}
	if len(r.run) == 0 {
		r.first = v
	}
	r.run = append(r.run, index)
	r.last = v
	if r.out.Order != nil {
		r.out.Order = append(r.out.Order, index)
	}
}

// endRun ranks the values of the last run.
func (r *ranker) endRun() {
	if len(r.run) == 1 { // as mostly
		r.out.Twice[r.run[0]] = uint32(2*r.taken + 2)
		r.taken++
		r.run = r.run[:0]
		return
	}
	if r.first == r.last || r.last-r.first <= widestTie*r.allow(r.last) {
		r.tie(0, len(r.run))
	} else {
		r.allow.splitTies(len(r.run), func(i int) float64 { return r.values[r.run[i]] }, r.tie)
	}
	r.taken += len(r.run)
	r.run = r.run[:0]
}

// tie gives the values [lo,hi) of the last run one rank.
func (r *ranker) tie(lo, hi int) {
	twice := uint32(2*r.taken + lo + hi + 1)
	for _, i := range r.run[lo:hi] {
		r.out.Twice[i] = twice
	}
	r.out.Ties += float64(hi-lo) * float64(hi-lo-1) / 2
}

// keyValue is the inverse of sortKey.
func keyValue(key uint64) float64 {
	if key>>63 != 0 {
		return math.Float64frombits(key &^ (1 << 63))
	}
	return math.Float64frombits(^key)
}
