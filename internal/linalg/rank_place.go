package linalg

import "sync"

// Ranks come in the order of the values, and go to places all over memory. Written one by
// one, each misses the cache, and processors that write to the same lines wait for each
// other. So the ranks of a share are gathered by regions of the places, and each region,
// which fits in cache, is written by one goroutine.

const (
	// placedFrom is the number of ranks from which they are gathered. They are beyond any
	// second-level cache then.
	placedFrom = 1 << 20
	// regionBits: a region has 2¹⁶ places, 256 kB.
	regionBits = 16
)

// placement writes ranks region by region.
type placement struct {
	ranks   []uint32
	regions int
	shares  [][]item  // nil for one whose ranks were written at once
	ends    [][]int32 // of the items of each region in a share
}

// newPlacement returns a placement of the ranks of so many shares; nil for few ranks.
func newPlacement(ranks []uint32, shares int) *placement {
	if len(ranks) < placedFrom {
		return nil
	}
	return &placement{
		ranks: ranks, regions: (len(ranks) + 1<<regionBits - 1) >> regionBits,
		shares: make([][]item, shares), ends: make([][]int32, shares),
	}
}

// takes reports whether the ranks of a share are to be gathered. A share may be of any
// size where all of its values tie, and its items have their indices in order then.
func (p *placement) takes(share []item) bool { return p != nil && len(share) <= 4*rankShare }

// rankOf is what takes the place of the key of an item whose rank is known.
func rankOf(index int32, twice uint32) uint64 { return uint64(index)<<32 | uint64(twice) }

var gatherMemory = sync.Pool{New: func() any { return new([4 * rankShare]uint64) }}

// gather orders the ranks of share k, which rankOf has put into keys, by regions.
func (p *placement) gather(k int, share []item) {
	next := make([]int32, p.regions)
	for _, it := range share {
		next[it.index>>regionBits]++
	}
	var at int32
	for r, count := range next {
		next[r] = at
		at += count
	}
	memory := gatherMemory.Get().(*[4 * rankShare]uint64)
	defer gatherMemory.Put(memory)
	for _, it := range share {
		to := &next[it.index>>regionBits]
		memory[*to] = it.key
		*to++
	}
	for i := range share {
		share[i].key = memory[i]
	}
	p.shares[k], p.ends[k] = share, next
}

// write writes the gathered ranks.
func (p *placement) write() {
	if p == nil {
		return
	}
	parallel(p.regions, 1, func(r, _ int) {
		for k, share := range p.shares {
			if share == nil {
				continue
			}
			from := int32(0)
			if r > 0 {
				from = p.ends[k][r-1]
			}
			for _, it := range share[from:p.ends[k][r]] {
				p.ranks[it.key>>32] = uint32(it.key)
			}
		}
	})
}
