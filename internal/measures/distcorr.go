package measures

import (
	"errors"
	"math"

	"gonum.org/v1/gonum/mat"

	"simtool/internal/linalg"
)

var distanceCorrelationFamily = withForms(Family{
	Card: Card{
		Family:   "distance-correlation",
		Title:    "Distance correlation",
		Question: "Do X and Y depend on each other in any way, linear or not?",
		Formula:  "√(⟨H·Dx·H, H·Dy·H⟩/(‖H·Dx·H‖ ‖H·Dy·H‖)), D the Euclidean distances between samples, H = I − 11ᵀ/n",
		Params: []Param{
			boolean("squared", false, "report the square, which is the cosine of the centred distance matrices"),
			choice("estimator", "double centring, biased upwards (biased), or U-centring, whose value is 0 on average for independent systems (debiased, with squared=true and at least 4 samples)", biased, debiased),
			cosineForms(),
		},
		Min:            0,
		Max:            1,
		Identity:       1,
		HigherIsCloser: true,
		Symmetric:      true,
		X:              Euclidean,
		Y:              Euclidean,
		Differentiable: true,
		MinSamples:     3,
		Cost:           "n²·(p + q)",
		Pitfalls: []string{
			"the biased estimator nears 1 for any data when features outnumber samples: use squared=true:estimator=debiased then",
			"0 means independence only for the distributions, not for a sample",
		},
		References: []Reference{refSzekely2007, refSzekely2014},
	},
	Aliases: []Alias{
		{"distance_correlation", "distance-correlation"},
		{"distance_correlation-score", "distance-correlation"},
	},
	New: newDistanceCorrelation,
}, asScore, asScore)

var (
	refSzekely2007 = Reference{
		Key: "szekely2007measuring", Authors: "Székely, Gábor J. and Rizzo, Maria L. and Bakirov, Nail K.",
		Title: "Measuring and testing dependence by correlation of distances",
		Venue: "The Annals of Statistics", Year: 2007, DOI: "10.1214/009053607000000505",
	}
	refSzekely2014 = Reference{
		Key: "szekely2014partial", Authors: "Székely, Gábor J. and Rizzo, Maria L.",
		Title: "Partial distance correlation with methods for dissimilarities",
		Venue: "The Annals of Statistics", Year: 2014, DOI: "10.1214/14-AOS1255",
	}
)

type distanceCorrelation struct {
	card      Card
	squared   bool
	estimator string
}

func newDistanceCorrelation(a Args) (Measure, error) {
	m := distanceCorrelation{card: a.Card(), squared: a.Bool("squared"), estimator: a.Text("estimator")}
	m.card.Inflated = m.estimator == biased
	if m.estimator == debiased {
		if !m.squared {
			return nil, errors.New("estimator=debiased may be negative and has no root: add squared=true")
		}
		m.card.Min = -1
		m.card.MinSamples = 4
	}
	return m, nil
}

// Card implements Measure.
func (m distanceCorrelation) Card() Card { return m.card }

// NeuronError implements NeuronError.
func (m distanceCorrelation) NeuronError(Dims) string { return "" }

// Score implements Measure.
func (m distanceCorrelation) Score(p *Pair) (Score, error) {
	if err := p.check(m.card); err != nil {
		return Score{}, err
	}
	value, err := m.cosine(p)
	if err != nil {
		return Score{}, err
	}
	if !m.squared {
		value = math.Sqrt(max(0, value))
	}
	return Score{Value: value}, nil
}

// Memory implements Memory: distances, and centred distance matrices.
func (m distanceCorrelation) Memory(d Dims) Need {
	if d.tiled() {
		return d.needBands(2)
	}
	euclidean := dissimilarity{kind: rdmEuclidean}
	return together(euclidean.need(d), kept(uCentredKey{}, 2*d.N*d.N), work(d.pairs()))
}

