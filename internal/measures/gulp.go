package measures

import (
	"math"

	"gonum.org/v1/gonum/mat"

	"simtool/internal/linalg"
)

var gulpFamily = Family{
	Card: Card{
		Family:   "gulp",
		Title:    "GULP distance",
		Question: "How much can the predictions of ridge regression from X and from Y differ, over all targets of unit norm?",
		Formula:  "δ² = ‖Hx − Hy‖² = tr Hx² + tr Hy² − 2 tr HxHy, Hx = Xc(XcᵀXc + λ‖Xc‖²I)⁻¹Xcᵀ",
		Params: []Param{
			number("lambda", "0", 0, math.MaxFloat64, "ridge penalty λ relative to the total variance of each system; 0 predicts by least squares over the numerical rank"),
			boolean("squared", true, "report δ², as the published code does, or δ, which obeys the triangle inequality (false)"),
		},
		Min:            0,
		Max:            math.Inf(1),
		Identity:       0,
		Symmetric:      true,
		Inflated:       true,
		X:              Euclidean,
		Y:              Euclidean,
		Differentiable: true,
		FromMoments:    true,
		MinSamples:     2,
		Cost:           "n·(p² + q² + p·q) + p³ + q³",
		Pitfalls: []string{
			"grows with the number of dimensions: at lambda=0 it is r_X + r_Y − 2Σρ² of the canonical correlations",
			"at lambda=0 directions of tiny variance count as much as large ones, noise included",
		},
		References: []Reference{{
			Key: "boixadsera2022gulp", Authors: "Boix-Adserà, Enric and Lawrence, Hannah and Stepaniants, George and Rigollet, Philippe",
			Title: "GULP: a prediction-based metric between representations",
			Venue: "Advances in Neural Information Processing Systems", Conference: true, Year: 2022, DOI: "10.48550/arXiv.2210.06545",
		}},
	},
	Aliases: []Alias{{"gulp-lambda={}", "gulp:lambda={}"}},
	New: func(a Args) (Measure, error) {
		m := gulp{card: a.Card(), lambda: a.Float("lambda"), squared: a.Bool("squared")}
		if m.lambda == 0 {
			m.card.X, m.card.Y = Affine, Affine
		}
		return m, nil
	},
}

type gulp struct {
	card    Card
	lambda  float64
	squared bool
}

// Card implements Measure.
func (m gulp) Card() Card { return m.card }

// NeuronError implements NeuronError.
func (m gulp) NeuronError(Dims) string { return overstated }

// Score implements Measure.
func (m gulp) Score(p *Pair) (Score, error) {
	if err := p.check(m.card); err != nil {
		return Score{}, err
	}
	if p.identical() {
		return Score{}, nil
	}
	x, err := m.smoother(p.X)
	if err != nil {
		return Score{}, err
	}
	y, err := m.smoother(p.Y)
	if err != nil {
		return Score{}, err
	}
	delta := max(0, x.square+y.square-2*sumSquares(p.crossOf(x.root, y.root)))
	if p.segments == nil && delta < (1-exactAngle)*(x.square+y.square) {
		gap := outerGap(x.root, y.root)
		delta = gap * gap
	}
	if !m.squared {
		delta = math.Sqrt(delta)
	}
	return Score{Value: delta}, nil
}

// MomentFolds implements FromMoments.
func (gulp) MomentFolds() int { return 0 }

// Memory implements Memory: principal components, and their shrunk copies.
func (m gulp) Memory(d Dims) Need {
	p, q := d.compact()
	roots := d.N*(p+q) + p*q
	return together(d.needComponents(), work(roots+d.N*d.larger()), work(roots+d.gapMemory(p, q)))
}

// smoother is the matrix H = U·diag(f)·Uᵀ that maps a target to its prediction, as
// U·diag(√f) together with ‖H‖².
type smoother struct {
	root   *mat.Dense // see principal.scaled
	square float64
}

// smoother returns Hx. As λ is relative to the total variance,
// f = σ²/(σ² + λΣσ²) over the principal components of X. With λ = 0 it is the projection
// on their span, in which units do not count.
func (m gulp) smoother(s *System) (smoother, error) {
	if m.lambda == 0 {
		root, err := s.span()
		if err != nil {
			return smoother{}, err
		}
		_, r := root.Dims()
		return smoother{root, float64(r)}, nil
	}
	c, err := s.rankComponents()
	if err != nil {
		return smoother{}, err
	}
	root, square := roots(c.sigma, m.lambda*s.trace())
	return smoother{c.scaled(root), square}, nil
}

// roots returns √f and Σf² for the shrinkage f = σ²/(σ²+penalty).
func roots(sigma []float64, penalty float64) (root []float64, square float64) {
	root = squares(sigma)
	for i, v := range root {
		f := v / (v + penalty)
		root[i] = math.Sqrt(f)
		square += f * f
	}
	return root, square
}

// outerGap returns ‖XXᵀ − YYᵀ‖ with all its digits even when the two nearly coincide.
// With the thin QR decomposition of [X,Y] and R = [R₁,R₂] this is ‖R₁R₁ᵀ − R₂R₂ᵀ‖. With
// fewer samples than features the n×n matrices are subtracted directly.
func outerGap(x, y *mat.Dense) float64 {
	n, k := x.Dims()
	_, l := y.Dims()
	if n > k+l {
		both := mat.NewDense(n, k+l, nil)
		both.Slice(0, n, 0, k).(*mat.Dense).Copy(x)
		both.Slice(0, n, k, k+l).(*mat.Dense).Copy(y)
		r := linalg.UpperFactor(both)
		x = mat.DenseCopyOf(r.Slice(0, k+l, 0, k))
		y = mat.DenseCopyOf(r.Slice(0, k+l, k, k+l))
	}
	gap := linalg.OuterGram(x)
	gap.Sub(gap, linalg.OuterGram(y))
	return linalg.Norm(gap)
}

// gapMemory returns the size of the work space of outerGap.
func (d Dims) gapMemory(p, q int64) int64 {
	if k := p + q; d.N > k {
		return d.N*k + linalg.UpperFactorMemory(d.N, k) + 3*k*k
	}
	return 2 * d.N * d.N
}
