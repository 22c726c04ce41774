package measures

import (
	"math"

	"gonum.org/v1/gonum/mat"

	"simtool/internal/linalg"
)

// Flip implements Differentiable.
func (m nbs) Flip() Differentiable { return m }

// Bind implements Differentiable.
func (m nbs) Bind(x *System, q int) (Objective, error) {
	if err := x.enough(m.card.MinSamples); err != nil {
		return nil, err
	}
	return newRotation(x, q, m.as), nil
}

// Flip implements Differentiable.
func (m procrustes) Flip() Differentiable { return m }

// Bind implements Differentiable.
func (m procrustes) Bind(x *System, q int) (Objective, error) {
	if err := x.enough(m.card.MinSamples); err != nil {
		return nil, err
	}
	if m.cv > 0 {
		return m.bindHeldOut(x, q)
	}
	return newRotation(x, q, m.as), nil
}

// rotation is the objective of NBS and of the Procrustes distances, which are functions
// of ν = ‖C‖* and ‖Yc‖² alone. P is the polar factor of C, the subgradient of minimum
// norm of ν, and
//
//	∂ν/∂Y = X·P,  ∂‖Yc‖²/∂Y = 2Yc.
type rotation struct {
	centring
	as string
	x  *mat.Dense
	xx float64
	c  *mat.Dense
}

func newRotation(x *System, q int, as string) *rotation {
	n, p := x.compact().Dims()
	return &rotation{
		centring: newCentring(n, q), as: as, x: x.compact(), xx: x.trace(),
		c: mat.NewDense(p, q, nil),
	}
}

// Gradient implements Objective.
func (o *rotation) Gradient(g, y *mat.Dense) (float64, error) {
	p, nuclear, yy, err := o.align(y)
	if err != nil {
		return 0, err
	}
	value, toNuclear, toSquare, err := rotationForm(o.as, nuclear, o.xx, yy, o.residual(p, yy))
	if err != nil {
		return 0, err
	}
	gemm(toNuclear, o.x, p, 0, g)
	addMatrix(g, 2*toSquare, o.yc)
	return value, nil
}

// align returns P, ν and ‖Yc‖² for a new Y.
func (o *rotation) align(y *mat.Dense) (polar *mat.Dense, nuclear, yy float64, err error) {
	yc := o.centre(y)
	if yy = linalg.Dot(yc, yc); !(yy > 0) {
		return nil, 0, 0, constantModel()
	}
	linalg.CrossGramTo(o.c, o.x, yc)
	polar, nuclear, err = linalg.Polar(o.c)
	return polar, nuclear, yy, err
}

// residual returns that of the alignment by P.
func (o *rotation) residual(polar *mat.Dense, yy float64) func(alpha, beta float64) (float64, error) {
	return alignment{rows: existingRows(o.x, o.yc), polar: constantPolar(polar), xx: o.xx, yy: yy}.residual
}

// rotationForm returns a form of the Procrustes distance and its derivatives with respect
// to ν = ‖C‖* and to ‖Yc‖². Where the two nearly coincide it asks for the
// square of the distance of their multiples by α and β, which the difference of sums does
// not tell.
func rotationForm(form string, nuclear, xx, yy float64, residual func(alpha, beta float64) (float64, error)) (value, toNuclear, toSquare float64, err error) {
	switch form {
	case asProcrustesSquared, asEuclidean:
		square := max(0, xx+yy-2*nuclear)
		if square <= (1-exactAngle)*(xx+yy) {
			if square, err = residual(1, 1); err != nil {
				return 0, 0, 0, err
			}
		}
		if form == asProcrustesSquared {
			return square, -2, 1, nil
		}
		value = math.Sqrt(square)
		if value < leastAngle*math.Sqrt(xx+yy) {
			return value, 0, 0, nil
		}
		return value, -1 / value, 0.5 / value, nil
	}
	unit := cosineScale(xx, yy)
	cosine := clip(nuclear * unit)
	angle := func() (float64, error) {
		gap, err := residual(1/math.Sqrt(xx), 1/math.Sqrt(yy))
		return chord(math.Sqrt(gap)), err
	}
	var slope float64
	if form == asNormalised {
		value = math.Sqrt(2 - 2*cosine)
		if cosine > exactAngle {
			theta, err := angle()
			if err != nil {
				return 0, 0, 0, err
			}
			value = 2 * math.Sin(theta/2)
		}
		if value > leastAngle {
			slope = -1 / value
		}
	} else if value, slope, err = chainForm(form, cosine, angle); err != nil {
		return 0, 0, 0, err
	}
	return value, slope * unit, -slope * cosine / (2 * yy), nil
}

// GradientMemory implements GradientMemory.
func (m nbs) GradientMemory(d Dims) Need { return d.needRotation() }

// GradientMemory implements GradientMemory.
func (m procrustes) GradientMemory(d Dims) Need {
	if m.cv == 0 {
		return d.needRotation()
	}
	return m.needHeldOut(d)
}

// needRotation returns the need of rotation.
func (d Dims) needRotation() Need {
	x := d.reference()
	p, _ := x.compact()
	return x.needCompact().plus(d.N*d.Q + 2*p*d.Q + max(linalg.PolarMemory(p, d.Q), d.N*(p+d.Q)))
}
