package measures

import (
	"slices"

	"simtool/internal/data"
	"simtool/internal/linalg"
)

// SumOrder is the order in which the moments of a recording are added up. It depends on
// the recording alone, so that the bits of the sums do not depend on the division of the
// work among goroutines, machines or runs.
//
// Each segment is cut into leaves of Leaf samples; the last leaf may have fewer. The
// leaves are added in a binary tree: leaf i is added to leaf i+1 where i is even, their
// sum to the sum of the next two leaves where i/2 is even, and so on. A node of level k
// is thus the sum of 2ᵏ leaves whose first number is a multiple of 2ᵏ. A part of the
// recording forms all nodes that lie within its leaves; at most 2·log₂ nodes remain, and
// the nodes of the next part continue from there. In a complete segment the remaining
// nodes are added up from its end. Such pairwise sums are also more accurate: errors
// grow with the logarithm of the number of terms (Higham 1993, doi:10.1137/0914050).
type SumOrder struct {
	Bounds []int // sample at which each segment ends, increasing; the last is the number of samples
	Leaf   int   // samples of a leaf
}

// maxLeaves bounds the number of leaves of a recording, apart from one more in each
// segment. Each level of sums may keep the moments of one more node in memory.
const maxLeaves = 256

// NewSumOrder returns the order of sums for systems of p and q features.
func NewSumOrder(p, q int, bounds []int) SumOrder {
	// A leaf has so many samples that its product takes longer than its addition, and
	// it fills a piece.
	const perFeature = 4
	rows, pieces := blockShape(p, q)
	block := rows * pieces
	leaf := max(rows, min(block, perFeature*(p+q)), (bounds[len(bounds)-1]+maxLeaves-1)/maxLeaves)
	unit := pieceRows
	if leaf > block {
		unit = block
	}
	return SumOrder{Bounds: bounds, Leaf: (leaf + unit - 1) / unit * unit}
}

// Samples returns the number of samples of the recording.
func (o SumOrder) Samples() int { return o.Bounds[len(o.Bounds)-1] }

// segment returns the samples [start, end) of the segment of a sample.
func (o SumOrder) segment(sample int) (start, end int) {
	i, at := slices.BinarySearch(o.Bounds, sample)
	if at {
		i++
	}
	if i > 0 {
		start = o.Bounds[i-1]
	}
	return start, o.Bounds[i]
}

// nodeEnd returns the end of the run of leaves that begins at a sample.
func (o SumOrder) nodeEnd(sample, leaves int) int {
	_, end := o.segment(sample)
	return min(sample+leaves*o.Leaf, end)
}

// Leaves returns the number of leaves of samples [first, last), both of which are
// ends of leaves.
func (o SumOrder) Leaves(first, last int) int {
	n := 0
	for at := first; at < last; at = o.nodeEnd(at, 1) {
		n++
	}
	return n
}

// ends returns the samples at which groups of the given number of leaves end, counted
// from the beginning of each segment.
func (o SumOrder) ends(leaves int) []int {
	var ends []int
	for at := 0; at < o.Samples(); at = ends[len(ends)-1] {
		ends = append(ends, o.nodeEnd(at, leaves))
	}
	return ends
}

// Shard returns the samples [first, last) of part i of n. Parts have about equally many
// samples and end where few nodes remain. ok is false where there are fewer leaves than
// parts.
func (o SumOrder) Shard(i, n int) (first, last int, ok bool) {
	const groups = 8 // of leaves in a part, so that parts differ by an eighth
	ends := o.ends(1)
	if len(ends) < n {
		return 0, 0, false
	}
	size := 1
	for 2*size*groups*n <= len(ends) {
		size *= 2
	}
	ends = o.ends(size)
	of := data.FoldBounds(len(ends), n)
	if i > 0 {
		first = ends[of[i-1]-1]
	}
	return first, ends[of[i]-1], true
}

