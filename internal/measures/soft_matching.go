package measures

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"

	"simtool/internal/linalg"
)

var softMatchingFamily = Family{
	Card: Card{
		Family:   "soft-matching",
		Title:    "Soft matching of features",
		Question: "How alike is the tuning of single features when each of X is matched with features of Y, all of which are used alike?",
		Formula:  "s = max_T Σ_ij T_ij·r_ij over T ≥ 0 with row sums 1/p and column sums 1/q, r_ij the correlation of x_i with y_j; euclidean: √(2 − 2s), the distance of the features centred and scaled to norm 1",
		Params: []Param{
			choice("as", "the mean correlation of matched features (score), or the distance √(2 − 2s), which obeys the triangle inequality (euclidean)", asScore, asEuclidean),
		},
		Symmetric:  true,
		Inflated:   true,
		X:          Permutation | Scaling | Translation,
		Y:          Permutation | Scaling | Translation,
		MinSamples: 2,
		Cost:       "n·p·q + (p + q)·p·q",
		Pitfalls: []string{
			"every feature counts alike, whatever its variance, and features that do not vary are left out",
			"the best of many plans is positive by chance: compare with shuffled samples",
			"correlations keep their sign: a perfectly anticorrelated feature is no match",
			"systems of equal width are matched one to one, as by match; a feature that occurs twice in one of them and once in the other is matched perfectly only where all features do",
		},
		References: []Reference{refKhosla2024, {
			Key: "tomizawa1971some", Authors: "Tomizawa, Nobuaki",
			Title: "On some techniques useful for solution of transportation network problems",
			Venue: "Networks", Year: 1971, DOI: "10.1002/net.3230010206",
		}},
	},
	Aliases: []Alias{
		{"soft_matching", "soft-matching"},
		{"soft_matching-score", "soft-matching"},
		{"soft_matching-distance=euclidean", "soft-matching:as=euclidean"},
	},
	New: func(a Args) (Measure, error) {
		m := softMatching{card: a.Card(), distance: a.Text("as") == asEuclidean}
		formCard(&m.card, asScore, -1)
		if m.distance {
			m.card.Min, m.card.Max, m.card.Identity, m.card.HigherIsCloser, m.card.Inflated = 0, 2, 0, false, false
		}
		return m, nil
	},
}

var refKhosla2024 = Reference{
	Key: "khosla2024soft", Authors: "Khosla, Meenakshi and Williams, Alex H.",
	Title: "Soft matching distance: a metric on neural representations that captures single-neuron tuning",
	Venue: "Proceedings of UniReps: the First Workshop on Unifying Representations in Neural Models", Conference: true, Year: 2024, DOI: "10.48550/arXiv.2311.09466",
}

type softMatching struct {
	card     Card
	distance bool
}

// Card implements Measure.
func (m softMatching) Card() Card { return m.card }

// Score implements Measure.
func (m softMatching) Score(p *Pair) (Score, error) {
	if err := p.check(m.card); err != nil {
		return Score{}, err
	}
	x, y, warnings, err := p.standardised()
	if err != nil {
		return Score{}, err
	}
	r := linalg.CrossGram(x, y)
	plan := transport(r)
	s := Score{Warnings: warnings}
	if m.distance {
		s.Value = math.Sqrt(planDistance(plan, x, y))
		return s, nil
	}
	for _, f := range plan {
		s.Value += f.share * r.At(f.row, f.column)
	}
	s.Value = clip(s.Value)
	return s, nil
}

// planDistance returns Σ T_ij·‖x_i − y_j‖², which keeps its digits near 0.
func planDistance(plan []shipment, x, y *mat.Dense) float64 {
	n, _ := x.Dims()
	total := 0.0
	for i := range n {
		a, b := x.RawRowView(i), y.RawRowView(i)
		for _, f := range plan {
			d := a[f.row] - b[f.column]
			total += f.share * d * d
		}
	}
	return total
}

// standardised returns the features of both systems that vary, centred and scaled to norm
// 1, with a warning for each system that has others. It returns an *UndefinedError where
// none varies.
func (p *Pair) standardised() (x, y *mat.Dense, warnings []string, err error) {
	var kept [2]*mat.Dense
	for k, s := range []*System{p.X, p.Y} {
		if kept[k] = s.standardised(); kept[k] == nil {
			return nil, nil, nil, undefined("%s: no feature varies by more than the rounding of its numbers", s.label())
		}
		if skipped := s.Width() - kept[k].RawMatrix().Cols; skipped > 0 {
			warnings = append(warnings, fmt.Sprintf("%s: %d of %d features do not vary and were left out", s.label(), skipped, s.Width()))
		}
	}
	return kept[0], kept[1], warnings, nil
}

// Memory implements Memory: standardised features, the correlations of all with all with
// a transposed copy where it is needed, and the plan.
func (m softMatching) Memory(d Dims) Need {
	return together(d.needCentred(), kept(standardisedKey{}, d.values()), work(2*d.P*d.Q+16*(d.P+d.Q)))
}

// Estimator implements Estimable: there is no estimate.
func (m softMatching) Estimator() (Estimator, bool) { return Estimator{Reason: bestOfMany}, false }

// Deletions implements Estimable.
func (m softMatching) Deletions(*Pair, *Units) (*Deletions, error) { return nil, undefined(bestOfMany) }
