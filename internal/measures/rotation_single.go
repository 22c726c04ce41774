package measures

import (
	"math"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas32"

	"simtool/internal/linalg"
)

// BindSingle implements SinglePrecision.
func (m nbs) BindSingle(x *System, q int) (Objective, bool, error) {
	if err := x.enough(m.card.MinSamples); err != nil {
		return nil, false, err
	}
	return newSingleRotation(x, q, m.as, func() (Objective, error) { return m.Bind(x, q) }), true, nil
}

// BindSingle implements SinglePrecision for rotations of all samples.
func (m procrustes) BindSingle(x *System, q int) (Objective, bool, error) {
	if m.cv > 0 {
		return nil, false, nil
	}
	if err := x.enough(m.card.MinSamples); err != nil {
		return nil, false, err
	}
	return newSingleRotation(x, q, m.as, func() (Objective, error) { return m.Bind(x, q) }), true, nil
}

// singleRotationCore is rotation by products of float32.
type singleRotationCore struct {
	as    string
	c     blas32.General
	polar *linalg.SinglePolar
}

func newSingleRotation(x *System, q int, as string, bind func() (Objective, error)) Objective {
	_, p := x.compact().Dims()
	core := &singleRotationCore{as: as, c: linalg.NewSingle(p, q), polar: linalg.NewSinglePolar(p, q)}
	return newSingleObjective(x, q, core, bind)
}

func (o *singleRotationCore) gradient(d *singleObjective, yy float64) (score, factor float64, enough bool, err error) {
	singleGemm(blas.Trans, 1, d.x, d.yc, 0, o.c)
	p, nuclear, err := o.polar.Polar(o.c)
	if err != nil {
		return 0, 0, false, err
	}
	nuclear *= d.sx * d.sy
	if nuclear*cosineScale(d.xx, yy) > singleCosine {
		return 0, 0, false, nil
	}
	residual := func(alpha, beta float64) (float64, error) {
		return alpha*alpha*d.xx + beta*beta*yy - 2*alpha*beta*nuclear, nil
	}
	score, toNuclear, toSquare, err := rotationForm(o.as, nuclear, d.xx, yy, residual)
	if err != nil {
		return 0, 0, false, err
	}
	alpha, beta := toNuclear*d.sx, 2*toSquare*d.sy
	factor = max(math.Abs(alpha), math.Abs(beta))
	if factor == 0 {
		factor = 1
	}
	copy(d.g.Data, d.yc.Data)
	singleGemm(blas.NoTrans, alpha/factor, d.x, p, beta/factor, d.g)
	return score, factor, true, nil
}
