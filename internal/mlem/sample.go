package mlem

import (
	"math/rand/v2"
	"slices"
)

// sample is a list of stimuli with their features and distances, in the order in
// which they are processed.
type sample struct {
	features     *Features
	neural       []*Neural
	id           []int   // number of each stimulus in the user's data
	group        []int   // stimuli of one group are resampled and split together
	cluster      []int   // cluster of the layout; nil where nothing is resampled
	level        []int   // pairs are formed within a level only; nil if there is one
	missing      []bool  // stimuli whose pairs are dropped; nil if none are
	position     []int32 // position of each stimulus on a circle, see thin; nil where all pairs are used
	usedDistance []bool  // apart[d]: pairs at the distance d on the circle are used
}

// uses reports whether the pair of stimuli i and j is used.
func (s *sample) uses(i, j int) bool {
	if s.level != nil && s.level[i] != s.level[j] {
		return false
	}
	if s.missing != nil && (s.missing[i] || s.missing[j]) {
		return false
	}
	if s.position != nil {
		d := int(s.position[i] - s.position[j])
		if d < 0 {
			d = -d
		}
		return s.usedDistance[min(d, len(s.position)-d)]
	}
	return true
}

// usesAllPairs reports whether every pair is used.
func (s *sample) usesAllPairs() bool { return s.level == nil && s.missing == nil && s.position == nil }

// subset returns the stimuli in index, in that order, with all their pairs.
func (s *sample) subset(index []int) *sample { return s.reordered(index, (*Neural).subset) }

// take is subset in the memory of the patterns, which are of no use afterwards.
func (s *sample) take(index []int) *sample { return s.reordered(index, (*Neural).take) }

func (s *sample) reordered(index []int, of func(y *Neural, index []int) *Neural) *sample {
	out := &sample{features: s.features.subset(index), id: pick(s.id, index), group: pick(s.group, index)}
	for _, y := range s.neural {
		out.neural = append(out.neural, of(y, index))
	}
	if s.cluster != nil {
		out.cluster = pick(s.cluster, index)
	}
	if s.level != nil {
		out.level = pick(s.level, index)
	}
	if s.missing != nil {
		out.missing = pick(s.missing, index)
	}
	return out
}

// thin selects about maxPairs of all pairs. It places stimuli on a circle in random
// order and uses a pair when its distance on the circle is in a random set. Every
// stimulus is therefore in equally many pairs.
func (s *sample) thin(maxPairs int, rng *rand.Rand) (thinned bool) {
	n := len(s.id)
	if maxPairs <= 0 || n*(n-1)/2 <= maxPairs {
		return false
	}
	s.position = make([]int32, n)
	for i, at := range rng.Perm(n) {
		s.position[i] = int32(at)
	}
	s.usedDistance = make([]bool, n/2+1)
	distances := (n - 1) / 2 // the distance n/2 of an even n gives half as many pairs
	for _, d := range rng.Perm(distances)[:max(1, min(maxPairs/n, distances))] {
		s.usedDistance[d+1] = true
	}
	return true
}

// pairs lists the pairs i<j that are used, row by row.
func (s *sample) pairs() (first, second []int32) {
	n := len(s.id)
	if s.usesAllPairs() {
		return allPairs(n)
	}
	for i := range n {
		for j := i + 1; j < n; j++ {
			if s.uses(i, j) {
				first = append(first, int32(i))
				second = append(second, int32(j))
			}
		}
	}
	return first, second
}

// layout is an order of stimuli in which folds, and within them the clusters
// that are resampled, are contiguous.
type layout struct {
	order []int // stimulus at each place
	start []int // first place of each cluster, and the end
	fold  []int // of each cluster, outside for none
}

// newLayout shuffles the groups of stimuli and deals them to folds of nearly equal
// size. It deals the groups of each fold to clusters of nearly equal size, about
// clusters of them in total. group holds the group of each stimulus. Groups of
// one stratum, that of their first stimulus, are dealt one after the other, so that folds
// and clusters have about the same share of each; nil is one stratum.
func newLayout(group, stratum []int, folds, clusters int, rng *rand.Rand) *layout {
	members := map[int][]int{}
	var groups []int
	for i, g := range group {
		if members[g] == nil {
			groups = append(groups, g)
		}
		members[g] = append(members[g], i)
	}
	rng.Shuffle(len(groups), func(i, j int) { groups[i], groups[j] = groups[j], groups[i] })
	// Large groups come first, so that small ones even out the sizes.
	slices.SortStableFunc(groups, func(a, b int) int { return len(members[b]) - len(members[a]) })
	if stratum != nil {
		slices.SortStableFunc(groups, func(a, b int) int { return stratum[members[a][0]] - stratum[members[b][0]] })
	}
	size := func(g int) int { return len(members[g]) }
	l := &layout{}
	for k, own := range deal(groups, folds, size) {
		parts := max(1, min(len(own), (clusters+folds-1)/folds))
		for _, c := range deal(own, parts, size) {
			l.start = append(l.start, len(l.order))
			l.fold = append(l.fold, k)
			for _, g := range c {
				l.order = append(l.order, members[g]...)
			}
		}
	}
	l.start = append(l.start, len(l.order))
	return l
}

// deal adds each item to the hand whose size is smallest so far.
func deal(items []int, hands int, size func(int) int) [][]int {
	dealt, total := make([][]int, hands), make([]int, hands)
	for _, it := range items {
		least := 0
		for h := range total {
			if total[h] < total[least] {
				least = h
			}
		}
		dealt[least] = append(dealt[least], it)
		total[least] += size(it)
	}
	return dealt
}

// clusters returns the number of clusters.
func (l *layout) clusters() int { return len(l.fold) }

// size returns the number of stimuli of a cluster.
func (l *layout) size(c int) int { return l.start[c+1] - l.start[c] }

// clusterOf returns the cluster of each place.
func (l *layout) clusterOf() []int {
	of := make([]int, len(l.order))
	for c := range l.fold {
		for i := l.start[c]; i < l.start[c+1]; i++ {
			of[i] = c
		}
	}
	return of
}

// places returns the places of fold k.
func (l *layout) places(k int) []int {
	return l.placesWhere(func(c int) bool { return l.fold[c] == k })
}

// placesWhere returns the places of some clusters.
func (l *layout) placesWhere(wanted func(cluster int) bool) []int {
	var at []int
	for c := range l.fold {
		if wanted(c) {
			for i := l.start[c]; i < l.start[c+1]; i++ {
				at = append(at, i)
			}
		}
	}
	return at
}

func pick[T any](from []T, index []int) []T {
	out := make([]T, len(index))
	for i, at := range index {
		out[i] = from[at]
	}
	return out
}
