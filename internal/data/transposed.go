package data

import (
	"fmt"
	"math"
)

// TransposedPair says that two recordings of as many features look transposed, "" if they
// do not: far fewer samples than features, and features that do not differ in their means
// more than samples do. Systems that respond to the same samples have as many columns
// where these are the samples; as many features are no more than a chance.
func TransposedPair(x, y *Dataset) string {
	if x.Is3D() || y.Is3D() || x.Width() != y.Width() || !x.columnsAreSamples(4, 0) || !y.columnsAreSamples(4, 0) {
		return ""
	}
	return fmt.Sprintf("%d samples of %d features in both files: if the columns are the samples, save both transposed, numpy.save(path, x.T)", x.Samples(), x.Width())
}

// columnsAreSamples reports whether a 2-d recording may be transposed: it has fewer than
// 1/wide as many samples as features, and the variance of the means of samples is more
// than half of the variance within them and more than times that of the means of
// features; with times 0, it is at least that of the means of features. Features that are
// centred, as nobody centres samples, are features.
//
// The variances are components of the two-way layout x_ij = m + r_i + c_j + e_ij, from
// its mean squares.
func (d *Dataset) columnsAreSamples(wide int, times float64) bool {
	n, p := d.Samples(), d.Width()
	if d.Is3D() || n < 3 || n*wide > p {
		return false
	}
	rows, columns := make([]float64, n), make([]float64, p)
	mean, largest := 0.0, 0.0
	for i := range n {
		for j, v := range d.Values[i*p : (i+1)*p] {
			rows[i] += v
			columns[j] += v
			largest = max(largest, math.Abs(v))
		}
		mean += rows[i] / float64(n*p)
		rows[i] /= float64(p)
	}
	for j := range columns {
		columns[j] /= float64(n)
	}
	within, ofRows, ofColumns, columnMeans := 0.0, 0.0, 0.0, 0.0
	for i := range n {
		for j, v := range d.Values[i*p : (i+1)*p] {
			e := v - rows[i] - columns[j] + mean
			within += e * e
		}
		ofRows += (rows[i] - mean) * (rows[i] - mean) / float64(n-1)
	}
	within /= float64((n - 1) * (p - 1))
	for _, c := range columns {
		ofColumns += (c - mean) * (c - mean) / float64(p-1)
		columnMeans = max(columnMeans, math.Abs(c))
	}
	if !(within > 0) || columnMeans <= 1e-6*largest {
		return false
	}
	ofRows, ofColumns = max(0, ofRows-within/float64(p)), max(0, ofColumns-within/float64(n))
	if times == 0 {
		// By chance the mean squares of features differ from those within by a few times
		// √(2/p).
		return ofColumns <= ofRows+4*within/float64(n)*math.Sqrt(2/float64(p))
	}
	return ofRows > within/2 && ofRows > times*ofColumns
}
