package measures

import "simtool/internal/linalg"

var nbsFamily = Family{
	Card: Card{
		Family:         "nbs",
		Title:          "Normalised Bures similarity",
		Question:       "How well does the best rotation of Y match X, with every component counted by its standard deviation?",
		Formula:        "‖C‖* / (‖Xc‖ ‖Yc‖)",
		Params:         []Param{choice("as", asHelp, asScore, asSquared, asAngular, asAngularScore)},
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
		formCard(&m.card, m.as, 0)
		return m, nil
	},
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
