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
// and files can be compared. Values below 0 lengthen the bar. It has 0 in its middle where
// the style asks for it, and where the values below 0 are as large as half of those above.
func (s *Style) scoreScale(measure string, values []float64) *colourBar {
	b := spread(measure, values)
	low, high := math.Inf(1), math.Inf(-1)
	for _, v := range values {
		if finite(v) {
			low, high = math.Min(low, v), math.Max(high, v)
		}
	}
	if r, ok := s.rangeOf(measure); ok && !r.Distance && finite(r.Max) {
		low, high = math.Min(low, math.Max(0, r.Min)), r.Max
	}
	if s.Range != nil {
		low, high = s.Range[0], s.Range[1]
	}
	b.low, b.high, b.ramp, b.scale = low, high, viridis, plot.LinearScale{}
	if s.Symmetric || s.Range == nil && low < 0 && -low >= high/2 {
		b.high = math.Max(math.Abs(low), math.Abs(high))
		b.low, b.ramp = -b.high, blueRed
	}
	return b
}
