package measures

import (
	"math"
	"slices"
)

var cknnaFamily = Family{
	Card: Card{
		Family:   "cknna",
		Title:    "Centred kernel nearest-neighbour alignment",
		Question: "Do pairs of samples that are near to each other both in X and in Y have like similarities in both?",
		Formula:  "H(α∘Kx, α∘Ky)/√(H(αx∘Kx, αx∘Kx)·H(αy∘Ky, αy∘Ky)), H Song's estimate of HSIC, αx and αy the k nearest neighbours, α = αx∘αy",
		Params: []Param{
			neighbourCount(2),
			choice("metric", "how alike samples are, and the kernel: inner product (inner) or cosine", metricInner, metricCosine),
			boolean("center", false, "remove the column means first"),
		},
		Min:            math.Inf(-1),
		Max:            math.Inf(1),
		Identity:       1,
		HigherIsCloser: true,
		Cost:           "n²·(p + q)",
		Pitfalls: []string{
			"not bounded by 1, for the three estimates are masked differently",
			"not quite symmetric: α is not, and Song's third term takes its column sums from X and its row sums from Y",
			"the inner product favours long samples; Huh et al. scale samples to norm 1 first, which is metric=cosine",
			"the published code adds 1e-6 to the denominator, which shows when the data are small; here nothing is added",
			tiesNote,
		},
		References: []Reference{refHuh2024, refSong2012},
	},
	Aliases: []Alias{{"cknna-topk={}", "cknna:k={}"}},
	New: func(a Args) (Measure, error) {
		m := cknna{card: a.Card(), near: neighbourhoodOf(a)}
		m.near.card(&m.card)
		return m, nil
	},
}

type cknna struct {
	card Card
	near neighbourhood
}

// Card implements Measure.
func (m cknna) Card() Card { return m.card }

// NeuronError implements NeuronError.
func (m cknna) NeuronError(Dims) string { return "" }

// Score implements Measure.
func (m cknna) Score(p *Pair) (Score, error) {
	if err := p.check(m.card); err != nil {
		return Score{}, err
	}
	x, err := p.X.neighbours(m.near)
	if err != nil {
		return Score{}, err
	}
	y, err := p.Y.neighbours(m.near)
	if err != nil {
		return Score{}, err
	}
	value, err := alignNeighbours(x, y)
	if err != nil {
		return Score{}, err
	}
	warnings, err := m.near.choiceOfNeighbours(p, false)
	return Score{Value: value, Warnings: warnings}, err
}

// alignNeighbours returns the alignment of the kernels of neighbours.
func alignNeighbours(x, y neighbours) (float64, error) {
	return cosineOf(hsicOf(intersect(x, y)), hsicOf(intersect(x, x)), hsicOf(intersect(y, y)), debiased)
}

// Memory implements Memory: neighbours, and at most a copy of all of them with both
// similarities.
func (m cknna) Memory(d Dims) Need {
	return together(m.near.need(d), work(3*d.N*int64(m.near.k)))
}

// maskedKernels holds the entries of two kernel matrices at the places of one
// mask: columns index[start[i]:start[i+1]] of row i, ascending.
type maskedKernels struct {
	start []int
	index []int32
	k, l  []float64
}

// intersect keeps the similarities to samples that are neighbours in both
// systems.
func intersect(x, y neighbours) maskedKernels {
	n := len(x.index) / x.k
	m := maskedKernels{start: make([]int, 1, n+1)}
	for i := range n {
		a, ka := x.of(i)
		b, kb := y.of(i)
		for at, j := range a {
			if other, found := slices.BinarySearch(b, j); found {
				m.index = append(m.index, j)
				m.k = append(m.k, ka[at])
				m.l = append(m.l, kb[other])
			}
		}
		m.start = append(m.start, len(m.index))
	}
	return m
}

// hsicOf returns n(n−3) times Song's estimate for kernel matrices that are 0 outside the
// mask and need not be symmetric,
//
//	tr(KL) + (1ᵀK1)(1ᵀL1)/((n−1)(n−2)) − 2/(n−2)·1ᵀKL1.
func hsicOf(m maskedKernels) float64 {
	n := len(m.start) - 1
	columns, rows := make([]float64, n), make([]float64, n) // 1ᵀK and L1
	trace := 0.0
	for i := range n {
		for at := m.start[i]; at < m.start[i+1]; at++ {
			j := int(m.index[at])
			columns[j] += m.k[at]
			rows[i] += m.l[at]
			if back, found := slices.BinarySearch(m.index[m.start[j]:m.start[j+1]], int32(i)); found {
				trace += m.k[at] * m.l[m.start[j]+back]
			}
		}
	}
	size := float64(n)
	return trace + sum(columns)*sum(rows)/((size-1)*(size-2)) - 2/(size-2)*dot(columns, rows)
}
