package measures

import (
	"gonum.org/v1/gonum/mat"

	"simtool/internal/linalg"
)

// heldOutRotation is the objective of the Procrustes distance on held-out
// folds.
type heldOutRotation struct {
	procrustes
	folds       *folds
	train, test foldMoments
	gradient    *foldGradient
}

func (m procrustes) bindHeldOut(x *System, q int) (Objective, error) {
	o := &heldOutRotation{procrustes: m, folds: newFolds(x, foldPlan{k: m.cv}, false, q)}
	o.train, o.test = o.folds.newSplit()
	o.gradient = newFoldGradient(o.folds, false)
	return o, nil
}

// Gradient implements Objective. With P the polar factor of C = X_rᵀY_r on the
// training rows, the distance depends on ν = ⟨X_tP, Y_t⟩ and ‖Y_t‖² of the test
// rows, and ∂ν/∂P = X_tᵀY_t passes on to the training rows through ∂P/∂C.
func (o *heldOutRotation) Gradient(g, y *mat.Dense) (float64, error) {
	o.folds.setY(y)
	k := o.folds.count()
	total := 0.0
	for i := range k {
		o.folds.split(i, &o.train, &o.test)
		u, s, v, err := linalg.SVD(o.train.xy)
		if err != nil {
			return 0, err
		}
		p := newPolarDerivative(u, s, v)
		xx, yy := sum(o.test.xx), linalg.Trace(o.test.yy)
		if xx == 0 || yy == 0 {
			return 0, undefined("fold %d of %d: the samples left out all lie at the mean of the others", i+1, k)
		}
		value, toNuclear, toSquare := rotationForm(o.as, linalg.Dot(p.polar, o.test.xy), xx, yy)
		total += value
		d := o.gradient
		d.means(i, o.train.n, o.train.mx, o.train.my)
		d.testF[i].Scale(toNuclear, p.polar)
		d.testV[i].Zero()
		for j := range len(o.test.my) {
			d.testV[i].Set(j, j, 2*toSquare)
		}
		p.adjoint(d.trainF[i], o.test.xy)
		d.trainF[i].Scale(toNuclear, d.trainF[i])
		d.trainV[i].Zero()
	}
	o.gradient.assemble(g, 1/float64(k))
	return total / float64(k), nil
}

// polarDerivative is the derivative of the polar factor P = UVᵀ of a matrix
// C = U·diag(s)·Vᵀ of rank r, along changes that keep the rank.
type polarDerivative struct {
	u, v  *mat.Dense // m×r and n×r
	s     []float64
	polar *mat.Dense
}

func newPolarDerivative(u *mat.Dense, s []float64, v *mat.Dense) *polarDerivative {
	m, _ := u.Dims()
	n, _ := v.Dims()
	r := linalg.Rank(s, m, n)
	d := &polarDerivative{s: s[:r], polar: mat.NewDense(m, n, nil)}
	if r > 0 {
		d.u, d.v = u.Slice(0, m, 0, r).(*mat.Dense), v.Slice(0, n, 0, r).(*mat.Dense)
		d.polar.Mul(d.u, d.v.T())
	}
	return d
}

// adjoint writes ∂L/∂C for Γ = ∂L/∂P: with M = UᵀΓV,
//
//	U[(M − Mᵀ)_ij/(s_i+s_j)]Vᵀ + (I−UUᵀ)·Γ·V·S⁻¹·Vᵀ + U·S⁻¹·Uᵀ·Γ·(I−VVᵀ)
//
// (Kenney and Laub 1991, doi 10.1137/0612020, for square C).
func (d *polarDerivative) adjoint(dst, gamma *mat.Dense) {
	dst.Zero()
	if d.u == nil {
		return
	}
	gv, ug := new(mat.Dense), linalg.CrossGram(d.u, gamma)
	gv.Mul(gamma, d.v)
	m := linalg.CrossGram(d.u, gv)
	skew := mat.NewDense(len(d.s), len(d.s), nil)
	for i, si := range d.s {
		for j, sj := range d.s {
			skew.Set(i, j, (m.At(i, j)-m.At(j, i))/(si+sj))
		}
	}
	// Left of Vᵀ: U·skew + (ΓV − U·M)·S⁻¹.
	var left, inside mat.Dense
	inside.Mul(d.u, m)
	left.Sub(gv, &inside)
	for i := range left.RawMatrix().Rows {
		row := left.RawRowView(i)
		for j := range row {
			row[j] /= d.s[j]
		}
	}
	inside.Mul(d.u, skew)
	left.Add(&left, &inside)
	gemmNT(1, &left, d.v, 0, dst)
	// Right of U: S⁻¹(UᵀΓ − M·Vᵀ).
	var right mat.Dense
	right.Mul(m, d.v.T())
	right.Sub(ug, &right)
	for i, si := range d.s {
		scale(right.RawRowView(i), 1/si)
	}
	gemm(1, d.u, &right, 1, dst)
}