// joins reports whether the last two of consecutive nodes must be added up.
func (o SumOrder) joins(nodes []Node) bool {
	if len(nodes) < 2 {
		return false
	}
	left, right := nodes[len(nodes)-2], nodes[len(nodes)-1]
	start, end := o.segment(right.First)
	if left.First < start {
		return false
	}
	if right.Last == end && slices.ContainsFunc(nodes, func(n Node) bool { return n.First == start }) {
		return true
	}
	leaves := func(samples int) int { return (samples + o.Leaf - 1) / o.Leaf }
	at, size := leaves(left.First-start), leaves(left.Last-left.First)
	return size == leaves(right.Last-right.First) && at%(2*size) == 0
}

// Ends returns the samples at which the nodes of the sums over samples [first,
// last) end, both of which must be ends of leaves.
func (o SumOrder) Ends(first, last int) []int {
	var nodes []Node
	for at := first; at < last; at = nodes[len(nodes)-1].Last {
		nodes = append(nodes, Node{First: at, Last: o.nodeEnd(at, 1)})
		for o.joins(nodes) {
			k := len(nodes) - 1
			nodes[k-1].Last = nodes[k].Last
			nodes = nodes[:k]
		}
	}
	ends := make([]int, len(nodes))
	for i, n := range nodes {
		ends[i] = n.Last
	}
	return ends
}

// Sums are the moments of consecutive samples of a recording. The moments of the next
// samples can be added one leaf at a time or many at once, with the same final bits.
type Sums struct {
	Order       SumOrder
	First, Last int  // samples [First, Last), both ends of leaves
	Identical   bool // every sample of the two systems is the same to the bit
	Nodes       []Node

	PrecisionX, PrecisionY data.Precision // of the samples

	spare []*linalg.Moments
}

// Node is a sum over samples [First, Last).
type Node struct {
	First, Last int
	Moments     *linalg.Moments
}

// NewSums returns empty sums for two systems of p and q features, to which the samples
// from first on can be added.
func NewSums(order SumOrder, first, p, q int) *Sums {
	return &Sums{Order: order, First: first, Last: first, Identical: p == q}
}

// add adds the next node and takes over its moments.
func (s *Sums) add(n Node) {
	s.Nodes = append(s.Nodes, n)
	s.Last = n.Last
	for s.Order.joins(s.Nodes) {
		k := len(s.Nodes) - 1
		left, right := &s.Nodes[k-1], s.Nodes[k]
		left.Moments.Merge(right.Moments)
		left.Last = right.Last
		s.spare = append(s.spare, right.Moments)
		s.Nodes = s.Nodes[:k]
	}
}

// Append adds the sums of the next samples and takes over their memory. It panics unless
// they are of the same recording and begin where s ends.
func (s *Sums) Append(next *Sums) {
	if next.First != s.Last || next.Order.Leaf != s.Order.Leaf || !slices.Equal(next.Order.Bounds, s.Order.Bounds) {
		panic("measures: sums that do not follow each other")
	}
	for _, n := range next.Nodes {
		s.add(n)
	}
	s.Identical = s.Identical && next.Identical
	s.PrecisionX, s.PrecisionY = next.PrecisionX, next.PrecisionY
}

// Complete reports whether the sums are of the whole recording.
func (s *Sums) Complete() bool { return s.First == 0 && s.Last == s.Order.Samples() }

// Segments returns the moments of each segment, which share memory with s. It
// panics unless the sums are complete.
func (s *Sums) Segments() *Segments {
	if !s.Complete() {
		panic("measures: segments of a part of a recording")
	}
	out := &Segments{Identical: s.Identical, PrecisionX: s.PrecisionX, PrecisionY: s.PrecisionY}
	for _, n := range s.Nodes {
		out.Bounds, out.Moments = append(out.Bounds, n.Last), append(out.Moments, n.Moments)
	}
	return out
}

// memory returns moments with arbitrary content, to be overwritten.
func (s *Sums) memory(p, q int) *linalg.Moments {
	if k := len(s.spare) - 1; k >= 0 {
		m := s.spare[k]
		s.spare = s.spare[:k]
		return m
	}
	return linalg.NewMoments(p, q)
}
