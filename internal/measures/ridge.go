package measures

import (
	"math"

	"gonum.org/v1/gonum/mat"

	"simtool/internal/linalg"
)

var ridgeFamily = Family{
	Card: Card{
		Family:   "ridge",
		Title:    "Ridge regression",
		Question: "How much of the variance of X can be read out of Y linearly, when directions of small variance are trusted less?",
		Formula:  "W = (B + λI)⁻¹YᵀX; R² = 1 − ‖X − YW‖²/‖X‖², as in linreg",
		Params: append([]Param{
			number("lambda", "1", 0, math.MaxFloat64, "penalty λ on ‖W‖² against the sum (not the mean) of squared errors, or auto: chosen on the training samples by leave-one-out from the powers of 10 between 1e-6 and 1e6 times the mean of B's eigenvalues that are not 0", "auto"),
		}, regressionParams...),
		Identity:       math.NaN(),
		Differentiable: true,
		Cost:           "n·q·(p + q)",
		Pitfalls: []string{
			"λ has the units of Y² times samples: the same λ means less for larger data, so scale Y or use lambda=auto",
			"even identical systems score below 1",
		},
		References: []Reference{refHoerl1970, refSchrimpf2020, refCloos2025},
	},
	Aliases: append([]Alias{
		{"ridge-lambda{}", "ridge:lambda={}"},
	}, regressionAliases("ridge-lambda{}", "ridge:lambda={}")...),
	New: func(a Args) (Measure, error) {
		lambda := a.Text("lambda")
		predictor := Permutation | Orthogonal | Translation
		if lambda == "auto" {
			predictor |= Scaling // the grid scales with the data
		}
		m, err := newRegression(a, predictor)
		if err != nil {
			return nil, err
		}
		m.penalty = leaveOneOut
		if lambda == "auto" {
			// A decomposition of Y, and a weighted Gram matrix for each penalty.
			m.fitCost = func(n, p, q float64) float64 {
				return n*q*(p+q*(2+float64(autoHigh-autoLow+1)/2)) + 9*q*q*q + p*q*q
			}
		}
		value := a.Float("lambda")
		if lambda != "auto" {
			m.penalty = func(predictors) (float64, error) { return value, nil }
		}
		m.card.FromMoments = m.card.FromMoments && lambda != "auto"
		m.card.Differentiable = lambda != "auto" // the choice of λ is a step
		m.card.Inflated = lambda != "auto" && m.plan.k == 0
		return ridge{m, value}, nil
	},
}

// ridge is least squares with a penalty.
type ridge struct {
	regression
	lambda float64 // NaN where the data determine it
}

// ComponentScore implements Theory. There is none where the data determine λ: the score is
// then NaN.
func (m ridge) ComponentScore(p AlignedPair) (float64, bool) { return m.componentScore(p, m.lambda) }

// Memory implements Memory. The choice of the penalty needs the samples.
func (m ridge) Memory(d Dims) Need {
	if !math.IsNaN(m.lambda) {
		return m.need(d, leastSquaresMemory)
	}
	return m.need(d, func(d Dims, p, q int64) int64 {
		return linalg.SVDMemory(d.N, q) + d.N*p + 4*d.N*q + p*q + 2*q*q
	})
}

// The grid of lambda=auto, in powers of 10 of the mean over the
// numerical rank of the eigenvalues of B.
const autoLow, autoHigh = -6, 6

