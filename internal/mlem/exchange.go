package mlem

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"
)

// exchange returns a random permutation of n stimuli under which rows of a recording that has
// nothing to do with the features are as likely as in their own order: stimulus i takes the
// row of the returned place i. Stimuli of a stratum change places; nil is one stratum.
//
// Stimuli of a group resemble each other for reasons of their own, so that they are not
// exchanged with those of others one by one: a group takes the place of another as a whole,
// which has as many stimuli in each stratum, and the stimuli of a group change places among
// themselves (Winkler et al. 2015, doi:10.1016/j.neuroimage.2015.05.092). Shuffled one by one,
// a feature that differs between groups alone would be found too often.
func exchange(n int, strata, group []int, rng *rand.Rand) []int {
	if singles(group) {
		return shuffleWithin(n, strata, rng)
	}
	blocks := blocksOf(n, strata, group)
	index := make([]int, n)
	for lo := 0; lo < len(blocks); {
		hi := lo + 1
		for hi < len(blocks) && blocks[hi].like(blocks[lo]) {
			hi++
		}
		for k, from := range rng.Perm(hi - lo) {
			to, source := blocks[lo+k], blocks[lo+from]
			for s := range to.members {
				for i, at := range rng.Perm(len(to.members[s])) {
					index[to.members[s][i]] = source.members[s][at]
				}
			}
		}
		lo = hi
	}
	return index
}

// exchangeBlock is the stimuli of a group, by strata.
type exchangeBlock struct {
	strata  []int
	members [][]int
}

// like reports whether two groups may take each other's place.
func (b exchangeBlock) like(o exchangeBlock) bool { return b.compare(o) == 0 }

// compare orders groups by their strata and how many stimuli they have in each.
func (b exchangeBlock) compare(o exchangeBlock) int {
	if c := slices.Compare(b.strata, o.strata); c != 0 {
		return c
	}
	for s := range b.members {
		if c := cmp.Compare(len(b.members[s]), len(o.members[s])); c != 0 {
			return c
		}
	}
	return 0
}

// blocksOf returns the groups, those that are alike after one another.
func blocksOf(n int, strata, group []int) []exchangeBlock {
	at := map[int]int{}
	var blocks []exchangeBlock
	for i := range n {
		k, known := at[group[i]]
		if !known {
			k, blocks = len(blocks), append(blocks, exchangeBlock{})
			at[group[i]] = k
		}
		stratum := 0
		if strata != nil {
			stratum = strata[i]
		}
		b := &blocks[k]
		s, found := slices.BinarySearch(b.strata, stratum)
		if !found {
			b.strata = slices.Insert(b.strata, s, stratum)
			b.members = slices.Insert(b.members, s, nil)
		}
		b.members[s] = append(b.members[s], i)
	}
	slices.SortStableFunc(blocks, exchangeBlock.compare)
	return blocks
}

// singles reports whether every stimulus is a group.
func singles(group []int) bool {
	seen := map[int]bool{}
	for _, g := range group {
		if seen[g] {
			return false
		}
		seen[g] = true
	}
	return true
}

// stuckGroups warns where most groups have no other of their size, "" where not: they keep
// their place in all permutations.
func stuckGroups(n int, strata, group []int) string {
	if singles(group) {
		return ""
	}
	blocks := blocksOf(n, strata, group)
	stuck := 0
	for k, b := range blocks {
		if (k == 0 || !b.like(blocks[k-1])) && (k == len(blocks)-1 || !b.like(blocks[k+1])) {
			stuck++
		}
	}
	if 2*stuck <= len(blocks) {
		return ""
	}
	return fmt.Sprintf("%d of %d groups have as many stimuli as no other: they keep their places in permutations, so that p values hardly test features that differ between groups", stuck, len(blocks))
}
