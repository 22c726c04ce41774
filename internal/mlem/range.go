package mlem

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"

	"simtool/internal/data"
	"simtool/internal/linalg"
)

// checkDistances refuses a matrix that is not square, finite and symmetric with a
// zero diagonal, or that has negative distances unless negative is set. It tolerates
// asymmetry, a diagonal and negative values of the size of rounding errors.
func checkDistances(m *mat.Dense, negative bool) error {
	n, cols := m.Dims()
	if n != cols {
		e := &data.InputError{Found: fmt.Sprintf("distances of %d × %d stimuli", n, cols), Wanted: "want a square matrix"}
		if of := StimuliOfPairs(n * cols); min(n, cols) == 1 && of > 0 {
			e.Hint = fmt.Sprintf("as the pairs of %d stimuli, make a matrix of them: scipy.spatial.distance.squareform(x)", of)
		}
		return e
	}
	if err := checkFinite(m); err != nil {
		return err
	}
	rounding := 1e-8 * maxAbs(m)
	for i := range n {
		if v := m.At(i, i); math.Abs(v) > rounding {
			return &data.InputError{
				Found: fmt.Sprintf("a distance of %g of stimulus %d from itself", v, i), Wanted: "want a zero diagonal",
				Hint: "if these are similarities, take distances such as 1 − r",
			}
		}
		for j := range i {
			a, b := m.At(i, j), m.At(j, i)
			if math.Abs(a-b) > 1e-6*(math.Abs(a)+math.Abs(b)) {
				return &data.InputError{Found: fmt.Sprintf("distance %g from stimulus %d to %d but %g back", a, i, j, b), Wanted: "want a symmetric matrix"}
			}
			if a < -rounding && !negative {
				return &data.InputError{
					Found: fmt.Sprintf("a distance of %g between stimuli %d and %d", a, i, j), Wanted: "want none below 0, whose square would count as one above",
					Hint: "neural distances that may be negative, such as crossnobis, want the power 1",
				}
			}
		}
	}
	return nil
}

// maxAbs returns the largest absolute value, or NaN if there is a NaN.
func maxAbs(m *mat.Dense) float64 {
	const grain = 512
	n, _ := m.Dims()
	parts := make([]float64, (n+grain-1)/grain)
	linalg.Parallel(n, grain, func(lo, hi int) {
		var own float64
		for i := lo; i < hi; i++ {
			own = max(own, linalg.LargestMagnitude(m.RawRowView(i)))
		}
		parts[lo/grain] = own
	})
	return linalg.LargestMagnitude(parts)
}

// checkRange refuses distances whose squares, which moments sum, would overflow or
// underflow. It uses a bound that no distance exceeds by much.
func (d *Neural) checkRange() error {
	var bound float64
	if d.matrix != nil {
		bound = maxAbs(d.matrix)
	} else {
		_, q := d.points.Dims()
		v := maxAbs(d.points)
		if d.minus != nil {
			v = max(v, maxAbs(d.minus))
		}
		if v == 0 {
			return nil
		}
		bound = 2 * v * float64(q)
		if d.Distance != Manhattan {
			bound *= 2 * v
		}
		bound *= d.scale
		if bound == 0 {
			return outOfRange("underflow", "larger")
		}
	}
	if bound == 0 {
		return nil
	}
	return checkSquares(d.raise(bound))
}

// checkSquares refuses values of up to the given size if sums of their squares over
// pairs would overflow, or if small differences between them would underflow.
func checkSquares(size float64) error {
	const most, least = 1e280, 1e-280
	switch s := size * size; {
	case !(s < most):
		return outOfRange("overflow", "smaller")
	case s < least:
		return outOfRange("underflow", "larger")
	}
	return nil
}

func outOfRange(happens, wanted string) error {
	return &data.InputError{Found: "values whose squared distances " + happens, Wanted: "want " + wanted + " ones", Hint: "measure in other units, or take another power"}
}

// StimuliOfPairs returns the number n of stimuli of which a number is that of their pairs,
// n(n−1)/2, 0 where there is none.
func StimuliOfPairs(pairs int) int {
	n := int(math.Round((1 + math.Sqrt(1+8*float64(pairs))) / 2))
	if n < minStimuli || n*(n-1)/2 != pairs {
		return 0
	}
	return n
}
