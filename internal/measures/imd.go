package measures

import (
	"context"
	"math"

	"gonum.org/v1/gonum/mat"

	"simtool/internal/linalg"
)

var imdFamily = Family{
	Card: Card{
		Family:   "imd",
		Title:    "Intrinsic multi-scale distance",
		Question: "Does heat spread alike over the graphs of nearest neighbours of X and of Y, whichever sample goes with which?",
		Formula: "10⁶·max_t exp(−2(t + 1/t))·|h_X(t) − h_Y(t)|, h(t) = Σ_i exp(−t·λ_i)/n, λ the eigenvalues of the normalised Laplacian I − D^(−½)·A·D^(−½) of the graph A that joins " +
			"a sample with its k nearest ones, over 256 values of t from 0.1 to 10 at equal steps of log t",
		Params:    []Param{integer("k", 5, 1, math.MaxInt32, "number of nearest neighbours that a sample is joined with, by Euclidean distance; at least k+2 samples are needed")},
		Max:       math.Inf(1),
		Identity:  0,
		X:         Euclidean,
		Y:         Euclidean,
		Symmetric: true,
		Cost:      "n²·(p + q) + n³",
		Pitfalls: []string{
			"not a comparison of samples: any two systems whose graphs have one spectrum are at distance 0, whichever sample goes with which",
			"published code estimates h from random vectors by ten steps of Lanczos, and differs from call to call; the eigenvalues here are all of them",
			tiesNote,
		},
		References: []Reference{{
			Key: "tsitsulin2020shape", Authors: "Tsitsulin, Anton and Munkhoeva, Marina and Mottin, Davide and Karras, Panagiotis and Bronstein, Alex and Oseledets, Ivan and Müller, Emmanuel",
			Title: "The shape of data: Intrinsic distance for data distributions",
			Venue: "International Conference on Learning Representations", Conference: true, Year: 2020, DOI: "10.48550/arXiv.1905.11141",
		}, refKlabunde2025},
	},
	Aliases: []Alias{{"imd", "imd"}},
	New: func(a Args) (Measure, error) {
		m := imd{card: a.Card(), near: neighbourhood{k: a.Int("k"), metric: metricEuclidean}}
		m.card.MinSamples = m.near.k + 2
		return m, nil
	},
}

// imd compares the heat that stays at the nodes of two graphs at all times.
type imd struct {
	card Card
	near neighbourhood
}

// Card implements Measure.
func (m imd) Card() Card { return m.card }

// Score implements Measure.
func (m imd) Score(p *Pair) (Score, error) {
	if err := p.check(m.card); err != nil {
		return Score{}, err
	}
	x, err := m.spectrum(p.X)
	if err != nil {
		return Score{}, err
	}
	y, err := m.spectrum(p.Y)
	if err != nil {
		return Score{}, err
	}
	const (
		steps = 256
		unit  = 1e6 // of published code
	)
	largest := 0.0
	for k := range steps {
		t := math.Pow(10, -1+2*float64(k)/(steps-1))
		gap := 0.0
		for i, v := range x {
			gap += math.Exp(-t*v) - math.Exp(-t*y[i])
		}
		largest = max(largest, math.Exp(-2*(t+1/t))*math.Abs(gap)/float64(len(x)))
	}
	warnings, err := m.near.choiceOfNeighbours(p, false)
	return Score{Value: unit * largest, Warnings: warnings}, err
}

type laplacianKey struct{ neighbourhood }

// spectrum returns the eigenvalues of the normalised Laplacian, in descending order.
func (m imd) spectrum(s *System) ([]float64, error) {
	return shared(&s.memo, laplacianKey{m.near}, func() ([]float64, error) {
		nb, err := s.neighbours(m.near)
		if err != nil {
			return nil, err
		}
		n := s.Samples()
		graph := mat.NewDense(n, n, nil)
		for i := range n {
			index, _ := nb.of(i)
			for _, j := range index {
				graph.Set(i, int(j), 1)
				graph.Set(int(j), i, 1)
			}
		}
		roots := rowSums(graph)
		for i, degree := range roots {
			roots[i] = math.Sqrt(degree)
		}
		for i := range n {
			row := graph.RawRowView(i)
			for j := range row {
				row[j] /= -roots[i] * roots[j]
			}
			row[i] = 1
		}
		return linalg.EigSymValues(graph)
	})
}

// Memory implements Memory: neighbours, and the Laplacian of one system at a time.
func (m imd) Memory(d Dims) Need {
	return together(m.near.need(d), kept(laplacianKey{m.near}, d.systems()*d.N), work(d.N*d.N+linalg.EigSymMemory(d.N)))
}

// graphNumber says why there is no estimate.
const graphNumber = "leaving samples out changes the neighbours of those that stay, and the size of a difference is above 0 by chance"

// Permuted implements Permutable: pairings say nothing.
func (m imd) Permuted(context.Context, *Pair, Orders) ([]float64, bool, error) {
	return nil, false, undefined(unpaired)
}

// NeuronError implements NeuronError.
func (m imd) NeuronError(Dims) string { return graphNumber }

// Estimator implements Estimable: there is no estimate.
func (m imd) Estimator() (Estimator, bool) { return Estimator{Reason: graphNumber}, false }

// Deletions implements Estimable.
func (m imd) Deletions(*Pair, *Units) (*Deletions, error) { return nil, undefined(graphNumber) }
