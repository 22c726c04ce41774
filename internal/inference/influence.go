package inference

import (
	"context"
	"math"

	"simtool/internal/data"
	"simtool/internal/measures"
)

// Subject is a pair of systems and a measure of them, whose units are asked what they are
// worth to the score: samples, whole conditions or times, and features.
type Subject struct {
	Measure measures.Measure
	X, Y    *data.Dataset
	Pair    *measures.Pair // of X and Y
	// Distances says that X and Y are matrices of dissimilarities: a sample is a row and
	// a column of them.
	Distances bool
	// Groups are samples that stay together in folds, whatever is left out; nil for none.
	Groups [][]int
	// SlopesOnly leaves the scores without a unit out where there is a slope.
	SlopesOnly bool
	// Advance is called after so many more units are done, by several goroutines; nil for
	// nobody to tell.
	Advance func(units int)
}

// NewSubject returns the subject of two datasets.
func NewSubject(m measures.Measure, x, y *data.Dataset) (*Subject, error) {
	xs, err := measures.NewSystem(x)
	if err != nil {
		return nil, err
	}
	ys, err := measures.NewSystem(y)
	if err != nil {
		return nil, err
	}
	pair, err := measures.NewPair(xs, ys)
	return &Subject{Measure: m, X: x, Y: y, Pair: pair}, err
}

// Side is one of the two systems.
type Side int

// The sides.
const (
	X Side = iota
	Y
)

// A Method is where slopes come from.
type Method string

// The methods.
const (
	ByGradient Method = "gradient" // of the score with respect to the data
	ByPairs    Method = "pairs"    // what the pairs of a unit add to a sum over pairs
	ByDeletion Method = "deletion" // the score without the unit
)

// Influences say what the units of data are worth to a score.
type Influences struct {
	Value    float64
	Warnings []string // of the score
	Method   Method
	Units    []Influence
}

// Influence is what one unit is worth.
type Influence struct {
	// Slope is ∂s/∂w, the derivative of the score with respect to the weight w of the
	// unit, at w = 1. Where no derivative is known it is Change, of which it is the first
	// order.
	Slope float64
	// Without is the score without the unit, NaN where there is none or none was asked
	// for.
	Without float64
	// Change is the score minus Without.
	Change float64
	// Share is the unit's part of Σ(Change − mean)² over all units, the sum of squares of
	// which the jackknife makes a variance, or of the same of slopes where no scores
	// without units were asked for, which is that of the infinitesimal jackknife. It is NaN
	// unless every unit has its Change, and where they differ by rounding only.
	Share float64
	// Missing says why there is no score without the unit, "" where there is one.
	Missing string
}

// Samples says what groups of samples are worth: single ones, or all samples of a
// condition or of a time. The numbers of a group increase.
//
// With the weight w_i of sample i in all means and moments, and w_i·w_j that of the pair
// of i and j, the slope of a group is Σ ∂s/∂w_i over its samples.
func (s *Subject) Samples(ctx context.Context, groups [][]int) (*Influences, error) {
	return s.influences(len(groups),
		func() ([]float64, Method, error) {
			slopes, method, err := s.sampleSlopes()
			if slopes == nil || err != nil {
				return nil, method, err
			}
			return groupSums(slopes, groups), method, nil
		},
		func(value float64) []outcome { return s.withoutSamples(ctx, value, groups) })
}

// Features says what the features of one system are worth. The slope of a feature is the
// derivative with respect to its weight v in all inner products of samples, Σ_j v_j·x_j·x'_j.
func (s *Subject) Features(ctx context.Context, side Side) (*Influences, error) {
	d := s.X
	if side == Y {
		d = s.Y
	}
	if s.Distances {
		return nil, &measures.UndefinedError{Reason: "dissimilarities have no features"}
	}
	return s.influences(d.Width(),
		func() ([]float64, Method, error) { return s.featureSlopes(side) },
		func(value float64) []outcome { return s.withoutFeatures(ctx, value, side) })
}

// influences puts the slopes and the scores without n units together.
func (s *Subject) influences(n int, slopes func() ([]float64, Method, error), without func(value float64) []outcome) (*Influences, error) {
	whole, err := s.score(s.Pair)
	if err != nil {
		return nil, err
	}
	out := &Influences{Value: whole.Value, Warnings: whole.Warnings, Units: make([]Influence, n)}
	slope, method, err := slopes()
	if err != nil {
		return nil, err
	}
	out.Method = method
	nan := math.NaN()
	for i := range out.Units {
		out.Units[i] = Influence{Slope: nan, Without: nan, Change: nan, Share: nan}
		if slope != nil {
			out.Units[i].Slope = slope[i]
		}
	}
	if slope != nil && s.SlopesOnly {
		s.advance(n)
		out.shares(func(u Influence) float64 { return u.Slope })
		return out, nil
	}
	for i, o := range without(whole.Value) {
		switch u, reason := &out.Units[i], o.undefined(); {
		case reason != "":
			u.Missing = reason
		case o.err != nil:
			return nil, o.err
		default:
			u.Without, u.Change = o.value, whole.Value-o.value
			if slope == nil {
				u.Slope = u.Change
			}
		}
	}
	out.shares(func(u Influence) float64 { return u.Change })
	return out, nil
}

// score scores a pair.
func (s *Subject) score(p *measures.Pair) (measures.Score, error) {
	score, err := s.Measure.Score(p)
	if err == nil && (math.IsNaN(score.Value) || math.IsInf(score.Value, 0)) {
		err = &measures.UndefinedError{Reason: "the value is not a finite number"}
	}
	return score, err
}

// shares sets the shares of the units in the variation of the score, by what each of them
// adds to it.
func (f *Influences) shares(effect func(u Influence) float64) {
	mean, total := 0.0, 0.0
	for _, u := range f.Units {
		mean += effect(u) / float64(len(f.Units))
	}
	for _, u := range f.Units {
		total += (effect(u) - mean) * (effect(u) - mean)
	}
	const rounding = 1e-13
	noise := rounding * max(1, math.Abs(f.Value))
	if !(total > float64(len(f.Units))*noise*noise) { // nor for NaN
		return
	}
	for i := range f.Units {
		d := effect(f.Units[i]) - mean
		f.Units[i].Share = d * d / total
	}
}

func (s *Subject) advance(n int) {
	if s.Advance != nil {
		s.Advance(n)
	}
}

// groupSums adds up the values of the members of each group.
func groupSums(values []float64, groups [][]int) []float64 {
	out := make([]float64, len(groups))
	for g, members := range groups {
		for _, i := range members {
			out[g] += values[i]
		}
	}
	return out
}
