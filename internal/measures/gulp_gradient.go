package measures

import (
	"math"

	"gonum.org/v1/gonum/mat"

	"simtool/internal/linalg"
)

// Flip implements Differentiable.
func (m gulp) Flip() Differentiable { return m }

// Bind implements Differentiable.
func (m gulp) Bind(x *System, q int) (Objective, error) {
	if err := x.enough(m.card.MinSamples); err != nil {
		return nil, err
	}
	h, err := m.smoother(x)
	if err != nil {
		return nil, err
	}
	return &smoothedModel{gulp: m, modelSpectrum: newModelSpectrum(x.Samples(), q), x: h}, nil
}

// smoothedModel is the objective of GULP. With the roots Rx and Ry of the two
// smoothers, δ² = ‖RxRxᵀ‖² + ‖RyRyᵀ‖² − 2‖RxᵀRy‖² depends on Y by
//
//	∂‖RyRyᵀ‖²/∂Ry = 4RyRyᵀRy,  ∂‖RxᵀRy‖²/∂Ry = 2RxRxᵀRy,
//
// and Ry = U·diag(√f)·Vᵀ is a function of the singular values of Yc and,
// through the penalty μ = λΣσ², of their sum.
type smoothedModel struct {
	gulp
	modelSpectrum
	x smoother
}

// Gradient implements Objective.
func (o *smoothedModel) Gradient(g, y *mat.Dense) (float64, error) {
	if err := o.set(y); err != nil {
		return 0, err
	}
	penalty := o.lambda * sum(squares(o.s))
	root, square := roots(o.s, penalty)
	o.f = root
	o.slope = func(i, j int) float64 { return rootSlope(o.s[i], o.s[j], penalty) }

	r := o.components(root)
	cross := linalg.CrossGram(o.x.root, r)
	form := asEuclidean
	if o.squared {
		form = asProcrustesSquared
	}
	value, toCross, toSquare, err := rotationForm(form, sumSquares(cross), o.x.square, square, func(_, _ float64) (float64, error) {
		gap := outerGap(o.x.root, r)
		return gap * gap, nil
	})
	if err != nil {
		return 0, err
	}
	f := squares(root)
	scale(f, 4*toSquare)
	scaleColumns(r, f)
	gemm(2*toCross, o.x.root, cross, 1, r)

	inner := linalg.CrossGram(o.u, r)
	// ∂√f/∂μ = −½σ/(σ²+μ)^(3/2) and ∂μ/∂σ = 2λσ.
	toPenalty := 0.0
	for i, s := range o.s {
		toPenalty -= inner.At(i, i) * root[i] / (2 * (s*s + penalty))
	}
	extra := make([]float64, len(o.s))
	addScaled(extra, 2*o.lambda*toPenalty, o.s)
	o.pull(r, inner, extra)
	gemmNT(1, r, o.v, 0, g)
	return value, nil
}

// rootSlope returns (r(a)−r(b))/(a−b) for r(σ) = σ/√(σ²+μ).
func rootSlope(a, b, penalty float64) float64 {
	ha, hb := math.Sqrt(a*a+penalty), math.Sqrt(b*b+penalty)
	return penalty * (a + b) / (ha * hb * (a*hb + b*ha))
}

// GradientMemory implements GradientMemory.
func (m gulp) GradientMemory(d Dims) Need {
	p, q := d.compact()
	return d.reference().needComponents().plus(2*d.N*p + d.modelSpectrumMemory() + p*q + d.gapMemory(p, q))
}
