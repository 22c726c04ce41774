package measures

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"

	"simtool/internal/linalg"
)

var rdmBuresFamily = Family{
	Card: Card{
		Family:   "rsa-bures",
		Title:    "Bures comparison of representational dissimilarity matrices",
		Question: "How well can the configuration of points that the dissimilarities of X describe be laid upon that of Y?",
		Formula:  "score: F/√(tr A·tr B), A = −½HDxH and B = −½HDyH for the dissimilarity matrices, H = I − 11ᵀ/n, F = tr (√A·B·√A)^½, which takes the roots of what is positive; squared: tr A + tr B − 2F",
		Params: []Param{
			choice("rdm", "dissimilarity of two samples, as in rsa", rdmSqEuclidean, rdmEuclidean, rdmCorrelation, rdmCosine, rdmManhattan, rdmPoisson, rdmMahalanobis),
			choice("as", "the similarity (score), or the squared Bures distance in the units of the dissimilarities (squared)", asScore, asSquared),
		},
		Identity:       1,
		Max:            1,
		HigherIsCloser: true,
		Symmetric:      true,
		Inflated:       true,
		MinSamples:     3,
		References: []Reference{{
			Key: "bhatia2019bures", Authors: "Bhatia, Rajendra and Jain, Tanvi and Lim, Yongdo",
			Title: "On the Bures–Wasserstein distance between positive definite matrices",
			Venue: "Expositiones Mathematicae", Year: 2019, DOI: "10.1016/j.exmath.2018.01.002",
		}, refSchutt2023},
	},
	Aliases: rdmBuresAliases(),
	New:     newRDMBures,
}

// rdmBuresAliases returns the names of rsatoolbox, whose "euclidean" is the squared
// distance.
func rdmBuresAliases() []Alias {
	var out []Alias
	for _, c := range []struct{ theirs, ours string }{
		{"rdm=squared_euclidean-compare=", rdmSqEuclidean},
		{"rdm=correlation-compare=", rdmCorrelation},
		{"rdm=mahalanobis-compare=", rdmMahalanobis},
		{"rdm=poisson-compare=", rdmPoisson},
		{"euclidean-", rdmSqEuclidean},
		{"correlation-", rdmCorrelation},
		{"mahalanobis-", rdmMahalanobis},
		{"poisson-", rdmPoisson},
	} {
		out = append(out,
			Alias{"rsa-" + c.theirs + "bures", "rsa-bures:rdm=" + c.ours},
			Alias{"rsa-" + c.theirs + "bures_metric", "rsa-bures:as=squared:rdm=" + c.ours})
	}
	return out
}

type rdmBures struct {
	card    Card
	rdm     dissimilarity
	squared bool
}

func newRDMBures(a Args) (Measure, error) {
	m := rdmBures{card: a.Card(), rdm: dissimilarity{kind: a.Text("rdm")}, squared: a.Text("as") == asSquared}
	c := &m.card
	c.X = m.rdm.invariance(comparePearson)
	if m.squared {
		c.Min, c.Max, c.Identity, c.HigherIsCloser, c.Inflated = 0, math.Inf(1), 0, false, false
		if !m.rdm.cosine() && m.rdm.kind != rdmMahalanobis {
			c.X &^= Scaling
		}
	}
	c.Y = c.X
	c.Cost = "n·p·q + min(p,q)³"
	if !m.rdm.embeds() {
		c.Cost = "n²·(p + q) + n³"
	}
	switch m.rdm.kind {
	case rdmSqEuclidean:
		c.Pitfalls = []string{"the same numbers as nbs and procrustes:as=squared, which have gradients"}
	case rdmPoisson:
		c.Pitfalls = []string{"the dissimilarities are distances of no points: what is negative of A and of B is left out of everything, where published code keeps it in tr A, tr B and B, so that identical systems are above 1"}
	default:
		c.Pitfalls = []string{"the numbers of nbs and procrustes:as=squared for the points whose squared distances are the dissimilarities"}
	}
	c.Pitfalls = append(c.Pitfalls, "published code divides squared distances by the number of features, which as=squared does not")
	return m, nil
}

