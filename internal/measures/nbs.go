package measures

import (
	"errors"

	"simtool/internal/linalg"
)

var nbsFamily = withForms(Family{
	Card: Card{
		Family:   "nbs",
		Title:    "Normalised Bures similarity",
		Question: "How well does the best rotation of Y match X, with every component counted by its standard deviation?",
		Formula:  "‖C‖* / (‖Xc‖ ‖Yc‖)",
		Params: []Param{
			moreForms(choice("as", asHelp, asScore, asSquared, asAngular, asAngularScore),
				asAngularDistance, asOneMinus, asNormalised, asNegativeLog, asEuclidean, asSquaredEuclidean),
			integer("cv", 0, 0, maxFolds, "held out in this many contiguous folds: the rotation is found on the others, and the mean over folds reported; 0 for none"),
		},
		Min:            0,
		Max:            1,
		Identity:       1,
		HigherIsCloser: true,
		Symmetric:      true,
		Inflated:       true,
		X:              Euclidean,
		Y:              Euclidean,
		Differentiable: true,
		FromMoments:    true,
		MinSamples:     2,
		Cost:           "n·p·q + min(p,q)³",
		Pitfalls: []string{
			"rises with the number of features when samples are few: compare with shuffled samples",
			"unequal variances are not equalised, so high-variance components still count most (linearly, where cka counts them quadratically)",
		},
		References: []Reference{refTang2020, refHarvey2024, refCloos2025},
	},
	Aliases: []Alias{
		{"nbs-score", "nbs"},
		{"nbs-squared", "nbs:as=squared"},
		{"nbs-angular", "nbs:as=angular"},
		{"nbs-angular-score", "nbs:as=angular-score"},
		{"nbs-angular_score", "nbs:as=angular-score"},
		{"kernel=linear-similarity=(centered-bures)-score", "nbs"},
	},
	New: func(a Args) (Measure, error) {
		m := nbs{card: a.Card(), as: a.Text("as")}
		if a.Int("cv") > 0 {
			return heldOutNBS(a)
		}
		formCard(&m.card, m.as, 0)
		return m, nil
	},
}, asAngular, asScore, asSquared, asAngular, asAngularScore)

// heldOutNBS returns the measure with rotations that other samples determine: that of
// procrustes, in forms of the cosine.
func heldOutNBS(a Args) (Measure, error) {
	m := procrustes{as: a.Text("as"), cv: a.Int("cv")}
	if m.cv == 1 {
		return nil, errors.New("cv=1: want 0 or at least 2 folds")
	}
	if m.as == asSquaredEuclidean {
		m.as = asProcrustesSquared
	}
	m.card = rotationCard(a.Card(), m.as, m.cv)
	return m, nil
}

// nbs is the normalised Bures similarity, the fidelity of the kernel matrices Kx and Ky:
// the cosine of the Procrustes angle.
type nbs struct {
	card Card
	as   string
}

// Card implements Measure.
func (m nbs) Card() Card { return m.card }

// NeuronError implements NeuronError.
func (m nbs) NeuronError(Dims) string { return "" }

// Score implements Measure.
func (m nbs) Score(p *Pair) (Score, error) {
	if err := p.check(m.card); err != nil {
		return Score{}, err
	}
	a, err := p.alignment()
	if err != nil {
		return Score{}, err
	}
	return report(m.as, a.cosine(), a.angle)
}

// ComponentScore implements Theory: ‖C‖* = Σλᵢ|aᵢcos φᵢ|.
func (m nbs) ComponentScore(p AlignedPair) (float64, bool) { return p.rotated().form(m.as), true }

// Scale implements Monotone.
func (m nbs) Scale() (Scale, bool) { return Scale{BuresCosine, m.as}, true }

// MomentFolds implements FromMoments.
func (nbs) MomentFolds() int { return 0 }

// Memory implements Memory.
func (m nbs) Memory(d Dims) Need {
	p, q := d.compact()
	if m.as == asScore || m.as == asSquared {
		return together(d.needMoments(), work(linalg.NuclearNormMemory(p, q)))
	}
	return together(d.needMoments(), d.needCompact(), d.needAlignment(p, q))
}
