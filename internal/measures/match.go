package measures

import (
	"slices"

	"gonum.org/v1/gonum/mat"

	"simtool/internal/linalg"
)

const (
	matchHard = "hard"
	matchSoft = "soft"
	matchMany = "one-to-many"
)

var matchFamily = withForms(Family{
	Card: Card{
		Family:   "match",
		Title:    "Correlation matching of features",
		Question: "How well do single features of X correlate with single features of Y?",
		Formula:  "R = correlations of the columns; hard: mean of R over the one-to-one matching with the largest sum; one-to-many: mean of the row maxima of R; soft: mean of that and of the mean of the column maxima",
		Params: []Param{
			choice("kind", "one-to-one matching, the wider system's surplus left out (hard), the best partner in Y of every feature of X, which many may share (one-to-many), or the mean of that in both directions (soft)", matchHard, matchSoft, matchMany),
			overlapForms(),
		},
		Min:            -1,
		Max:            1,
		Identity:       1,
		HigherIsCloser: true,
		Symmetric:      true,
		Inflated:       true,
		X:              Permutation | Scaling | Translation,
		Y:              Permutation | Scaling | Translation,
		MinSamples:     2,
		Cost:           "n·p·q + min(p,q)²·max(p,q) (hard), n·p·q (the others)",
		Pitfalls: []string{
			"every feature counts alike, whatever its variance, and features that do not vary are left out",
			"the largest of many correlations is positive by chance: compare with shuffled samples",
			"correlations keep their sign: a perfectly anticorrelated feature is no match",
		},
		References: []Reference{{
			Key: "li2016convergent", Authors: "Li, Yixuan and Yosinski, Jason and Clune, Jeff and Lipson, Hod and Hopcroft, John",
			Title: "Convergent learning: Do different neural networks learn the same representations?",
			Venue: "International Conference on Learning Representations", Conference: true, Year: 2016, DOI: "10.48550/arXiv.1511.07543",
		}, refJonker1987},
	},
	Aliases: []Alias{
		{"hard_correlation_match", "match"},
		{"hard_corr_match", "match"},
		{"soft_correlation_match", "match:kind=soft"},
		{"one_to_many_match", "match:kind=one-to-many"},
	},
	New: func(a Args) (Measure, error) {
		m := unitMatch{card: a.Card(), kind: a.Text("kind")}
		m.card.Symmetric = m.kind != matchMany
		return m, nil
	},
}, asScore, asScore)

type unitMatch struct {
	card Card
	kind string
}

// Card implements Measure.
func (m unitMatch) Card() Card { return m.card }

// Score implements Measure.
func (m unitMatch) Score(p *Pair) (Score, error) {
	if err := p.check(m.card); err != nil {
		return Score{}, err
	}
	x, y, warnings, err := p.standardised()
	if err != nil {
		return Score{}, err
	}
	r := linalg.CrossGram(x, y)
	var value float64
	switch rows, columns := bestPartners(r); m.kind {
	case matchMany:
		value = rows
	case matchSoft:
		value = (rows + columns) / 2
	default:
		value = hardMatch(r)
	}
	return Score{Value: clip(value), Warnings: warnings}, nil
}

// Memory implements Memory: standardised features, and the correlations of all with all,
// with a transposed copy where it is needed.
func (m unitMatch) Memory(d Dims) Need {
	return together(d.needCentred(), kept(standardisedKey{}, d.values()), work(2*d.P*d.Q))
}

type standardisedKey struct{}

// standardised returns the centred features that vary by more than rounding, each scaled
// to norm 1; nil if there is none.
func (s *System) standardised() *mat.Dense {
	return always(&s.memo, standardisedKey{}, func() *mat.Dense {
		x := s.centred()
		norms := columnNorms(x)
		var kept []int
		noise := s.rounding()
		for j, norm := range norms {
			if norm > noise[j] {
				kept = append(kept, j)
			}
		}
		if kept == nil {
			return nil
		}
		out := mat.NewDense(s.Samples(), len(kept), nil)
		for i := range s.Samples() {
			from, to := x.RawRowView(i), out.RawRowView(i)
			for at, j := range kept {
				to[at] = from[j] / norms[j]
			}
		}
		return out
	})
}

// hardMatch returns the mean of the correlations of the best one-to-one
// matching.
func hardMatch(r *mat.Dense) float64 {
	total := 0.0
	for i, j := range assignment(r) {
		if j >= 0 {
			total += r.At(i, j)
		}
	}
	return total / float64(min(r.Dims()))
}

// bestPartners returns the mean row maximum and the mean column maximum.
func bestPartners(r *mat.Dense) (rows, columns float64) {
	p, q := r.Dims()
	best := slices.Clone(r.RawRowView(0))
	for i := range p {
		row := r.RawRowView(i)
		rows += slices.Max(row) / float64(p)
		for j, v := range row {
			best[j] = max(best[j], v)
		}
	}
	return rows, sum(best) / float64(q)
}
