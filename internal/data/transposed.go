package data

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/floats"
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
	squares := make([]float64, p)
	for i := range n {
		copy(squares, d.Values[i*p:(i+1)*p])
		means[i] = floats.Sum(squares) / float64(p)
		floats.AddConst(-means[i], squares)
		floats.Mul(squares, squares)
		variances[i] = floats.Sum(squares) / float64(p)
		fourth += floats.Dot(squares, squares) / float64(n*p)
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
	rows, row := make([]float64, n), func(i int) []float64 { return d.Values[i*p : (i+1)*p] }
	for i := range rows {
		rows[i] = floats.Sum(row(i)) / float64(p)
	}
	ofRows := scatter(rows)
	degrees := float64((n - 1) * (p - 1))
	// What some features leave is no more than what all do, and of most data refutes it.
	some := max(2, p/16)
	if times > 0 && !(ofRows > d.leftByTwoWays(d.columnMeans(some))/degrees/2) {
		return false
	}
	columns := d.columnMeans(p)
	within := d.leftByTwoWays(columns) / degrees
	ofColumns := scatter(columns)
	if !(within > 0) {
		return false
	}
	ofRows, ofColumns = max(0, ofRows-within/float64(p)), max(0, ofColumns-within/float64(n))
	if times > 0 && !(ofRows > within/2 && ofRows > times*ofColumns) {
		return false
	}
	// By chance the mean squares of features differ from those within by a few times
	// √(2/p).
	if times == 0 && !(ofColumns <= ofRows+4*within/float64(n)*math.Sqrt(2/float64(p))) {
		return false
	}
	return largest(columns) > 1e-6*largest(d.Values)
}

// leftByTwoWays returns Σ(x_ij − r_i − c_j + m)² of the first features, whose means are c.
func (d *Dataset) leftByTwoWays(columns []float64) float64 {
	n, p, features := d.Samples(), d.Width(), len(columns)
	mean := floats.Sum(columns) / float64(features)
	rest, left := make([]float64, features), 0.0
	for i := range n {
		row := d.Values[i*p:][:features]
		floats.AddScaledTo(rest, row, -1, columns)
		floats.AddConst(mean-floats.Sum(row)/float64(features), rest)
		left += floats.Dot(rest, rest)
	}
	return left
}

// columnMeans returns the means of the first features.
func (d *Dataset) columnMeans(features int) []float64 {
	n, p := d.Samples(), d.Width()
	means := make([]float64, features)
	for i := range n {
		floats.Add(means, d.Values[i*p:][:features])
	}
	floats.Scale(1/float64(n), means)
	return means
}

// largest returns the largest magnitude.
func largest(values []float64) float64 {
	most := 0.0
	for _, v := range values {
		if v = math.Abs(v); v > most {
			most = v
		}
	}
	return most
}
