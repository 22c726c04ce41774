package measures

import (
	"errors"
	"math"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"

	"simtool/internal/linalg"
)

var ccaFamily = withForms(Family{
	Card: Card{
		Family:   "cca",
		Title:    "Canonical correlation analysis",
		Question: "How much of the space of features of X and Y coincides, whatever the variance in each direction?",
		Formula:  "ρ = singular values of Q_XᵀQ_Y; mean: Σρ/min(r_X,r_Y); mean-squared: Σρ²/min(r_X,r_Y); angular: arccos(Σρ/√(r_X r_Y))",
		Params: []Param{
			choice("stat", "the mean of the canonical correlations, or of their squares", "mean", "mean-squared"),
			moreForms(choice("as", "the statistic (score), or the angle θ = arccos(Σρ/√(r_X r_Y)) in radians (angular) or as 1 − 2θ/π (angular-score)", asScore, asAngular, asAngularScore),
				asAngularDistance, asNormalised, asEuclidean, asSquaredEuclidean),
			integer("cv", 0, 0, maxFolds, "held out in this many contiguous folds: canonical variates are found on the others, and the mean over folds reported; 0 for none"),
		},
		Symmetric:      true,
		X:              Affine,
		Y:              Affine,
		Differentiable: true,
		FromMoments:    true,
		MinSamples:     2,
		Cost:           "n·(p² + q² + p·q)",
		Pitfalls: []string{
			"directions of tiny variance count as much as large ones, noise included: reduce the dimension first (svcca)",
			"with r_X + r_Y ≥ n some correlations are 1 for any data; with n ≤ r all are",
		},
		References: []Reference{refHotelling1936, refKornblith2019, refWilliams2021},
	},
	Aliases: []Alias{
		{"cca-score", "cca"},
		{"cca-mean", "cca"},
		{"cca-squared_score", "cca:stat=mean-squared"},
		{"cca-mean_sq_corr", "cca:stat=mean-squared"},
		{"cca-angular", "cca:as=angular"},
		{"cca-angular-score", "cca:as=angular-score"},
	},
	New: func(a Args) (Measure, error) {
		m := cca{card: a.Card(), squared: a.Text("stat") == "mean-squared", as: a.Text("as")}
		if m.squared && m.as != asScore {
			return nil, errors.New("as=" + m.as + " goes with stat=mean only")
		}
		if a.Int("cv") > 0 {
			return newHeldOutAlignment(a, heldOutAlignment{
				card: m.card, reduce: (*System).rankComponents, norms: whitenedNorms, canonical: true, squared: m.squared,
			})
		}
		formCard(&m.card, m.as, 0)
		return m, nil
	},
}, asAngular, asScore, asAngular, asAngularScore)

type cca struct {
	card    Card
	squared bool
	as      string
}

// Card implements Measure.
func (m cca) Card() Card { return m.card }

// NeuronError implements NeuronError.
func (m cca) NeuronError(Dims) string { return overstated }

// Score implements Measure.
func (m cca) Score(p *Pair) (Score, error) {
	if err := p.check(m.card); err != nil {
		return Score{}, err
	}
	if overlap, rx, ry, ok := p.toldOverlap(true); ok && m.squared && m.as == asScore {
		return Score{Value: min(1, overlap/float64(min(rx, ry))), Warnings: saturated(p.Samples(), rx, ry)}, nil
	}
	n, err := p.canonical()
	if err != nil {
		return Score{}, err
	}
	rx, ry := n.Dims()
	warnings := saturated(p.Samples(), rx, ry)
	if m.as != asScore {
		a, err := p.whitenedAlignment(n)
		if err != nil {
			return Score{}, err
		}
		s, err := report(m.as, a.cosine(), a.angle)
		s.Warnings = warnings
		return s, err
	}
	v, err := meanCorrelation(n, m.squared)
	return Score{Value: v, Warnings: warnings}, err
}

// meanCorrelation returns the mean of the singular values of N, or of their
// squares, over the smaller of its dimensions.
func meanCorrelation(n *mat.Dense, squared bool) (float64, error) {
	k := float64(min(n.Dims()))
	if squared {
		norm := linalg.Norm(n)
		return min(1, norm*norm/k), nil
	}
	nuclear, err := linalg.NuclearNorm(n)
	return min(1, nuclear/k), err
}

// saturated returns a warning when some canonical correlations are 1 for any data: two
// subspaces of dimensions r_X and r_Y of the n−1 dimensions of centred data intersect
// when r_X + r_Y > n − 1.
func saturated(n, rx, ry int) []string {
	if rx+ry <= n-1 {
		return nil
	}
	if min(rx, ry) == n-1 || max(rx, ry) == n-1 {
		return []string{"as many dimensions as samples: every canonical correlation is 1 whatever the data"}
	}
	return []string{"more dimensions than samples: some canonical correlations are 1 whatever the data"}
}

// whitenedAlignment returns the alignment of the orthonormal bases of the two systems.
// Its cosine is Σρ/√(r_X r_Y).
func (p *Pair) whitenedAlignment(n *mat.Dense) (alignment, error) {
	rx, ry := n.Dims()
	if p.segments != nil {
		return align(nil, n, float64(rx), float64(ry), p.identical())
	}
	qx, err := p.X.basis()
	if err != nil {
		return alignment{}, err
	}
	qy, err := p.Y.basis()
	if err != nil {
		return alignment{}, err
	}
	return align(existingRows(qx, qy), n, float64(rx), float64(ry), p.identical())
}

// MomentFolds implements FromMoments.
func (cca) MomentFolds() int { return 0 }

// Memory implements Memory.
func (m cca) Memory(d Dims) Need {
	p, q := d.compact()
	return together(d.needCanonical(), d.needAlignment(p, q))
}

// ComponentScore implements Theory: the canonical correlations are |cos φᵢ| of the
// remaining components.
func (m cca) ComponentScore(p AlignedPair) (float64, bool) {
	left := 0.0
	v := p.vectors(func(_, a, cosine, sine float64) (x, y, z float64) {
		if a == 0 {
			return 1, 0, 0
		}
		left++
		return 1, math.Abs(cosine), math.Abs(sine)
	})
	switch {
	case m.as != asScore:
		return v.form(m.as), true
	case m.squared:
		return floats.Dot(v.y, v.y) / left, true
	default:
		return floats.Sum(v.y) / left, true
	}
}
