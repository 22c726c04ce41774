package measures

import (
	"math"

	"gonum.org/v1/gonum/mat"

	"simtool/internal/linalg"
)

var pwccaFamily = Family{
	Card: Card{
		Family:   "pwcca",
		Title:    "Projection-weighted canonical correlation analysis",
		Question: "How much of the space of X coincides with that of Y, where canonical directions count by how much of X they account for?",
		Formula:  "Σ αᵢρᵢ / Σ αᵢ, αᵢ = Σⱼ |⟨zᵢ, xⱼ⟩|, zᵢ the orthonormal canonical variates of X, xⱼ the columns of Xc",
		Min:      0, Max: 1, Identity: 1, HigherIsCloser: true,
		X:          Permutation | Scaling | Translation, // the absolute values single out the features' axes
		Y:          Affine,
		MinSamples: 2,
		Cost:       "n·(p² + q² + p·q)",
		Pitfalls: []string{
			"not symmetric: the weights come from X",
			"with r_X + r_Y ≥ n some correlations are 1 for any data, and their variates are arbitrary: the value is not determined unless all of them are 1",
			"code derived from google/svcca weighs by variates that are not whitened, which is not the published measure and gives other values",
		},
		References: []Reference{{
			Key: "morcos2018insights", Authors: "Morcos, Ari S. and Raghu, Maithra and Bengio, Samy",
			Title: "Insights on representational similarity in neural networks with canonical correlation",
			Venue: "Advances in Neural Information Processing Systems", Year: 2018, DOI: "10.48550/arXiv.1806.05759",
		}, refRaghu2017},
	},
	Aliases: []Alias{{"pwcca-score", "pwcca"}},
	New:     func(a Args) (Measure, error) { return pwcca{a.Card()}, nil },
}

type pwcca struct{ card Card }

// Card implements Measure.
func (m pwcca) Card() Card { return m.card }

// Score implements Measure.
func (m pwcca) Score(p *Pair) (Score, error) {
	if err := p.check(m.card); err != nil {
		return Score{}, err
	}
	n, err := p.canonical()
	if err != nil {
		return Score{}, err
	}
	u, rho, _, err := linalg.SVD(n)
	if err != nil {
		return Score{}, err
	}
	q, err := p.X.basis()
	if err != nil {
		return Score{}, err
	}
	// zᵢᵀXc = uᵢᵀ(QᵀXc) for the variates Z = QU.
	var along mat.Dense
	along.Mul(u.T(), linalg.CrossGram(q, p.X.centred()))
	weighted, total := 0.0, 0.0
	for i, r := range rho {
		alpha := 0.0
		for _, v := range along.RawRowView(i) {
			alpha += math.Abs(v)
		}
		weighted += alpha * min(1, r)
		total += alpha
	}
	rx, ry := n.Dims()
	s := Score{Warnings: saturated(p.Samples(), rx, ry)}
	if !(total > 0) {
		return s, undefined("no canonical variate of %s is correlated with its features", p.X.label())
	}
	s.Value = weighted / total
	return s, nil
}
