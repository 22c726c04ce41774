package measures

import (
	"fmt"

	"gonum.org/v1/gonum/mat"

	"simtool/internal/linalg"
)

const (
	matchHard = "hard"
	matchSoft = "soft"
)

var matchFamily = Family{
	Card: Card{
		Family:   "match",
		Title:    "Correlation matching of features",
		Question: "How well do single features of X correlate with single features of Y?",
		Formula:  "R = correlations of the columns; hard: mean of R over the one-to-one matching with the largest sum; soft: mean of the row maxima and of the column maxima of R, averaged",
		Params: []Param{
			choice("kind", "one-to-one matching, the wider system's surplus left out (hard), or the best partner of every feature on either side (soft)", matchHard, matchSoft),
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
		Cost:           "n·p·q + min(p,q)²·max(p,q) (hard), n·p·q (soft)",
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
	},
	New: func(a Args) (Measure, error) {
		return unitMatch{card: a.Card(), soft: a.Text("kind") == matchSoft}, nil
	},
}

type unitMatch struct {
	card Card
	soft bool
}

// Card implements Measure.
func (m unitMatch) Card() Card { return m.card }

// Score implements Measure.
func (m unitMatch) Score(p *Pair) (Score, error) {
	if err := p.check(m.card); err != nil {
		return Score{}, err
	}
	x, y := p.X.standardised(), p.Y.standardised()
	r := linalg.CrossGram(x, y)
	s := Score{Value: clip(hardMatch(r))}
	if m.soft {
		s.Value = clip(softMatch(r))
	}
	for _, side := range []struct {
		system *System
		kept   *mat.Dense
	}{{p.X, x}, {p.Y, y}} {
		if skipped := side.system.Width() - side.kept.RawMatrix().Cols; skipped > 0 {
			s.Warnings = append(s.Warnings, fmt.Sprintf("%s: %d of %d features do not vary and were left out", side.system.label(), skipped, side.system.Width()))
		}
	}
	return s, nil
}

// Memory implements Memory: standardised features, and the correlations of all with all,
// with a transposed copy where it is needed.
func (m unitMatch) Memory(d Dims) Need {
	return together(d.needCentred(), kept(standardisedKey{}, d.values()), work(2*d.P*d.Q))
}

type standardisedKey struct{}

// standardised returns the centred features that vary by more than rounding, each scaled
// to norm 1.
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

// softMatch returns the average of the mean row maximum and the mean column
// maximum.
func softMatch(r *mat.Dense) float64 {
	p, q := r.Dims()
	columns := make([]float64, q)
	copy(columns, r.RawRowView(0))
	rows := 0.0
	for i := range p {
		best := r.At(i, 0)
		for j, v := range r.RawRowView(i) {
			best = max(best, v)
			columns[j] = max(columns[j], v)
		}
		rows += best
	}
	return (rows/float64(p) + sum(columns)/float64(q)) / 2
}
