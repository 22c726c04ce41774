package mlem

import "slices"

// permuter computes predictions with the coordinates of a set S of features replaced. It forms rest
// and c_f = Σ_{g∉S} W_fg·d_g once, so the cost of
//
//	dᵀWd = rest + Σ_{f∈S} d_f·(2·c_f + Σ_{g∈S} W_fg·d_g)
//
// does not depend on the other features.
type permuter struct {
	*evaluation
	agreement *agreement
	rest, x   []float64
	cross     [][]float64 // c_f of each coordinate of S
	replaced  [][]float64
	inner     [][]float64 // W within S
	players   []int       // the features
}

// coordinatesOf returns the coordinates of features.
func (m *permuter) coordinatesOf(features []int) []int {
	var out []int
	for _, f := range features {
		out = append(out, m.design.coordinates(f)...)
	}
	return out
}

func newPermuter(e *evaluation, a *agreement) *permuter {
	return &permuter{evaluation: e, agreement: a, rest: make([]float64, len(e.first)), x: make([]float64, len(e.first))}
}

// isolate computes rest, c_f and W within S for some features.
func (m *permuter) isolate(w []float64, features []int) {
	m.players = features
	coordinates := m.coordinatesOf(features)
	place := make([]int, m.design.width())
	for i := range place {
		place[i] = -1
	}
	m.prepare(coordinates)
	for i, c := range coordinates {
		place[c] = i
		clear(m.cross[i])
	}
	type coupling struct {
		player, other int
		w             float64
	}
	var couplings []coupling
	outside := slices.Clone(w)
	for t, term := range m.design.terms {
		for k := range term.Tied + 1 {
			a, b := place[term.A+k], place[term.B+k]
			switch {
			case a >= 0 && b >= 0:
				m.inner[a][b], m.inner[b][a] = w[t], w[t]
			case a >= 0:
				couplings = append(couplings, coupling{a, term.B + k, w[t]})
			case b >= 0:
				couplings = append(couplings, coupling{b, term.A + k, w[t]})
			default:
				continue
			}
			outside[t] = 0
		}
	}
	form := m.design.quadratic(outside)
	d := newTiles(m.features, len(m.first))
	for d.next(m.first, m.second) {
		form.of(m.rest[d.at:d.at+d.n], d.rows())
		for p := range d.n {
			row := d.row(p)
			for _, c := range couplings {
				m.cross[c.player][d.at+p] += c.w * row[c.other]
			}
		}
	}
}

// prepare makes room for the coordinates of S.
func (m *permuter) prepare(coordinates []int) {
	m.inner = make([][]float64, len(coordinates))
	for i := range coordinates {
		m.inner[i] = make([]float64, len(coordinates))
		if len(m.cross) <= i {
			m.cross = append(m.cross, make([]float64, len(m.first)))
			m.replaced = append(m.replaced, make([]float64, len(m.first)))
		}
	}
}

// predict writes into x the predictions with the features of S replaced.
func (m *permuter) predict(features []column) {
	columns := m.features.lift(m.players, features)
	for i := range columns {
		columns[i].distances(m.replaced[i], 1, m.first, m.second)
	}
	copy(m.x, m.rest)
	for i := range columns {
		for p, d := range m.replaced[i] {
			s := 2 * m.cross[i][p]
			for j := range columns {
				s += m.inner[i][j] * m.replaced[j][p]
			}
			m.x[p] += d * s
		}
	}
}
