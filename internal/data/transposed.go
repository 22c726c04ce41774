package data

import (
	"fmt"
	"math"
)

// TransposedPair says that two recordings of as many features look transposed, "" if they
// do not: far fewer samples than features, features that do not differ in their means
// more than samples do, and samples that differ in mean or in spread by more than chance,
// as neurons do, or are too few to tell. Systems that respond to the same samples have as
// many columns where these are the samples; as many features are no more than a chance.
func TransposedPair(x, y *Dataset) string {
	if x.Width() != y.Width() {
		return ""
	}
	const few = 10
	for _, d := range []*Dataset{x, y} {
		if d.Is3D() || !d.columnsAreSamples(4, 0) || d.Samples() >= few && !d.samplesDiffer() {
			return ""
		}
	}
	because := ""
	if x.Samples() >= few {
		because = ", of which the samples differ in mean or spread and the features not in their means"
	}
	return fmt.Sprintf("%d samples of %d features in both files%s: if the columns are the samples, save both transposed, numpy.save(path, x.T)", x.Samples(), x.Width(), because)
}

// samplesDiffer reports whether the means of samples, or their variances over features,
// differ by more than they would if all numbers of a sample were drawn from one
// distribution: a mean of p numbers has the variance σ²/p, and a variance about
// (μ₄−σ⁴)/p. Their scatter over n samples has a relative standard error of √(2/(n−1)).
func (d *Dataset) samplesDiffer() bool {
	n, p := d.Samples(), d.Width()
	means, variances := make([]float64, n), make([]float64, n)
	second, fourth := 0.0, 0.0
	for i := range n {
		row := d.Values[i*p : (i+1)*p]
		for _, v := range row {
			means[i] += v / float64(p)
		}
		for _, v := range row {
			square := (v - means[i]) * (v - means[i])
			variances[i] += square / float64(p)
			fourth += square * square / float64(n*p)
		}
		second += variances[i] / float64(n)
	}
	beyond := (1 + 4*math.Sqrt(2/float64(n-1))) / float64(p)
	return scatter(means) > beyond*second || scatter(variances) > beyond*(fourth-second*second)
}

// scatter is the variance of a sample of numbers.
func scatter(values []float64) float64 {
	mean, sum := 0.0, 0.0
	for _, v := range values {
		mean += v / float64(len(values))
	}
	for _, v := range values {
		sum += (v - mean) * (v - mean)
	}
	return sum / float64(len(values)-1)
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
