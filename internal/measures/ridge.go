package measures

import (
	"math"
	"strconv"

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
		if lambda != "auto" {
			value, err := strconv.ParseFloat(lambda, 64)
			if err != nil {
				return nil, err
			}
			m.penalty = func(predictors) (float64, error) { return value, nil }
		}
		m.card.FromMoments = m.card.FromMoments && lambda != "auto"
		m.card.Differentiable = lambda != "auto" // the choice of λ is a step
		return ridge{m}, nil
	},
}

// ridge is least squares with a penalty.
type ridge struct{ regression }

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
	u, s, _, err := linalg.SVD(y)
	if err != nil {
		return 0, err
	}
	s = s[:linalg.Rank(s, u.RawMatrix().Rows, len(s))]
	n, r := u.RawMatrix().Rows, len(s)
	if r == 0 {
		return 0, undefined("the predicting system is constant on a training set")
	}
	u = u.Slice(0, n, 0, r).(*mat.Dense)
	g := linalg.CrossGram(u, x) // component k of X̂ is proportional to row k
	var along mat.Dense         // ⟨xᵢ, gₖ⟩
	along.Mul(x, g.T())
	gg := linalg.OuterGram(g)
	xx := make([]float64, n)
	for i := range xx {
		xx[i] = dot(x.RawRowView(i), x.RawRowView(i))
	}
	mean := sum(squares(s)) / float64(r)
	best, lambda := math.Inf(1), math.NaN()
	weighted, moved := mat.NewDense(n, r, nil), mat.NewDense(n, r, nil)
	for power := autoHigh; power >= autoLow; power-- {
		candidate := mean * math.Pow(10, float64(power))
		shrink := make([]float64, r)
		for k, v := range s {
			shrink[k] = v * v / (v*v + candidate)
		}
		for i := range n {
			row := weighted.RawRowView(i)
			for k, v := range u.RawRowView(i) {
				row[k] = v * shrink[k]
			}
		}
		moved.Mul(weighted, gg)
		loss := 0.0
		for i := range n {
			h := 1 / float64(n)
			ui, wi := u.RawRowView(i), weighted.RawRowView(i)
			for k, v := range ui {
				h += v * wi[k]
			}
			e := xx[i] - 2*dot(wi, along.RawRowView(i)) + dot(wi, moved.RawRowView(i))
			loss += max(0, e) / ((1 - h) * (1 - h))
		}
		if loss < best {
			best, lambda = loss, candidate
		}
	}
	if math.IsNaN(lambda) {
		return 0, undefined("no penalty of the grid has a finite leave-one-out error")
	}
	return lambda, nil
}
