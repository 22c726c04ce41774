package data

import (
	"fmt"
	"math"
	"math/rand/v2"
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
//   - the condensed form of one: n(n−1)/2 values in every column, or in every row, that
//     obey every triangle inequality, or whose roots do, as those of squared distances and
//     correlation distances must, although the same values in other orders do not;
//   - a transposed recording: far fewer samples than features, where samples differ in
//     their means much more than features do;
//   - time stamps: a first or last feature that rises by equal steps, where no feature
//     beside it does;
//   - labels: a first or last feature of whole numbers in blocks that rise, beside features
//     that are not whole.
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
	case d.condensed(n, width, func(i, k int) float64 { return d.Values[k*width+i] }):
		return Likeness{fmt.Sprintf("looks like the %d distances between %d items%s but is read as %d samples of %s; scipy.spatial.distance.squareform makes the matrix that rsa:rdm=precomputed compares", n, condensedOf(n), eachOf(width, "column"), n, features1(width)), true}
	case d.condensed(width, n, func(i, k int) float64 { return d.Values[i*width+k] }):
		return Likeness{fmt.Sprintf("looks like the %d distances between %d items%s but is read as %s of %d features; scipy.spatial.distance.squareform makes the matrix that rsa:rdm=precomputed compares", width, condensedOf(width), eachOf(n, "row"), Counted(n, "sample"), width), true}
	case d.columnsAreSamples(4, 10):
		return Likeness{fmt.Sprintf("has %d samples of %d features, of which the samples differ in their means as features do: if the columns are the samples, save it transposed, numpy.save(path, x.T)", n, width), false}
	case n >= 10:
		if j, ok := d.stamps(); ok {
			return Likeness{d.endName(j) + " rises by equal steps, as time stamps do; leave it out if it is no response", false}
		}
	}
	if j, ok := d.blocks(); ok {
		return Likeness{d.endName(j) + " is whole numbers in blocks that rise, as labels are; leave it out if it is no response", false}
	}
	return Likeness{}
}

// endName names a feature, or counts it from 1.
func (d *Dataset) endName(j int) string {
	if d.Features != nil {
		return fmt.Sprintf("feature %q", d.Features[j])
	}
	return fmt.Sprintf("feature %d", j+1)
}

// squareOf reports whether values are a symmetric matrix with a diagonal: 0, below
// values that are not negative and not all 0, or 1, above none beyond ±1.
func (d *Dataset) squareOf(values []float64, diagonal float64) bool {
	n := d.Width()
	tolerance := max(1e-9, 8*d.Precision.Eps())
	// Distances that come from the difference of squares are the root of its rounding on
	// the diagonal.
	own := tolerance
	if diagonal == 0 {
		own = math.Sqrt(tolerance) * max(slices.Max(values), 0)
	}
	most := diagonal
	for i := range n {
		if math.Abs(values[i*n+i]-diagonal) > own {
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

// features1 counts features.
func features1(n int) string {
	if n == 1 {
		return "one feature"
	}
	return Counted(n, "feature")
}

// eachOf says that there are several.
func eachOf(n int, what string) string {
	if n == 1 {
		return ""
	}
	return " in each " + what
}

// condensed reports whether each of count lists of m values, of which at(i, k) is value k
// of list i, is condensed distances, or squares of such.
func (d *Dataset) condensed(m, count int, at func(i, k int) float64) bool {
	const least, most = 6, 400 // items
	items := condensedOf(m)
	if items < least || items > most || count > m {
		return false
	}
	values, roots := make([]float64, m), make([]float64, m)
	for i := range count {
		for k := range values {
			values[k] = at(i, k)
			roots[k] = math.Sqrt(values[k]) // NaN below 0
		}
		if slack := max(1e-9, 8*d.Precision.Eps()); !areDistances(values, items, slack) && !areDistances(roots, items, slack) {
			return false
		}
	}
	return true
}

// areDistances reports whether values are condensed distances between n items: they obey
// every triangle inequality, and in none of 999 other orders they do, so that they would
// by chance with a probability below .001.
func areDistances(values []float64, n int, slack float64) bool {
	if !(slices.Min(values) > 0) || !triangles(values, n, slack) { // also of NaN
		return false
	}
	const orders = 999
	r := rand.New(rand.NewPCG(1, 0x747269616e676c65))
	shuffled := slices.Clone(values)
	for range orders {
		r.Shuffle(len(shuffled), func(i, j int) { shuffled[i], shuffled[j] = shuffled[j], shuffled[i] })
		if triangles(shuffled, n, slack) {
			return false
		}
	}
	return true
}

// triangles reports whether condensed distances between n items obey every triangle
// inequality, but for a relative rounding.
func triangles(values []float64, n int, slack float64) bool {
	at := func(i, j int) float64 { // i < j
		return values[i*n-i*(i+1)/2+j-i-1]
	}
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

// blocks returns a first or last feature that is whole numbers in rising order, some more
// than once, if every other one has fractions. By chance the order rises once in
// n!/∏n_v! times, for n_v samples of the value v; that has to be less than once in 400.
func (d *Dataset) blocks() (feature int, ok bool) {
	last := d.Width() - 1
	if d.Samples() < 6 || last < 1 {
		return 0, false
	}
	whole := 0
	for j := range last + 1 {
		if !d.wholeFeature(j) {
			continue
		}
		if whole++; whole > 1 || j > 0 && j < last {
			return 0, false
		}
		feature = j
	}
	return feature, whole == 1 && d.rarelySorted(feature)
}

// wholeFeature reports whether all values of a feature are whole numbers.
func (d *Dataset) wholeFeature(j int) bool {
	for k := j; k < len(d.Values); k += d.Width() {
		if v := d.Values[k]; v != math.Trunc(v) {
			return false
		}
	}
	return true
}

func (d *Dataset) rarelySorted(j int) bool {
	const chance, most = 1. / 400, 40
	orders, run, levels := 1., 0, 0
	for i := range d.Samples() {
		v := d.Values[i*d.Width()+j]
		before := v - 1
		if i > 0 {
			before = d.Values[(i-1)*d.Width()+j]
		}
		switch {
		case v < before:
			return false
		case v > before:
			run, levels = 0, levels+1
		}
		run++
		orders *= float64(i+1) / float64(run)
	}
	return orders > 1/chance && levels <= d.Samples()/2 && levels <= most
}

// TakesDistances reports whether the name of a measure says that it takes
// dissimilarities as they are.
func TakesDistances(measure string) bool { return strings.Contains(measure, "precomputed") }
