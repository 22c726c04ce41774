package figure

import (
	"math"

	"gonum.org/v1/plot"
)

// Range is what is known of the values of a measure.
type Range struct {
	Min, Max float64 // ±Inf where there is no bound
	Distance bool    // a smaller value means more similar
}

// rangeOf returns the range of a measure. ok is false where nothing is known of it.
func (s *Style) rangeOf(measure string) (r Range, ok bool) {
	if name, ok := s.measureOf[measure]; ok {
		measure = name
	}
	if s.Measures == nil {
		return Range{Min: math.Inf(-1), Max: math.Inf(1)}, false
	}
	return s.Measures(measure)
}

// scoreScale returns the colour bar of the scores of a measure: from 0 to the largest
// value that the measure can have, where it is known, so that matrices in several panels
// and files can be compared; of a distance without bound, from 0 to the largest value that
// there is. Values below 0 lengthen the bar. It has 0 in its middle where the style asks for
// it, and where the values below 0 are as large as half of those above.
func (s *Style) scoreScale(measure string, values []float64) *colourBar {
	b := spread(measure, values)
	low, high := math.Inf(1), math.Inf(-1)
	for _, v := range values {
		if finite(v) {
			low, high = math.Min(low, v), math.Max(high, v)
		}
	}
	if r, ok := s.rangeOf(measure); ok && finite(r.Max) {
		low, high = math.Min(low, math.Max(0, r.Min)), r.Max
	} else if ok && r.Min == 0 {
		low = math.Min(low, 0)
	}
	b.low, b.high = low, high
	return s.chosen(b.diverging(scoresDiverge))
}

// Of the largest value above 0, the share that one below 0 must reach for 0 to stand in the
// middle of a bar: noise puts a few scores and importances below it, and weights of products
// mean something on both sides.
const (
	scoresDiverge  = 0.5
	weightsDiverge = 0.1
)

// diverging puts 0 in the middle of the bar where the values below it reach a share of those
// above.
func (b *colourBar) diverging(share float64) *colourBar {
	b.ramp, b.scale = viridis, plot.LinearScale{}
	if b.low < 0 && -b.low >= share*b.high {
		b.high = math.Max(-b.low, b.high)
		b.low, b.ramp = -b.high, blueRed
	}
	return b
}

// chosen gives a bar the range that the style asks for, and 0 in its middle.
func (s *Style) chosen(b *colourBar) *colourBar {
	if s.Range != nil {
		s.heed(rangeSetting, "")
		b.low, b.high, b.ramp = s.Range[0], s.Range[1], viridis
	}
	if s.Symmetric {
		s.heed(symmetricSetting, "")
		b.high = math.Max(math.Abs(b.low), math.Abs(b.high))
		b.low, b.ramp = -b.high, blueRed
	}
	return b
}