// leaveOneOut returns the λ of the grid with the smallest leave-one-out error
//
//	Σᵢ ‖xᵢ − x̂ᵢ‖²/(1 − hᵢ)²,  hᵢ = 1/n + Σₖ uᵢₖ² sₖ²/(sₖ²+λ),
//
// Y = USVᵀ centred (Golub, Heath and Wahba 1979, doi 10.1080/00401706.1979.10489751).
// The larger λ is preferred among equals.
//
// Let f = λ/(s²+λ) be the share that shrinkage removes from each component, G = UᵀX and
// O = X − UG. The residuals are O + U·diag(f)·G, and 1 − hᵢ = (1 − 1/n − Σₖuᵢₖ²) +
// Σₖuᵢₖ²fₖ. Residuals are not formed: with c = 1/(1−h)², and ∘ for products entry by
// entry, the error is the sum
//
//	Σᵢ cᵢ‖oᵢ‖² + 2·cᵀ(U∘OGᵀ)f + fᵀ(GGᵀ ∘ Uᵀdiag(c)U)f,
//
// in which no terms cancel where the fit is close.
func leaveOneOut(train predictors) (float64, error) {
	x, y := train.rows()
	u, s, err := leftVectors(train.moments.yy, y)
	if err != nil {
		return 0, err
	}
	if train.grain != nil && len(s) > 0 {
		r, err := train.grain().rank(y, s)
		if err != nil {
			return 0, err
		}
		u, s = mat.DenseCopyOf(u.Slice(0, y.RawMatrix().Rows, 0, r)), s[:r]
	}
	n, r := y.RawMatrix().Rows, len(s)
	if r == 0 {
		return 0, undefined("the predicting system is constant on a training set")
	}
	g := linalg.CrossGram(u, x)
	gg := linalg.OuterGram(g)
	left := mat.DenseCopyOf(x)
	gemm(-1, u, g, 1, left)
	var along, own mat.Dense
	along.Mul(left, g.T())
	along.MulElem(&along, u)
	own.MulElem(u, u)
	free, unseen := make([]float64, n), make([]float64, n)
	for i := range n {
		free[i] = max(0, 1-1/float64(n)-sum(own.RawRowView(i)))
		unseen[i] = dot(left.RawRowView(i), left.RawRowView(i))
	}
	mean := sum(squares(s)) / float64(r)
	best, lambda := math.Inf(1), math.NaN()
	f, taken, linear := mat.NewVecDense(r, nil), mat.NewVecDense(n, nil), mat.NewVecDense(r, nil)
	c := make([]float64, n)
	weighted, inner := mat.NewDense(n, r, nil), mat.NewDense(r, r, nil)
	for power := autoHigh; power >= autoLow; power-- {
		candidate := mean * math.Pow(10, float64(power))
		for k, v := range s {
			f.SetVec(k, candidate/(v*v+candidate))
		}
		taken.MulVec(&own, f)
		for i := range c {
			root := 1 / (free[i] + taken.AtVec(i))
			c[i] = root * root
			to := weighted.RawRowView(i)
			for k, v := range u.RawRowView(i) {
				to[k] = root * v
			}
		}
		linalg.GramTo(inner, weighted)
		inner.MulElem(inner, gg)
		linear.MulVec(along.T(), mat.NewVecDense(n, c))
		loss := dot(c, unseen) + 2*mat.Dot(linear, f) + mat.Inner(f, inner, f)
		if loss < best {
			best, lambda = loss, candidate
		}
	}
	if math.IsNaN(lambda) {
		return 0, undefined("no penalty of the grid has a finite leave-one-out error")
	}
	return lambda, nil
}

// leftVectors returns the left singular vectors of Y and its singular values over the
// numerical rank, from the eigenvectors of B = YᵀY where these determine directions of
// small variance well enough.
func leftVectors(b, y *mat.Dense) (*mat.Dense, []float64, error) {
	const spread = 1e-8 // of the eigenvalues of B
	n, q := y.Dims()
	if q <= n {
		values, v, err := linalg.EigSym(b)
		if err != nil {
			return nil, nil, err
		}
		if values[q-1] > spread*values[0] {
			u := mat.NewDense(n, q, nil)
			u.Mul(y, v)
			for k := range values {
				values[k] = math.Sqrt(values[k])
			}
			for i := range n {
				divideBy(u.RawRowView(i), values)
			}
			return u, values, nil
		}
	}
	u, s, _, err := linalg.SVD(y)
	if err != nil {
		return nil, nil, err
	}
	r := linalg.Rank(s, n, q)
	if r == 0 {
		return nil, nil, nil
	}
	return u.Slice(0, n, 0, r).(*mat.Dense), s[:r], nil
}

// divideBy divides entry by entry.
func divideBy(dst, by []float64) {
	for k, v := range by {
		dst[k] /= v
	}
}
