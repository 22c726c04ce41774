package figure

import (
	"fmt"
	"math"
	"slices"
	"strconv"
)

// A number can be drawn if it is between −largestDrawn and largestDrawn, and 0 or not
// nearer to it than smallestDrawn: sums, squares and ratios of such numbers, which
// axes, lines and scalings are made of, neither overflow nor lose all their digits.
const (
	largestDrawn  = 1e100
	smallestDrawn = 1e-150
)

// drawable returns the number that is drawn for a value: itself, or the end of what can
// be drawn. NaN and infinities, which are not drawn, stay.
func drawable(v float64) float64 {
	switch {
	case !finite(v):
		return v
	case math.Abs(v) < smallestDrawn:
		return 0
	}
	return min(max(v, -largestDrawn), largestDrawn)
}

// drawnValues returns values as they are drawn; a copy where one changes.
func drawnValues(values []float64) []float64 {
	changes := func(v float64) bool { return finite(v) && drawable(v) != v }
	if !slices.ContainsFunc(values, changes) {
		return values
	}
	out := make([]float64, len(values))
	for i, v := range values {
		out[i] = drawable(v)
	}
	return out
}

// noteBeyond says below a figure that values of its results are larger than what is drawn.
func noteBeyond(p *panel, rs []*Result) {
	beyond := 0.0
	count := func(v float64) {
		if finite(v) && math.Abs(v) > math.Abs(beyond) && drawable(v) != v {
			beyond = v
		}
	}
	for _, r := range rs {
		if r.Table == nil {
			for _, v := range r.values {
				count(v)
			}
			continue
		}
		for _, row := range r.Table.Rows {
			for _, cell := range row {
				if v, ok := cell.(float64); ok {
					count(v)
				}
			}
		}
	}
	if math.Abs(beyond) > largestDrawn {
		p.notes = append(p.notes, fmt.Sprintf("Numbers beyond %s, up to %s, are drawn there; the data have them.",
			strconv.FormatFloat(math.Copysign(largestDrawn, beyond), 'g', -1, 64), strconv.FormatFloat(beyond, 'g', 4, 64)))
	}
}

// drawn returns results with the values of arrays as they are drawn.
func drawn(rs []*Result) []*Result {
	out := slices.Clone(rs)
	for i, r := range rs {
		if r.Array == nil {
			continue
		}
		array, part := *r.Array, *r
		part.values = r.Array.Values
		array.Values, part.Array = drawnValues(r.Array.Values), &array
		if r.Labels != nil && r.Labels.Values != nil {
			labels := *r.Labels
			labels.Values = drawnValues(labels.Values)
			part.Labels = &labels
		}
		out[i] = &part
	}
	return out
}
