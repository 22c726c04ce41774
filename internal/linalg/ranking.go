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
	// Doubt is about the size of what a rank correlation changes by the ties of values
	// that are different but closer than the allowance. It is 0 for more than
	// MostDoubted values, where it is small in any case.
	Doubt float64
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
const rankedAtOnce = 1 << 24

// rankParts is NewRanking with parts of at most size values. Equal values are in one
// part, however many they are.
func rankParts(values []float64, allow Allowance, keepOrder bool, size int) *Ranking {
	if len(values) > math.MaxInt32 {
		panic("linalg: too many values to rank")
	}
	out := &Ranking{Twice: make([]uint32, len(values))}
	if keepOrder {
		out.Order = make([]int32, 0, len(values))
	}
	work := rankMemory.Get().(*rankWork)
	defer rankMemory.Put(work)
	if len(values) <= size {
		out.rank(work.sortValues(values), allow)
		return out
	}
	r := &ranker{values: values, allow: allow, size: size, out: out, work: work}
	if allow != nil {
		for _, v := range values {
			r.most = max(r.most, math.Abs(v))
		}
		r.most = max(allow(0), allow(r.most), allow(-r.most))
	}
	r.rank(0, math.MaxUint64, len(values))
	r.endRun()
	return out
}

// rankShare is the number of items that one goroutine ranks at a time.
const rankShare = 1 << 15

// rank ranks values by their sorted items. Every share of the items, which ends where
// neighbours do not tie, is ranked by itself.
func (out *Ranking) rank(items []item, allow Allowance) {
	n := len(items)
	most := allow.most(items)
	ends := make([]int, 0, n/rankShare+1)
	for at := 0; at < n; ends = append(ends, at) {
		for at = min(at+rankShare, n); at < n && allow.tiedItems(items, at, most); at++ {
		}
	}
	ties := make([]float64, len(ends))
	if out.Order != nil {
		out.Order = out.Order[:n]
	}
	place := newPlacement(out.Twice, len(ends))
	parallel(len(ends), 1, func(k, _ int) {
		from := 0
		if k > 0 {
			from = ends[k-1]
		}
		share := items[from:ends[k]]
		if out.Order != nil {
			for i, it := range share {
				out.Order[from+i] = it.index
			}
		}
		later := place.takes(share)
		give := func(i int, twice uint32) {
			if later {
				share[i].key = rankOf(share[i].index, twice)
			} else {
				out.Twice[share[i].index] = twice
			}
		}
		pairs := 0.0 // not in ties, which goroutines share line by line
		allow.eachTie(share, most, func(lo, hi int) {
			for i := lo; i < hi; i++ {
				give(i, uint32(2*(from+i)+2))
			}
		}, func(lo, hi int) {
			for i := lo; i < hi; i++ {
				give(i, uint32(2*from+lo+hi+1))
			}
			pairs += float64(hi-lo) * float64(hi-lo-1) / 2
		})
		ties[k] = pairs
		if later {
			place.gather(k, share)
		}
	})
	place.write()
	for _, t := range ties {
		out.Ties += t
	}
	if allow != nil && n <= MostDoubted {
		out.Doubt = out.doubt(items, allow, most)
	}
}

// MostDoubted is the number of values up to which a doubt is estimated.
const MostDoubted = 1 << 17

// doubt estimates how far ties of different values move a rank correlation. Values that
// rounding has split lie well within the allowance, and different values at any distance:
// those that lie between the allowance and wider times as much are about wider−1 times as
// many as those that tie by accident. With d the change of the ranks by the wider
// allowance, ranks change by about d²/(wider−1) in square, and their correlation with N
// other ranks by √(12·Σd²)/N² on average.
func (out *Ranking) doubt(items []item, allow Allowance, most float64) float64 {
	const wider = 8
	wide := func(b float64) float64 { return wider * allow(b) }
	squares := 0.0
	Allowance(wide).eachTie(items, wider*most, func(int, int) {}, func(lo, hi int) {
		if hi == lo+1 {
			return
		}
		for _, it := range items[lo:hi] {
			d := (float64(lo+hi+1) - float64(out.Twice[it.index])) / 2
			squares += d * d
		}
	})
	n := float64(len(items))
	return math.Sqrt(12*squares/(wider-1)) / (n * n)
}

// rankWork is the memory of sorting a part of the values, which the next ranking
// uses again.
type rankWork struct {
	items, spare []item
	part         []float64
	index        []int32
}

var rankMemory = sync.Pool{New: func() any { return new(rankWork) }}

// ranker takes values in ascending order, part by part.
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
		r.sortRange(lo, hi)
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
func (r *ranker) sortRange(lo, hi uint64) {
	w := r.work
	if cap(w.part) < r.size { // as much as any part needs
		w.part, w.index = make([]float64, 0, r.size), make([]int32, 0, r.size)
	}
	part, index := w.part[:0], w.index[:0]
	for i, v := range r.values {
		if key := sortKey(v); key >= lo && key <= hi {
			part, index = append(part, v), append(index, int32(i))
		}
	}
	for _, it := range w.sortValues(part) {
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
