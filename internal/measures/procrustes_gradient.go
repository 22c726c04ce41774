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
	noise       grain // of X
}

func (m procrustes) bindHeldOut(x *System, q int) (Objective, error) {
	o := &heldOutRotation{procrustes: m, folds: newFolds(x.compact(), foldPlan{k: m.cv}.assign(x), q), noise: x.grain()}
	o.folds.offset = true
	o.train, o.test = o.folds.newSplit()
	o.gradient = newFoldGradient(o.folds, false)
	return o, nil
}

// Gradient implements Objective. With P the polar factor of C = X_rᵀY_r on the training
// rows, the distance depends on ν = ⟨X_tP, Y_t⟩ and ‖Y_t‖² of the test rows, and
// ∂ν/∂P = X_tᵀY_t gives the derivative of the training rows through ∂P/∂C.
func (o *heldOutRotation) Gradient(dst, y *mat.Dense) (float64, error) {
	o.folds.setY(y)
	own := computedGrain(y)
	k := o.folds.count()
	total := 0.0
	for i := range k {
		o.folds.split(i, &o.train, &o.test)
		u, s, v, err := linalg.SVD(o.train.xy)
		if err != nil {
			return 0, err
		}
		r, least, err := commonDimensions(o.train.xy, o.train.xx, diagonal(o.train.yy), o.train.n, o.noise, own)
		if err != nil {
			return 0, err
		}
		d, p := polarDerivative(u, s[:r], v, least)
		xx, yy := sum(o.test.xx), linalg.Trace(o.test.yy)
		if xx == 0 || yy == 0 {
			return 0, undefined("fold %d of %d: the samples left out all lie at the mean of the others", i+1, k)
		}
		value, toNuclear, toSquare, err := rotationForm(o.as, linalg.Dot(p, o.test.xy), xx, yy, alignment{
			rows:  func() (x, y *mat.Dense) { return o.folds.testRows(i, &o.train) },
			polar: constantPolar(p), xx: xx, yy: yy,
		}.residual)
		if err != nil {
			return 0, err
		}
		total += value
		g := o.gradient
		g.means(i, o.train.n, o.train.mx, o.train.my)
		g.testF[i].Scale(toNuclear, p)
		g.testV[i].Zero()
		for j := range len(o.test.my) {
			g.testV[i].Set(j, j, 2*toSquare)
		}
		d.adjoint(g.trainF[i], o.test.xy)
		g.trainF[i].Scale(toNuclear, g.trainF[i])
		g.trainV[i].Zero()
	}
	o.gradient.assemble(dst, 1/float64(k))
	return total / float64(k), nil
}

// needHeldOut returns the need of heldOutRotation.
func (m procrustes) needHeldOut(d Dims) Need {
	x := d.reference()
	p, _ := x.compact()
	polar := linalg.SVDMemory(p, d.Q) + 5*p*d.Q + min(p, d.Q)*(p+d.Q) + 2*d.N*(p+d.Q)
	return x.needCompact().plus(foldPlan{k: m.cv}.objectiveMemory(d.N, p, d.Q) + polar)
}
