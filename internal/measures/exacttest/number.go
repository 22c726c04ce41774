// Package exacttest computes scores with 320 bits, by the definitions of the measures
// and not by their formulas: through matrices of pairs of samples, orthonormal bases,
// explicit fits and enumeration. It is slow, knows nothing of package measures, and is
// for tests only.
package exacttest

import (
	"math"
	"math/big"
)

// Precision is the number of bits of all numbers.
const Precision = 320

// Number is a number of 320 bits. Functions return new ones and leave their arguments.
type Number = *big.Float

// Of returns a float64 as it is.
func Of(v float64) Number { return zero().SetFloat64(v) }

// Whole returns an integer.
func Whole(v int) Number { return zero().SetInt64(int64(v)) }

func zero() Number { return new(big.Float).SetPrec(Precision) }

func add(a, b Number) Number { return zero().Add(a, b) }
func sub(a, b Number) Number { return zero().Sub(a, b) }
func mul(a, b Number) Number { return zero().Mul(a, b) }
func quo(a, b Number) Number { return zero().Quo(a, b) }

// root returns √a, and 0 for what rounding made negative.
func root(a Number) Number {
	if a.Sign() <= 0 {
		return zero()
	}
	return zero().Sqrt(a)
}

func less(a, b Number) bool { return a.Cmp(b) < 0 }

func larger(a, b Number) Number {
	if less(a, b) {
		return b
	}
	return a
}

func absolute(a Number) Number { return zero().Abs(a) }

// Float returns the nearest float64.
func Float(a Number) float64 {
	v, _ := a.Float64()
	return v
}

// Difference returns a − b as the nearest float64.
func Difference(a, b Number) float64 { return Float(sub(a, b)) }

// power2 returns 2ᵏ.
func power2(k int) Number { return zero().SetMantExp(Of(1), k) }

// arcsine returns asin z by its series, after asin z = 2·asin(z/√(2(1+√(1−z²)))) has
// made z small.
func arcsine(z Number) Number {
	const halvings, terms = 16, 40
	one, two := Of(1), Of(2)
	for range halvings {
		inner := add(one, root(sub(one, mul(z, z))))
		z = quo(z, root(mul(two, inner)))
	}
	square := mul(z, z)
	term, total := z, z
	for k := 1; k < terms; k++ {
		term = quo(mul(mul(term, square), Whole(2*k-1)), Whole(2*k))
		total = add(total, quo(term, Whole(2*k+1)))
	}
	return mul(total, power2(halvings))
}

var pi = mul(Of(6), arcsine(Of(0.5)))

// angleOf returns arccos c as 2·asin(√((1−c)/2)).
func angleOf(c Number) Number {
	return mul(Of(2), arcsine(root(quo(sub(Of(1), c), Of(2)))))
}

// logarithm returns ln a for a > 0, as 2·artanh((a−1)/(a+1)) by its series at a root of a.
func logarithm(a Number) Number {
	const roots, terms = 16, 40
	if a.Sign() <= 0 {
		panic(undefined{})
	}
	for range roots {
		a = root(a)
	}
	z := quo(sub(a, Of(1)), add(a, Of(1)))
	square := mul(z, z)
	term, total := z, z
	for k := 1; k < terms; k++ {
		term = mul(term, square)
		total = add(total, quo(term, Whole(2*k+1)))
	}
	return mul(total, power2(roots+1))
}

// exponential returns exp(−a) for a ≥ 0, by its series at a·2⁻ᵏ, squared k times.
func exponential(a Number) Number {
	const terms = 36
	halvings := 16
	if v := Float(a); v > 1 {
		halvings += int(math.Log2(v)) + 1
	}
	small := mul(a, power2(-halvings))
	term, total := Of(1), Of(1)
	for k := 1; k < terms; k++ {
		term = quo(mul(term, small), Whole(-k))
		total = add(total, term)
	}
	for range halvings {
		total = mul(total, total)
	}
	return total
}