// Pairs implements OfPairs.
func (m distanceCorrelation) Pairs(p *Pair) (*PairMatrices, error) {
	if p.X.tiled() {
		return nil, nil
	}
	out := &PairMatrices{Product: DoublyCentred, Alone: true, Form: pairForm(asRoot)}
	if m.estimator == debiased {
		out.Product = UCentred
	}
	if m.squared {
		out.Form = nil
	}
	var err error
	if out.X, err = centredDistances(p.X, m.estimator); err != nil {
		return nil, err
	}
	out.Y, err = centredDistances(p.Y, m.estimator)
	return out, err
}

// cosine returns the cosine of the centred distances.
func (m distanceCorrelation) cosine(p *Pair) (float64, error) {
	if t, ok := toldOf[products3](p, centredDistancesKey{m.estimator}); ok && p.X != p.Y {
		return normalised(t.xy, t.xx, t.yy), nil
	}
	if p.X.tiled() {
		x, err := centredDistanceBands(p.X, m.estimator)
		if err != nil {
			return 0, err
		}
		y, err := centredDistanceBands(p.Y, m.estimator)
		if err != nil {
			return 0, err
		}
		return normalised(products(x, y)), nil
	}
	x, err := centredDistances(p.X, m.estimator)
	if err != nil {
		return 0, err
	}
	y, err := centredDistances(p.Y, m.estimator)
	if err != nil {
		return 0, err
	}
	return clip(linalg.Dot(x, y) / linalg.Norm(x) / linalg.Norm(y)), nil
}

// gap implements gapped: 1 − c = ½‖u − v‖² of the centred distances scaled to norm 1, and
// 1 − √c = (1 − c)/(1 + √c).
func (m distanceCorrelation) gap(p *Pair) (float64, error) {
	if p.identical() {
		return 0, nil
	}
	x, err := centredDistanceBands(p.X, m.estimator)
	if err != nil {
		return 0, err
	}
	y, err := centredDistanceBands(p.Y, m.estimator)
	if err != nil {
		return 0, err
	}
	_, xx, yy := products(x, y)
	d := gap(x, y, 1/math.Sqrt(xx), 1/math.Sqrt(yy))
	missing := d * d / 2
	if !m.squared {
		missing /= 1 + math.Sqrt(max(0, 1-missing))
	}
	return missing, nil
}

// gapMemory returns the need of gap.
func (m distanceCorrelation) gapMemory(d Dims) Need { return d.needBands(2) }

// centredDistanceBands is centredDistances by bands, without the factor −½.
func centredDistanceBands(s *System, estimator string) (centredBands, error) {
	b := distanceBands(s.raw).mapped(math.Sqrt)
	e := b.extent()
	if !finite(e.squares) {
		return centredBands{}, overflowing(s)
	}
	if estimator == biased {
		return b.doublyCentred(e, 0), nil
	}
	u := b.uCentred(e)
	if _, left, _ := products(u, u); !(math.Sqrt(left) > roundoff*math.Sqrt(2*e.squares)) {
		return centredBands{}, equallyFar(s)
	}
	return u, nil
}

// equallyFar returns the error for U-centred distances that consist of rounding errors.
func equallyFar(s *System) error {
	return undefined("%s: the U-centred distances are all 0, as they are when every two samples are equally far apart", s.label())
}

type uCentredKey struct{}

// centredDistances returns the Euclidean distances of a system, times −½,
// doubly centred or U-centred.
func centredDistances(s *System, estimator string) (*mat.Dense, error) {
	d := dissimilarity{kind: rdmEuclidean}
	values, err := d.condensed(s)
	if err != nil {
		return nil, err
	}
	if estimator == biased {
		return d.kernel(s, values, false), nil
	}
	return shared(&s.memo, uCentredKey{}, func() (*mat.Dense, error) {
		u := square(values, s.Samples())
		whole := linalg.Norm(u)
		uCentre(u)
		// U-centring of distances of the form f_i + f_j gives rounding errors.
		if !(linalg.Norm(u) > roundoff*whole) {
			return nil, equallyFar(s)
		}
		scaleMatrix(u, -0.5)
		return u, nil
	})
}
