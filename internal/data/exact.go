package data

import (
	"math"
	"math/bits"
)

// Exact reports whether numbers that are stored in a narrow floating-point type were
// rounded by it as little as integers are: counts, categories and levels such as 0.25
// stand in it as they were meant. All are then multiples of one power of two, and even
// the largest leaves a third of the bits unused, which rounding would have filled by
// chance.
func (p Precision) Exact(values []float64) bool {
	significand := 0
	switch p.Stored {
	case Integer:
		return true
	case Float16:
		significand = 7 // of 11
	case Float32:
		significand = 16 // of 24
	default:
		return false
	}
	// longest is the number of bits of the longest number. Numbers that a narrower type
	// has rounded are all shorter than what they span together.
	const slack = 2
	longest := 0
	last, first := math.MaxInt, math.MinInt // exponents of the last and of the first bit
	for _, v := range values {
		if v == 0 {
			continue
		}
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return false
		}
		digits, exponent := significandOf(v)
		unset := bits.TrailingZeros64(digits)
		last = min(last, exponent-53+unset)
		first = max(first, exponent)
		longest = max(longest, 53-unset)
		if first-last > significand {
			return false
		}
	}
	return longest == 0 || first-last <= longest+slack
}

// significandOf returns v as ±digits·2^(exponent−53), with digits from 2⁵² to 2⁵³−1.
func significandOf(v float64) (digits uint64, exponent int) {
	fraction, exponent := math.Frexp(v)
	return uint64(math.Abs(math.Ldexp(fraction, 53))), exponent
}
