package measures

import (
	"cmp"
	"math"
	"slices"
)

const (
	valuesSimilarity = "similarity"
	valuesDistance   = "distance"
)

var secondOrderFamily = withForms(Family{
	Card: Card{
		Family:   "second-order-cosine",
		Title:    "Second-order cosine similarity",
		Question: "Is a sample as similar to its neighbours in X as it is to them in Y?",
		Formula:  "mean over samples of the cosine of the vectors of cos(x_i, x_j) and of cos(y_i, y_j) over all j that are among the k nearest neighbours in X or in Y, by cosine",
		Params: []Param{
			neighbourCount(1),
			choice("values", "cosines of samples, as published (similarity), or 1 − cosine, as in published code (distance)", valuesSimilarity, valuesDistance),
			boolean("center", false, "remove the column means first"),
			overlapForms(),
		},
		Max:            1,
		Identity:       1,
		HigherIsCloser: true,
		Symmetric:      true,
		Inflated:       true,
		Cost:           "n²·(p + q)",
		Pitfalls: []string{
			"cosines with near neighbours are all near 1, so unrelated data score high: compare with shuffled samples",
			"undefined for a sample of zeros, and with values=distance for one that points the same way as all its neighbours",
			tiesNote,
		},
		References: []Reference{{
			Key: "hamilton2016cultural", Authors: "Hamilton, William L. and Leskovec, Jure and Jurafsky, Dan",
			Title: "Cultural shift or linguistic drift? Comparing two computational measures of semantic change",
			Venue: "Conference on Empirical Methods in Natural Language Processing", Conference: true, Year: 2016, DOI: "10.18653/v1/D16-1229",
		}, refKlabunde2025},
	},
	Aliases: []Alias{{"second_order_cosine_similarity", "second-order-cosine:values=distance"}},
	New: func(a Args) (Measure, error) {
		m := secondOrder{
			card: a.Card(), distance: a.Text("values") == valuesDistance,
			near: neighbourhood{k: a.Int("k"), metric: metricCosine, centre: a.Bool("center")},
		}
		m.near.card(&m.card)
		if !m.distance {
			m.card.Min, m.card.Inflated = -1, false
		}
		return m, nil
	},
}, asScore, asScore)

type secondOrder struct {
	card     Card
	near     neighbourhood
	distance bool
}

// Card implements Measure.
func (m secondOrder) Card() Card { return m.card }

// NeuronError implements NeuronError.
func (m secondOrder) NeuronError(Dims) string {
	return "leaving neurons out is not known to give the error of similarities to neighbours"
}

// Memory implements Memory: neighbours, and blocks of similarities of both systems.
func (m secondOrder) Memory(d Dims) Need {
	need := m.near.need(d)
	return together(need, work(2*need.work))
}

// Score implements Measure.
func (m secondOrder) Score(p *Pair) (Score, error) {
	x, y, err := m.near.both(p, m.card)
	if err != nil {
		return Score{}, err
	}
	each, err := m.profiles(p)
	if err != nil {
		return Score{}, err
	}
	total := 0.0
	for i := range p.Samples() {
		a, _ := x.of(i)
		b, _ := y.of(i)
		value, err := each(i, a, b)
		if err != nil {
			return Score{}, err
		}
		total += value
	}
	warnings, err := m.near.choiceOfNeighbours(p, false)
	return Score{Value: clip(total / float64(p.Samples())), Warnings: warnings}, err
}

// profiles returns a function that compares the similarities of sample i to some samples,
// those of two lists. i must not decrease from call to call.
func (m secondOrder) profiles(p *Pair) (func(i int, a, b []int32) (float64, error), error) {
	rowsX, err := p.X.similarityRows(m.near)
	if err != nil {
		return nil, err
	}
	rowsY, err := p.Y.similarityRows(m.near)
	if err != nil {
		return nil, err
	}
	var either []int32
	return func(i int, a, b []int32) (float64, error) {
		either = append(append(either[:0], a...), b...)
		slices.Sort(either)
		either = slices.Compact(either)
		x, y := rowsX(i), rowsY(i)
		xx, yy, xy := 0.0, 0.0, 0.0
		for _, j := range either {
			u, v := m.valueOf(x[j]), m.valueOf(y[j])
			xx += u * u
			yy += v * v
			xy += u * v
		}
		if !(xx > 0) || !(yy > 0) {
			return 0, undefined("sample %d (counted from 0) points the same way as all its neighbours, so that its profile is 0", i)
		}
		return xy / (math.Sqrt(xx) * math.Sqrt(yy)), nil
	}, nil
}

// valueOf returns the cosine, or 1 less the cosine, that goes with the negative of an
// order key.
func (m secondOrder) valueOf(similarity float64) float64 {
	key := -similarity
	switch {
	case !m.distance:
		return cosineOfKey(key)
	case key <= 1:
		return max(0, key)
	default:
		return 1 - cosineOfKey(key)
	}
}

// Estimator implements Estimable: the value itself, without samples or units.
func (m secondOrder) Estimator() (Estimator, bool) { return m.near.estimator(), true }

// Deletions implements Estimable.
func (m secondOrder) Deletions(p *Pair, u *Units) (*Deletions, error) {
	if err := p.check(m.card); err != nil {
		return nil, err
	}
	x, y, err := p.deletable(m.near, u, false)
	if err != nil {
		return nil, err
	}
	compare, err := m.profiles(p)
	if err != nil {
		return nil, err
	}
	type change struct {
		sample, unit int
		a, b         []int32
	}
	var changes []change
	for g := range u.Rows {
		x.changed(y, g, func(i int, a, b listed) { changes = append(changes, change{i, g, a.index, b.index}) })
	}
	slices.SortFunc(changes, func(a, b change) int {
		return cmp.Or(cmp.Compare(a.sample, b.sample), cmp.Compare(a.unit, b.unit))
	})
	unit := unitOf(u.Rows, u.n)
	out := &Deletions{One: make([]float64, u.Count())}
	for i := range u.n {
		own, err := compare(i, x.own(i).index, y.own(i).index)
		if err != nil {
			return nil, err
		}
		out.All += own
		out.One[unit[i]] -= own
		for ; len(changes) > 0 && changes[0].sample == i; changes = changes[1:] {
			value, err := compare(i, changes[0].a, changes[0].b)
			if err != nil {
				return nil, err
			}
			out.One[changes[0].unit] += value - own
		}
	}
	for g, rows := range u.Rows {
		out.One[g] = (out.All + out.One[g]) / float64(u.n-len(rows))
	}
	out.All /= float64(u.n)
	return out, nil
}
