package measures

import "fmt"

// Measure scores the similarity of a pair of systems. A Measure has no state,
// gives the same bits for the same input, may be used by many goroutines at
// once, and never writes to the data.
type Measure interface {
	// Card says what the measure is, with its parameters as they are set.
	Card() Card
	// Score returns the value for a pair. It returns an *UndefinedError when
	// the data give the measure no value (constant data, too few samples).
	Score(p *Pair) (Score, error)
}

// As returns a measure as one of the optional interfaces, with which it says what
// it can do besides: Differentiable, FromMoments, Memory, Theory, Monotone. Each is
// implemented in the file of the measure's family, so that nobody else looks at
// types or names to find out. ok is false for a measure without.
func As[T Measure](m Measure) (as T, ok bool) {
	if named, is := m.(Named); is {
		m = named.Measure
	}
	as, ok = m.(T)
	return as, ok
}

// Score is the value of a measure with what a reader of it should know.
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
