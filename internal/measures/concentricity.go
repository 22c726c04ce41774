package measures

import (
	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
)

var concentricityFamily = Family{
	Card: spreadCard(Card{
		Family:   "concentricity-difference",
		Title:    "Difference of concentricities",
		Question: "Do the samples of one system point more into one direction, that of their mean, than those of the other?",
		Formula:  "| c(X) − c(Y) |, c(X) the mean over samples of cos(x_i, x̄), x̄ the mean sample",
		X:        Scaling,
		Cost:     "n·(p + q)",
		Pitfalls: []string{
			"undefined for data without their means, and for a sample of zeros",
		},
		References: []Reference{refKlabunde2025},
	}),
	Aliases: []Alias{{"concentricity_difference", "concentricity-difference"}},
	New: func(a Args) (Measure, error) {
		m := spreadDifference{a.Card(), concentricity{}}
		m.card.Max = 2
		return m, nil
	},
}

// concentricity is the mean of cos(x_i, x̄), as 1 less the mean of ½‖û_i − m̂‖² for the
// unit vectors of both, which keeps its digits where all samples point the same way.
type concentricity struct{}

func (concentricity) of(s *System) (float64, string, error) {
	mean := s.centredPanels().Means()
	if !(floats.Norm(mean, 2) > 2*computedEps(s.precision)*floats.Norm(s.largest(), 2)) {
		return 0, "", undefined("%s: the mean of all samples is 0, so it has no direction", s.label())
	}
	value, zero := concentration(mean, s.raw)
	if zero >= 0 {
		return 0, "", undefined("%s: sample %d (counted from 0) is zero, so it has no direction", s.label(), zero)
	}
	return value, "", nil
}

// concentration returns the mean of −½‖û_i − m̂‖², and scales the mean to norm 1. zero is
// a sample of zeros, −1 if there is none.
func concentration(mean []float64, y *mat.Dense) (value float64, zero int) {
	scale(mean, 1/floats.Norm(mean, 2))
	n := y.RawMatrix().Rows
	total := 0.0
	for i := range n {
		row := y.RawRowView(i)
		norm := floats.Norm(row, 2)
		if norm == 0 {
			return 0, i
		}
		for j, v := range row {
			d := v/norm - mean[j]
			total += d * d
		}
	}
	return -total / 2 / float64(n), -1
}

func (concentricity) need(Dims) Need { return Need{} }

func (concentricity) gradientNeed(d Dims) int64 { return 4 * d.Q }

// newSlope implements spread. With e_i = û_i − m̂, c_i = û_i·m̂ = 1 − ½‖e_i‖², and ē and c
// their means,
//
//	∂c/∂y_i = ((1−c_i)û_i − e_i)/(n‖y_i‖) + (ē + (1−c)m̂)/(n‖ȳ‖).
func (concentricity) newSlope(n, q int) func(g, y *mat.Dense) (float64, error) {
	mean, errors := make([]float64, q), make([]float64, q)
	return func(g, y *mat.Dense) (float64, error) {
		meanTo(mean, y)
		length := floats.Norm(mean, 2)
		if !(length > 0) {
			return 0, undefined("the mean of all samples of the model is 0, so it has no direction")
		}
		value, zero := concentration(mean, y)
		if zero >= 0 {
			return 0, undefined("sample %d (counted from 0) of the model is zero, so it has no direction", zero)
		}
		clear(errors)
		for i := range n {
			row, to := y.RawRowView(i), g.RawRowView(i)
			norm := floats.Norm(row, 2)
			half := 0.0
			for j, v := range row {
				to[j] = v/norm - mean[j]
				half += to[j] * to[j] / 2
			}
			addScaled(errors, 1/float64(n), to)
			for j, v := range row {
				to[j] = (half*v/norm - to[j]) / (float64(n) * norm)
			}
		}
		addScaled(errors, -value, mean)
		scale(errors, 1/(float64(n)*length))
		for i := range n {
			addScaled(g.RawRowView(i), 1, errors)
		}
		return value, nil
	}
}
