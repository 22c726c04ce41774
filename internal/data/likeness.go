package data

import (
	"fmt"
	"math"
	"slices"
	"strings"
)

// Likeness says what a dataset looks like.
type Likeness struct {
	Text string // what it is and what to do about it, "" for samples × features
	// Distances says that it looks like dissimilarities, which some measures take.
	Distances bool
}

// Likeness looks for what files are often given in place of responses of features to
// samples:
//
//   - a matrix of dissimilarities: square, symmetric, with a zero diagonal;
//   - a matrix of similarities: square, symmetric, with a diagonal of 1 and nothing
//     beyond it, but not only of 0 and 1, as categories have it;
//   - a stack of matrices of dissimilarities;
//   - the condensed form of one: n(n−1)/2 values in one column that obey every
//     triangle inequality although some are more than twice as large as others, which
//     responses do not do by chance;
//   - time stamps: a first or last feature that rises by equal steps, where no feature
//     beside it does.
//
// It takes one look at each value at most where the first ones settle it.
func (d *Dataset) Likeness() Likeness {
	const remedy = "; a measure such as rsa:rdm=precomputed compares dissimilarities"
	if d.Is3D() {
		if k, n := d.Shape[0], d.Shape[1]; n == d.Width() && d.stackOfDistances(k, n) {
			return Likeness{fmt.Sprintf("looks like %d matrices of dissimilarities (symmetric, with zero diagonals) but is read as time × condition × neuron: give one at a time%s", k, remedy), true}
		}
		return Likeness{}
	}
	n, width := d.Samples(), d.Width()
	switch {
	case n == width && n >= 3 && d.squareOf(d.Values, 0):
		return Likeness{"looks like a matrix of dissimilarities (symmetric, with a zero diagonal) but is read as samples × features" + remedy, true}
	case n == width && n >= 3 && d.squareOf(d.Values, 1) && !d.binary():
		return Likeness{"looks like a matrix of similarities (symmetric, with a diagonal of 1) but is read as samples × features; 1 − x makes dissimilarities of it, which rsa:rdm=precomputed compares", true}
	case width == 1:
		if items := condensedOf(n); items >= 6 && triangles(d.Values, items) {
			return Likeness{fmt.Sprintf("looks like the %d distances between %d items but is read as %d samples of one feature; scipy.spatial.distance.squareform makes the matrix that rsa:rdm=precomputed compares", n, items, n), true}
		}
	case n >= 10:
		if j, ok := d.stamps(); ok {
			name := fmt.Sprintf("feature %d", j+1)
			if d.Features != nil {
				name = fmt.Sprintf("feature %q", d.Features[j])
			}
			return Likeness{name + " rises by equal steps, as time stamps do; leave it out if it is no response", false}
		}
	}
	return Likeness{}
}

// squareOf reports whether values are a symmetric matrix with a diagonal: 0, below
// values that are not negative and not all 0, or 1, above none beyond ±1.
func (d *Dataset) squareOf(values []float64, diagonal float64) bool {
	n := d.Width()
	tolerance := max(1e-9, 8*d.Precision.Eps())
	most := diagonal
	for i := range n {
		if math.Abs(values[i*n+i]-diagonal) > tolerance {
			return false
		}
		for j := range i {
			a, b := values[i*n+j], values[j*n+i]
			if !(math.Abs(a-b) <= tolerance*max(math.Abs(a), 1e-300)) || diagonal == 0 && a < 0 || diagonal == 1 && math.Abs(a) > 1+tolerance {
				return false
			}
			most = max(most, a)
		}
	}
	return most > 0
}

// stackOfDistances reports whether each of k slices is a matrix of dissimilarities
// between n items.
func (d *Dataset) stackOfDistances(k, n int) bool {
	if n < 3 {
		return false
	}
	for t := range k {
		if !d.squareOf(d.Values[t*n*n:(t+1)*n*n], 0) {
			return false
		}
	}
	return true
}

// binary reports whether all values are 0 or 1.
func (d *Dataset) binary() bool {
	return !slices.ContainsFunc(d.Values, func(v float64) bool { return v != 0 && v != 1 })
}

// condensedOf returns the n of which m = n(n−1)/2, or 0.
func condensedOf(m int) int {
	n := int(math.Round((1 + math.Sqrt(float64(1+8*m))) / 2))
	if n*(n-1)/2 != m {
		return 0
	}
	return n
}

// triangles reports whether positive values are condensed distances between n items
// that obey every triangle inequality, some more than twice as large as others.
func triangles(values []float64, n int) bool {
	least, most := slices.Min(values), slices.Max(values)
	if !(least > 0) || most <= 2*least {
		return false
	}
	at := func(i, j int) float64 { // i < j
		return values[i*n-i*(i+1)/2+j-i-1]
	}
	const slack = 1e-9
	for i := range n {
		for j := i + 1; j < n; j++ {
			for k := j + 1; k < n; k++ {
				a, b, c := at(i, j), at(i, k), at(j, k)
				if longest := max(a, b, c); 2*longest > (a+b+c)*(1+slack) {
					return false
				}
			}
		}
	}
	return true
}

// stamps returns a first or last feature that rises by equal steps, if it is the only
// one that does.
func (d *Dataset) stamps() (feature int, ok bool) {
	last := d.Width() - 1
	first, end := d.steps(0), d.steps(last)
	if first == end {
		return 0, false
	}
	feature = 0
	if end {
		feature = last
	}
	for j := 1; j < last; j++ {
		if d.steps(j) {
			return 0, false
		}
	}
	return feature, true
}

// steps reports whether a feature rises by equal steps from sample to sample.
func (d *Dataset) steps(j int) bool {
	n, width := d.Samples(), d.Width()
	at := func(i int) float64 { return d.Values[i*width+j] }
	step := (at(n-1) - at(0)) / float64(n-1)
	if !(step > 0) {
		return false
	}
	slack := step*1e-6 + 4*max(d.Precision.Eps(), 0x1p-52)*max(math.Abs(at(0)), math.Abs(at(n-1)))
	if slack > step/4 {
		return false
	}
	for i := range n {
		if !(math.Abs(at(i)-at(0)-float64(i)*step) <= slack) {
			return false
		}
	}
	return true
}

// TakesDistances reports whether the name of a measure says that it takes
// dissimilarities as they are.
func TakesDistances(measure string) bool { return strings.Contains(measure, "precomputed") }
