package measures

import "math/bits"

// Memory bounds the bytes that Stream.AddTo has in use for samples [first, last) of
// systems of p and q features: the moments of its blocks and of the sums, the undecoded
// samples of blocks, at most as wide as float64, and the decoded and shifted samples of
// each worker.
func (o SumOrder) Memory(p, q, first, last, workers int) int64 {
	w := int64(p + q)
	rows, pieces := blockShape(p, q)
	block := min(int64(rows*pieces), int64(o.Leaf), int64(last-first))
	piece := min(int64(rows), block)
	blocks := int64(workers + 2)
	// An incomplete segment has at most one node for each level of sums, and one more
	// while two nodes are added up.
	levels := int64(bits.Len(uint(o.Leaves(first, last)))) + 1
	moments := blocks + int64(len(o.Ends(first, last))) + levels
	return moments*MomentBytes(p, q) + word*(blocks*block*w+int64(workers)*(2*piece*w+w*w))
}

// MomentBytes returns the bytes of the moments of systems of p and q features.
func MomentBytes(p, q int) int64 {
	a, b := int64(p), int64(q)
	return word * (a*a + b*b + a*b + 2*a + 2*b)
}
