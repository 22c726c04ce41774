package measures

import (
	"context"
	"math"
	"slices"
)

var cycleKNNFamily = withForms(Family{
	Card: Card{
		Family:   "cycle-knn",
		Title:    "Cycles of nearest neighbours",
		Question: "Does a step from a sample to a neighbour in Y and on to a neighbour of that in X lead back to the sample?",
		Formula:  "share of the samples i for which some j in N_Y(i) has i in N_X(j)",
		Params: []Param{
			neighbourCount(1),
			choice("metric", metricHelp, metricInner, metricCosine, metricEuclidean),
			boolean("center", false, centreHelp),
			overlapForms(),
		},
		Min:            0,
		Max:            1,
		Identity:       math.NaN(), // below 1 where no neighbour of a sample has it as its own
		HigherIsCloser: true,
		Inflated:       true,
		Cost:           "n²·(p + q)",
		Pitfalls: []string{
			"one way back of k² suffices, so that values are near 1 unless k is small: k=1 tells most",
			"not symmetric: the first step is in Y, the second in X",
			"the inner product favours long samples: Huh et al. scale samples to norm 1 first, which is metric=cosine",
			tiesNote,
		},
		References: []Reference{refHuh2024},
	},
	Aliases: []Alias{{"cycle_knn-topk={}", "cycle-knn:k={}"}, {"cycle_knn", "cycle-knn"}},
	New: func(a Args) (Measure, error) {
		m := cycleKNN{card: a.Card(), near: neighbourhoodOf(a)}
		m.near.card(&m.card)
		return m, nil
	},
}, asScore, asScore)

type cycleKNN struct {
	card Card
	near neighbourhood
}

// Card implements Measure.
func (m cycleKNN) Card() Card { return m.card }

// NeuronError implements NeuronError: no simulations have been made of it.
func (m cycleKNN) NeuronError(Dims) string {
	return "leaving neurons out is not known to give the error of cycles of neighbours"
}

// Memory implements Memory.
func (m cycleKNN) Memory(d Dims) Need { return m.near.need(d) }

// Score implements Measure.
func (m cycleKNN) Score(p *Pair) (Score, error) {
	x, y, err := m.near.both(p, m.card)
	if err != nil {
		return Score{}, err
	}
	warnings, err := m.near.choiceOfNeighbours(p, false)
	return Score{Value: cycles(x, y), Warnings: warnings}, err
}

// cycles returns the share of the samples that a step in Y and one in X lead back to.
func cycles(x, y neighbours) float64 {
	n := len(x.index) / x.k
	count := 0
	for i := range n {
		index, _ := y.of(i)
		if slices.ContainsFunc(index, func(j int32) bool { return x.has(int(j), int32(i)) }) {
			count++
		}
	}
	return float64(count) / float64(n)
}

// has reports whether j is a neighbour of i.
func (nb neighbours) has(i int, j int32) bool {
	index, _ := nb.of(i)
	_, found := slices.BinarySearch(index, j)
	return found
}

// Estimator implements Estimable: the value itself, without samples or units.
func (m cycleKNN) Estimator() (Estimator, bool) {
	e := m.near.estimator()
	e.Rows, e.MostRows = false, mostAlignedRows
	return e, true
}

// Deletions implements Estimable.
func (m cycleKNN) Deletions(p *Pair, u *Units) (*Deletions, error) {
	if err := p.check(m.card); err != nil {
		return nil, err
	}
	x, y, err := p.deletable(m.near, u, false)
	if err != nil {
		return nil, err
	}
	out := &Deletions{All: cycles(x.all, y.all), One: make([]float64, u.Count())}
	for g := range out.One {
		out.One[g] = cycles(x.without(g), y.without(g))
	}
	return out, nil
}

// NullMean implements NullMean. Over all pairings of the samples, the neighbours of sample
// i in Y are any k of the n−1 others: none of the d_i that have i as their neighbour in X
// is among them with the probability C(n−1−d_i, k)/C(n−1, k).
func (m cycleKNN) NullMean(p *Pair, units *Units) (float64, bool, error) {
	if units != nil || p.segments != nil {
		return 0, false, nil
	}
	x, _, err := m.near.both(p, m.card)
	if err != nil {
		return 0, false, err
	}
	n, k := p.Samples(), m.near.k
	followers := make([]int, n)
	for _, j := range x.index {
		followers[j]++
	}
	missed := 0.0
	for _, d := range followers {
		if n-1-d >= k {
			missed += math.Exp(logChoose(n-1-d, k) - logChoose(n-1, k))
		}
	}
	return 1 - missed/float64(n), true, nil
}

// Permuted implements Permutable: neighbours are found once.
func (m cycleKNN) Permuted(ctx context.Context, p *Pair, o Orders) ([]float64, bool, error) {
	x, y, err := m.near.both(p, m.card)
	if err != nil {
		return nil, false, err
	}
	n := p.Samples()
	scores, err := o.Each(ctx, func(order []int) (float64, error) {
		sample := make([]int, n) // of X that goes with each of Y
		for i, j := range order {
			sample[j] = i
		}
		count := 0
		for i := range n {
			index, _ := y.of(order[i])
			if slices.ContainsFunc(index, func(j int32) bool { return x.has(sample[j], int32(i)) }) {
				count++
			}
		}
		return float64(count) / float64(n), nil
	})
	return scores, err == nil, err
}
