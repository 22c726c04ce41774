package measures

import "simtool/internal/linalg"

import "math"

var plsSVFamily = Family{
	Card: Card{
		Family:         "pls-sv",
		Title:          "Mean singular value of the cross-covariance (PLS-SVD)",
		Question:       "How much do directions of X and Y covary, in their own units?",
		Formula:        "‖C‖* / ((n−1)·min(p,q)): the mean of the singular values of the cross-covariance matrix",
		Min:            0,
		Max:            math.Inf(1),
		Identity:       math.NaN(), // the mean variance of the features
		HigherIsCloser: true,
		Symmetric:      true,
		X:              Permutation | Orthogonal | Translation,
		Y:              Permutation | Orthogonal | Translation,
		Differentiable: true,
		FromMoments:    true,
		MinSamples:     2,
		Cost:           "n·p·q + min(p,q)³",
		Pitfalls: []string{
			"has the units of X times those of Y: larger data score higher. nbs is its scale-free relative",
			"falls when features that do not covary are added to the narrower system",
		},
		References: []Reference{{
			Key: "mcintosh1996spatial", Authors: "McIntosh, Anthony R. and Bookstein, Fred L. and Haxby, James V. and Grady, Cheryl L.",
			Title: "Spatial pattern analysis of functional brain images using partial least squares",
			Venue: "NeuroImage", Year: 1996, DOI: "10.1006/nimg.1996.0016",
		}, refRaghu2017},
	},
	Aliases: []Alias{{"svcca/pls", "pls-sv"}},
	New:     func(a Args) (Measure, error) { return plsSV{a.Card()}, nil },
}

// plsSV is the PLS similarity of the code published with SVCCA.
type plsSV struct{ card Card }

// Card implements Measure.
func (m plsSV) Card() Card { return m.card }

// NeuronError implements NeuronError.
func (m plsSV) NeuronError(Dims) string { return "" }

// Score implements Measure.
func (m plsSV) Score(p *Pair) (Score, error) {
	if err := p.check(m.card); err != nil {
		return Score{}, err
	}
	a, err := p.alignment()
	if err != nil {
		return Score{}, err
	}
	count := min(p.X.Width(), p.Y.Width())
	return Score{Value: a.nuclear / float64(p.Samples()-1) / float64(count)}, nil
}

// MomentFolds implements FromMoments.
func (plsSV) MomentFolds() int { return 0 }

// CountSlope implements CountDependent: s ∝ 1/(n−1).
func (m plsSV) CountSlope(p *Pair) (float64, error) {
	s, err := m.Score(p)
	return -s.Value / float64(p.Samples()-1), err
}

// Memory implements Memory.
func (m plsSV) Memory(d Dims) Need {
	p, q := d.compact()
	return together(d.needMoments(), work(linalg.NuclearNormMemory(p, q)))
}