// Card implements Measure.
func (m rdmBures) Card() Card { return m.card }

// NeuronError implements NeuronError.
func (m rdmBures) NeuronError(Dims) string {
	return "leaving neurons out is not known to give the error of this comparison"
}

// Score implements Measure.
func (m rdmBures) Score(p *Pair) (Score, error) {
	if err := p.check(m.card); err != nil {
		return Score{}, err
	}
	if m.rdm.embeds() {
		z, err := m.rdm.embeddedPair(p)
		if err != nil {
			return Score{}, err
		}
		for _, s := range []*System{z.X, z.Y} {
			if err := s.varies(); err != nil {
				return Score{}, err
			}
		}
		a, err := z.alignment()
		if err != nil {
			return Score{}, err
		}
		return m.report(a)
	}
	a, err := m.configuration(p.X)
	if err != nil {
		return Score{}, err
	}
	b, err := m.configuration(p.Y)
	if err != nil {
		return Score{}, err
	}
	aligned, err := align(existingRows(a.points, b.points), linalg.CrossGram(a.points, b.points), a.trace, b.trace, p.identical())
	if err != nil {
		return Score{}, err
	}
	score, err := m.report(aligned)
	for _, c := range []configuration{a, b} {
		if c.warning != "" {
			score.Warnings = append(score.Warnings, c.warning)
		}
	}
	return score, err
}

func (m rdmBures) report(a alignment) (Score, error) {
	if m.squared {
		v, err := a.squared()
		return Score{Value: v}, err
	}
	return Score{Value: a.cosine()}, nil
}

// configuration holds points whose inner products are what is positive of a matrix −½HDH,
// and the sum of their squares.
type configuration struct {
	points  *mat.Dense
	trace   float64
	warning string // where something negative was left out
}

func (m rdmBures) configuration(s *System) (configuration, error) {
	b, err := m.rdm.bands(s)
	if err != nil {
		return configuration{}, err
	}
	kernel := square(b.mapped(func(v float64) float64 { return -v / 2 }).triangle(nil), s.n)
	doubleCentre(kernel)
	values, vectors, err := linalg.EigSym(kernel)
	if err != nil {
		return configuration{}, err
	}
	if !(values[0] > 0) {
		return configuration{}, noDissimilarity(s)
	}
	trace, negative, cut := 0.0, 0.0, 4*float64(s.n)*epsilon*values[0]
	for k, v := range values {
		negative -= min(0, v)
		if v < cut {
			v = 0 // a rounding error, whose root would be none
		}
		trace += v
		values[k] = math.Sqrt(v)
	}
	scaleColumns(vectors, values)
	c := configuration{points: vectors, trace: trace}
	if negative > roundoff*trace {
		c.warning = fmt.Sprintf("%s: the dissimilarities are distances of no points: what is negative, %.2g of what is positive, is left out", s.label(), negative/trace)
	}
	return c, nil
}

// Memory implements Memory.
func (m rdmBures) Memory(d Dims) Need {
	if m.rdm.embeds() {
		p, q := d.compact()
		inner := together(d.needMoments(), d.needCompact(), d.needAlignment(p, q))
		if m.rdm.kind != rdmSqEuclidean {
			inner = inner.of(embeddedPairKey{m.rdm})
		}
		return together(m.rdm.needEmbedded(d), inner)
	}
	return together(m.rdm.needBanded(d), work(5*d.N*d.N+linalg.EigSymMemory(d.N)+d.pairs()))
}

// Estimator implements Estimable: there is no estimate.
func (m rdmBures) Estimator() (Estimator, bool) { return Estimator{Reason: refittedRotation}, false }

// Deletions implements Estimable.
func (m rdmBures) Deletions(*Pair, *Units) (*Deletions, error) {
	return nil, undefined(refittedRotation)
}
