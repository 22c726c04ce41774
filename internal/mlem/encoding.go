package mlem

import (
	"fmt"
	"math"
	"slices"
	"strconv"

	"simtool/internal/data"
)

// Kind says how the values of a feature are compared.
type Kind string

// The kinds of feature, and the distance of each. All distances but Precomputed lie
// in [0,1] on the stimuli of which the encoding was made.
const (
	Numeric     Kind = "numeric"     // |a−b|/(hi−lo)
	Categorical Kind = "categorical" // 0 where equal, else 1
	Circular    Kind = "circular"    // the shorter arc, as a fraction of half a period
	Ordinal     Kind = "ordinal"     // difference of levels, over the number of levels minus one
	Precomputed Kind = "precomputed" // a given matrix, stimulus × stimulus
)

// Encoding turns a column of a table into numbers whose distances are the distances
// of the feature. With it a model can be applied to other stimuli.
type Encoding struct {
	Name   string    `json:"name"`
	Kind   Kind      `json:"kind"`
	Lo     float64   `json:"lo,omitempty"`     // numeric: smallest value seen
	Hi     float64   `json:"hi,omitempty"`     // numeric: largest value seen
	Period float64   `json:"period,omitempty"` // circular
	Levels []string  `json:"levels,omitempty"` // categorical in natural order, and ordinal in that given
	Steps  []float64 `json:"steps,omitempty"`  // ordinal numbers in ascending order
}

// learn makes the encoding of a column.
func learn(c *data.Column, o FeatureOptions) (Encoding, error) {
	e := Encoding{Name: c.Name, Kind: Numeric}
	period, circular := o.Circular[c.Name]
	order, ordinal := o.Ordinal[c.Name]
	switch {
	case circular && ordinal:
		return e, &data.InputError{Found: fmt.Sprintf("feature %q declared both circular and ordinal", c.Name), Wanted: "want one of them"}
	case circular:
		if c.Kind != data.Numeric || !(period > 0) {
			return e, &data.InputError{Found: fmt.Sprintf("circular feature %q: %s values, period %g", c.Name, c.Kind, period), Wanted: "want numbers and a positive period"}
		}
		e.Kind, e.Period = Circular, period
	case ordinal && c.Kind == data.Numeric:
		e.Kind = Ordinal
		for i, v := range c.Values {
			if !c.IsMissing(i) {
				e.Steps = append(e.Steps, v)
			}
		}
		slices.Sort(e.Steps)
		e.Steps = slices.Compact(e.Steps)
	case ordinal:
		if len(order) == 0 {
			return e, &data.InputError{Found: fmt.Sprintf("ordinal feature %q of categories without their order", c.Name), Wanted: "want its levels from lowest to highest"}
		}
		e.Kind, e.Levels = Ordinal, order
	case c.Kind == data.Categorical:
		// Not in order of appearance: products with a category of two levels have the sign of the
		// later one, which the order of the stimuli must not decide.
		e.Kind, e.Levels = Categorical, slices.SortedFunc(slices.Values(c.Levels), data.NaturalOrder)
	default:
		e.Lo, e.Hi = math.Inf(1), math.Inf(-1)
		for i, v := range c.Values {
			if !c.IsMissing(i) {
				e.Lo, e.Hi = min(e.Lo, v), max(e.Hi, v)
			}
		}
	}
	return e, nil
}

// apply returns the numbers of a column under the encoding, NaN where missing.
// Numeric and ordinal features give positions whose difference is the distance,
// circular ones fractions of a period, and categories their codes. Each new level
// of a category gets a code of its own and is counted in unseen. A new level of an
// ordinal feature is an error, because its position is unknown.
func (e *Encoding) apply(c *data.Column) (values []float64, unseen int, err error) {
	wantNumbers := e.Kind == Numeric || e.Kind == Circular || e.Kind == Ordinal && e.Levels == nil
	if wantNumbers != (c.Kind == data.Numeric) {
		return nil, 0, &data.InputError{Found: fmt.Sprintf("feature %q has %s values", e.Name, c.Kind), Wanted: fmt.Sprintf("want %s as in the model", e.Kind)}
	}
	values = make([]float64, c.Len())
	codes := make([]float64, len(c.Levels))
	if !wantNumbers {
		for l, name := range c.Levels {
			at := slices.Index(e.Levels, name)
			if at < 0 {
				if e.Kind == Ordinal {
					return nil, 0, unknownLevel(e.Name, name)
				}
				at = len(e.Levels) + unseen
				unseen++
			}
			codes[l] = float64(at)
		}
	}
	for i := range values {
		if c.IsMissing(i) {
			values[i] = math.NaN()
			continue
		}
		switch {
		case e.Kind == Categorical:
			values[i] = codes[c.Codes[i]]
		case e.Kind == Ordinal && e.Levels != nil:
			values[i] = codes[c.Codes[i]] / float64(max(1, len(e.Levels)-1))
		case e.Kind == Ordinal:
			at, known := slices.BinarySearch(e.Steps, c.Values[i])
			if !known {
				return nil, 0, unknownLevel(e.Name, strconv.FormatFloat(c.Values[i], 'g', -1, 64))
			}
			values[i] = float64(at) / float64(max(1, len(e.Steps)-1))
		case e.Kind == Circular:
			v := c.Values[i] / e.Period
			values[i] = v - math.Floor(v)
		default:
			values[i] = (c.Values[i] - e.Lo) / (e.Hi - e.Lo)
		}
	}
	return values, unseen, nil
}

func unknownLevel(feature, level string) error {
	return &data.InputError{
		Found:  fmt.Sprintf("ordinal feature %q has the level %q", feature, level),
		Wanted: "want only levels that have a place in its order",
	}
}
