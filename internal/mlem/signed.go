package mlem

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"simtool/internal/data"
)

// Metric says how stimuli are compared.
type Metric string

// The metrics. The default is Absolute without interactions, where both are the same
// model but for circular features, and Signed with interactions.
const (
	// Absolute multiplies absolute differences: D² ≈ dᵀWd with d_f = |a−b|. It is the
	// metric of the published papers. It cannot tell features that vary together from
	// features that vary against each other.
	Absolute Metric = "absolute"
	// Signed multiplies differences of the coordinates of the stimuli: D² ≈ δᵀWδ with
	// δ = z_i − z_j. Every linear code y = Lᵀz has the metric W = LLᵀ.
	Signed Metric = "signed"
)

// check resolves the default.
func (m Metric) check(interactions bool) (Metric, error) {
	switch {
	case m == "" && interactions:
		return Signed, nil
	case m == "":
		return Absolute, nil
	case m != Absolute && m != Signed:
		return "", &data.InputError{Found: fmt.Sprintf("unknown metric %q", m), Wanted: "want signed or absolute"}
	}
	return m, nil
}

// recorded returns what a model says of its metric.
func (m Metric) recorded() Metric {
	if m == Absolute {
		return ""
	}
	return m
}

// difference is the kind of a coordinate, whose signed difference is taken.
const difference Kind = "difference"

// coordinateCount returns the number of coordinates of a feature in the signed metric:
//
//   - numeric and ordinal features have one, their scaled value;
//   - circular ones two, (cos, sin)/2 of the angle, so that the largest chord is 1;
//   - categories with K levels K−1, the vertices of a regular simplex with edges 1:
//     orthonormal Helmert contrasts of the indicators, divided by √2, each of a level
//     against those before it, so that of two levels the second is positive.
//
// Given distances have no sign and stay as they are.
func (e *Encoding) coordinateCount() int {
	switch e.Kind {
	case Circular:
		return 2
	case Categorical:
		return max(1, len(e.Levels)-1)
	default:
		return 1
	}
}

// vertex returns coordinate m of level l of a category with K levels, from 0: l and m
// number levels and contrasts.
func vertex(l, m int) float64 {
	size := math.Sqrt(2 * float64((m+1)*(m+2)))
	switch {
	case l <= m:
		return -1 / size
	case l == m+1:
		return float64(m+1) / size
	default:
		return 0
	}
}

// lift returns the coordinates of a column of a feature. A stimulus without a value
// differs from others as the policy for missing values says, in the first coordinate.
// A level that is new to the encoding lies in the centre of the others.
func (e *Encoding) lift(c column) []column {
	if c.kind == Precomputed {
		return []column{c}
	}
	out := make([]column, e.coordinateCount())
	for m := range out {
		values := make([]float64, len(c.values))
		for i, v := range c.values {
			switch {
			case v != v:
				values[i] = v
			case c.kind == Circular && m == 0:
				values[i] = math.Cos(2*math.Pi*v) / 2
			case c.kind == Circular:
				values[i] = math.Sin(2*math.Pi*v) / 2
			case c.kind == Categorical && int(v) < len(e.Levels):
				values[i] = vertex(int(v), m)
			case c.kind == Categorical:
				values[i] = 0
			default:
				values[i] = v
			}
		}
		out[m] = column{kind: difference, values: values}
		if m == 0 {
			out[m].missing = c.missing
		}
	}
	return out
}

// under returns the features under a metric. It shares their columns.
func (f *Features) under(m Metric) *Features {
	out := *f
	out.signed = m == Signed
	return &out
}

// lift returns the coordinates of columns of some features; in an absolute metric these
// are the columns.
func (f *Features) lift(features []int, columns []column) []column {
	if !f.signed {
		return columns
	}
	var out []column
	for i, at := range features {
		out = append(out, f.encodings[at].lift(columns[i])...)
	}
	return out
}

// coordinates returns the coordinates of all features.
func (f *Features) coordinates() []column {
	all := make([]int, len(f.columns))
	for i := range all {
		all[i] = i
	}
	return f.lift(all, f.columns)
}

// firstCoordinates returns the first coordinate of each feature, and their number; nil
// in an absolute metric.
func (f *Features) firstCoordinates() []int {
	if !f.signed {
		return nil
	}
	first := make([]int, len(f.encodings)+1)
	for i := range f.encodings {
		first[i+1] = first[i] + f.encodings[i].coordinateCount()
	}
	return first
}

// checkSigns refuses missing values that differ from all others where differences are
// multiplied: a pair of which one has no value differs by 1, but has no sign, and its product
// with another feature would be that of the order of the stimuli.
func (f *Features) checkSigns() error {
	if f.missing.policy().distance == 0 {
		return nil
	}
	for k, c := range f.columns {
		if slices.ContainsFunc(c.values, math.IsNaN) {
			return &data.InputError{
				Found:  fmt.Sprintf("feature %q: missing values that differ from all others (--missing %s) in products of signed differences, where they have no sign", f.encodings[k].Name, f.missing),
				Wanted: "want a fit with --missing same or drop-pair, or with --metric absolute",
			}
		}
	}
	return nil
}

// newSignedDesign lists the regressors of the signed metric: the main effect of each
// feature, of which all coordinates have one coefficient, or all products of its own
// coordinates for the features in levels, categories and circular ones; and then, for each pair of features that
// interact, all products of a coordinate of the one with one of the other.
func newSignedDesign(f *Features, in Interactions, levels []string) (*design, error) {
	names := f.Names()
	plain, err := newDesign(names, in)
	if err != nil {
		return nil, err
	}
	g := &design{features: len(names), first: f.under(Signed).firstCoordinates(), mains: make([]int, len(names))}
	for _, name := range levels {
		at := slices.Index(names, name)
		if at < 0 || f.encodings[at].Kind != Categorical && f.encodings[at].Kind != Circular {
			return nil, &data.InputError{
				Found:  fmt.Sprintf("levels of %q", name),
				Wanted: "want a categorical or circular feature of " + strings.Join(names, ", "),
			}
		}
	}
	if len(levels)+len(plain.terms) > len(names) {
		if err := f.checkSigns(); err != nil {
			return nil, err
		}
	}
	for a, name := range names {
		c := g.coordinates(a)
		if !slices.Contains(levels, name) || len(c) == 1 {
			g.mains[a] = len(g.terms)
			g.terms = append(g.terms, Term{A: c[0], B: c[0], Tied: len(c) - 1})
			continue
		}
		g.mains[a] = -1
		for i := range c {
			for j := i; j < len(c); j++ {
				g.terms = append(g.terms, Term{A: c[i], B: c[j]})
			}
		}
	}
	for _, t := range plain.terms[len(names):] {
		for _, i := range g.coordinates(t.A) {
			for _, j := range g.coordinates(t.B) {
				g.terms = append(g.terms, Term{A: i, B: j})
			}
		}
	}
	return g, nil
}
