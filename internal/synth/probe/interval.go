package probe

import (
	"math"

	"gonum.org/v1/gonum/stat/distuv"
)

// Interval is an interval of the score that a decoder would have with other conditions,
// and its standard error. The unit is the condition: time bins of one condition are alike.
//
// Conditions that trained the same decoder are not independent: variances are multiplied
// by k/(k−1) for k folds, which is about what they are too small by. Without it 95 %
// intervals hold the expected score in 86 to 95 % of the cases, with it in 90 to 98
// (TestIntervalsCover).
type Interval struct{ SE, Lo, Hi float64 }

// dependence is the factor by which the number of conditions is reduced.
func dependence(folds int) float64 { return float64(folds-1) / float64(folds) }

// Intervals returns the interval of the mean accuracy over time bins and that of each bin,
// of a level such as 0.95. It is Wilson's for n conditions,
//
//	(a + t²/2n ± t·√(a(1−a)/n + t²/4n²)) / (1 + t²/n),
//
// with Student's t of n−1 degrees of freedom. n is that of the conditions for a bin, times
// (k−1)/k; of the mean over bins it is a(1−a)/se² where that is larger, with the error se
// of the mean of the shares of bins in which each condition is found.
func (d *Decoder) Intervals(of Decoding, level float64) (mean Interval, bins []Interval) {
	n := float64(len(d.classes))
	shares := make([]float64, len(d.classes))
	for t, right := range of.Right {
		for i, v := range right {
			shares[i] += v / float64(d.bins)
		}
		bins = append(bins, wilson(of.Bins[t], n*dependence(d.Folds), n, level))
	}
	centre, squares := 0.0, 0.0
	for _, v := range shares {
		centre += v / n
	}
	for _, v := range shares {
		squares += (v - centre) * (v - centre)
	}
	effective := n
	if se2 := squares / (n * (n - 1)); se2 > 0 {
		effective = min(max(n, centre*(1-centre)/se2), n*float64(d.bins))
	}
	return wilson(of.Accuracy, effective*dependence(d.Folds), n, level), bins
}

// wilson is Wilson's interval of a share of n, with Student's t for conditions.
func wilson(a, n, conditions, level float64) Interval {
	t := distuv.StudentsT{Sigma: 1, Nu: conditions - 1}.Quantile((1 + level) / 2)
	centre, half := a+t*t/(2*n), t*math.Sqrt(a*(1-a)/n+t*t/(4*n*n))
	scale := 1 + t*t/n
	out := Interval{SE: math.Sqrt(a * (1 - a) / n), Lo: (centre - half) / scale, Hi: (centre + half) / scale}
	if a == 0 { // up to rounding
		out.Lo = 0
	}
	if a == 1 {
		out.Hi = 1
	}
	return out
}

// Intervals returns the interval of the mean R² over time bins and that of each bin, by
// leaving each condition out of both sums of R², on −log(1 − R²):
//
//	se² = k/(k−1)·(n−1)/n Σ(z₍ᵢ₎ − z̄)².
func (r *Regressor) Intervals(of Regression, level float64) (mean Interval, bins []Interval) {
	n := len(r.values)
	average := 0.0
	for _, v := range r.values {
		average += v / float64(n)
	}
	overall := make([]float64, n)
	for t, error2 := range of.errors {
		total, left := 0.0, make([]float64, n)
		for _, e := range error2 {
			total += e
		}
		for i, e := range error2 {
			off := r.values[i] - average
			rest := r.total - float64(n)/float64(n-1)*off*off
			left[i] = 1 - (total-e)/rest
			overall[i] += left[i] / float64(r.bins)
		}
		bins = append(bins, jackknifed(of.Bins[t], left, r.Folds, level))
	}
	return jackknifed(of.R2, overall, r.Folds, level), bins
}

// jackknifed returns the interval of an R² from those without each condition.
func jackknifed(r2 float64, left []float64, folds int, level float64) Interval {
	n := float64(len(left))
	axis := func(v float64) float64 { return -math.Log(max(1e-300, 1-v)) }
	centre, squares := 0.0, 0.0
	for _, v := range left {
		centre += axis(v) / n
	}
	for _, v := range left {
		squares += (axis(v) - centre) * (axis(v) - centre)
	}
	se := math.Sqrt((n - 1) / n * squares / dependence(folds))
	half := distuv.StudentsT{Sigma: 1, Nu: n - 1}.Quantile((1+level)/2) * se
	return Interval{SE: se * (1 - r2), Lo: -math.Expm1(-(axis(r2) - half)), Hi: -math.Expm1(-(axis(r2) + half))}
}
