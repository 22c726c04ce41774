package measures

import "math"

var ensdFamily = Family{
	Card: Card{
		Family:         "ensd",
		Title:          "Effective number of shared dimensions",
		Question:       "What share of the effective dimensions do X and Y have in common?",
		Formula:        "tr(KxKy)·tr Kx·tr Ky / (tr Kx²·tr Ky²)",
		Min:            0,
		Max:            math.Inf(1),
		Identity:       math.NaN(), // (tr Kx)²/tr Kx², the participation ratio
		HigherIsCloser: true,
		Symmetric:      true,
		X:              Euclidean,
		Y:              Euclidean,
		Differentiable: true,
		MinSamples:     2,
		Cost:           "n·p·q",
		Pitfalls:       []string{"counts dimensions rather than scoring likeness: for identical systems it is their participation ratio"},
		References: []Reference{{
			Key: "giaffar2024effective", Authors: "Giaffar, Hamza and Rullán Buxó, Camille and Aoi, Mikio",
			Title: "The effective number of shared dimensions between paired datasets",
			Venue: "International Conference on Artificial Intelligence and Statistics", Year: 2024, URL: "https://proceedings.mlr.press/v238/giaffar24a.html",
		}},
	},
	New: func(a Args) (Measure, error) { return ensd{a.Card()}, nil },
}

type ensd struct{ card Card }

// Card implements Measure.
func (m ensd) Card() Card { return m.card }

// Score implements Measure.
func (m ensd) Score(p *Pair) (Score, error) {
	if err := p.check(m.card.MinSamples); err != nil {
		return Score{}, err
	}
	xy, xx, yy := p.crossSquares(), p.X.gramSquares(), p.Y.gramSquares()
	return Score{Value: xy / xx / yy * p.X.trace() * p.Y.trace()}, nil
}
