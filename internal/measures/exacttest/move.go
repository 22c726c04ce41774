package exacttest

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
