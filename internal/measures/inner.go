package measures

import "slices"

// InnerProduct is a measure whose score for a pair follows from inner products of one
// vector of each system. The scores of all pairs of many systems are then one matrix
// product of their vectors, and so are the estimates from which their errors follow. The
// file of the measure's family implements it.
type InnerProduct interface {
	Measure
	// Vectors returns how systems become vectors, for their scores and, where units is
	// not nil, for the estimates without each of these units. ok is false where there is
	// no such vector for the present parameters or for systems of such sizes, of which d
	// holds those of a typical pair.
	Vectors(d Dims, units *Units) (v *Vectors, ok bool)
}

// Vectors says how systems become vectors.
type Vectors struct {
	// Key names the vectors: two with equal keys are the same for every system.
	Key any
	// Length is the number of entries of a vector, and Spans are the inner products that
	// are wanted of two.
	Length int
	Spans  []Span
	// Form writes the vector of a system. It returns an error for a system that has none.
	Form func(s *System, to []float64) error
	// Tell makes the inner products of a pair known to it, and those of its systems with
	// themselves, each in the order of Spans. It is called before the pair is used.
	Tell func(p *Pair, xy, xx, yy []float64)
}

// A Span is one inner product: of N entries of the vector of X, from entry X on, with as
// many of that of Y, from entry Y on.
type Span struct{ X, Y, N int }

// Mirrored returns for each span the number of that with X and Y exchanged, which is the
// inner product of the pair the other way round.
func (v *Vectors) Mirrored() []int {
	out := make([]int, len(v.Spans))
	for i, s := range v.Spans {
		out[i] = i
		if s.X != s.Y {
			out[i] = slices.Index(v.Spans, Span{s.Y, s.X, s.N})
		}
	}
	return out
}

// plain returns spans that follow each other and have these lengths.
func plain(lengths ...int) (spans []Span, length int) {
	for _, n := range lengths {
		spans = append(spans, Span{length, length, n})
		length += n
	}
	return spans, length
}

// told is what is known of a pair from inner products of vectors, by the keys of these.
type told map[any]any

// tell adds what is known under a key.
func (p *Pair) tell(key, what any) {
	if p.told == nil {
		p.told = told{}
	}
	p.told[key] = what
}

// toldOf returns what is known of a pair under a key.
func toldOf[T any](p *Pair, key any) (what T, ok bool) {
	what, ok = p.told[key].(T)
	return what, ok
}

// sameUnits reports whether two are the same groups of the same samples.
func sameUnits(a, b *Units) bool {
	return a == b || a != nil && b != nil && a.n == b.n && slices.EqualFunc(a.Rows, b.Rows, slices.Equal)
}
