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

// Rounded moves numbers as rounding does, by up to half of eps in relation to each and by
// up to half of place: equal numbers alike, and opposite ones by opposites, so that 0 stays.
// Neither the system nor its centred columns gain a dimension: what noise adds to them is
// taken off again.
func Rounded(rng *rand.Rand, x Matrix, eps, place float64) Matrix {
	moves := map[string]float64{}
	moved := x.mapped(func(_, _ int, v Number) Number {
		size := absolute(v)
		key := size.Text('p', 0)
		if _, ok := moves[key]; !ok && v.Sign() != 0 {
			moves[key] = (rng.Float64() - 0.5) * math.Max(eps*Float(size), place)
		}
		return add(v, Of(float64(v.Sign())*moves[key]))
	})
	if eps == 0 && place == 0 {
		return x
	}
	r, rc := x.basis().width(), x.centred().basis().width()
	switch {
	case rc == r && r < min(len(x), x.width()):
		return moved.ofRank(r)
	case rc < min(len(x)-1, x.width()):
		means := moved.scaled(Of(-1)).means()
		return moved.centred().ofRank(rc).about(means)
	}
	return moved
}

// ofRank returns the nearest matrix of rank r.
func (a Matrix) ofRank(r int) Matrix {
	u, s, v := a.decomposed()
	return u.leading(r).scaledColumns(s[:r]).times(v.leading(r).transposed())
}
