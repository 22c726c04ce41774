package optimize

import "gonum.org/v1/gonum/mat"

// Reduction holds the coordinates of span[X, Y] for given X and Y, in which data of
// many samples have few rows. Every measure of second moments of all samples has the
// same value in these coordinates.
type Reduction struct{ *subspace }

// Reduce returns the coordinates of x and y in the span of their centred columns.
// ok is false when there are not enough samples for a reduction, or when x or y is
// constant.
func Reduce(x, y *mat.Dense) (r Reduction, xr, yr *mat.Dense, ok bool) {
	s, xr, yr, ok := newSubspace(x, y)
	return Reduction{s}, xr, yr, ok
}

// Lift returns the data, n×q, with the given coordinates, and the means of the y
// that Reduce was called with. It is not safe for concurrent use.
func (r Reduction) Lift(yr *mat.Dense) *mat.Dense {
	n, _ := r.both.Dims()
	_, q := yr.Dims()
	y := mat.NewDense(n, q, nil)
	r.lift(y, yr)
	return y
}
