package measures

import (
	"math"

	"gonum.org/v1/gonum/mat"
)

var (
	refHuh2024 = Reference{
		Key: "huh2024platonic", Authors: "Huh, Minyoung and Cheung, Brian and Wang, Tongzhou and Isola, Phillip",
		Title: "Position: The Platonic representation hypothesis",
		Venue: "International Conference on Machine Learning", Conference: true, Year: 2024, DOI: "10.48550/arXiv.2405.07987",
	}
	refKlabunde2025 = Reference{
		Key: "klabunde2025similarity", Authors: "Klabunde, Max and Schumacher, Tobias and Strohmaier, Markus and Lemmerich, Florian",
		Title: "Similarity of neural network models: A survey of functional and representational measures",
		Venue: "ACM Computing Surveys", Year: 2025, DOI: "10.48550/arXiv.2305.06329",
	}
)

const (
	metricHelp = "how alike samples are: inner product (inner), cosine, or negative Euclidean distance (euclidean)"
	centreHelp = "remove the column means first (makes no difference to euclidean)"
	chanceNote = "unrelated systems share k/(n−1) of their neighbours on average: compare with that, or with shuffled samples"
	tiesNote   = "among equally near samples those with the lowest index are the neighbours, so many ties make the order of samples matter"
)

func neighbourCount(least int) Param {
	return integer("k", 10, least, math.MaxInt32, "number of nearest neighbours of each sample, itself not counted; at least k+2 samples are needed")
}

func neighbourhoodOf(a Args) neighbourhood {
	return neighbourhood{k: a.Int("k"), metric: a.Text("metric"), centre: a.Bool("center")}
}

// card sets the fields of a card that depend on the neighbourhood.
func (h neighbourhood) card(c *Card) {
	c.MinSamples = h.k + 2 // with k+1 samples all others are neighbours
	c.X = Permutation | Orthogonal | Scaling
	if h.centre || h.metric == metricEuclidean {
		c.X |= Translation
	}
	c.Y = c.X
}

var mutualKNNFamily = withForms(Family{
	Card: Card{
		Family:   "mutual-knn",
		Title:    "Mutual nearest neighbours",
		Question: "What part of a sample's nearest neighbours in X are its nearest neighbours in Y too?",
		Formula:  "mean over samples of |N_X(i) ∩ N_Y(i)| / k",
		Params: []Param{
			neighbourCount(1),
			choice("metric", metricHelp, metricInner, metricCosine, metricEuclidean),
			boolean("center", false, centreHelp),
			overlapForms(),
		},
		Min:            0,
		Max:            1,
		Identity:       1,
		HigherIsCloser: true,
		Symmetric:      true,
		Cost:           "n²·(p + q)",
		Pitfalls: []string{
			"the inner product favours long samples: unless all have similar norms they are everybody's neighbours. Huh et al. scale samples to norm 1 first, which is metric=cosine",
			chanceNote, tiesNote,
		},
		References: []Reference{refHuh2024},
	},
	Aliases: []Alias{{"mutual_knn-topk={}", "mutual-knn:k={}"}, {"mutual_knn", "mutual-knn"}},
	New: func(a Args) (Measure, error) {
		m := newKNN(a, func(shared, k int) float64 { return float64(shared) / float64(k) })
		m.cosine = true
		return m, nil
	},
}, asScore, asScore)

var jaccardKNNFamily = withForms(Family{
	Card: Card{
		Family:   "jaccard-knn",
		Title:    "Jaccard similarity of nearest neighbours",
		Question: "How much do the neighbourhoods of a sample in X and in Y overlap?",
		Formula:  "mean over samples of |N_X(i) ∩ N_Y(i)| / |N_X(i) ∪ N_Y(i)|",
		Params: []Param{
			neighbourCount(1),
			choice("metric", metricHelp, metricCosine, metricInner, metricEuclidean),
			boolean("center", true, centreHelp),
			overlapForms(),
		},
		Min:            0,
		Max:            1,
		Identity:       1,
		HigherIsCloser: true,
		Symmetric:      true,
		Cost:           "n²·(p + q)",
		Pitfalls: []string{
			"with center=false a common offset makes all samples point the same way, and their cosines close to 1",
			chanceNote, tiesNote,
		},
		References: []Reference{refKlabunde2025},
	},
	Aliases: []Alias{
		{"jaccard_similarity", "jaccard-knn:center=false"},
		{"llm_repsim/jaccard_similarity", "jaccard-knn"},
	},
	New: func(a Args) (Measure, error) {
		return newKNN(a, func(shared, k int) float64 { return float64(shared) / float64(2*k-shared) }), nil
	},
}, asScore, asScore)

// knn is the mean over samples of a function of the number of their k neighbours that X
// and Y share.
type knn struct {
	card  Card
	near  neighbourhood
	value func(shared, k int) float64
	// cosine says that the value is the cosine of two matrices that are 1 where a sample
	// is a neighbour of another: each has k ones in every row.
	cosine bool
}

func newKNN(a Args, value func(shared, k int) float64) knn {
	m := knn{card: a.Card(), near: neighbourhoodOf(a), value: value}
	m.near.card(&m.card)
	return m
}

// Card implements Measure.
func (m knn) Card() Card { return m.card }

// NeuronError implements NeuronError.
func (m knn) NeuronError(Dims) string { return "" }

// Memory implements Memory.
func (m knn) Memory(d Dims) Need { return m.near.need(d) }

// Score implements Measure.
func (m knn) Score(p *Pair) (Score, error) {
	if err := p.check(m.card); err != nil {
		return Score{}, err
	}
	overlaps, err := p.overlaps(m.near)
	if err != nil {
		return Score{}, err
	}
	total := 0.0
	for _, shared := range overlaps {
		total += m.value(shared, m.near.k)
	}
	warnings, err := m.near.choiceOfNeighbours(p, false)
	return Score{Value: total / float64(p.Samples()), Warnings: warnings}, err
}

// Pairs implements OfPairs for a measure that is a cosine.
func (m knn) Pairs(p *Pair) (*PairMatrices, error) {
	if !m.cosine || p.X.tiled() {
		return nil, nil
	}
	out := &PairMatrices{Product: PlainPairs}
	for _, side := range []struct {
		s  *System
		to **mat.Dense
	}{{p.X, &out.X}, {p.Y, &out.Y}} {
		nb, err := side.s.neighbours(m.near)
		if err != nil {
			return nil, err
		}
		n := side.s.Samples()
		*side.to = mat.NewDense(n, n, nil)
		for i := range n {
			index, _ := nb.of(i)
			for _, j := range index {
				(*side.to).Set(i, int(j), 1)
			}
		}
	}
	return out, nil
}
