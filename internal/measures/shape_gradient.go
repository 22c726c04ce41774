package measures

import (
	"math"

	"gonum.org/v1/gonum/mat"

	"simtool/internal/linalg"
)

// Flip implements Differentiable.
func (m shape) Flip() Differentiable { return m }

// Bind implements Differentiable.
func (m shape) Bind(x *System, q int) (Objective, error) {
	if err := x.enough(m.card.MinSamples); err != nil {
		return nil, err
	}
	if m.alpha == 1 {
		return newRotation(x, q, m.as), nil
	}
	width := max(x.Width(), q)
	w, err := m.whitened(x, width)
	if err != nil {
		return nil, err
	}
	return &whitenedRotation{shape: m, modelSpectrum: newModelSpectrum(x.Samples(), q), x: w, width: width}, nil
}

// whitenedRotation is the objective of the generalised shape metrics: that of
// Procrustes for Ỹ = U·diag(c·f(σ))·Vᵀ, a function of the singular values of Yc
// and, through the factor c, of their sums.
type whitenedRotation struct {
	shape
	modelSpectrum
	x     whitened
	width int
}

// Gradient implements Objective.
func (o *whitenedRotation) Gradient(g, y *mat.Dense) (float64, error) {
	if err := o.set(y); err != nil {
		return 0, err
	}
	f, c := o.norms(o.s, o.width)
	o.f = f
	scale(o.f, c.factor)
	o.slope = o.slopes(c.factor)

	// Ỹ and ∂s/∂Ỹ = toNuclear·X̃·P + 2·toSquare·Ỹ in the coordinates V.
	z := o.components(o.f)
	p, nuclear, err := linalg.Polar(linalg.CrossGram(o.x.points, z))
	if err != nil {
		return 0, err
	}
	square := sum(squares(o.f))
	near := alignment{rows: existingRows(o.x.points, z), polar: constantPolar(p), xx: o.x.square, yy: square}
	value, toNuclear, toSquare, err := rotationForm(o.as, nuclear, o.x.square, square, near.residual)
	if err != nil {
		return 0, err
	}
	gemm(toNuclear, o.x.points, p, 2*toSquare, z)

	inner := linalg.CrossGram(o.u, z)
	o.pull(z, inner, o.throughScaling(c, diagonal(inner)))
	gemmNT(1, z, o.v, 0, g)
	return value, nil
}

// slopes returns the quotients of differences of c·f, f(σ) = ασ + (1−α)·h(σ), where h is
// σ/σ₀ below the σ₀ at which eigenvalues are raised, and 1 above.
func (o *whitenedRotation) slopes(c float64) func(i, j int) float64 {
	lo := math.Sqrt(eigenvalueFloor(o.s))
	return func(i, j int) float64 {
		large, small := max(o.s[i], o.s[j]), min(o.s[i], o.s[j])
		h := 0.0
		switch {
		case large < lo:
			h = 1 / lo
		case small < lo:
			h = (1 - small/lo) / (large - small)
		}
		return c * (o.alpha + (1-o.alpha)*h)
	}
}

// throughScaling returns the derivatives of the score with respect to the
// singular values by way of c² = Σλ/Σd²λ, given ∂s/∂Ỹ in the coordinates of the
// components, of which toF is the diagonal: ∂s/∂log c = ⟨∂s/∂Ỹ, Ỹ⟩. Eigenvalues that
// were not raised have the parts ½∂λ/∂σ = σ and ½∂(d²λ)/∂σ = α·f(σ). Those that were
// raised, those of columns of zeros among them, depend on the first where that sets the
// floor.
func (o *whitenedRotation) throughScaling(c scaling, toF []float64) []float64 {
	toLog := dot(o.f, toF)
	extra := make([]float64, len(o.s))
	least := eigenvalueFloor(o.s)
	root := math.Sqrt(least)
	raised := float64(o.width)
	toFloor := 0.0
	for i, s := range o.s {
		if s*s >= least {
			extra[i] = toLog * (s/c.before - o.alpha*o.f[i]/(c.factor*c.after))
			raised--
		} else {
			toFloor -= toF[i] * c.factor * s * (1 - o.alpha) / (2 * least * root)
		}
	}
	if first := o.s[0]; first < 1 {
		toFloor += toLog * raised / 2 * (1/c.before - o.alpha*(o.alpha+(1-o.alpha)/root)/c.after)
		extra[0] += toFloor * 2 * smallestEigenvalue * first
	}
	return extra
}

// GradientMemory implements GradientMemory.
func (m shape) GradientMemory(d Dims) Need {
	if m.alpha == 1 {
		return d.needRotation()
	}
	p, q := d.compact()
	return d.reference().needComponents().plus(2*d.N*p + d.modelSpectrumMemory() + p*q + max(linalg.PolarMemory(p, q), d.N*(p+q)))
}
