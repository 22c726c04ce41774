package measures

import "gonum.org/v1/gonum/mat"

// Flip implements Differentiable.
func (m plsSV) Flip() Differentiable { return m }

// Bind implements Differentiable.
func (m plsSV) Bind(x *System, q int) (Objective, error) {
	if err := x.enough(m.card.MinSamples); err != nil {
		return nil, err
	}
	count := float64(x.Samples()-1) * float64(min(x.Width(), q))
	return &covariance{rotation: newRotation(x, q, ""), count: count}, nil
}

// covariance is the objective ν/count, with ∂ν/∂Y = X·P (see rotation).
type covariance struct {
	*rotation
	count float64
}

// Gradient implements Objective.
func (o *covariance) Gradient(g, y *mat.Dense) (float64, error) {
	p, nuclear, _, err := o.align(y)
	if err != nil {
		return 0, err
	}
	gemm(1/o.count, o.x, p, 0, g)
	return nuclear / o.count, nil
}

// GradientMemory implements GradientMemory.
func (m plsSV) GradientMemory(d Dims) Need { return d.needRotation() }
