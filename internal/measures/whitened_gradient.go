package measures

import (
	"math"

	"gonum.org/v1/gonum/mat"
)

// whitenedObjective is an objective of the whitened samples √(n−1)·Q_Y, whose squared
// distances are Mahalanobis distances. It must not depend on the choice of the
// orthonormal basis Q_Y of the span of Yc.
type whitenedObjective struct {
	columnSpace
	inner  Objective
	z, toZ *mat.Dense // z has q columns whatever the rank; the others are 0
}

func newWhitenedObjective(inner Objective, n, q int) *whitenedObjective {
	return &whitenedObjective{inner: inner, columnSpace: newColumnSpace(n, q), z: mat.NewDense(n, q, nil), toZ: mat.NewDense(n, q, nil)}
}

// Gradient implements Objective.
func (o *whitenedObjective) Gradient(g, y *mat.Dense) (float64, error) {
	if err := o.set(y); err != nil {
		return 0, err
	}
	n, r := o.q.Dims()
	if r >= n-1 {
		return 0, undefined("the model: %d samples span %d dimensions, so every two of them have the same Mahalanobis distance", n, r)
	}
	length := math.Sqrt(float64(n - 1))
	o.z.Zero()
	o.z.Slice(0, n, 0, r).(*mat.Dense).Scale(length, o.q)
	value, err := o.inner.Gradient(o.toZ, o.z)
	if err != nil {
		return 0, err
	}
	toQ := identity(r)
	scaleMatrix(toQ, length)
	o.pull(g, o.toZ.Slice(0, n, 0, r).(*mat.Dense), toQ)
	return value, nil
}

// gap implements nearObjective for an inner objective that does.
func (o *whitenedObjective) gap() (float64, error) { return o.inner.(nearObjective).gap() }
