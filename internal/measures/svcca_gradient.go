package measures

import (
	"math"

	"gonum.org/v1/gonum/mat"

	"simtool/internal/linalg"
)

// Flip implements Differentiable.
func (m svcca) Flip() Differentiable { return m }

// Bind implements Differentiable.
func (m svcca) Bind(x *System, q int) (Objective, error) {
	if err := x.enough(m.card.MinSamples); err != nil {
		return nil, err
	}
	c, err := m.reduce(x)
	if err != nil {
		return nil, err
	}
	return &leadingSpaces{svcca: m, modelSpectrum: newModelSpectrum(x.Samples(), q), ux: c.u}, nil
}

// leadingSpaces is the objective of SVCCA. With U_k the components that are kept,
// N = UxᵀU_k and ∂s/∂N = Γ. As the score depends on the span of U_k only, it is also a
// function of U_kV_kᵀ, the function of Yc that maps the kept singular values to 1 and
// the others to 0. Their number is constant except at jumps.
type leadingSpaces struct {
	svcca
	modelSpectrum
	ux *mat.Dense
}

// Gradient implements Objective.
func (o *leadingSpaces) Gradient(g, y *mat.Dense) (float64, error) {
	if err := o.set(y); err != nil {
		return 0, err
	}
	k := o.kept(o.s)
	o.f = make([]float64, len(o.s))
	copy(o.f, constant(k, 1))
	o.slope = func(i, j int) float64 {
		// There is no derivative where only one of two equal values is kept.
		if o.f[i] == o.f[j] || o.s[i] == o.s[j] {
			return 0
		}
		return math.Abs(1 / (o.s[i] - o.s[j]))
	}
	samples, _ := y.Dims()
	mean, slope, err := correlationSlope(linalg.CrossGram(o.ux, o.u.Slice(0, samples, 0, k).(*mat.Dense)), o.squared)
	if err != nil {
		return 0, err
	}
	gamma := o.components(o.f)
	gemm(1, o.ux, slope, 0, gamma.Slice(0, samples, 0, k).(*mat.Dense))
	o.pull(gamma, linalg.CrossGram(o.u, gamma), nil)
	gemmNT(1, gamma, o.v, 0, g)
	return mean, nil
}

// gap implements nearObjective.
func (o *leadingSpaces) gap() (float64, error) {
	n, _ := o.ux.Dims()
	return spanGap(o.ux, o.u.Slice(0, n, 0, o.kept(o.s)).(*mat.Dense))
}

// kept returns the number of components that the measure keeps, of those with the norms
// σ within the numerical rank.
func (m svcca) kept(sigma []float64) int {
	switch {
	case m.dim > 0:
		return min(m.dim, len(sigma))
	case m.variance == 1:
		return len(sigma)
	default:
		variances := squares(sigma)
		return m.leadingCount(variances, sum(variances), func(float64) float64 { return 0 })
	}
}

// GradientMemory implements GradientMemory.
func (m svcca) GradientMemory(d Dims) Need {
	p, q := d.compact()
	return d.reference().needComponents().plus(d.N*p + d.modelSpectrumMemory() + 2*p*q + linalg.PolarMemory(p, q))
}
