package measures

import (
	"math"

	"gonum.org/v1/gonum/mat"

	"simtool/internal/linalg"
)

var ckaFewNeuronsFamily = Family{
	Card: Card{
		Family:   "cka-neurons",
		Title:    "Centred kernel alignment corrected for few neurons",
		Question: "What would the CKA of the populations be, of which X and Y are samples of neurons?",
		Formula: "[h(X,Y)/(pq)] / √(g(X)·g(Y)), h Song's estimate of HSIC of linear kernels, " +
			"g(X) = (h(X,X) − Σ_a h(x_a,x_a))/(p(p−1)): the pairs of different features",
		Min:            math.Inf(-1),
		Max:            math.Inf(1),
		Identity:       math.NaN(), // above 1: neurons that are in both systems share what is theirs alone
		HigherIsCloser: true,
		Symmetric:      true,
		X:              Permutation | Scaling | Translation,
		Y:              Permutation | Scaling | Translation,
		Differentiable: true,
		MinSamples:     4,
		Cost:           "n·p·q",
		Pitfalls: []string{
			"an estimate of a value up to 1, which exceeds 1 by chance: two samples of one population are near 1, on either side",
			"the features must be neurons drawn from a population: principal components, which share nothing, have no value",
			"the neurons of X and of Y must be different ones: for a system and itself it is above 1",
		},
		References: []Reference{refChun2025, refSong2012, refKornblith2019},
	},
	Aliases: []Alias{{"cka_neurons", "cka-neurons"}},
	New:     func(a Args) (Measure, error) { return ckaFewNeurons{a.Card()}, nil },
}

var refChun2025 = Reference{
	Key: "chun2025estimating", Authors: "Chun, Chanwoo and Canatar, Abdulkadir and Chung, SueYeon and Lee, Daniel D.",
	Title: "Estimating neural representation alignment from sparsely sampled inputs and features",
	Venue: "arXiv preprint arXiv:2502.15104", Year: 2025, DOI: "10.48550/arXiv.2502.15104",
}

type ckaFewNeurons struct{ card Card }

// Card implements Measure.
func (m ckaFewNeurons) Card() Card { return m.card }

// NeuronError implements NeuronError.
func (m ckaFewNeurons) NeuronError(Dims) string {
	return "leaving neurons out is not known to give the error of a value that is corrected for few of them; cka --over neurons has one"
}

// Score implements Measure.
func (m ckaFewNeurons) Score(p *Pair) (Score, error) {
	if err := p.check(m.card); err != nil {
		return Score{}, err
	}
	if p.X.p < 2 || p.Y.p < 2 {
		return Score{}, undefined("%d and %d features, but what they have in common needs at least 2", p.X.p, p.Y.p)
	}
	song := cka{estimator: debiased}
	dx, dy := p.X.rowNorms(), p.Y.rowNorms()
	t := ckaTerms{
		xy: p.crossSquares() + song.correction(dx, dy),
		xx: p.X.gramSquares() + song.correction(dx, dx), yy: p.Y.gramSquares() + song.correction(dy, dy),
		p: float64(p.X.p), q: float64(p.Y.p),
	}
	t1, t2 := song.weights(p.Samples())
	if cancels(t.xx, p.X.gramSquares(), t1, t2, dx) || cancels(t.yy, p.Y.gramSquares(), t1, t2, dy) {
		if err := t.hollow(p); err != nil {
			return Score{}, err
		}
	} else {
		t.ox, t.oy = ownHSIC(p.X.centred(), nil), ownHSIC(p.Y.centred(), nil)
	}
	if err := t.shared(); err != nil {
		return Score{}, err
	}
	return Score{Value: t.at(math.Inf(1), math.Inf(1))}, nil
}

// leastShared is the smallest share of HSIC that is common to several features of which a
// ratio keeps nine digits.
const leastShared = 1e-6

// shared returns an UndefinedError where the features of a system have nothing in common.
func (t ckaTerms) shared() error {
	if !(t.xx-t.ox > leastShared*t.xx) || !(t.yy-t.oy > leastShared*t.yy) {
		return undefined("the features of a system have nothing in common, as principal components have not: a population that they are a sample of cannot be told")
	}
	return nil
}

// ownHSIC returns Σ_a h(x_a,x_a) of centred columns, m₂² + t₁m₄ + t₂m₂² with the moments
// m_k = Σ_i x_ai^k, and calls add with the derivative of it, if add is not nil:
//
//	∂h/∂x_ai = 4(1+t₂)m₂·x_ai + 4t₁·x_ai³.
func ownHSIC(x *mat.Dense, add func(i, a int, slope float64)) float64 {
	n, p := x.Dims()
	t1, t2 := cka{estimator: debiased}.weights(n)
	total := 0.0
	for a := range p {
		m2, m4 := 0.0, 0.0
		for i := range n {
			square := x.At(i, a) * x.At(i, a)
			m2 += square
			m4 += square * square
		}
		total += (1+t2)*m2*m2 + t1*m4
		if add == nil {
			continue
		}
		for i := range n {
			v := x.At(i, a)
			add(i, a, 4*v*((1+t2)*m2+t1*v*v))
		}
	}
	return total
}

