package exacttest

import (
	"math"
	"math/rand/v2"

	"gonum.org/v1/gonum/mat"
)

// Along returns y + step·v.
func Along(y, v Matrix, step Number) Matrix { return y.plus(v.scaled(step)) }

// AlongRank returns (1ȳᵀ + (I+step·a)·yc)(I+step·m), which keeps the rank of y, and that
// of its centred columns if those of a add up to 0.
func AlongRank(y, a, m Matrix, step Number) Matrix {
	yc := y.centred()
	moved := yc.plus(a.centred().times(yc).scaled(step)).about(y.scaled(Of(-1)).means())
	return moved.plus(moved.times(m).scaled(step))
}

// Step returns 2ᵏ.
func Step(k int) Number { return power2(k) }

// Slope returns the derivative at 0 of a function by a central difference.
func Slope(f func(step Number) (Number, error)) (Number, error) {
	h := power2(-90)
	above, err := f(h)
	if err != nil {
		return nil, err
	}
	below, err := f(sub(zero(), h))
	if err != nil {
		return nil, err
	}
	return quo(sub(above, below), mul(Of(2), h)), nil
}

// Quotients returns integers over a denominator.
func Quotients(values mat.Matrix, over float64) Matrix {
	m := From(values)
	return m.mapped(func(_, _ int, v Number) Number { return quo(v, Of(over)) })
}

// Rows returns those with the given numbers.
func (a Matrix) Rows(keep []int) Matrix { return a.rows(keep) }

// Rounded moves a system by a relative error of random size up to eps, so that neither it
// nor its centred columns gain a dimension.
func Rounded(rng *rand.Rand, x Matrix, eps float64) Matrix {
	n, p := len(x), x.width()
	noise := func(n, p int, size float64) Matrix {
		return NewMatrix(n, p).mapped(func(_, _ int, _ Number) Number { return Of(size * rng.NormFloat64()) })
	}
	return AlongRank(x, noise(n, n, 1/math.Sqrt(float64(n))), noise(p, p, 1), Of(eps))
}
