package measures

import (
	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
)

var magnitudeFamily = Family{
	Card: spreadCard(Card{
		Family:   "magnitude-difference",
		Title:    "Difference of magnitudes",
		Question: "How much farther from the origin does the mean sample of one system lie than that of the other?",
		Formula:  "| ‖x̄‖ − ‖ȳ‖ |, x̄ and ȳ the means over samples",
		Cost:     "n·(p + q)",
		Pitfalls: []string{
			"in the units of the data, and 0 for data without their means",
		},
		References: []Reference{refKlabunde2025},
	}),
	Aliases: []Alias{{"magnitude_difference", "magnitude-difference"}},
	New: func(a Args) (Measure, error) {
		return spreadDifference{a.Card(), magnitude{}}, nil
	},
}

// magnitude is the norm of the mean sample.
type magnitude struct{}

func (magnitude) of(s *System) (float64, string, error) {
	return floats.Norm(s.centredPanels().Means(), 2), "", nil
}

func (magnitude) need(Dims) Need { return Need{} }

func (magnitude) gradientNeed(d Dims) int64 { return 2 * d.Q }

// newSlope implements spread: ∂‖ȳ‖/∂y_i = ȳ/(n‖ȳ‖). Without a mean 0 is a subgradient.
func (magnitude) newSlope(n, q int) func(g, y *mat.Dense) (float64, error) {
	mean := make([]float64, q)
	return func(g, y *mat.Dense) (float64, error) {
		meanTo(mean, y)
		norm := floats.Norm(mean, 2)
		if norm > 0 {
			scale(mean, 1/(float64(n)*norm))
		}
		for i := range n {
			copy(g.RawRowView(i), mean)
		}
		return norm, nil
	}
}

// meanTo writes the mean of the rows.
func meanTo(mean []float64, y *mat.Dense) {
	n := y.RawMatrix().Rows
	first := y.RawRowView(0)
	clear(mean)
	for i := range n {
		for j, v := range y.RawRowView(i) {
			mean[j] += v - first[j]
		}
	}
	for j, v := range mean {
		mean[j] = first[j] + v/float64(n)
	}
}
