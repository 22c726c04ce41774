package measures

import (
	"math"

	"gonum.org/v1/gonum/mat"

	"simtool/internal/linalg"
)

// Flip implements Differentiable.
func (m kernelRidge) Flip() Differentiable {
	m.fit.regression = m.fit.flip()
	m.card.X, m.card.Y, m.direction = m.card.Y, m.card.X, m.fit.direction
	return m
}

// Bind implements Differentiable. With A = HKH + λI of the predicting system and T the
// centred system that is predicted, what is left of T is λA⁻¹T, and
//
//	R² = 1 − λ²‖A⁻¹T‖²/‖T‖²,
//	∂R²/∂K = λ²(UVᵀ + VUᵀ)/‖T‖²,  U = A⁻¹T, V = A⁻²T,
//	∂R²/∂T = 2/‖T‖²·((1 − R²)·T − λ²·V).
func (m kernelRidge) Bind(x *System, q int) (Objective, error) {
	if err := x.enough(m.card.MinSamples); err != nil {
		return nil, err
	}
	n := x.Samples()
	o := &smoothObjective{centring: newCentring(n, q), m: m, x: x.centred(), half: mat.NewDense(n, q, nil)}
	if m.direction != xFromY {
		centred, err := m.kernel.matrix(x, biased)
		if err != nil {
			return nil, err
		}
		o.own = penalisedKernel(centred, m.fit.lambda)
	}
	if m.direction == yFromX {
		return o, nil
	}
	f, err := newRadial(m.kernel.kind, m.kernel.sigma, n*(n-1)/2)
	if err != nil {
		return nil, err
	}
	f.self = 1
	o.pairs = &pairwise{
		centring: o.centring, f: f, v: make([]float64, n*(n-1)/2), slope: make([]float64, n*(n-1)/2),
		gamma: mat.NewDense(n, n, nil), work: make([]float64, n),
	}
	return o, nil
}

// penalisedKernel returns K + λI.
func penalisedKernel(k *mat.Dense, lambda float64) *mat.Dense {
	out := mat.DenseCopyOf(k)
	for i := range out.RawMatrix().Rows {
		out.Set(i, i, out.At(i, i)+lambda)
	}
	return out
}

// smoothObjective is the objective of kernel ridge regression on the samples of the fit.
type smoothObjective struct {
	centring
	m     kernelRidge
	x     *mat.Dense // centred
	own   *mat.Dense // A of the reference, where it predicts
	pairs *pairwise  // of Y, where that predicts
	half  *mat.Dense
}

// Gradient implements Objective.
func (o *smoothObjective) Gradient(g, y *mat.Dense) (float64, error) {
	yc := o.centre(y)
	if sumSquares(yc) == 0 {
		return 0, constantModel()
	}
	switch o.m.direction {
	case xFromY:
		return o.predicting(g, yc)
	case yFromX:
		return o.predicted(g, yc)
	}
	there, err := o.predicting(g, yc)
	if err != nil {
		return 0, err
	}
	back, err := o.predicted(o.half, yc)
	addMatrix(g, 1, o.half)
	scaleMatrix(g, 0.5)
	return (there + back) / 2, err
}

// predicting is the gradient by the system that predicts.
func (o *smoothObjective) predicting(g, yc *mat.Dense) (float64, error) {
	s := o.pairs
	s.squaredDistances(yc)
	if err := s.f.evaluate(s.v, s.slope); err != nil {
		return 0, err
	}
	n := len(s.work)
	k := square(s.v, n)
	for i := range n {
		k.Set(i, i, s.f.onDiagonal())
	}
	doubleCentre(k)
	u, v, left, err := o.solve(penalisedKernel(k, o.m.fit.lambda), o.x)
	if err != nil {
		return 0, err
	}
	value, slope := o.report(left / sumSquares(o.x))
	weight := slope * o.m.fit.lambda * o.m.fit.lambda / sumSquares(o.x)
	s.gamma.Mul(u, v.T())
	at := 0
	for i := range n {
		row := s.gamma.RawRowView(i)
		row[i] = 0
		for j := i + 1; j < n; j++ {
			row[j] = weight * (row[j] + s.gamma.At(j, i)) * s.slope[at]
			at++
		}
	}
	if s.f.relative {
		s.f.throughWidth(s.gamma)
	}
	mirrorUpper(s.gamma)
	throughDistances(g, s.gamma, yc)
	return value, nil
}

// predicted is the gradient by the system that is predicted.
func (o *smoothObjective) predicted(g, yc *mat.Dense) (float64, error) {
	_, v, left, err := o.solve(o.own, yc)
	if err != nil {
		return 0, err
	}
	whole := sumSquares(yc)
	value, slope := o.report(left / whole)
	g.Scale(-2*slope*o.m.fit.lambda*o.m.fit.lambda/whole, v)
	addMatrix(g, 2*slope*left/whole/whole, yc)
	return value, nil
}

// solve returns A⁻¹T, A⁻²T and λ²‖A⁻¹T‖², what is left of ‖T‖².
func (o *smoothObjective) solve(a, t *mat.Dense) (u, v *mat.Dense, left float64, err error) {
	if u, err = linalg.SolveSPD(a, t); err != nil {
		return nil, nil, 0, err
	}
	v, err = linalg.SolveSPD(a, u)
	size := o.m.fit.lambda * linalg.Norm(u)
	return u, v, size * size, err
}

// report returns the value for the share of the variance that is left, and its derivative
// by R².
func (o *smoothObjective) report(left float64) (value, slope float64) {
	if o.m.fit.as != asAngular {
		return 1 - left, 1
	}
	theta := arccosine(left)
	if sine := math.Sin(theta); sine > leastAngle {
		slope = -1 / sine
	}
	return theta, slope
}

// GradientMemory implements GradientMemory.
func (m kernelRidge) GradientMemory(d Dims) Need {
	own := d.N*d.Q*2 + 2*d.N*d.P
	if m.direction != xFromY {
		own += 4 * d.N * d.N
	}
	if m.direction != yFromX {
		own += d.pairwiseMemory(m.kernel.kind, m.kernel.sigma) + 5*d.N*d.N + 2*d.N*d.P
	}
	return together(d.reference().needCentred(), d.reference().needDistances(), d.reference().needWidth(m.kernel.sigma)).plus(own + 3*d.N*(d.P+d.Q))
}
