package measures

import (
	"math"

	"gonum.org/v1/gonum/mat"

	"simtool/internal/linalg"
)

// The norms of a difference of RDMs.
const (
	normPairs    = "pairs"
	normSpectral = "spectral"
)

var rsmNormFamily = Family{
	Card: Card{
		Family:   "rsm-norm-difference",
		Title:    "Norm of the difference of representational dissimilarity matrices",
		Question: "By how much do the distances between samples differ in X and in Y?",
		Formula:  "pairs: √Σ_{i<j} (Dx_ij − Dy_ij)²; spectral: the largest singular value of Dx − Dy; by default D_ij = ‖x_i − x_j‖",
		Params: []Param{
			choice("rdm", "dissimilarity of two samples, as in rsa", rdmEuclidean, rdmSqEuclidean, rdmCorrelation, rdmCosine, rdmManhattan),
			choice("norm", "Euclidean norm over the pairs i < j (pairs), or spectral norm of the matrix (spectral)", normPairs, normSpectral),
		},
		Max:       math.Inf(1),
		Symmetric: true,
		Cost:      "n²·(p + q) (pairs), and n³ (spectral)",
		Pitfalls: []string{
			"in the units of the data, and grows with the number of samples: compare values of one experiment only",
			"what is published as the Euclidean norm is in the code of one benchmark the spectral norm of the square matrix",
		},
		References: []Reference{{
			Key: "yin2018dimensionality", Authors: "Yin, Zi and Shen, Yuanyuan",
			Title: "On the dimensionality of word embedding",
			Venue: "Advances in Neural Information Processing Systems", Conference: true, Year: 2018, DOI: "10.48550/arXiv.1812.04224",
		}, refKlabunde2025},
		MinSamples: 2,
	},
	Aliases: []Alias{
		{"rsm_norm_difference", "rsm-norm-difference:norm=spectral"},
		{"llm_repsim/rsm_norm_difference", "rsm-norm-difference"},
		{"rsa-rdm=euclidean-compare=euclidean", "rsm-norm-difference"},
		{"rsa-rdm=correlation-compare=euclidean", "rsm-norm-difference:rdm=correlation"},
	},
	New: func(a Args) (Measure, error) {
		m := rsmNorm{card: a.Card(), rdm: dissimilarity{kind: a.Text("rdm")}, spectral: a.Text("norm") == normSpectral}
		m.card.X = m.rdm.invariance(comparePearson)
		if !m.rdm.cosine() {
			m.card.X &^= Scaling
		}
		m.card.Y = m.card.X
		m.card.Differentiable = m.rdm.kind == rdmEuclidean || m.rdm.kind == rdmSqEuclidean
		return m, nil
	},
}

type rsmNorm struct {
	card     Card
	rdm      dissimilarity
	spectral bool
}

// Card implements Measure.
func (m rsmNorm) Card() Card { return m.card }

// NeuronError implements NeuronError.
func (m rsmNorm) NeuronError(Dims) string { return absoluteGap }

// Score implements Measure.
func (m rsmNorm) Score(p *Pair) (Score, error) {
	if err := p.check(m.card); err != nil {
		return Score{}, err
	}
	x, err := m.rdm.bands(p.X)
	if err != nil {
		return Score{}, err
	}
	y, err := m.rdm.bands(p.Y)
	if err != nil {
		return Score{}, err
	}
	if !m.spectral {
		const bothOrders = 2
		return Score{Value: gap(x.uncentred(0), y.uncentred(0), 1, 1) / math.Sqrt(bothOrders)}, nil
	}
	values, _, err := linalg.EigSym(differenceOf(x, y))
	if err != nil {
		return Score{}, err
	}
	return Score{Value: max(values[0], -values[len(values)-1])}, nil
}

// differenceOf returns the difference of two matrices of pairs.
func differenceOf(x, y banded) *mat.Dense {
	out := mat.NewDense(x.n, x.n, nil)
	memory := make([]float64, min(bandRows, x.n)*x.n)
	x.each(func(lo int, band *mat.Dense) {
		other := y.at(memory, lo)
		for i := range band.RawMatrix().Rows {
			a, b := band.RawRowView(i), other.RawRowView(i)
			for j := i + 1; j < len(a); j++ {
				d := a[j] - b[j]
				out.Set(lo+i, lo+j, d)
				out.Set(lo+j, lo+i, d)
			}
		}
	})
	return out
}

