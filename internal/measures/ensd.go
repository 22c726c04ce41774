package measures

import (
	"math"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"

	"simtool/internal/linalg"
)

var ensdFamily = Family{
	Card: Card{
		Family:   "ensd",
		Title:    "Effective number of shared dimensions",
		Question: "What share of the effective dimensions do X and Y have in common?",
		Formula:  "tr(KxKy)·tr Kx·tr Ky / (tr Kx²·tr Ky²)",
		Params: []Param{moreForms(choice("as", "what to report: the number of dimensions (score), or, with it divided by the root of the product of those of X with itself and of Y with itself, which gives the cosine θ that cka is", asScore),
			asAngular, asAngularScore, asAngularDistance, asOneMinus, asNormalised, asNegativeLog)},
		Min:            0,
		Max:            math.Inf(1),
		Identity:       math.NaN(), // (tr Kx)²/tr Kx², the participation ratio
		HigherIsCloser: true,
		Symmetric:      true,
		X:              Euclidean,
		Y:              Euclidean,
		Differentiable: true,
		FromMoments:    true,
		MinSamples:     2,
		Cost:           "n·p·q",
		Pitfalls:       []string{"counts dimensions rather than scoring likeness: for identical systems it is their participation ratio"},
		References: []Reference{{
			Key: "giaffar2024effective", Authors: "Giaffar, Hamza and Rullán Buxó, Camille and Aoi, Mikio",
			Title: "The effective number of shared dimensions between paired datasets",
			Venue: "International Conference on Artificial Intelligence and Statistics", Conference: true, Year: 2024, URL: "https://proceedings.mlr.press/v238/giaffar24a.html",
		}},
	},
	New: func(a Args) (Measure, error) {
		if as := a.Text("as"); as != asScore {
			return normalisedDimensions(a.Card(), as)
		}
		return ensd{a.Card()}, nil
	},
}

// normalisedDimensions returns a form of the angle that the shared dimensions of two
// systems have by those of each with itself, which is the angle of linear cka.
func normalisedDimensions(own Card, as string) (Measure, error) {
	args, nameErr := ckaFamily.parse("as=" + as)
	if nameErr != nil {
		return nil, nameErr
	}
	built, err := ckaFamily.New(args)
	if err != nil {
		return nil, err
	}
	named := func(c Card) Card {
		c.Name, c.Family, c.Title, c.Question, c.Formula = own.Name, own.Family, own.Title, own.Question, own.Formula
		c.Params, c.Pitfalls, c.References = own.Params, []string{"the number that cka reports in this form"}, own.References
		return c
	}
	switch m := built.(type) {
	case inForm:
		m.card = named(m.card)
		return m, nil
	case cka:
		m.card = named(m.card)
		return m, nil
	}
	return built, nil
}

type ensd struct{ card Card }

// Card implements Measure.
func (m ensd) Card() Card { return m.card }

// NeuronError implements NeuronError.
func (m ensd) NeuronError(Dims) string { return "" }

// Score implements Measure.
func (m ensd) Score(p *Pair) (Score, error) {
	if err := p.check(m.card); err != nil {
		return Score{}, err
	}
	xy, xx, yy := p.crossSquares(), p.X.gramSquares(), p.Y.gramSquares()
	return Score{Value: xy / xx / yy * p.X.trace() * p.Y.trace()}, nil
}

// ComponentScore implements Theory: tr Ky = Σλᵢaᵢ², and the rest is as in cka.
func (m ensd) ComponentScore(p AlignedPair) (float64, bool) {
	v := p.kernels()
	xx, yy := floats.Dot(v.x, v.x), floats.Dot(v.y, v.y)+floats.Dot(v.z, v.z)
	trace := 0.0
	for i, a := range p.Amplitude {
		trace += p.Lambda[i] * a * a
	}
	return floats.Dot(v.x, v.y) / xx / yy * floats.Sum(p.Lambda) * trace, true
}

// Flip implements Differentiable.
func (m ensd) Flip() Differentiable { return m }

// Bind implements Differentiable.
func (m ensd) Bind(x *System, q int) (Objective, error) {
	if err := x.enough(m.card.MinSamples); err != nil {
		return nil, err
	}
	n, p := x.compact().Dims()
	return &sharedDimensions{
		centring: newCentring(n, q), x: x.compact(), scale: x.trace() / x.gramSquares(),
		c: mat.NewDense(p, q, nil), b: mat.NewDense(q, q, nil),
	}, nil
}

// sharedDimensions is the objective of ENSD.
type sharedDimensions struct {
	centring
	x     *mat.Dense
	scale float64 // tr Kx/tr Kx²
	c, b  *mat.Dense
}

// Gradient implements Objective: with s = κ‖C‖²·tr B/‖B‖²,
//
//	∂s/∂Y = 2κ·tr B/‖B‖²·XC + 2s/tr B·Y − 4s/‖B‖²·YB.
func (o *sharedDimensions) Gradient(g, y *mat.Dense) (float64, error) {
	yc := o.centre(y)
	linalg.CrossGramTo(o.c, o.x, yc)
	linalg.GramTo(o.b, yc)
	xy, yy, trace := linalg.Dot(o.c, o.c), linalg.Dot(o.b, o.b), linalg.Trace(o.b)
	if !(yy > 0) {
		return 0, constantModel()
	}
	s := o.scale * xy / yy * trace
	gemm(2*o.scale*trace/yy, o.x, o.c, 0, g)
	gemm(-4*s/yy, yc, o.b, 1, g)
	addMatrix(g, 2*s/trace, yc)
	return s, nil
}

// MomentFolds implements FromMoments.
func (ensd) MomentFolds() int { return 0 }

// Memory implements Memory.
func (m ensd) Memory(d Dims) Need { return d.needMoments() }

// GradientMemory implements GradientMemory.
func (m ensd) GradientMemory(d Dims) Need {
	x := d.reference()
	p, _ := x.compact()
	return together(x.needCompact(), x.needGram()).plus(d.N*d.Q + p*d.Q + d.Q*d.Q)
}
