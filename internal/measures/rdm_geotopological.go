package measures

import (
	"errors"
	"math"
	"slices"
)

var geotopologicalFamily = withForms(Family{
	Card: Card{
		Family:   "rsa-geotopological",
		Title:    "Comparison of geo-topological representational matrices",
		Question: "Are the same pairs of samples near, far, and in between, in X and in Y, whatever the sizes of small and of large dissimilarities?",
		Formula:  "compare(G(Dx), G(Dy)) over pairs i < j, G(D) = min(1, max(0, (D − a)/(b − a))), a and b the quantiles low and up of the dissimilarities",
		Params: []Param{
			choice("rdm", "dissimilarity of two samples, as in rsa", rdmEuclidean, rdmSqEuclidean, rdmCorrelation, rdmCosine, rdmManhattan),
			choice("compare", "Pearson correlation, or cosine", comparePearson, compareCosine),
			number("low", "0.2", 0, 1, "quantile of the dissimilarities below which two samples count as the same point"),
			number("up", "0.8", 0, 1, "quantile above which all are equally far apart"),
			cosineForms(),
		},
		Min:            -1,
		Max:            1,
		Identity:       1,
		HigherIsCloser: true,
		Symmetric:      true,
		MinSamples:     4,
		Cost:           "n²·(p + q + log n)",
		Pitfalls: []string{
			"low and up decide what is compared: from 0 to 1 the geometry (rsa), two near quantiles the neighbourhood graph: report both",
			"the pairs are not independent: p values that treat them so are far too small",
		},
		References: []Reference{{
			Key: "lin2024topology", Authors: "Lin, Baihan and Kriegeskorte, Nikolaus",
			Title: "The topology and geometry of neural representations",
			Venue: "Proceedings of the National Academy of Sciences", Year: 2024, DOI: "10.1073/pnas.2317881121",
		}},
	},
	New: func(a Args) (Measure, error) {
		m := geotopological{
			card: a.Card(), rdm: dissimilarity{kind: a.Text("rdm")}, low: a.Float("low"), up: a.Float("up"),
			centre: a.Text("compare") == comparePearson,
		}
		if !(m.low < m.up) {
			return nil, errors.New("low must be less than up")
		}
		m.card.X = m.rdm.invariance(comparePearson)
		m.card.Y = m.card.X
		if !m.centre {
			m.card.Min = 0
		}
		return m, nil
	},
}, asScore, asScore)

type geotopological struct {
	card    Card
	rdm     dissimilarity
	low, up float64
	centre  bool
}

// Card implements Measure.
func (m geotopological) Card() Card { return m.card }

// NeuronError implements NeuronError.
func (m geotopological) NeuronError(Dims) string {
	return "leaving neurons out is not known to give the error of this comparison"
}

// Score implements Measure.
func (m geotopological) Score(p *Pair) (Score, error) {
	if err := p.check(m.card); err != nil {
		return Score{}, err
	}
	x, err := m.transformed(p.X)
	if err != nil {
		return Score{}, err
	}
	y, err := m.transformed(p.Y)
	if err != nil {
		return Score{}, err
	}
	if m.centre {
		return Score{Value: normalised(centredProducts(x, y))}, nil
	}
	return Score{Value: normalised(dot(x, y), dot(x, x), dot(y, y))}, nil
}

// gap implements gapped.
func (m geotopological) gap(p *Pair) (float64, error) {
	if p.identical() {
		return 0, nil
	}
	x, err := m.transformed(p.X)
	if err != nil {
		return 0, err
	}
	y, err := m.transformed(p.Y)
	if err != nil {
		return 0, err
	}
	for _, v := range [][]float64{x, y} {
		if m.centre {
			mean := sum(v) / float64(len(v))
			for k := range v {
				v[k] -= mean
			}
		}
		scale(v, 1/math.Sqrt(dot(v, v)))
	}
	d := distance(x, y)
	return d * d / 2, nil
}

// transformed returns G(D) of the pairs.
func (m geotopological) transformed(s *System) ([]float64, error) {
	b, err := m.rdm.bands(s)
	if err != nil {
		return nil, err
	}
	values := b.triangle(nil)
	sorted := slices.Sorted(slices.Values(values))
	low, up := quantileOf(sorted, m.low), quantileOf(sorted, m.up)
	allow, err := m.rdm.allowance(s, up)
	if err != nil {
		return nil, err
	}
	if !(up-low > max(roundoff*up, allow(up))) {
		return nil, undefined("%s: the dissimilarities at low=%g and up=%g are the same, so that nothing lies between them", s.label(), m.low, m.up)
	}
	for k, v := range values {
		values[k] = min(1, max(0, (v-low)/(up-low)))
	}
	return values, nil
}

// quantileOf returns the quantile of sorted values, interpolated between neighbours.
func quantileOf(sorted []float64, share float64) float64 {
	at := share * float64(len(sorted)-1)
	k := min(int(at), len(sorted)-1)
	if k == len(sorted)-1 {
		return sorted[k]
	}
	return sorted[k] + (at-math.Floor(at))*(sorted[k+1]-sorted[k])
}

// Memory implements Memory: the transformed dissimilarities of both systems, and those of
// one in order.
func (m geotopological) Memory(d Dims) Need {
	banded := m.rdm.needBanded(d)
	return together(banded, work(3*d.pairs()+banded.work))
}

// clippedPairs says why there is no estimate.
const clippedPairs = "leaving samples out moves the quantiles at which dissimilarities are cut off, which no estimate is known for; rsa has one"

// Estimator implements Estimable: there is no estimate.
func (m geotopological) Estimator() (Estimator, bool) {
	return Estimator{Reason: clippedPairs}, false
}

// Deletions implements Estimable.
func (m geotopological) Deletions(*Pair, *Units) (*Deletions, error) {
	return nil, undefined(clippedPairs)
}
