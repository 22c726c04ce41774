package mlem

import (
	"math"

	"gonum.org/v1/gonum/mat"
)

// pairPlayer is two features of which the model has a product, to be permuted together.
type pairPlayer struct {
	player
	a, b int // their numbers among the players
}

// pairs lists the pairs of features that interact, where their importance is wanted.
func (f *fitting) pairs() []pairPlayer {
	if !f.InteractionImportance {
		return nil
	}
	names := f.sample.features.Names()
	seen := map[[2]int]bool{}
	var out []pairPlayer
	for _, term := range f.design.terms {
		a, b := f.design.featureOf(term.A), f.design.featureOf(term.B)
		if key := [2]int{a, b}; a != b && !seen[key] {
			seen[key] = true
			out = append(out, pairPlayer{player{name: names[a] + "*" + names[b], features: []int{a, b}, pair: true}, a, b})
		}
	}
	return out
}

// beyond returns what permuting two features together takes away beyond what permuting
// each takes away: in every fold
//
//	drop(a and b) − drop(a) − drop(b),
//
// with its influences. It is 0 in expectation for features that contribute each by
// itself to a score that is linear in their contributions; it is negative where each
// permutation alone destroys what the features have together. P values are two-sided.
func beyond(both, a, b []contribution) []contribution {
	out := make([]contribution, len(both))
	for fold := range out {
		out[fold] = contribution{
			drops: difference3(both[fold].drops, a[fold].drops, b[fold].drops),
			moved: difference3(both[fold].moved, a[fold].moved, b[fold].moved),
			void:  both[fold].void,
		}
	}
	return out
}

// magnitudes returns the absolute values.
func magnitudes(values []float64) []float64 {
	out := make([]float64, len(values))
	for i, v := range values {
		out[i] = math.Abs(v)
	}
	return out
}

// difference3 returns x − y − z, nil where x is nil.
func difference3(x, y, z []float64) []float64 {
	if x == nil {
		return nil
	}
	return addScaled(addScaled(addScaled(nil, x, 1), y, -1), z, -1)
}

// slopes are the coordinates d of the pairs of a set of stimuli, by which they differ, with
// what each does to the prediction dᵀWd: v = W·d. Of many pairs of features they are formed
// once.
type slopes struct {
	base []float64 // dᵀWd
	d, v [][]float64
	w    *mat.Dense
}

// slopes returns those of a metric, whose predictions are base.
func (e *evaluation) slopes(w, base []float64) *slopes {
	width := e.design.width()
	s := &slopes{base: base, d: make([][]float64, width), v: make([][]float64, width), w: e.design.matrix(w)}
	for c := range width {
		s.d[c], s.v[c] = make([]float64, len(base)), make([]float64, len(base))
	}
	form := quadratic{main: make([]float64, width), w: s.w}
	t := newTiles(e.features, len(base))
	for t.next(e.first, e.second) {
		v := form.slopes(t.rows())
		for c := range width {
			d, own := s.d[c][t.at:t.at+t.n], s.v[c][t.at:t.at+t.n]
			for p := range d {
				d[p], own[p] = t.d[p*width+c], v[p*width+c]
			}
		}
	}
	return s
}

// isolateBy is isolate from slopes: with the coordinates of S,
//
//	c_f = v_f − Σ_{g∈S} W_fg·d_g,  rest = dᵀWd − Σ_{f∈S} d_f·(v_f + c_f),
//
// whatever the number of other coordinates is.
func (m *permuter) isolateBy(s *slopes, features []int) {
	m.players = features
	coordinates := m.coordinatesOf(features)
	m.prepare(coordinates)
	copy(m.rest, s.base)
	for i, f := range coordinates {
		copy(m.cross[i], s.v[f])
		for j, g := range coordinates {
			m.inner[i][j] = s.w.At(f, g)
			if v := m.inner[i][j]; v != 0 {
				addScaled(m.cross[i], s.d[g], -v)
			}
		}
		own, d, v := m.cross[i], s.d[f], s.v[f]
		for p, c := range own {
			m.rest[p] -= d[p] * (v[p] + c)
		}
	}
}
