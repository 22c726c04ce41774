package measures

import (
	"math"

	"gonum.org/v1/gonum/mat"

	"simtool/internal/linalg"
)

var shapeFamily = Family{
	Card: Card{
		Family:   "shape",
		Title:    "Generalised shape metric with partial whitening",
		Question: "How far apart do X and Y remain after the best rotation, when small variances are partly made up to large ones first?",
		Formula:  "Procrustes of c·XcZ, Z = V diag(α + (1−α)λ^(−½)) Vᵀ, XcᵀXc = V diag(λ) Vᵀ, λ raised to at least 1e-7, c keeping the trace",
		Params: []Param{
			number("alpha", "0.5", 0, 1, "how much of the variances to keep: 1 leaves the data as they are (procrustes), 0 whitens them (cca:as=angular)"),
			alignedForm,
		},
		Symmetric:  true,
		MinSamples: 2,
		Cost:       "n·(p² + q² + p·q) + p³ + q³",
		Pitfalls: []string{
			"between 0 and 1, alpha weighs standard deviations (times √n) against the number 1, so the value depends on the units of the data and the number of samples",
			"eigenvalues are raised to 1e-7 in the units of the data: scale up data whose sums of squares are that small",
			"the euclidean form counts every eigenvalue that was raised, those of the columns of zeros that pad the narrower system among them, as published",
		},
		References: []Reference{refWilliams2021},
	},
	Aliases: []Alias{
		{"shape_metric-alpha={}-distance=angular", "shape:alpha={}"},
		{"shape_metric-alpha={}-distance=euclidean", "shape:alpha={}:as=euclidean"},
		{"shape_metric-alpha={}-angular", "shape:alpha={}"},
		{"shape_metric-alpha={}-euclidean", "shape:alpha={}:as=euclidean"},
	},
	New: func(a Args) (Measure, error) {
		m := shape{card: a.Card(), alpha: a.Float("alpha"), as: a.Text("as")}
		invariant := Euclidean
		switch m.alpha {
		case 0:
			invariant = Affine
		case 1:
		default:
			invariant &^= Scaling
		}
		if m.as == formEuclidean {
			invariant &^= Scaling | Linear
		}
		m.card.X, m.card.Y = invariant, invariant
		alignedCard(&m.card, m.as, 0)
		return m, nil
	},
}

type shape struct {
	card  Card
	alpha float64
	as    string
}

// Card implements Measure.
func (m shape) Card() Card { return m.card }

// Score implements Measure.
func (m shape) Score(p *Pair) (Score, error) {
	if err := p.check(m.card); err != nil {
		return Score{}, err
	}
	a, err := m.align(p)
	if err != nil {
		return Score{}, err
	}
	return reportAligned(a, m.as)
}

func (m shape) align(p *Pair) (alignment, error) {
	if m.alpha == 1 {
		return p.alignment()
	}
	width := max(p.X.Width(), p.Y.Width())
	x, err := m.whitened(p.X, width)
	if err != nil {
		return alignment{}, err
	}
	y, err := m.whitened(p.Y, width)
	if err != nil {
		return alignment{}, err
	}
	return align(x, y, linalg.CrossGram(x, y), sumSquares(x), sumSquares(y), p.identical())
}

// smallestEigenvalue is what eigenvalues of XcᵀXc are raised to (netrep's
// eigval_tol).
const smallestEigenvalue = 1e-7

// whitened returns c·XcZV in place of c·XcZ, which a rotation of the features
// turns it into: the principal components U with the norms c·σ·d(σ²),
// d(λ) = α + (1−α)λ^(−½). The factor c² = Σλ/Σd²λ runs over all width
// eigenvalues of the system padded with columns of zeros, so that the trace is
// kept as far as no eigenvalue had to be raised. Components beyond the numerical
// rank are rounding error, which whitening would blow up: they are left out.
func (m shape) whitened(s *System, width int) (*mat.Dense, error) {
	c, err := s.allComponents()
	if err != nil {
		return nil, err
	}
	c = c.leading(linalg.Rank(c.sigma, s.Samples(), s.Width()))
	weights := make([]float64, len(c.sigma))
	before, after := 0.0, 0.0
	for i := range width {
		lambda := smallestEigenvalue
		if i < len(weights) {
			lambda = max(lambda, c.sigma[i]*c.sigma[i])
		}
		d := m.alpha + (1-m.alpha)/math.Sqrt(lambda)
		before += lambda
		after += d * d * lambda
		if i < len(weights) {
			weights[i] = c.sigma[i] * d
		}
	}
	scale(weights, math.Sqrt(before/after))
	return c.scaled(weights), nil
}
