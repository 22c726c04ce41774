package measures

import (
	"errors"
	"math"
	"strings"

	"gonum.org/v1/gonum/mat"

	"simtool/internal/linalg"
)

var hsicFamily = Family{
	Card: Card{
		Family:   "hsic",
		Title:    "Hilbert-Schmidt independence criterion",
		Question: "How strongly do the similarities of samples in X and in Y vary together, in the units of the data?",
		Formula:  "biased: ⟨HKxH, HKyH⟩/(n−1)², H = I − 11ᵀ/n; debiased: ⟨K̃x, K̃y⟩/(n(n−3)), K̃ U-centred; lange: ⟨HKxH, HKyH⟩ without the diagonals, divided by n(n−1)",
		Params: []Param{
			choice("kernel", "linear ⟨x,x'⟩, rbf exp(−‖x−x'‖²/(2σ²)), or laplace exp(−‖x−x'‖/(σ√2))", kernelLinear, kernelRBF, kernelLaplace),
			sigmaParam,
			choice("estimator", "biased (Gretton), debiased (Song's, at least 4 samples), or lange (centre, then leave the diagonal out)", biased, debiased, lange),
		},
		Max:            math.Inf(1),
		Identity:       math.NaN(),
		HigherIsCloser: true,
		Symmetric:      true,
		X:              Euclidean,
		Y:              Euclidean,
		Differentiable: true,
		MinSamples:     2,
		Cost:           "n·p·q",
		Pitfalls: []string{
			"not normalised: with the linear kernel it grows with the variances, so that values of different systems do not compare: cka is the cosine that belongs to it",
			"conventions differ: some code gives the sum, (n−1)² times the biased value",
		},
		References: []Reference{refGretton2005, refSong2012, refLange2022},
	},
	Aliases: []Alias{
		{"linear_HSIC", "hsic"},
		{"unbiased_linear_HSIC", "hsic:estimator=debiased"},
		{"kernel_HSIC", "hsic:kernel=rbf"},
	},
	New: func(a Args) (Measure, error) {
		m := hsic{card: a.Card(), alike: cka{kernel: kernel{kind: a.Text("kernel"), sigma: a.Text("sigma")}, estimator: a.Text("estimator"), as: asScore}}
		if m.alike.estimator != biased {
			m.card.Min, m.card.MinSamples = math.Inf(-1), 4
		}
		if m.alike.kernel.kind == kernelLinear {
			m.card.X &^= Scaling
			m.card.Y &^= Scaling
			if m.alike.kernel.sigma != sigmaParam.Default {
				return nil, errors.New("sigma belongs to kernel=rbf and kernel=laplace")
			}
			return m, nil
		}
		m.card.Cost = "n²·(p + q)"
		if !strings.HasSuffix(m.alike.kernel.sigma, medianSuffix) {
			m.card.X &^= Scaling
			m.card.Y &^= Scaling
		}
		return m, nil
	},
}

// hsic is the numerator of a CKA.
type hsic struct {
	card  Card
	alike cka
}

// Card implements Measure.
func (m hsic) Card() Card { return m.card }

// NeuronError implements NeuronError.
func (m hsic) NeuronError(Dims) string {
	return "leaving neurons out changes the sums over neurons that the value consists of"
}

// count returns what the inner product of n samples is divided by.
func (m hsic) count(samples int) float64 {
	n := float64(samples)
	switch m.alike.estimator {
	case debiased:
		return n * (n - 3)
	case lange:
		return n * (n - 1)
	default:
		return (n - 1) * (n - 1)
	}
}

// Score implements Measure.
func (m hsic) Score(p *Pair) (Score, error) {
	if err := p.check(m.card); err != nil {
		return Score{}, err
	}
	product, err := m.product(p)
	return Score{Value: product / m.count(p.Samples())}, err
}

// product returns the inner product of both centred kernel matrices.
func (m hsic) product(p *Pair) (float64, error) {
	k := m.alike.kernel
	if k.kind == kernelLinear {
		dx, dy := p.X.rowNorms(), p.Y.rowNorms()
		square := p.crossSquares()
		xy := square + m.alike.correction(dx, dy)
		t1, t2 := m.alike.weights(p.Samples())
		terms := square + math.Abs(t1)*dot(dx, dy) + math.Abs(t2)*sum(dx)*sum(dy)
		if m.alike.estimator != debiased || math.Abs(xy) > reliable*terms {
			return xy, nil
		}
	}
	if p.X.tiled() {
		x, _, err := k.bands(p.X, m.alike.estimator)
		if err != nil {
			return 0, err
		}
		y, _, err := k.bands(p.Y, m.alike.estimator)
		if err != nil {
			return 0, err
		}
		xy, _, _ := products(x, y)
		return xy, nil
	}
	x, err := k.matrix(p.X, m.alike.estimator)
	if err != nil {
		return 0, err
	}
	y, err := k.matrix(p.Y, m.alike.estimator)
	if err != nil {
		return 0, err
	}
	return linalg.Dot(x, y), nil
}