// hollow computes the terms from kernel matrices, where moments have lost their digits.
func (t *ckaTerms) hollow(p *Pair) error {
	var k [2]*mat.Dense
	for side, s := range []*System{p.X, p.Y} {
		var whole float64
		if k[side], whole = hollowKernel(s.raw, debiased); !(linalg.Norm(k[side]) > s.hsicTolerance()*whole) {
			return noHSIC(debiased)
		}
	}
	t.xy, t.xx, t.yy = linalg.Dot(k[0], k[1]), linalg.Dot(k[0], k[0]), linalg.Dot(k[1], k[1])
	t.ox, t.oy = hollowOwn(p.X.raw, nil), hollowOwn(p.Y.raw, nil)
	return nil
}

// hollowOwn returns Σ_a h(x_a,x_a) from the kernel matrix K̃_a of each feature, and the
// derivative 4K̃_a·x_a of each.
func hollowOwn(x *mat.Dense, add func(i, a int, slope float64)) float64 {
	n, p := x.Dims()
	total := 0.0
	for a := range p {
		column := columnsOf(x, []int{a})
		k, _ := hollowKernel(column, debiased)
		total += linalg.Dot(k, k)
		if add == nil {
			continue
		}
		about, _ := linalg.Center(column)
		var slope mat.Dense
		slope.Mul(k, about)
		for i := range n {
			add(i, a, 4*slope.At(i, 0))
		}
	}
	return total
}

// Memory implements Memory: moments, and kernel matrices where these do not suffice.
func (m ckaFewNeurons) Memory(d Dims) Need {
	return together(d.needSquares(), d.needCentred(), work(3*d.N*d.N+2*d.N*max(d.P, d.Q)))
}

// Estimator implements Estimable: that of debiased CKA, on the plain axis, for values may
// exceed 1.
func (m ckaFewNeurons) Estimator() (Estimator, bool) {
	e, ok := cka{kernel: kernel{kind: kernelLinear}, estimator: debiased, as: asScore}.Estimator()
	e.Axis, e.Report = PlainAxis, nil
	return e, ok
}

// Deletions implements Estimable.
func (m ckaFewNeurons) Deletions(p *Pair, u *Units) (*Deletions, error) {
	if err := p.check(m.card); err != nil {
		return nil, err
	}
	c, err := p.ckaNeurons(u)
	if err != nil {
		return nil, err
	}
	at, err := c.At(math.Inf(1), math.Inf(1))
	if err != nil {
		return nil, err
	}
	return &Deletions{All: at.All, One: at.Units}, nil
}

// NullMean implements NullMean: Song's estimate is 0 on average over all pairings, and the
// rest does not depend on them.
func (m ckaFewNeurons) NullMean(p *Pair, units *Units) (float64, bool, error) {
	return 0, units == nil && p.segments == nil, nil
}

// Flip implements Differentiable.
func (m ckaFewNeurons) Flip() Differentiable { return m }

// Bind implements Differentiable.
func (m ckaFewNeurons) Bind(x *System, q int) (Objective, error) {
	if err := x.enough(m.card.MinSamples); err != nil {
		return nil, err
	}
	if x.p < 2 || q < 2 {
		return nil, undefined("%d and %d features, but what they have in common needs at least 2", x.p, q)
	}
	k, whole := hollowKernel(x.raw, debiased)
	if !(linalg.Norm(k) > x.hsicTolerance()*whole) {
		return nil, noHSIC(debiased)
	}
	t := ckaTerms{xx: linalg.Dot(k, k), ox: hollowOwn(x.raw, nil), p: float64(x.p), q: float64(q)}
	return &fewNeurons{centring: newCentring(x.n, q), kx: k, terms: t, own: mat.NewDense(x.n, q, nil)}, nil
}

type fewNeurons struct {
	centring
	kx    *mat.Dense
	terms ckaTerms
	own   *mat.Dense
}

// Gradient implements Objective. With K̃ the U-centred kernels, s = h(X,Y)/√(…·(h(Y,Y)−o))
// and o = Σ_a h(y_a,y_a),
//
//	∂h(X,Y)/∂Y = 2K̃x·Y,  ∂h(Y,Y)/∂Y = 4K̃y·Y,
//
// less their column means.
func (o *fewNeurons) Gradient(g, y *mat.Dense) (float64, error) {
	yc := o.centre(y)
	if sumSquares(yc) == 0 {
		return 0, constantModel()
	}
	ky, whole := hollowKernel(y, debiased)
	if !(linalg.Norm(ky) > roundoff*whole) {
		return 0, noHSIC(debiased)
	}
	t := o.terms
	t.xy, t.yy = linalg.Dot(o.kx, ky), linalg.Dot(ky, ky)
	t.oy = hollowOwn(y, func(i, a int, slope float64) { o.own.Set(i, a, slope) })
	if err := t.shared(); err != nil {
		return 0, err
	}
	value := t.at(math.Inf(1), math.Inf(1))
	scaleMatrix(ky, -2*value/(t.yy-t.oy))
	addMatrix(ky, 2*value/t.xy, o.kx)
	gemm(1, ky, yc, 0, g)
	addMatrix(g, value/2/(t.yy-t.oy), o.own)
	meanTo(o.means, g)
	subtractMeans(g, o.means)
	return value, nil
}

// GradientMemory implements GradientMemory.
func (m ckaFewNeurons) GradientMemory(d Dims) Need {
	return work(4*d.N*d.N + 2*d.N*d.Q + d.N*max(d.P, d.Q) + 4*d.N)
}
