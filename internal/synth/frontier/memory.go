package frontier

import "simtool/internal/measures"

const word = 8 // bytes of a number

// search holds the sizes of the parts of a search, in numbers.
type search struct {
	bound  int64 // the bound problem: the data in the coordinates of the search, starts, objectives
	vector int64 // one point
	points int64 // number of starts
	data   int64 // the data of a result
	spread int64 // the matrices of samples × samples of a certificate
}

// sizes bounds the sizes of a search for a reference of n×p.
func (p Problem) sizes(n, width int, a, b measures.Named) search {
	d := measures.Dims{N: int64(n), P: int64(width), Q: int64(p.Width), Times: 1}
	s := search{data: d.N * d.Q}
	if k := d.P + d.Q; !p.Both && fromMoments(a) && fromMoments(b) && d.N > k+1 {
		s.bound += 2*d.N*k + 3*k*k
		d.N = k + 1
	}
	rank := min(d.N, d.P)
	ranks := int64(len(spaced(int(min(rank, d.Q)))))
	s.points = 2*ranks + 2 + int64(p.Restarts)
	s.vector = d.N * d.Q
	// The decomposition of the reference, and the directions of the starts.
	s.bound += 5*d.N*d.P + 6*rank*rank + d.N*d.Q
	s.bound += (5*ranks+4+2*int64(p.Restarts))*s.vector + ranks*d.N*rank // starts, and a basis for each confine
	s.spread = 2 * d.N * d.N
	if p.Both {
		s.vector += d.N * d.P
		s.data += d.N * d.P
		s.bound += 3 * s.points * s.vector
		s.spread *= 2
	}
	s.bound += (measures.GradientBytes(a.Measure, d) + measures.GradientBytes(b.Measure, d)) / word
	return s
}

// TraceMemory bounds the bytes that Trace has in use, apart from the reference of
// n×width, for a number of levels: for walkers from all starts with their stored
// steps, and for the data of each level.
func (p Problem) TraceMemory(n, width int, a, b measures.Named, levels int) int64 {
	const (
		vectors = 9 // vectors of a walker
		others  = kept + promising + 3
	)
	s := p.sizes(n, width, a, b)
	walkers := s.points*(vectors+2*trialIterations) + promising*2*(memory-trialIterations)
	ends := int64(2*levels)*(s.vector+s.data) + others*s.vector
	return word * (s.bound + walkers*s.vector + ends + s.spread)
}

// PathMemory bounds the bytes that PathTo has in use, apart from the reference of
// n×width, for a number of steps.
func (p Problem) PathMemory(n, width int, a, b measures.Named, steps int) int64 {
	const vectors, scores = 6, 2
	p.Restarts = 0
	s := p.sizes(n, width, a, b)
	return word * (s.bound + vectors*s.vector + 2*scores*int64(steps))
}
