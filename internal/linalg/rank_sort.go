package linalg

import (
	"math"
	"math/bits"
	"slices"
)

// Many values are sorted in three passes. A histogram between two quantiles of a sample
// divides their range into pieces that fit in cache; every value is put into its piece;
// and each piece is sorted by itself. All passes run on all processors, over shares of
// the values that depend on their number alone.

const (
	// pieceItems is the number of items that a piece should have: 256 kB of them.
	pieceItems = 1 << 14
	// mostPieces bounds the pieces to which one pass writes at a time.
	mostPieces = 512
	// rankBins divide the range of the values.
	rankBins = 4096
	// mostSpare is the number of items up to which several pieces are sorted at a time,
	// each with a second memory of its size.
	mostSpare = 1 << 18
)

// sortValues returns values as items in ascending order of (key, index), in memory of w.
// A NaN panics.
func (w *rankWork) sortValues(values []float64) []item {
	n := len(values)
	if cap(w.items) < n {
		w.items = make([]item, n)
	}
	items := w.items[:n]
	if n <= 2*pieceItems {
		for i, v := range values {
			items[i] = item{sortKey(v), int32(i)}
		}
		w.sortPiece(items)
		return items
	}
	bin := binsOf(values)
	share := max(1<<16, (n+63)/64)
	shares := (n + share - 1) / share
	counts := make([]int32, shares*rankBins)
	invalid := make([]bool, shares)
	parallel(n, share, func(lo, hi int) {
		count := counts[lo/share*rankBins:][:rankBins]
		for _, v := range values[lo:hi] {
			if v != v {
				invalid[lo/share] = true
				return
			}
			count[bin.of(sortKey(v))]++
		}
	})
	if slices.Contains(invalid, true) {
		panic("linalg: NaN has no rank")
	}
	pieceOf, bounds := joinBins(counts, n)
	pieces := len(bounds) - 1
	next := piecePositions(counts, pieceOf, bounds, shares)
	parallel(n, share, func(lo, hi int) {
		next := next[lo/share*pieces:][:pieces]
		for i := lo; i < hi; i++ {
			key := sortKey(values[i])
			at := &next[pieceOf[bin.of(key)]]
			items[*at] = item{key, int32(i)}
			*at++
		}
	})
	parallel(pieces, 1, func(k, _ int) {
		if piece := items[bounds[k]:bounds[k+1]]; len(piece) <= mostSpare {
			own := rankMemory.Get().(*rankWork)
			own.sortPiece(piece)
			rankMemory.Put(own)
		}
	})
	for k := range pieces {
		// Values so unequal that a piece is large are sorted one piece after the other,
		// and by comparison if the second memory would be too large.
		switch piece := items[bounds[k]:bounds[k+1]]; {
		case len(piece) <= mostSpare || sameKeys(piece):
		case len(piece) <= n/2+n/8:
			w.sortPiece(piece)
		default:
			slices.SortFunc(piece, item.compare)
		}
	}
	return items
}

// bins divides the range between two keys evenly, by keys if all values there have one
// sign, because they may be of any magnitude, or else by values. Others are in the first
// bin and the last.
type bins struct {
	low, high uint64
	factor    uint64
	signed    bool
	lowest    float64 // the value of low
	perValue  float64
}

// binsOf chooses bins by a sample of the values, without the outermost of it.
func binsOf(values []float64) bins {
	const sampled, outermost = 4096, 8
	keys := make([]uint64, 0, sampled+1)
	for i := 0; i < len(values); i += max(1, len(values)/sampled) {
		if v := values[i]; v == v {
			keys = append(keys, sortKey(v))
		}
	}
	slices.Sort(keys)
	if len(keys) <= 2*outermost {
		return bins{high: math.MaxUint64}
	}
	b := bins{low: keys[outermost], high: keys[len(keys)-1-outermost]}
	const positive = 1 << 63
	if b.signed = b.low < positive && b.high > positive; b.signed {
		b.lowest = keyValue(b.low)
		b.perValue = (rankBins - 2) / (keyValue(b.high) - b.lowest)
		return b
	}
	if b.high > b.low { // ⌊2⁶⁴·(rankBins−2)/(high−low+1)⌋, or what 64 bits hold of it
		b.factor = math.MaxUint64
		if width := b.high - b.low + 1; width > rankBins-2 {
			b.factor, _ = bits.Div64(rankBins-2, 0, width)
		}
	}
	return b
}

