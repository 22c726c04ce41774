package mlem

import (
	"math"
	"slices"
)

// entry is a number of a metric that is reported: a function of the weights of its terms,
// between two features, or two levels of them.
type entry struct {
	a, b  string
	value func(w []float64) float64
	terms []int // that the value depends on
	size  bool  // the value is the norm of a block
}

// entries lists the numbers that are reported of a metric: the weight of each main effect
// and product of features. A product with a category of several levels has a block of
// coefficients B, with one row for each coordinate of the one and one column for each of
// the other. It is reported as the norm ‖B‖, and level by level as v_lᵀBv_m with v_l the
// coordinates of level l: positive for levels that make stimuli more alike in y where
// both are shared. Such numbers add up to 0 over the levels of each feature.
func (g *design) entries(f *Features) []entry {
	names := f.Names()
	if g.first == nil {
		out := make([]entry, len(g.terms))
		for t, term := range g.terms {
			out[t] = entry{a: names[term.A], b: names[term.B], value: single(t), terms: []int{t}}
		}
		return out
	}
	at := map[[2]int]int{}
	for t, term := range g.terms {
		at[[2]int{term.A, term.B}] = t
	}
	var out []entry
	for t := 0; t < len(g.terms); {
		term := g.terms[t]
		a, b := g.featureOf(term.A), g.featureOf(term.B)
		ca, cb := g.coordinates(a), g.coordinates(b)
		if term.Tied > 0 || len(ca) == 1 && len(cb) == 1 {
			out = append(out, entry{a: names[a], b: names[b], value: single(t), terms: []int{t}})
			t++
			continue
		}
		block := make([][]int, len(ca))
		for i, x := range ca {
			block[i] = make([]int, len(cb))
			for j, y := range cb {
				block[i][j] = at[[2]int{min(x, y), max(x, y)}]
			}
		}
		if a == b {
			t += len(ca) * (len(ca) + 1) / 2
		} else {
			t += len(ca) * len(cb)
		}
		all := slices.Concat(block...)
		out = append(out, entry{a: names[a], b: names[b], value: norm(block), terms: all, size: true})
		for _, l := range placesOf(f, a) {
			for _, m := range placesOf(f, b) {
				if a == b && m.number < l.number {
					continue
				}
				out = append(out, entry{a: l.name, b: m.name, value: between(block, l.at, m.at), terms: all})
			}
		}
	}
	return out
}

// single returns the weight of a term.
func single(t int) func(w []float64) float64 { return func(w []float64) float64 { return w[t] } }

// norm returns the Frobenius norm of a block of terms.
func norm(block [][]int) func(w []float64) float64 {
	return func(w []float64) float64 {
		sum := 0.0
		for _, row := range block {
			for _, t := range row {
				sum += w[t] * w[t]
			}
		}
		return math.Sqrt(sum)
	}
}

// between returns aᵀBb.
func between(block [][]int, a, b []float64) func(w []float64) float64 {
	return func(w []float64) float64 {
		sum := 0.0
		for i, row := range block {
			for j, t := range row {
				sum += a[i] * w[t] * b[j]
			}
		}
		return sum
	}
}

// level is a level of a feature with its coordinates. A feature without levels has one,
// itself.
type level struct {
	name   string
	number int
	at     []float64
}

func placesOf(f *Features, feature int) []level {
	e := &f.encodings[feature]
	switch e.Kind {
	case Categorical:
		out := make([]level, len(e.Levels))
		for l, name := range e.Levels {
			out[l] = level{name: e.Name + "=" + name, number: l, at: make([]float64, e.coordinateCount())}
			for m := range out[l].at {
				out[l].at[m] = vertex(l, m)
			}
		}
		return out
	case Circular:
		return []level{
			{name: e.Name + "=cos", at: []float64{1, 0}},
			{name: e.Name + "=sin", number: 1, at: []float64{0, 1}},
		}
	default:
		return []level{{name: e.Name, at: []float64{1}}}
	}
}
