package measures

import (
	"math"
	"strings"

	"gonum.org/v1/gonum/mat"

	"simtool/internal/linalg"
)

var kernelRidgeFamily = Family{
	Card: Card{
		Family:   "kernel-ridge",
		Title:    "Kernel ridge regression",
		Question: "How much of the variance of X can be read out of Y by a smooth function, linear or not?",
		Formula:  "x̂(y) = x̄ + k(y)ᵀ(K + λI)⁻¹Xc, K the kernel matrix of the training samples of Y and k(y) their kernel with y, both centred in the space of the kernel; R² = 1 − ‖X − X̂‖²/‖X‖², as in linreg",
		Params: append([]Param{
			choice("kernel", "rbf exp(−‖y−y'‖²/(2σ²)), or laplace exp(−‖y−y'‖/(σ√2))", kernelRBF, kernelLaplace),
			sigmaParam,
			number("lambda", "1", math.SmallestNonzeroFloat64, math.MaxFloat64, "penalty λ on the squared norm of the function, or auto: chosen on the training samples by leave-one-out from the powers of 10 between 1e-6 and 1e6 times the mean of the eigenvalues of K that are not 0", "auto"),
			choice("per", "lambda=auto: one penalty for all predicted features (all), or one for each (target), which goes with scores of single features (pool)", "all", "target"),
		}, regressionParams...),
		Identity: math.NaN(),
		Cost:     "n²·(p + q) + n³",
		Pitfalls: []string{
			"a narrow kernel and a small λ fit any data on the samples of the fit: hold samples out with cv, and choose λ by lambda=auto",
			"with sigma relative to the median distance, samples that are held out count in that median; the predicted system does not",
			"even identical systems score below 1",
		},
		References: []Reference{{
			Key: "saunders1998ridge", Authors: "Saunders, Craig and Gammerman, Alexander and Vovk, Volodya",
			Title: "Ridge regression learning algorithm in dual variables",
			Venue: "International Conference on Machine Learning", Conference: true, Year: 1998, URL: "https://dl.acm.org/doi/10.5555/645527.657464",
		}, refHoerl1970},
	},
	New: newKernelRidge,
}

// kernelRidge is ridge regression on coordinates of the samples in the space of a kernel:
// Z with ZZᵀ = HKH, which spans what any training set spans. Its moments, folds, penalties
// and reports are those of ridge.
type kernelRidge struct {
	card      Card
	kernel    kernel
	direction string
	fit       ridge // of coordinates, always in the direction from Y to X
}

// Card implements Measure.
func (m kernelRidge) Card() Card { return m.card }

func newKernelRidge(a Args) (Measure, error) {
	m := kernelRidge{kernel: kernel{kind: a.Text("kernel"), sigma: a.Text("sigma")}, direction: a.Text("direction")}
	predictor := Euclidean
	if !strings.HasSuffix(m.kernel.sigma, medianSuffix) {
		predictor &^= Scaling
	}
	var err error
	if m.fit, err = buildRidge(a, predictor); err != nil {
		return nil, err
	}
	m.card = m.fit.card
	// A correlation of predictions would have a gradient, which is not worth its formula.
	m.card.Differentiable = a.Text("lambda") != "auto" && m.fit.plan.k == 0 && !m.fit.columns && (m.fit.as == asR2 || m.fit.as == asAngular)
	m.card.FromMoments, m.card.Folds = false, 0
	m.card.Inflated = a.Text("lambda") != "auto" && m.fit.plan.k == 0
	return m, nil
}

// Score implements Measure.
func (m kernelRidge) Score(p *Pair) (Score, error) {
	if err := p.check(m.card); err != nil {
		return Score{}, err
	}
	switch m.direction {
	case yFromX:
		return m.predictFrom(p.Swap())
	case symmetric:
		there, err := m.predictFrom(p)
		if err != nil {
			return Score{}, err
		}
		back, err := m.predictFrom(p.Swap())
		there.Value = (there.Value + back.Value) / 2
		there.Warnings = append(there.Warnings, back.Warnings...)
		return there, err
	default:
		return m.predictFrom(p)
	}
}