// Memory implements Memory.
func (m rsmNorm) Memory(d Dims) Need {
	need := m.rdm.needBanded(d)
	if m.spectral {
		need = together(need, work(2*d.bandMemory()+d.N*d.N+linalg.EigSymMemory(d.N)))
	}
	return need
}

// Estimator implements Estimable: there is no estimate.
func (m rsmNorm) Estimator() (Estimator, bool) { return Estimator{Reason: absoluteGap}, false }

// Deletions implements Estimable.
func (m rsmNorm) Deletions(*Pair, *Units) (*Deletions, error) { return nil, undefined(absoluteGap) }

// Flip implements Differentiable.
func (m rsmNorm) Flip() Differentiable { return m }

// Bind implements Differentiable.
func (m rsmNorm) Bind(x *System, q int) (Objective, error) {
	if err := x.enough(m.card.MinSamples); err != nil {
		return nil, err
	}
	b, err := m.rdm.bands(x)
	if err != nil {
		return nil, err
	}
	n := x.Samples()
	return &normObjective{
		pairwise: pairwise{
			centring: newCentring(n, q), v: make([]float64, n*(n-1)/2),
			gamma: mat.NewDense(n, n, nil), work: make([]float64, n),
		},
		x: b.triangle(nil), root: m.rdm.kind == rdmEuclidean, spectral: m.spectral,
	}, nil
}

type normObjective struct {
	pairwise
	x              []float64
	root, spectral bool
}

// Gradient implements Objective. With e_ij = Dy_ij − Dx_ij the norm over pairs has
// ∂/∂Dy_ij = e_ij/‖e‖, and the spectral norm, of the eigenvalue λ of e that is largest in
// size and its eigenvector v, 2·sign λ·v_i·v_j. Where the norm is 0, 0 is a subgradient.
func (o *normObjective) Gradient(g, y *mat.Dense) (float64, error) {
	yc := o.centre(y)
	if sumSquares(yc) == 0 {
		return 0, constantModel()
	}
	o.squaredDistances(yc)
	n := len(o.work)
	size, squares := 0.0, 0.0
	at := 0
	for i := range n {
		row := o.gamma.RawRowView(i)
		row[i] = 0
		for j := i + 1; j < n; j++ {
			d := o.v[at]
			if o.root {
				d = math.Sqrt(d)
			}
			o.v[at] = d
			e := d - o.x[at]
			row[j] = e
			squares += e * e
			size = max(size, d, o.x[at])
			at++
		}
	}
	mirrorUpper(o.gamma)
	value := math.Sqrt(squares)
	weight := func(_, _ int, e float64) float64 { return e / value / 2 }
	if o.spectral {
		values, vectors, err := linalg.EigSym(o.gamma)
		if err != nil {
			return 0, err
		}
		sign, k := 1.0, 0
		if value = values[0]; -values[n-1] > value {
			sign, k, value = -1, n-1, -values[n-1]
		}
		weight = func(i, j int, _ float64) float64 { return sign * vectors.At(i, k) * vectors.At(j, k) }
	}
	if value <= leastAngle*size*float64(n) {
		g.Zero()
		return value, nil
	}
	at = 0
	for i := range n {
		row := o.gamma.RawRowView(i)
		for j := i + 1; j < n; j++ {
			w := weight(i, j, row[j])
			if o.root {
				// ∂√d/∂d; √d has no derivative at 0, where 0 is a subgradient.
				if o.v[at] == 0 {
					w = 0
				} else {
					w /= 2 * o.v[at]
				}
			}
			o.v[at] = w
			at++
		}
	}
	o.fillUpper(1)
	throughDistances(g, o.gamma, yc)
	return value, nil
}

// GradientMemory implements GradientMemory.
func (m rsmNorm) GradientMemory(d Dims) Need {
	extra := int64(0)
	if m.spectral {
		extra = linalg.EigSymMemory(d.N) + d.N*d.N
	}
	return m.rdm.needBanded(d.reference()).plus(d.N*d.Q + d.N*d.N + 2*d.pairs() + extra)
}
