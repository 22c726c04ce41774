package mlem

import "math"

// addStandardised adds scale·z to dst, where z are the ranks with mean 0 and
// mean square 1. It adds nothing where all ranks are equal.
func addStandardised(dst, ranks []float64, scale float64) {
	n := float64(len(ranks))
	mean := (n + 1) / 2
	var ss float64
	for _, r := range ranks {
		ss += (r - mean) * (r - mean)
	}
	if ss == 0 {
		return
	}
	scale /= math.Sqrt(ss / n)
	for p, r := range ranks {
		dst[p] += scale * (r - mean)
	}
}

func meanSD(v []float64) (mean, sd float64) {
	for _, x := range v {
		mean += x / float64(len(v))
	}
	if len(v) < 2 {
		return mean, 0
	}
	for _, x := range v {
		sd += (x - mean) * (x - mean)
	}
	return mean, math.Sqrt(sd / float64(len(v)-1))
}

// addScaled adds scale·v to dst, which may be nil for zero.
func addScaled(dst, v []float64, scale float64) []float64 {
	if dst == nil {
		dst = make([]float64, len(v))
	}
	for i, x := range v {
		dst[i] += scale * x
	}
	return dst
}
