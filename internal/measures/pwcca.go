package measures

import (
	"math"

	"gonum.org/v1/gonum/mat"

	"simtool/internal/linalg"
)

var pwccaFamily = withForms(Family{
	Card: Card{
		Family:   "pwcca",
		Title:    "Projection-weighted canonical correlation analysis",
		Question: "How much of the space of X coincides with that of Y, where canonical directions count by how much of X they account for?",
		Formula:  "Σ αᵢρᵢ / Σ αᵢ, αᵢ = Σⱼ |⟨zᵢ, xⱼ⟩|, zᵢ the orthonormal canonical variates of X, xⱼ the columns of Xc",
		Params: []Param{
			choice("weights", "the system whose variates and features give the weights: the reference (x) or what is compared with it (y)", "x", "y"),
			moreForms(choice("as", "the weighted mean (score), the angle θ whose cosine it is, in radians (angular)", asScore, asAngular),
				asAngularScore, asAngularDistance, asOneMinus, asNormalised, asEuclidean, asSquaredEuclidean),
		},
		Min: 0, Max: 1, Identity: 1, HigherIsCloser: true,
		X:              Permutation | Scaling | Translation, // the absolute values depend on the axes of the features
		Y:              Affine,
		Differentiable: true,
		FromMoments:    true,
		MinSamples:     2,
		Cost:           "n·(p² + q² + p·q)",
		Pitfalls: []string{
			"not symmetric: the weights come from one of the systems",
			"with r_X + r_Y ≥ n some correlations are 1 for any data, and their variates are arbitrary: the value is not determined unless all of them are 1",
			"code derived from google/svcca weighs by variates that are not whitened, which is not the published measure and gives other values",
		},
		References: []Reference{{
			Key: "morcos2018insights", Authors: "Morcos, Ari S. and Raghu, Maithra and Bengio, Samy",
			Title: "Insights on representational similarity in neural networks with canonical correlation",
			Venue: "Advances in Neural Information Processing Systems", Conference: true, Year: 2018, DOI: "10.48550/arXiv.1806.05759",
		}, refRaghu2017},
	},
	Aliases: []Alias{{"pwcca-score", "pwcca"}},
	New: func(a Args) (Measure, error) {
		m := pwcca{card: a.Card()}
		if a.Text("weights") == "y" {
			m = m.flip()
		}
		return m, nil
	},
}, asScore, asScore)

type pwcca struct {
	card    Card
	weightY bool
}

// flip returns the measure with the weights of the other system.
func (m pwcca) flip() pwcca {
	m.weightY = !m.weightY
	m.card.X, m.card.Y = m.card.Y, m.card.X
	return m
}

// Card implements Measure.
func (m pwcca) Card() Card { return m.card }

// NeuronError implements NeuronError.
func (m pwcca) NeuronError(Dims) string { return overstated }

// Score implements Measure.
func (m pwcca) Score(p *Pair) (Score, error) {
	if err := p.check(m.card); err != nil {
		return Score{}, err
	}
	n, err := p.canonical()
	if err != nil {
		return Score{}, err
	}
	rx, ry := n.Dims()
	warnings := saturated(p.Samples(), rx, ry)
	own := p.X
	if m.weightY {
		own, n = p.Y, mat.DenseCopyOf(n.T())
	}
	features, err := own.inBasis()
	if err != nil {
		return Score{}, err
	}
	w, err := projectionWeighted(n, features)
	if err != nil {
		return Score{}, err
	}
	// If several correlations are 1, any basis of the shared space is a set of
	// variates, and each basis has other weights.
	if shared := rx + ry - (p.Samples() - 1); shared > 1 && w.rho[len(w.rho)-1] < 1-1e-9 {
		return Score{}, undefined("more dimensions than samples (%d + %d of %d): the canonical variates, and so their weights, are not determined", rx, ry, p.Samples()-1)
	}
	if own, _ := features.Dims(); w.tied(own) {
		warnings = append(warnings, "some canonical correlations are equal: their variates are any basis of a common space, and each basis weighs them differently, so that the value is not determined")
	}
	return Score{Value: w.mean, Warnings: warnings}, nil
}

// tied reports whether canonical correlations that are equal but for rounding make the
// mean depend on the choice of their variates in a system of r dimensions. It does not
// where all are equal. Those that are 0 are equal to those of all directions of the
// system that the other one does not share.
func (w weightedCorrelations) tied(r int) bool {
	const equal = 1e-9
	k := len(w.rho)
	if w.rho[0]-w.rho[k-1] <= equal {
		return false
	}
	for i := 1; i < k; i++ {
		if w.rho[i-1]-w.rho[i] <= equal {
			return true
		}
	}
	return w.rho[k-1] <= equal && r > k
}

