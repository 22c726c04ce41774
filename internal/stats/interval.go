package stats

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/stat/distuv"
)

// Interval is a confidence interval.
type Interval struct {
	Lo float64 `json:"lo"`
	Hi float64 `json:"hi"`
}

// Quantile returns the q-quantile, q in [0,1], of values that are sorted in
// ascending order, by linear interpolation between order statistics (type 7 of
// Hyndman and Fan 1996, doi:10.1080/00031305.1996.10473566, NumPy's default).
func Quantile(sorted []float64, q float64) float64 {
	if len(sorted) == 0 || q < 0 || q > 1 {
		panic("stats: quantile of nothing or outside [0,1]")
	}
	at := q * float64(len(sorted)-1)
	lo := int(at)
	hi := min(lo+1, len(sorted)-1)
	return sorted[lo] + (at-float64(lo))*(sorted[hi]-sorted[lo])
}

// PercentileInterval returns the interval between the (1−level)/2 and the
// (1+level)/2 quantiles of replicates. It does not change replicates.
func PercentileInterval(replicates []float64, level float64) Interval {
	sorted := slices.Sorted(slices.Values(replicates))
	return Interval{Quantile(sorted, (1-level)/2), Quantile(sorted, (1+level)/2)}
}

// NormalInterval returns estimate ± z·se for the given coverage.
func NormalInterval(estimate, se, level float64) Interval {
	z := distuv.UnitNormal.Quantile((1 + level) / 2)
	return Interval{estimate - z*se, estimate + z*se}
}

// CorrelationInterval returns the interval of a correlation r with standard error
// se. It is symmetric in Fisher's z = artanh r and thus inside [−1,1]. Where r is known but
// for rounding it is symmetric in r: 1 − r is rounding as well, and z not known at all.
func CorrelationInterval(r, se, level float64) Interval {
	const rounding = 1e-12
	if r <= -1 || r >= 1 {
		return Interval{r, r}
	}
	if se <= rounding {
		i := NormalInterval(r, se, level)
		return Interval{max(-1, i.Lo), min(1, i.Hi)}
	}
	i := NormalInterval(math.Atanh(r), se/(1-r*r), level)
	return Interval{math.Tanh(i.Lo), math.Tanh(i.Hi)}
}
