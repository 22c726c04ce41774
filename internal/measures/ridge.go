package measures

import (
	"errors"
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
			choice("per", "lambda=auto: one penalty for all predicted features (all), or one for each (target), which goes with scores of single features (pool)", "all", "target"),
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
		m, err := buildRidge(a, predictor)
		if err != nil {
			return nil, err
		}
		m.card.FromMoments = m.card.FromMoments && lambda != "auto"
		m.card.Differentiable = m.card.Differentiable && lambda != "auto" // the choice of λ is a step
		m.card.Inflated = lambda != "auto" && m.plan.k == 0
		return m, nil
	},
}

// buildRidge returns ridge regression with the parameters of a family that has those of
// ridge. predictor holds the invariances of a fit to changes of the predicting system.
func buildRidge(a Args, predictor Invariance) (ridge, error) {
	m, err := newRegression(a, predictor)
	if err != nil {
		return ridge{}, err
	}
	m.penalty = leaveOneOut
	automatic := a.Text("lambda") == "auto"
	if a.Text("per") == "target" {
		if !automatic || !m.columns {
			return ridge{}, errors.New("per=target goes with lambda=auto and pool=columns, median or none")
		}
		m.solve = eachLeaveOneOut
	}
	value := a.Float("lambda")
	if automatic {
		// A decomposition of Y, and a weighted Gram matrix for each penalty.
		m.fitCost = func(n, p, q float64) float64 {
			return n*q*(p+q*(2+float64(autoHigh-autoLow+1)/2)) + 9*q*q*q + p*q*q
		}
	} else {
		m.penalty = func(predictors) (float64, error) { return value, nil }
	}
	return ridge{m, value}, nil
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
	if m.solve != nil {
		return m.need(d, eachPenaltyMemory)
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
func leaveOneOut(train predictors) (float64, error) {
	x, y := train.rows()
	u, g, s, err := decomposedPredictors(train, x, y)
	if err != nil {
		return 0, err
	}
	search := newPenaltySearch(x, u, g, s)
	lambda, err := search.best()
	giveBack(search.residual, search.shrunk, u, g)
	if train.borrowed {
		giveBack(x, y)
	}
	return lambda, err
}

// decomposedPredictors returns U, G = UᵀX and s of the Y of a training set over the
// dimensions that are not rounding.
func decomposedPredictors(train predictors, x, y *mat.Dense) (u, g *mat.Dense, s []float64, err error) {
	u, s, g, err = leftVectors(train.moments, x, y)
	if err != nil {
		return nil, nil, nil, err
	}
	n, p := x.Dims()
	if train.grain != nil && len(s) > 0 {
		r, err := train.grain().rank(y, s)
		if err != nil {
			return nil, nil, nil, err
		}
		if r > 0 {
			u, s, g = u.Slice(0, n, 0, r).(*mat.Dense), s[:r], g.Slice(0, r, 0, p).(*mat.Dense)
		} else {
			s = nil
		}
	}
	if len(s) == 0 {
		return nil, nil, nil, undefined("the predicting system is constant on a training set")
	}
	return u, g, s, nil
}

// leftVectors returns the left singular vectors U of Y, its singular values over the
// numerical rank, and G = UᵀX, from the eigenvectors of B = YᵀY and from YᵀX where these
// determine directions of small variance well enough.
func leftVectors(m *foldMoments, x, y *mat.Dense) (u *mat.Dense, s []float64, g *mat.Dense, err error) {
	const spread = 1e-8 // of the eigenvalues of B
	n, q := y.Dims()
	if q <= n {
		values, v, err := linalg.EigSym(m.yy)
		if err != nil {
			return nil, nil, nil, err
		}
		if values[q-1] > spread*values[0] {
			for k := range values {
				values[k] = math.Sqrt(values[k])
			}
			divideColumns(v, values)
			u, g = lend(n, q), lend(q, len(m.xx))
			u.Mul(y, v)
			g.Mul(v.T(), m.xy.T())
			return u, values, g, nil
		}
	}
	u, s, _, err = linalg.SVD(y)
	if err != nil {
		return nil, nil, nil, err
	}
	r := linalg.Rank(s, n, q)
	if r == 0 {
		return nil, nil, nil, nil
	}
	u = u.Slice(0, n, 0, r).(*mat.Dense)
	return u, s[:r], linalg.CrossGram(u, x), nil
}