// of returns the bin of a key, which does not decrease with it.
func (b *bins) of(key uint64) int {
	switch {
	case key < b.low:
		return 0
	case key > b.high:
		return rankBins - 1
	}
	if b.signed {
		return 1 + min(int((keyValue(key)-b.lowest)*b.perValue), rankBins-3)
	}
	at, _ := bits.Mul64(key-b.low, b.factor)
	return 1 + int(at)
}

// joinBins joins neighbouring bins to pieces. It returns the piece of each bin, and the
// first item of each piece and the number of all.
func joinBins(counts []int32, n int) (pieceOf []uint16, bounds []int) {
	size := max(pieceItems, n/mostPieces)
	pieceOf = make([]uint16, rankBins)
	bounds = []int{0}
	at, inside := 0, 0
	for b := range rankBins {
		own := 0
		for c := b; c < len(counts); c += rankBins {
			own += int(counts[c])
		}
		if inside > 0 && inside+own > size {
			bounds, inside = append(bounds, at), 0
		}
		pieceOf[b] = uint16(len(bounds) - 1)
		at, inside = at+own, inside+own
	}
	return pieceOf, append(bounds, at)
}

// piecePositions returns for each share of the values the place of its first item in
// each piece, where those of earlier shares come before.
func piecePositions(counts []int32, pieceOf []uint16, bounds []int, shares int) []int32 {
	pieces := len(bounds) - 1
	next := make([]int32, shares*pieces)
	at := make([]int32, pieces)
	for k := range at {
		at[k] = int32(bounds[k])
	}
	for s := range shares {
		copy(next[s*pieces:], at)
		for b, c := range counts[s*rankBins : (s+1)*rankBins] {
			at[pieceOf[b]] += c
		}
	}
	return next
}

// sortPiece sorts items that are in the order of their indices by key and index.
func (w *rankWork) sortPiece(items []item) {
	if cap(w.spare) < len(items) && len(items) >= comparisonSort {
		w.spare = make([]item, len(items))
	}
	sortByLeading(items, w.spare[:cap(w.spare)])
}

func sameKeys(items []item) bool {
	return !slices.ContainsFunc(items, func(it item) bool { return it.key != items[0].key })
}

// sortByLeading sorts items that are in the order of their indices by key and index, with
// the help of as much memory. It sorts stably by the two leading digits of eleven bits in
// which the keys can differ, and then runs of items that agree in these.
func sortByLeading(items, spare []item) {
	n := len(items)
	if n < comparisonSort {
		slices.SortFunc(items, item.compare)
		return
	}
	low, high := items[0].key, items[0].key
	for _, it := range items {
		low, high = min(low, it.key), max(high, it.key)
	}
	if low == high {
		return
	}
	shift := max(0, bits.Len64(high-low)-2*digitBits)
	var count [2][digitSize]int32
	for _, it := range items {
		d := (it.key - low) >> shift
		count[0][d%digitSize]++
		count[1][d>>digitBits]++
	}
	from, to := items, spare[:n]
	for digit := range count {
		position := &count[digit]
		var next int32
		for i, c := range position {
			position[i] = next
			next += c
		}
		by := shift + digit*digitBits
		for _, it := range from {
			at := &position[(it.key-low)>>by%digitSize]
			to[*at] = it
			*at++
		}
		from, to = to, from
	}
	if shift == 0 {
		return
	}
	for lo := 0; lo < n; {
		hi, sorted := lo+1, true
		leading := (items[lo].key - low) >> shift
		for hi < n && (items[hi].key-low)>>shift == leading {
			sorted = sorted && items[hi-1].key <= items[hi].key
			hi++
		}
		if !sorted {
			sortByLeading(items[lo:hi], spare)
		}
		lo = hi
	}
}