// predictFrom scores the prediction of X by functions of Y.
func (m kernelRidge) predictFrom(p *Pair) (Score, error) {
	z, err := m.kernel.coordinates(p.Y)
	if err != nil {
		return Score{}, err
	}
	return m.fit.oneWay(&Pair{X: p.X, Y: z, groups: p.groups, given: p.given})
}

// HasTargets implements Targeted.
func (m kernelRidge) HasTargets() bool { return m.fit.HasTargets() }

// TargetsY implements Targeted.
func (m kernelRidge) TargetsY() bool { return m.direction == yFromX }

// Targets implements Targeted.
func (m kernelRidge) Targets(p *Pair) ([]float64, error) {
	if err := p.check(m.card); err != nil {
		return nil, err
	}
	if m.direction == yFromX {
		p = p.Swap()
	}
	z, err := m.kernel.coordinates(p.Y)
	if err != nil {
		return nil, err
	}
	return m.fit.targets(&Pair{X: p.X, Y: z, groups: p.groups, given: p.given})
}

type coordinatesKey struct{ kernel }

// coordinates returns the samples of a system in coordinates of the span of what the kernel
// maps them to: U√Λ of HKH = UΛUᵀ. Their inner products are those of the kernel, centred.
func (k kernel) coordinates(s *System) (*System, error) {
	return shared(&s.memo, coordinatesKey{k}, func() (*System, error) {
		centred, err := k.matrix(s, biased)
		if err != nil {
			return nil, err
		}
		values, vectors, err := linalg.EigSym(centred)
		if err != nil {
			return nil, err
		}
		n, kept := s.Samples(), 0
		for kept < n-1 && values[kept] > float64(n)*epsilon*values[0] {
			values[kept] = math.Sqrt(values[kept])
			kept++
		}
		if kept == 0 {
			return nil, undefined("%s: no two samples differ to the kernel", s.label())
		}
		z := mat.DenseCopyOf(vectors.Slice(0, n, 0, kept))
		scaleColumns(z, values[:kept])
		return &System{name: s.name, n: n, p: kept, raw: z, times: s.times, conditionOf: s.conditionOf, precision: s.precision}, nil
	})
}

// Memory implements Memory: the kernel matrix of the predicting system and its
// coordinates, and ridge regression on these.
func (m kernelRidge) Memory(d Dims) Need {
	matrices := together(
		kept(kernelKey{m.kernel, biased}, d.systems()*d.N*d.N), kept(coordinatesKey{m.kernel}, d.systems()*d.N*d.N),
		d.needDistances(), d.needWidth(m.kernel.sigma), work(d.N*d.N+linalg.EigSymMemory(d.N)))
	inner := d
	switch m.direction {
	case xFromY:
		inner.Q = d.N
	case yFromX:
		inner.P = d.N
	default:
		inner.P, inner.Q = max(d.P, d.N), max(d.Q, d.N)
	}
	return together(matrices, m.fit.Memory(inner).of(coordinatesKey{m.kernel}))
}

// ScoreFlops implements Costed.
func (m kernelRidge) ScoreFlops(d Dims) float64 {
	n := float64(d.N)
	inner := d
	inner.Q = d.N
	return 9*n*n*n + m.fit.ScoreFlops(inner)
}

// heldOutFolds is the number of folds; no moments serve them.
func (m kernelRidge) heldOutFolds() int { return m.fit.plan.k }

// kernelSpan says why there is no estimate.
const kernelSpan = "the functions of a kernel grow in number with the samples, so that leaving samples out says how a smaller fit does: use ridge"

// NeuronError implements NeuronError.
func (m kernelRidge) NeuronError(Dims) string {
	return "leaving neurons out is not known to give the error of a function of them"
}

// Estimator implements Estimable: there is no estimate.
func (m kernelRidge) Estimator() (Estimator, bool) { return Estimator{Reason: kernelSpan}, false }

// Deletions implements Estimable.
func (m kernelRidge) Deletions(*Pair, *Units) (*Deletions, error) { return nil, undefined(kernelSpan) }
