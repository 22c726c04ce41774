package measures

import (
	"math"

	"gonum.org/v1/gonum/mat"
)

var shapeFamily = withAlignedForms(Family{
	Card: Card{
		Family:   "shape",
		Title:    "Generalised shape metric with partial whitening",
		Question: "How far apart do X and Y remain after the best rotation, when small variances are partly made up to large ones first?",
		Formula:  "Procrustes of c·XcZ, Z = V diag(α + (1−α)λ^(−½)) Vᵀ, XcᵀXc = V diag(λ) Vᵀ, λ raised to at least 1e-7·min(1, λ₁), c keeping the trace",
		Params: []Param{
			number("alpha", "0.5", 0, 1, "how much of the variances to keep: 1 leaves the data as they are (procrustes), 0 whitens them (cca:as=angular)"),
			alignedForm,
			integer("cv", 0, 0, maxFolds, "held out in this many contiguous folds: whitening and rotation are found on the others, and the mean over folds reported; 0 for none"),
		},
		Symmetric:      true,
		Inflated:       true,
		Differentiable: true,
		FromMoments:    true,
		MinSamples:     2,
		Cost:           "n·(p² + q² + p·q) + p³ + q³",
		Pitfalls: []string{
			"between 0 and 1, alpha weighs standard deviations (times √n) against the number 1, so the value depends on the units of the data and the number of samples",
			"eigenvalues below 1e-7 are raised to that in the units of the data, as published, so that such components count for less; where the largest is below 1, below 1e-7 of it",
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
		if a.Int("cv") > 0 {
			return m.heldOut(a)
		}
		alignedCard(&m.card, m.as, 0)
		return m, nil
	},
})

// heldOut returns the measure with a whitening and a rotation that other samples
// determine. With alpha=1 it is that of procrustes.
func (m shape) heldOut(a Args) (Measure, error) {
	if cv := a.Int("cv"); m.alpha == 1 && cv > 1 {
		held := procrustes{as: m.as, cv: cv}
		if m.as == asSquaredEuclidean {
			held.as = asProcrustesSquared
		}
		held.card = rotationCard(m.card, held.as, cv)
		return held, nil
	}
	return newHeldOutAlignment(a, heldOutAlignment{
		card: m.card, reduce: (*System).rankComponents,
		norms: func(sigma []float64, wide int) []float64 {
			f, scaling := m.norms(sigma, wide)
			scale(f, scaling.factor)
			return f
		},
	})
}

type shape struct {
	card  Card
	alpha float64
	as    string
}

// Card implements Measure.
func (m shape) Card() Card { return m.card }

// NeuronError implements NeuronError.
func (m shape) NeuronError(Dims) string { return "" }

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
	cross := p.crossOf(x.points, y.points)
	if p.segments != nil {
		return align(nil, cross, x.square, y.square, p.identical())
	}
	return align(existingRows(x.points, y.points), cross, x.square, y.square, p.identical())
}

// smallestEigenvalue is the value to which smaller eigenvalues of XcᵀXc are raised (netrep's
// eigval_tol), for data whose largest is at least 1. In smaller units it is that share of
// the largest, so that it keeps noise from being whitened there, too, and no signal.
const smallestEigenvalue = 1e-7

// eigenvalueFloor returns the value to which smaller eigenvalues σ² are raised.
func eigenvalueFloor(sigma []float64) float64 {
	if len(sigma) == 0 {
		return smallestEigenvalue
	}
	return smallestEigenvalue * min(1, sigma[0]*sigma[0])
}

// whitened is a partially whitened system in its principal axes, c·XcZV: the principal
// components with the norms c·f(σ).
type whitened struct {
	points *mat.Dense // see principal.scaled
	square float64    // its squared norm
}

// whitened whitens a system padded to a width. The result is c·XcZ up to a rotation of
// the features.
func (m shape) whitened(s *System, width int) (whitened, error) {
	c, err := s.rankComponents()
	if err != nil {
		return whitened{}, err
	}
	f, scaling := m.norms(c.sigma, width)
	scale(f, scaling.factor)
	return whitened{c.scaled(f), sum(squares(f))}, nil
}

// scaling is the factor c that keeps the trace of a system: c² = before/after = Σλ/Σd²λ.
// The sums are over all eigenvalues of the system padded with columns of zeros. The
// trace is kept exactly if no eigenvalue was raised.
type scaling struct{ factor, before, after float64 }

// norms returns f(σ) = σ·d(λ), d(λ) = α + (1−α)λ^(−½) with λ = σ² raised to the
// smallest eigenvalue, for the norms σ of the principal components of a system
// padded to a width, and the factor that keeps its trace.
func (m shape) norms(sigma []float64, width int) (f []float64, c scaling) {
	f = make([]float64, len(sigma))
	least := eigenvalueFloor(sigma)
	for i := range width {
		lambda := least
		if i < len(f) {
			lambda = max(lambda, sigma[i]*sigma[i])
		}
		d := m.alpha + (1-m.alpha)/math.Sqrt(lambda)
		c.before += lambda
		c.after += d * d * lambda
		if i < len(f) {
			f[i] = sigma[i] * d
		}
	}
	c.factor = math.Sqrt(c.before / c.after)
	return f, c
}

// MomentFolds implements FromMoments.
func (shape) MomentFolds() int { return 0 }

// Memory implements Memory: principal components, and their whitened copies.
func (m shape) Memory(d Dims) Need {
	p, q := d.compact()
	if m.alpha == 1 {
		return together(d.needMoments(), d.needCompact(), d.needAlignment(p, q))
	}
	whitened := d.N*(p+q) + p*q
	return together(d.needComponents(), work(whitened+d.N*d.larger()), work(whitened+d.needAlignment(p, q).work))
}
