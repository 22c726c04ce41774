package measures

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"
)

var uniformityFamily = Family{
	Card: spreadCard(Card{
		Family:   "uniformity-difference",
		Title:    "Difference of uniformities",
		Question: "Are the samples of one system spread out more evenly than those of the other?",
		Formula:  "| u(X) − u(Y) |, u(X) = log( n⁻² Σ_ij exp(−t·‖x_i − x_j‖²) )",
		Params: []Param{
			number("t", "2", math.SmallestNonzeroFloat64, math.MaxFloat64, "the rate t, in units of one by those of the data squared"),
		},
		X:    Translation,
		Cost: "n²·(p + q)",
		Pitfalls: []string{
			"depends on the units of the data: the potential was made for samples of norm 1, where t=2 sees neighbours, and sees none where distances are much larger than 1",
			"each sample counts as a neighbour of itself, as in published code",
		},
		References: []Reference{{
			Key: "wang2020understanding", Authors: "Wang, Tongzhou and Isola, Phillip",
			Title: "Understanding contrastive representation learning through alignment and uniformity on the hypersphere",
			Venue: "International Conference on Machine Learning", Conference: true, Year: 2020, DOI: "10.48550/arXiv.2005.10242",
		}, refKlabunde2025},
	}),
	Aliases: []Alias{{"uniformity_difference", "uniformity-difference"}},
	New: func(a Args) (Measure, error) {
		return spreadDifference{a.Card(), uniformity{a.Float("t")}}, nil
	},
}

// uniformity is log(1 + Σ_{i≠j} exp(−t·d_ij)/n): log n more than the logarithm of the mean
// over all pairs, which differences do not see.
type uniformity struct{ rate float64 }

// unseen is the sum over pairs, for a sample, below which nearly none are near.
const unseen = 1e-6

func (u uniformity) of(s *System) (float64, string, error) {
	total := 0.0
	distanceBands(s.raw).mapped(func(d float64) float64 { return math.Exp(-u.rate * d) }).each(func(_ int, band *mat.Dense) {
		for i := range band.RawMatrix().Rows {
			total += sum(band.RawRowView(i)[i+1:])
		}
	})
	near := 2 * total / float64(s.n)
	warning := ""
	if near < unseen {
		warning = fmt.Sprintf("%s: t=%g is so large against the squared distances that no two samples are near each other: scale the samples, or take a smaller t", s.label(), u.rate)
	}
	return math.Log1p(near), warning, nil
}

func (uniformity) need(d Dims) Need { return d.needBands(1) }

func (uniformity) gradientNeed(d Dims) int64 { return d.N*d.Q + d.N*d.N + d.pairs() }

// newSlope implements spread: ∂u/∂d_ij = −t·exp(−t·d_ij)/Σ for either order of a pair, Σ
// over all pairs.
func (u uniformity) newSlope(n, q int) func(g, y *mat.Dense) (float64, error) {
	o := &pairwise{
		centring: newCentring(n, q), v: make([]float64, n*(n-1)/2),
		gamma: mat.NewDense(n, n, nil), work: make([]float64, n),
	}
	return func(g, y *mat.Dense) (float64, error) {
		yc := o.centre(y)
		if sumSquares(yc) == 0 {
			return 0, constantModel()
		}
		o.squaredDistances(yc)
		for k, d := range o.v {
			o.v[k] = math.Exp(-u.rate * d)
		}
		near := 2 * sum(o.v) / float64(n)
		o.fillUpper(-u.rate / (float64(n) * (1 + near)))
		throughDistances(g, o.gamma, yc)
		return math.Log1p(near), nil
	}
}

// fillUpper writes Γ = c·v with both triangles and a zero diagonal.
func (o *pairwise) fillUpper(c float64) {
	at := 0
	for i := range o.work {
		row := o.gamma.RawRowView(i)[i:]
		row[0] = 0
		for j := range row[1:] {
			row[1+j] = c * o.v[at]
			at++
		}
	}
	mirrorUpper(o.gamma)
}
