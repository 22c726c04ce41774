package measures

import (
	"math"

	"gonum.org/v1/gonum/mat"

	"simtool/internal/linalg"
)

// formEuclidean is the form of the distance between aligned systems that is not an angle.
const formEuclidean = "euclidean"

// alignedForm is the parameter for the form of the distance between aligned systems.
var alignedForm = moreForms(choice("as", "the angle θ in radians (angular), 1 − 2θ/π (angular-score), the distance in the units of the data (euclidean)",
	asAngular, asAngularScore, formEuclidean), asSquaredEuclidean, asScore, asAngularDistance, asOneMinus, asNormalised)

// withAlignedForms gives a family all of them.
func withAlignedForms(f Family) Family {
	return withForms(f, asAngular, asAngular, asAngularScore, formEuclidean)
}

// alignedCard sets the fields of a card that depend on the form; lo is the smallest
// cosine of the angle.
func alignedCard(card *Card, form string, lo float64) {
	if form == formEuclidean {
		card.Min, card.Max, card.Identity, card.HigherIsCloser = 0, math.Inf(1), 0, false
		return
	}
	formCard(card, form, lo)
}

// reportAligned returns the distance between aligned systems in the given form.
func reportAligned(a alignment, form string) (Score, error) {
	v, err := procrustes{as: form}.report(a)
	return Score{Value: v}, err
}

var permutationFamily = inflatedIn(withAlignedForms(Family{
	Card: Card{
		Family:   "permutation",
		Title:    "Permutation shape metric",
		Question: "How far apart do X and Y remain after the best one-to-one matching of their features?",
		Formula:  "angular: arccos(max_P ⟨XcP, Yc⟩/(‖Xc‖‖Yc‖)) over permutations P, the narrower system padded with zeros; euclidean: min_P ‖XcP − Yc‖",
		Params:   []Param{alignedForm, boolean("center", true, "remove the column means first")},

		Symmetric:  true,
		X:          Permutation | Scaling | Translation,
		Y:          Permutation | Scaling | Translation,
		MinSamples: 2,
		Cost:       "n·p·q + min(p,q)²·max(p,q)",
		Pitfalls: []string{
			"the angle exceeds π/2 when even the best matching is anticorrelated",
			"features are matched by covariance, so the largest decide; match works with correlations",
			"every feature of the narrower system is matched, even where leaving it out would be closer",
		},
		References: []Reference{refWilliams2021, refJonker1987},
	},
	Aliases: []Alias{
		{"permutation-angular", "permutation"},
		{"permutation-angular-score", "permutation:as=angular-score"},
		{"permutation-euclidean", "permutation:as=euclidean"},
		{"permutation_metric-distance=angular", "permutation"},
		{"permutation_metric-distance=euclidean", "permutation:as=euclidean"},
		{"permutation_procrustes", "permutation:as=euclidean:center=false"},
	},
	New: func(a Args) (Measure, error) {
		m := permutation{card: a.Card(), as: a.Text("as"), centred: a.Bool("center")}
		if !m.centred {
			m.card.X &^= Translation
			m.card.Y &^= Translation
		}
		if m.as == formEuclidean {
			m.card.X &^= Scaling
			m.card.Y &^= Scaling
		}
		alignedCard(&m.card, m.as, -1)
		return m, nil
	},
}), asScore, asOneMinus)

type permutation struct {
	card    Card
	as      string
	centred bool
}

// Card implements Measure.
func (m permutation) Card() Card { return m.card }

// Score implements Measure.
func (m permutation) Score(p *Pair) (Score, error) {
	if err := p.check(m.card); err != nil {
		return Score{}, err
	}
	return reportAligned(p.matched(m.centred), m.as)
}

type matchedKey struct{ centred bool }

// matched returns the alignment by a matching of features: P is a permutation matrix (of
// the narrower system's features into those of the wider one), and ⟨XcP, Yc⟩ replaces
// the nuclear norm.
func (p *Pair) matched(centred bool) alignment {
	return always(&p.memo, matchedKey{centred}, func() alignment {
		x, y, xx, yy, same := p.X.raw, p.Y.raw, 0.0, 0.0, false
		if centred {
			x, y, xx, yy, same = p.X.centred(), p.Y.centred(), p.X.trace(), p.Y.trace(), p.identical()
		} else {
			xx, yy, same = sumSquares(x), sumSquares(y), p.X == p.Y || mat.Equal(x, y)
		}
		cross := linalg.CrossGram(x, y)
		matching := mat.NewDense(cross.RawMatrix().Rows, cross.RawMatrix().Cols, nil)
		for i, j := range assignment(cross) {
			if j >= 0 {
				matching.Set(i, j, 1)
			}
		}
		return alignment{
			rows: existingRows(x, y), polar: constantPolar(matching), nuclear: linalg.Dot(cross, matching),
			xx: xx, yy: yy, same: same,
		}
	})
}

// Memory implements Memory: the covariances of all features with all, a transposed copy
// where it is needed, and the matching.
func (m permutation) Memory(d Dims) Need {
	all := d.P * d.Q
	samples := Need{}
	if m.centred {
		samples = d.needCentred()
	}
	return together(samples, kept(matchedKey{m.centred}, all), work(2*all), work(all+d.values()))
}
