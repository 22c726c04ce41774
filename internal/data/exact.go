package data

import (
	"math"
	"math/bits"
)

// Exactness finds out, number by number, whether those that are stored in a narrow
// floating-point type were rounded by it as little as integers are: counts, categories
// and levels such as 0.25 stand in it as they were meant. All are then multiples of one
// power of two, and even the largest leaves a third of the bits unused, which rounding
// would have filled by chance.
type Exactness struct {
	integers    bool
	significand int // bits that the largest may span with the smallest; 0 if none
	last, first int // exponents of the last and of the first bit
	longest     int // bits of the longest number
}

// Exactness begins with no numbers.
func (p Precision) Exactness() Exactness {
	e := Exactness{integers: p.Stored == Integer, last: math.MaxInt, first: math.MinInt}
	switch p.Stored {
	case Float16:
		e.significand = 7 // of 11
	case Float32:
		e.significand = 16 // of 24
	}
	return e
}

// Add looks at more numbers, and returns false when some of all were rounded. A NaN is
// no number.
func (e *Exactness) Add(values []float64) bool {
	if e.integers {
		return true
	}
	for _, v := range values {
		if v == 0 || v != v {
			continue
		}
		if e.significand == 0 || math.IsInf(v, 0) {
			return false
		}
		fraction, exponent := math.Frexp(v)
		unset := bits.TrailingZeros64(uint64(math.Abs(math.Ldexp(fraction, 53))))
		e.last = min(e.last, exponent-53+unset)
		e.first = max(e.first, exponent)
		e.longest = max(e.longest, 53-unset)
		if e.first-e.last > e.significand {
			e.significand = 0
			return false
		}
	}
	return true
}

// Holds reports whether the numbers were not rounded. Numbers that a type still narrower
// has rounded are all shorter than what they span together.
func (e *Exactness) Holds() bool {
	const slack = 2
	switch {
	case e.integers:
		return true
	case e.significand == 0:
		return false
	}
	return e.longest == 0 || e.first-e.last <= e.longest+slack
}

// Exact reports whether numbers of the precision were not rounded (see Exactness).
func (p Precision) Exact(values []float64) bool {
	e := p.Exactness()
	return e.Add(values) && e.Holds()
}

// Of returns the precision of the given numbers: that of integers where none was rounded.
func (p Precision) Of(values []float64) Precision {
	if p.Exact(values) {
		return Precision{Stored: Integer, Digits: p.Digits}
	}
	return p
}