// Memory implements Memory.
func (m hsic) Memory(d Dims) Need {
	if m.alike.kernel.kind != kernelLinear || m.alike.estimator == debiased {
		return together(d.needSquares(), m.alike.needKernel(d))
	}
	return d.needSquares()
}

// unnormalised says why there is no estimate of a sum in the units of the data.
const unnormalised = "no estimate is known to be right for a value that is not normalised; cka has one"

// Estimator implements Estimable: there is no estimate.
func (m hsic) Estimator() (Estimator, bool) { return Estimator{Reason: unnormalised}, false }

// Deletions implements Estimable.
func (m hsic) Deletions(*Pair, *Units) (*Deletions, error) { return nil, undefined(unnormalised) }

// NullMean implements NullMean: Song's estimate is 0 on average over all pairings; with
// A and B doubly centred, tr A·tr B/((n−1)(n−1)²) is the mean of the biased one.
func (m hsic) NullMean(p *Pair, units *Units) (float64, bool, error) {
	switch {
	case units != nil || p.segments != nil:
		return 0, false, nil
	case m.alike.estimator == debiased:
		return 0, true, nil
	case m.alike.estimator == biased && m.alike.kernel.kind == kernelLinear:
		n := float64(p.Samples())
		return p.X.trace() * p.Y.trace() / (n - 1) / m.count(p.Samples()), true, nil
	}
	return 0, false, nil
}

// Flip implements Differentiable.
func (m hsic) Flip() Differentiable { return m }

// Bind implements Differentiable.
func (m hsic) Bind(x *System, q int) (Objective, error) {
	if err := x.enough(m.card.MinSamples); err != nil {
		return nil, err
	}
	n := x.Samples()
	if m.alike.kernel.kind == kernelLinear {
		t := &linearHSIC{centring: newCentring(n, q), count: m.count(n)}
		if m.alike.estimator == biased {
			t.x, t.cross = x.compact(), mat.NewDense(x.compactWidth(), q, nil)
			return t, nil
		}
		t.k, _ = hollowKernel(x.raw, m.alike.estimator)
		return t, nil
	}
	o, err := m.alike.bindKernel(x, q)
	if err != nil {
		return nil, err
	}
	kx, err := m.alike.kernel.matrix(x, m.alike.estimator)
	if err != nil {
		return nil, err
	}
	return &kernelHSIC{o.(*pairwise), linalg.Norm(kx) / m.count(n)}, nil
}

// linearHSIC is the objective of linear kernels, h(X,Y) = ‖XᵀY‖² or ⟨K̃, YYᵀ⟩ with the
// U-centred, or hollow and doubly centred, K̃ of X. The latter is centred once more for
// lange: its estimate is ⟨K°, HYYᵀH⟩.
type linearHSIC struct {
	centring
	x, cross *mat.Dense
	k        *mat.Dense
	count    float64
}

// Gradient implements Objective: ∂/∂Y = 2X·XᵀY or 2K̃Y, less column means.
func (o *linearHSIC) Gradient(g, y *mat.Dense) (float64, error) {
	yc := o.centre(y)
	if sumSquares(yc) == 0 {
		return 0, constantModel()
	}
	if o.k == nil {
		linalg.CrossGramTo(o.cross, o.x, yc)
		gemm(2/o.count, o.x, o.cross, 0, g)
	} else {
		gemm(2/o.count, o.k, yc, 0, g)
	}
	value := linalg.Dot(g, yc) / 2
	meanTo(o.means, g)
	subtractMeans(g, o.means)
	return value, nil
}

// kernelHSIC is the objective of kernels of the distance: ⟨T, W⟩ times a factor, with the
// T and W of pairwise.
type kernelHSIC struct {
	*pairwise
	factor float64 // ‖W‖ of the reference over the count
}

// Gradient implements Objective.
func (o *kernelHSIC) Gradient(g, y *mat.Dense) (float64, error) {
	yc := o.centre(y)
	if sumSquares(yc) == 0 {
		return 0, constantModel()
	}
	o.squaredDistances(yc)
	if err := o.f.evaluate(o.v, o.slope); err != nil {
		return 0, err
	}
	if _, err := o.centrePairs(o.v, o.diagonal, o.f.onDiagonal()); err != nil {
		return 0, undefined("the model: %s", err)
	}
	value := o.factor * innerProduct(o.target, o.targetDiagonal, o.v, o.diagonal)
	o.fillGamma(o.factor, 0)
	throughDistances(g, o.gamma, yc)
	return value, nil
}

// GradientMemory implements GradientMemory.
func (m hsic) GradientMemory(d Dims) Need {
	if m.alike.kernel.kind != kernelLinear {
		return m.alike.needPairwiseKernel(d).plus(d.N * d.N)
	}
	p, _ := d.reference().compact()
	if m.alike.estimator == biased {
		return d.reference().needCompact().plus(d.N*d.Q + p*d.Q)
	}
	return work(d.N*d.N + d.N*d.Q + 2*d.N*d.P)
}
