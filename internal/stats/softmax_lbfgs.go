package stats

import (
	"math"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/lapack/lapack64"
	"gonum.org/v1/gonum/optimize"
)

// lbfgs minimises with a limited memory of the curvature, until the gradient is below
// target. The unknowns are Φ = RΘ, where RᵀR is the Hessian of one contrast at Θ = 0,
//
//	ZᵀZ/K + I/C
//
// (the penalty without the intercept), in which the Hessian at 0 is the identity: raw
// counts, whose variances differ by factors of thousands, take no more steps than
// standardised features, and the problem that is solved remains that of the features as
// they are.
func (f *newtonSoftmax) lbfgs(target float64) error {
	w, ok := f.whitening()
	if !ok {
		return nil // nothing varies, and Θ is 0
	}
	phi := make([]float64, len(f.theta))
	w.white(phi, f.theta)
	result, err := optimize.Minimize(optimize.Problem{
		Func: func(x []float64) float64 {
			w.features(f.trial, x)
			return f.evaluate(f.trial)
		},
		Grad: func(g, x []float64) {
			w.features(f.trial, x)
			f.loss = f.evaluate(f.trial)
			f.differentiate(f.trial)
			w.gradient(g, f.gradient)
		},
	}, phi, &optimize.Settings{
		Converger:       &smallGradient{whitening: w, target: target, gradient: make([]float64, len(phi))},
		MajorIterations: 1000,
	}, &optimize.LBFGS{Linesearcher: &optimize.MoreThuente{}, Store: 20})
	if result == nil {
		return err
	}
	// A line search fails only where the loss is constant up to rounding.
	w.features(f.theta, result.X)
	return nil
}

// whitening is R, upper triangular, for r+1 coordinates of k contrasts.
type whitening struct {
	r blas64.Triangular
	k int
}

// whitening returns R of the samples; ok is false where these are all equal.
func (f *newtonSoftmax) whitening() (w whitening, ok bool) {
	m, r1 := f.z.Dims()
	classes, k := f.h.Dims()
	gram := blas64.Symmetric{N: r1, Stride: r1, Data: make([]float64, r1*r1), Uplo: blas.Upper}
	blas64.Syrk(blas.Trans, 1/float64(classes), f.z.RawMatrix(), 0, gram)
	for j := range r1 - 1 {
		gram.Data[j*(r1+1)] += 1 / f.c
	}
	gram.Data[r1*r1-1] += 1e-12 * float64(m)
	t, ok := lapack64.Potrf(gram)
	return whitening{t, k}, ok
}

func (w whitening) matrix(x []float64) blas64.General {
	return blas64.General{Rows: w.r.N, Cols: w.k, Stride: w.k, Data: x}
}

// white writes Φ = RΘ.
func (w whitening) white(phi, theta []float64) {
	copy(phi, theta)
	blas64.Trmm(blas.Left, blas.NoTrans, 1, w.r, w.matrix(phi))
}

// features writes Θ = R⁻¹Φ.
func (w whitening) features(theta, phi []float64) {
	copy(theta, phi)
	blas64.Trsm(blas.Left, blas.NoTrans, 1, w.r, w.matrix(theta))
}

// gradient writes ∂/∂Φ = R⁻ᵀ·∂/∂Θ.
func (w whitening) gradient(phi, theta []float64) {
	copy(phi, theta)
	blas64.Trsm(blas.Left, blas.Trans, 1, w.r, w.matrix(phi))
}

// smallGradient ends a minimisation where ∂/∂Θ is below target.
type smallGradient struct {
	whitening
	target   float64
	gradient []float64
}

// Init implements optimize.Converger.
func (c *smallGradient) Init(int) {}

// Converged implements optimize.Converger.
func (c *smallGradient) Converged(at *optimize.Location) optimize.Status {
	if at.Gradient == nil || math.IsNaN(at.Gradient[0]) {
		return optimize.NotTerminated
	}
	copy(c.gradient, at.Gradient)
	blas64.Trmm(blas.Left, blas.Trans, 1, c.r, c.matrix(c.gradient))
	if floats.Norm(c.gradient, 2) <= c.target {
		return optimize.GradientThreshold
	}
	return optimize.NotTerminated
}
