package measures

import (
	"math"

	"gonum.org/v1/gonum/mat"

	"simtool/internal/linalg"
)

// Flip implements Differentiable.
func (m pwcca) Flip() Differentiable { return m.flip() }

// Bind implements Differentiable.
func (m pwcca) Bind(x *System, q int) (Objective, error) {
	if err := x.enough(m.card.MinSamples); err != nil {
		return nil, err
	}
	qx, err := x.basis()
	if err != nil {
		return nil, err
	}
	features, err := x.inBasis()
	if err != nil {
		return nil, err
	}
	return &weightedObjective{pwcca: m, columnSpace: newColumnSpace(x.Samples(), q), qx: qx, features: features}, nil
}

// weightedObjective is the objective of PWCCA, s = Σαᵢρᵢ/Σα. With weights from X it
// depends on the span of Y only, through N = Q_XᵀQ_Y as in CCA (see canonicalObjective):
// through the correlations and the singular vectors. With weights αᵢ = ‖Ycᵀzᵢ‖₁ from Y
// it also depends on the features themselves,
//
//	∂αᵢ/∂Y = zᵢ·sign(Ycᵀzᵢ)ᵀ at fixed variates zᵢ.
type weightedObjective struct {
	pwcca
	columnSpace
	qx, features *mat.Dense // of the reference: its basis, and QᵀXc
}

// Gradient implements Objective.
func (o *weightedObjective) Gradient(g, y *mat.Dense) (float64, error) {
	if err := o.set(y); err != nil {
		return 0, err
	}
	n, features := linalg.CrossGram(o.qx, o.q), o.features
	if o.weightY {
		n, features = linalg.CrossGram(o.q, o.qx), linalg.CrossGram(o.q, o.yc)
	}
	w, err := projectionWeighted(n, features)
	if err != nil {
		return 0, err
	}
	sign := mat.DenseCopyOf(w.along)
	sign.Apply(func(_, _ int, v float64) float64 { return math.Copysign(1, v) }, sign)
	toAlpha := w.toAlpha()
	scaleRows(sign, toAlpha)
	slope := w.slope(features, sign)
	if !o.weightY {
		o.pull(g, o.qx, slope)
		return w.mean, nil
	}
	o.pull(g, o.qx, mat.DenseCopyOf(slope.T()))
	// The variates are QU.
	var direct mat.Dense
	direct.Mul(w.u, sign)
	gemm(1, o.q, &direct, 1, g)
	return w.mean, nil
}

// gap implements nearObjective.
func (o *weightedObjective) gap() (float64, error) {
	if o.weightY {
		return weightedGap(o.q, o.qx, linalg.CrossGram(o.q, o.yc))
	}
	return weightedGap(o.qx, o.q, o.features)
}

// toAlpha returns ∂s/∂αᵢ = (ρᵢ−s)/Σα.
func (w *weightedCorrelations) toAlpha() []float64 {
	out := make([]float64, len(w.rho))
	for i, r := range w.rho {
		out[i] = (r - w.mean) / w.total
	}
	return out
}

// equalCorrelations is the smallest difference of canonical correlations at which their
// variates are determined: whitening through a Gram matrix of the condition
// wellConditioned has errors of 1e-10.
const equalCorrelations = 1e-9

// slope returns ∂s/∂N, given the features, r×p, and ∂s/∂(uᵢᵀ·features), k×p.
// With T = UᵀG, G = ∂s/∂U,
//
//	∂s/∂N = U[diag(α/Σα) + K]Vᵀ + (I−UUᵀ)·G·diag(1/ρ)·Vᵀ,
//	K_ij = (T_ij−T_ji)·ρ_j/(ρ_j²−ρ_i²).
//
// Variates with equal correlations are arbitrary. Terms that rotate them into one another
// are left out, and so are terms that rotate variates of correlation 0.
func (w *weightedCorrelations) slope(features, toAlong *mat.Dense) *mat.Dense {
	r, k := w.u.Dims()
	g := mat.NewDense(r, k, nil)
	gemmNT(1, features, toAlong, 0, g)
	t := linalg.CrossGram(w.u, g)

	inverse := make([]float64, k)
	for i, rho := range w.rho {
		if rho > equalCorrelations {
			inverse[i] = 1 / rho
		}
	}
	gemm(-1, w.u, t, 1, g)
	scaleColumns(g, inverse)

	inner := mat.NewDense(k, k, nil)
	for i, a := range w.rho {
		inner.Set(i, i, w.alpha[i]/w.total)
		for j, b := range w.rho {
			if math.Abs(a-b) > equalCorrelations {
				inner.Set(i, j, (t.At(i, j)-t.At(j, i))*b/((b-a)*(b+a)))
			}
		}
	}
	gemm(1, w.u, inner, 1, g)
	out := mat.NewDense(r, w.v.RawMatrix().Rows, nil)
	gemmNT(1, g, w.v, 0, out)
	return out
}

// GradientMemory implements GradientMemory.
func (m pwcca) GradientMemory(d Dims) Need {
	p, q := d.compact()
	x := d.reference()
	features := p * d.P
	if m.weightY {
		features = q * d.Q
	}
	weights := 5*p*q + linalg.SVDMemory(p, q) + 4*max(p, q)*max(p, q) + 3*features
	return x.needBasis().plus(d.columnSpaceMemory() + p*d.P + weights)
}
