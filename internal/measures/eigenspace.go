package measures

import (
	"gonum.org/v1/gonum/mat"

	"simtool/internal/linalg"
)

var eigenspaceFamily = withForms(Family{
	Card: Card{
		Family:   "eigenspace-overlap",
		Title:    "Eigenspace overlap score",
		Question: "How much of the space of features of X and Y coincides, counted against all features of the wider?",
		Formula:  "‖UxᵀUy‖² / max(p,q), U an orthonormal basis of the column space",
		Params: []Param{
			boolean("center", false, "remove the column means first, so that a constant added to a feature does not matter"),
			overlapForms(),
		},
		Min:            0,
		Max:            1,
		Identity:       1, // with at least as many samples as features, none of them dependent
		HigherIsCloser: true,
		Symmetric:      true,
		X:              Permutation | Orthogonal | Linear | Scaling,
		Y:              Permutation | Orthogonal | Linear | Scaling,
		Differentiable: true,
		MinSamples:     2,
		Cost:           "n·(p² + q² + p·q)",
		Pitfalls: []string{
			"directions of tiny variance count as much as large ones, noise included",
			"features are counted, not dimensions: identical systems with dependent features, or fewer samples than features, score below 1",
			"without centring, as published, the means are a direction like any other",
		},
		References: []Reference{{
			Key: "may2019downstream", Authors: "May, Avner and Zhang, Jian and Dao, Tri and Ré, Christopher",
			Title: "On the downstream performance of compressed word embeddings",
			Venue: "Advances in Neural Information Processing Systems", Conference: true, Year: 2019,
			URL: "https://proceedings.neurips.cc/paper/2019/hash/faf02b2358de8933f480a146f4d2d98e-Abstract.html",
		}},
	},
	Aliases: []Alias{{"eigenspace_overlap_score", "eigenspace-overlap"}},
	New: func(a Args) (Measure, error) {
		m := eigenspaceOverlap{card: a.Card(), centred: a.Bool("center")}
		if m.centred {
			m.card.X |= Translation
			m.card.Y |= Translation
			m.card.FromMoments = true
		}
		return m, nil
	},
}, asScore, asScore)

type eigenspaceOverlap struct {
	card    Card
	centred bool
}

// Card implements Measure.
func (m eigenspaceOverlap) Card() Card { return m.card }

// Score implements Measure.
func (m eigenspaceOverlap) Score(p *Pair) (Score, error) {
	if err := p.check(m.card); err != nil {
		return Score{}, err
	}
	overlap, rx, ry, ok := p.toldOverlap(m.centred)
	if !ok {
		n, err := m.cosines(p)
		if err != nil {
			return Score{}, err
		}
		norm := linalg.Norm(n)
		overlap = norm * norm
		rx, ry = n.Dims()
	}
	width := float64(max(p.X.Width(), p.Y.Width()))
	s := Score{Value: min(1, overlap/width)}
	if min(rx, ry) == p.Samples() || (m.centred && min(rx, ry) == p.Samples()-1) {
		s.Warnings = []string{"as many dimensions as samples: the spaces coincide whatever the data"}
	}
	return s, nil
}

// cosines returns UxᵀUy.
func (m eigenspaceOverlap) cosines(p *Pair) (*mat.Dense, error) {
	if m.centred {
		return p.canonical()
	}
	x, err := m.space(p.X)
	if err != nil {
		return nil, err
	}
	y, err := m.space(p.Y)
	if err != nil {
		return nil, err
	}
	return linalg.CrossGram(x, y), nil
}

// space returns an orthonormal basis of the span of a system's features.
func (m eigenspaceOverlap) space(s *System) (*mat.Dense, error) {
	if m.centred {
		return s.basis()
	}
	return s.rawBasis()
}

type rawBasisKey struct{}

// rawBasis returns an orthonormal basis of the column space of the data as
// they are, up to the rank that their rounding leaves (see dimensions).
func (s *System) rawBasis() (*mat.Dense, error) {
	return shared(&s.memo, rawBasisKey{}, func() (*mat.Dense, error) {
		x := mat.DenseCopyOf(s.raw)
		s.equilibrate(x)
		u, values, _, err := linalg.SVD(x)
		if err != nil {
			return nil, err
		}
		r := dimensions(values, s.n, s.p)
		if r == 0 {
			return nil, undefined("%s is 0 but for the rounding of its numbers, so it spans nothing", s.label())
		}
		return mat.DenseCopyOf(u.Slice(0, s.n, 0, r)), nil
	})
}

// MomentFolds implements FromMoments.
func (eigenspaceOverlap) MomentFolds() int { return 0 }

// Memory implements Memory: orthonormal bases of the data, centred or not.
func (m eigenspaceOverlap) Memory(d Dims) Need {
	p, q := d.compact()
	if m.centred {
		return d.needCanonical()
	}
	return together(kept(rawBasisKey{}, d.N*(p+q)), work(linalg.RangeBasisMemory(d.N, max(d.P, d.Q))), work(p*q))
}
