package inference

import (
	"math"

	"gonum.org/v1/gonum/stat/distuv"

	"simtool/internal/measures"
	"simtool/internal/stats"
)

// Interval is an estimate with its error, on the scale of the value.
type Interval struct {
	Centre, Lo, Hi, SE float64
	// Share is the largest share that one unit has in the jackknife variance.
	Share float64
	// NoCentre says why Centre is no estimate to be shown.
	NoCentre string
}

// jackknife returns the estimate of the value for all stimuli with its interval of a
// level such as 0.95, from estimates with units left out. With G units,
//
//	se² = (G−1)/G Σ(z₍g₎ − z̄)²,  z = axis(s),
//
// and the interval is t₍G−1₎·se around the centre on the axis. An estimator that is not
// doubled is centred on the estimate from all units. One that is doubled has the centre
//
//	c = G·s − (G−1)·mean s₍g₎,  c₍g₎ = (G−1)s₍g₎ − (G−2)·mean_h s₍gh₎,
//
// which removes the bias that is proportional to 1/n; its error is that of c₍g₎, on the
// scale of the value and then times the slope of the axis at c (Efron and Stein 1981).
//
// Where no unit changes anything but by rounding, as with identical systems, there is no
// error.
func jackknife(d *measures.Deletions, e measures.Estimator, level float64) Interval {
	if settled(d) {
		return Interval{Centre: d.All, Lo: d.All, Hi: d.All}
	}
	out := single(d, e, level)
	if e.Doubled {
		out = doubled(d, e, level)
	}
	if d.HeldOut == nil {
		return out
	}
	other := single(d.HeldOut, e, level)
	hull := Interval{Centre: out.Centre, Lo: min(out.Lo, other.Lo), Hi: max(out.Hi, other.Hi), SE: max(out.SE, other.SE), Share: max(out.Share, other.Share)}
	count := float64(len(d.One))
	hull.Centre, hull.NoCentre = count*d.HeldOut.All-(count-1)*stats.Mean(d.HeldOut.One), d.NoCentre
	return hull
}

// settled reports whether the estimates without a unit are equal but for rounding.
func settled(d *measures.Deletions) bool {
	for _, s := range d.One {
		if !(math.Abs(s-d.All) <= 1e-12*max(1, math.Abs(d.All))) {
			return false
		}
	}
	return true
}

// single is the jackknife with each unit left out once.
func single(d *measures.Deletions, e measures.Estimator, level float64) Interval {
	if d.Linear {
		se, share := spread(d.One)
		return around(d.All, e.Axis.To(d.All), se*e.Axis.Slope(d.All), share, len(d.One), e, level)
	}
	z := make([]float64, len(d.One))
	for g, s := range d.One {
		z[g] = e.Axis.To(s)
	}
	se, share := spread(z)
	centre, at := d.All, e.Axis.To(d.All)
	if count := float64(len(z)); d.Jackknifed {
		at = count*at - (count-1)*stats.Mean(z)
		centre = e.Axis.From(at)
	}
	out := around(centre, at, se, share, len(z), e, level)
	switch {
	case d.Tails > 0:
		out = withFreedom(out, freedomOfTails(z, d), e, level)
	case d.Uneven:
		out = withFreedom(out, freedom(z), e, level)
	}
	return out
}

// doubled is the jackknife of the jackknife.
func doubled(d *measures.Deletions, e measures.Estimator, level float64) Interval {
	centre, each := rejackknifed(d)
	se, share := spread(each)
	return around(centre, e.Axis.To(centre), se*e.Axis.Slope(centre), share, len(each), e, level)
}

// rejackknifed returns c and c₍g₎ of a doubled estimator; see jackknife.
func rejackknifed(d *measures.Deletions) (centre float64, each []float64) {
	count := float64(len(d.One))
	each = make([]float64, len(d.One))
	for g, s := range d.One {
		sum := 0.0
		for h, v := range d.Two[g] {
			if h != g {
				sum += v
			}
		}
		each[g] = (count-1)*s - (count-2)*sum/(count-1)
	}
	return count*d.All - (count-1)*stats.Mean(d.One), each
}

// around returns the interval around a centre at z on the axis, with the error se there.
func around(centre, z, se, share float64, units int, e measures.Estimator, level float64) Interval {
	t := distuv.StudentsT{Sigma: 1, Nu: float64(units - 1)}.Quantile((1 + level) / 2)
	return Interval{
		Centre: centre, Lo: e.Axis.From(z - t*se), Hi: e.Axis.From(z + t*se),
		SE: se / e.Axis.Slope(centre), Share: share,
	}
}

// withFreedom returns an interval of Student's t with other degrees of freedom.
func withFreedom(i Interval, freedom float64, e measures.Estimator, level float64) Interval {
	half := distuv.StudentsT{Sigma: 1, Nu: freedom}.Quantile((1+level)/2) * i.SE * e.Axis.Slope(i.Centre)
	at := e.Axis.To(i.Centre)
	i.Lo, i.Hi = e.Axis.From(at-half), e.Axis.From(at+half)
	return i
}

// freedom returns the degrees of freedom that the error has of itself. With the kurtosis κ
// of the influences of G units, their mean square has the squared coefficient of variation
// (κ−1)/G, and χ² of ν degrees of freedom over ν has 2/ν:
//
//	ν = min(G−1, 2G/(κ−1))
//
// (Satterthwaite 1946). Normal influences, with κ = 3, leave G−1.
func freedom(z []float64) float64 {
	centre, second, fourth := stats.Mean(z), 0.0, 0.0
	for _, v := range z {
		square := (v - centre) * (v - centre)
		second += square
		fourth += square * square
	}
	count := float64(len(z))
	excess := count*fourth/(second*second) - 1 // 0 of two values in equal numbers, but for rounding
	if !(excess*(count-1) > 2*count) {
		return count - 1
	}
	return 2 * count / excess
}

const (
	// Where samples lie far out, tails decides that the influences cannot tell their own
	// error, and so does the Satterthwaite number below leastFreedom. Then tailFreedom are
	// left, and longTailFreedom where the fourth moment is longTails times the normal one.
	// Both limits also leave the reference interval of 45 t₅ samples as it is, whose fourth
	// moment is 1.235 times the normal one with 13.2 degrees of freedom.
	tails, longTails             = 1.25, 1.5
	leastFreedom                 = 10
	tailFreedom, longTailFreedom = 3, 2
)

// freedomOfTails returns the degrees of freedom of an estimate of fourth moments of samples
// that lie far out. The error takes their eighth moments, and its own error their
// sixteenth, which t₉ and t₁₆ samples have not: most draws of few of these lack the samples
// that make the error, so that their kurtosis says too little of it. What is left are the
// degrees of freedom with which intervals of t₅ to t₁₅ samples, Laplace, exponential and
// log-normal features were found to hold.
func freedomOfTails(z []float64, d *measures.Deletions) float64 {
	own := freedom(z)
	switch {
	case d.Tails > longTails:
		return min(own, longTailFreedom)
	case d.Tails > tails || own < leastFreedom:
		return min(own, tailFreedom)
	case d.Uneven:
		return own
	}
	return float64(len(z) - 1)
}

// spread returns the jackknife standard error of values without each of some units, and
// the largest share of one unit in its square.
func spread(values []float64) (se, share float64) {
	centre := stats.Mean(values)
	sum, most := 0.0, 0.0
	for _, v := range values {
		square := (v - centre) * (v - centre)
		sum += square
		most = max(most, square)
	}
	count := float64(len(values))
	if sum > 0 {
		share = most / sum
	}
	return math.Sqrt((count - 1) / count * sum), share
}