// inBasis returns QᵀXc, the features in the orthonormal basis of the system.
func (s *System) inBasis() (*mat.Dense, error) {
	// The Gram matrix is that of the features unless there are more than samples.
	if w := s.whitener(); w != nil && (s.momentsOnly() || s.Width() <= s.Samples()) {
		return linalg.CrossGram(w, s.gram()), nil
	}
	q, err := s.basis()
	if err != nil {
		return nil, err
	}
	return linalg.CrossGram(q, s.centred()), nil
}

// weightedCorrelations holds the canonical correlations of a system with another one and
// their weights: N = U·diag(ρ)·Vᵀ, with the canonical variates Z = QU.
type weightedCorrelations struct {
	u, v       *mat.Dense // r×k and s×k
	rho, alpha []float64
	along      *mat.Dense // ZᵀXc, k×p: the products of variates and features
	total      float64    // Σα
	mean       float64    // Σαρ/Σα
}

// projectionWeighted weighs the singular values of N = QᵀQ_other, r×s, by the features
// QᵀXc, r×p: αᵢ = Σⱼ|⟨zᵢ,xⱼ⟩|, where zᵢᵀXc = uᵢᵀ(QᵀXc).
func projectionWeighted(n, features *mat.Dense) (weightedCorrelations, error) {
	u, rho, v, err := linalg.SVD(n)
	if err != nil {
		return weightedCorrelations{}, err
	}
	w := weightedCorrelations{u: u, v: v, rho: rho, alpha: make([]float64, len(rho)), along: linalg.CrossGram(u, features)}
	weighted := 0.0
	for i := range rho {
		rho[i] = min(1, rho[i])
		for _, c := range w.along.RawRowView(i) {
			w.alpha[i] += math.Abs(c)
		}
		weighted += w.alpha[i] * rho[i]
		w.total += w.alpha[i]
	}
	if !(w.total > 0) {
		return w, undefined("no canonical variate is correlated with the features that weigh it")
	}
	w.mean = weighted / w.total
	return w, nil
}

// MomentFolds implements FromMoments.
func (pwcca) MomentFolds() int { return 0 }

// Memory implements Memory: canonical correlations with their variates, and the features
// of the system with the weights in its basis.
func (m pwcca) Memory(d Dims) Need {
	p, q := d.compact()
	own, features := p, d.P
	if m.weightY {
		own, features = q, d.Q
	}
	return together(d.needCanonical(), work(p*q+3*own*features+linalg.SVDMemory(p, q)))
}

// gap returns 1 − s. Correlations that are all but 1 do not tell the variates; those are
// the eigenvectors of what the other system leaves of the own basis, with R = Q − Q'Q'ᵀQ
//
//	RᵀR = I − NNᵀ,
//
// and the eigenvalues 1 − ρ².
func (m pwcca) gap(p *Pair) (float64, error) {
	if p.identical() {
		return 0, nil
	}
	own, other := p.X, p.Y
	if m.weightY {
		own, other = p.Y, p.X
	}
	features, err := own.inBasis()
	if err != nil {
		return 0, err
	}
	q, err := own.basis()
	if err != nil {
		return 0, err
	}
	to, err := other.basis()
	if err != nil {
		return 0, err
	}
	return weightedGap(q, to, features)
}

// weightedGap is that of orthonormal bases, with the features that weigh, QᵀXc.
func weightedGap(q, to, features *mat.Dense) (float64, error) {
	rest := mat.DenseCopyOf(q)
	gemm(-1, to, linalg.CrossGram(to, q), 1, rest)
	left, u, err := linalg.EigSym(linalg.Gram(rest))
	if err != nil {
		return 0, err
	}
	along := linalg.CrossGram(u, features)
	lost, total := 0.0, 0.0
	k := min(len(left), to.RawMatrix().Cols)
	for i := len(left) - k; i < len(left); i++ { // the smallest
		alpha, square := 0.0, max(0, min(1, left[i]))
		for _, c := range along.RawRowView(i) {
			alpha += math.Abs(c)
		}
		lost += alpha * square / (1 + math.Sqrt(1-square))
		total += alpha
	}
	return lost / total, nil
}

// gapMemory is the need of gap beside that of the score.
func (m pwcca) gapMemory(d Dims) Need {
	p, q := d.compact()
	return together(m.Memory(d), work(p*q+3*max(p*d.P, q*d.Q)+linalg.SVDMemory(p, q)+2*d.N*min(p, q)))
}
