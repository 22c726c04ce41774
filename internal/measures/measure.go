package measures

import "fmt"

// Measure scores the similarity of a pair of systems. A Measure has no state, gives the
// same bits for the same input, is safe for concurrent use, and never writes to the
// data.
type Measure interface {
	// Card describes the measure with the present values of its parameters.
	Card() Card
	// Score returns the value for a pair. It returns an *UndefinedError when the
	// measure is undefined for the data (constant data, too few samples).
	Score(p *Pair) (Score, error)
}

// As returns a measure as one of the optional interfaces: Differentiable, FromMoments,
// Memory, Theory, Monotone. The file of the measure's family implements each of them,
// so that no other code tests types or names of measures. ok is false for a measure
// without the interface. A measure in a form that its family does not compute has those
// that the family has.
func As[T Measure](m Measure) (as T, ok bool) {
	if named, is := m.(Named); is {
		m = named.Measure
	}
	if f, is := m.(inForm); is {
		if _, ok := f.base.(T); !ok {
			return as, false
		}
	}
	as, ok = m.(T)
	return as, ok
}

// Score is the value of a measure, with warnings for its reader.
type Score struct {
	Value    float64
	Warnings []string // one line each, lower case
}

// UndefinedError says why a measure has no value for a pair.
type UndefinedError struct {
	Reason string
}

// Error returns the reason.
func (e *UndefinedError) Error() string { return e.Reason }

// undefined returns an UndefinedError with a formatted reason.
func undefined(format string, args ...any) error {
	return &UndefinedError{Reason: fmt.Sprintf(format, args...)}
}
