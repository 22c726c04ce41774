package stats

import (
	"errors"
	"math"

	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/mat"

	"simtool/internal/linalg"
)

// ErrOneClass is returned when all labels to be decoded are the same.
var ErrOneClass = errors.New("all labels are the same, wanted two classes")

// Logistic is a linear decoder of a binary label.
type Logistic struct {
	Weights   []float64 // one for each feature
	Intercept float64
}

// Score returns the log-odds of the positive class for a sample.
func (l *Logistic) Score(x []float64) float64 {
	s := l.Intercept
	for j, v := range x {
		s += v * l.Weights[j]
	}
	return s
}

// Scores returns the log-odds for every row of x.
func (l *Logistic) Scores(x *mat.Dense) []float64 {
	n, _ := x.Dims()
	s := make([]float64, n)
	for i := range s {
		s[i] = l.Score(x.RawRowView(i))
	}
	return s
}

// FitLogistic fits the l2-penalised logistic regression of the labels on the
// n×p matrix x:
//
//	minimise  Σ_i log(1+exp(−t_i(w·x_i+b))) + ‖w‖²/(2c),  t_i = ±1,
//
// the problem of scikit-learn's LogisticRegression(C=c). The intercept b is not
// penalised and nothing is scaled. c must be positive; a large c is a weak
// penalty.
//
// The optimum lies in the span of the centred samples, so with p > n Newton's
// method runs in an orthonormal basis of it; it stops when the gradient is below
// 1e-10 of its size at zero. The error is ErrOneClass or that of linalg for x
// with NaN or infinities.
func FitLogistic(x *mat.Dense, positive []bool, c float64) (*Logistic, error) {
	n, p := x.Dims()
	if len(positive) != n {
		panic(mat.ErrShape)
	}
	if c <= 0 {
		panic("stats: penalty must be positive")
	}
	count := 0
	for _, v := range positive {
		if v {
			count++
		}
	}
	if count == 0 || count == n {
		return nil, ErrOneClass
	}
	xc, means := linalg.Center(x)
	z := xc
	var back *mat.Dense // p×r: weights in the coordinates of z to those of x
	if p > n {
		var err error
		var xt mat.Dense
		xt.CloneFrom(xc.T())
		if back, _, err = linalg.RangeBasis(&xt); err != nil {
			return nil, err
		}
		z = new(mat.Dense)
		if back.IsEmpty() { // constant data: there is only an intercept
			z, back = mat.NewDense(n, 1, nil), mat.NewDense(p, 1, nil)
		} else {
			z.Mul(xc, back)
		}
	}
	beta, err := newtonLogistic(z, positive, c)
	if err != nil {
		return nil, err
	}
	r := len(beta) - 1
	l := &Logistic{Weights: beta[:r], Intercept: beta[r]}
	if back != nil {
		w := mat.NewVecDense(p, nil)
		w.MulVec(back, mat.NewVecDense(r, l.Weights))
		l.Weights = w.RawVector().Data
	}
	for j, m := range means {
		l.Intercept -= m * l.Weights[j]
	}
	return l, nil
}

// newtonLogistic minimises the penalised loss over r weights and an intercept,
// which is last. Steps are halved while they do not decrease the loss.
func newtonLogistic(z *mat.Dense, positive []bool, c float64) ([]float64, error) {
	n, r := z.Dims()
	beta, trial := make([]float64, r+1), make([]float64, r+1)
	margin := make([]float64, n)
	prob := make([]float64, n)
	weighted := mat.NewDense(n, r+1, nil)
	hessian := mat.NewDense(r+1, r+1, nil)
	gradient := mat.NewDense(r+1, 1, nil)
	loss := logisticLoss(z, positive, c, beta, margin)
	var first float64
	const maxSteps = 100
	for step := range maxSteps {
		g := gradient.RawMatrix().Data
		clear(g)
		for i := range n {
			prob[i] = 1 / (1 + math.Exp(-margin[i]))
			e := prob[i]
			if positive[i] {
				e--
			}
			root := math.Sqrt(prob[i] * (1 - prob[i]))
			row := weighted.RawRowView(i)
			for j, v := range z.RawRowView(i) {
				g[j] += e * v
				row[j] = root * v
			}
			g[r] += e
			row[r] = root
		}
		for j := range r {
			g[j] += beta[j] / c
		}
		size := blas64.Nrm2(blas64.Vector{N: r + 1, Data: g, Inc: 1})
		if step == 0 {
			first = size
		}
		if size <= 1e-10*max(first, 1) {
			break
		}
		linalg.GramTo(hessian, weighted)
		for j := range r {
			hessian.Set(j, j, hessian.At(j, j)+1/c)
		}
		d, err := linalg.SolveSPD(hessian, gradient)
		if err != nil {
			return nil, err
		}
		next, t := loss, 1.0
		for ; t > 1e-10; t /= 2 {
			for j := range trial {
				trial[j] = beta[j] - t*d.At(j, 0)
			}
			// Close to the optimum rounding hides an improvement of the loss, but
			// Newton's step still leads to the optimum.
			if next = logisticLoss(z, positive, c, trial, margin); next <= loss*(1+1e-14) {
				break
			}
		}
		copy(beta, trial)
		loss = next
	}
	return beta, nil
}

// logisticLoss writes the log-odds of every sample into margin and returns the
// penalised loss.
func logisticLoss(z *mat.Dense, positive []bool, c float64, beta, margin []float64) float64 {
	n, r := z.Dims()
	var loss float64
	for i := range n {
		m := beta[r]
		for j, v := range z.RawRowView(i) {
			m += v * beta[j]
		}
		margin[i] = m
		if positive[i] {
			m = -m
		}
		loss += max(m, 0) + math.Log1p(math.Exp(-math.Abs(m))) // log(1+exp(m))
	}
	for _, b := range beta[:r] {
		loss += b * b / (2 * c)
	}
	return loss
}
