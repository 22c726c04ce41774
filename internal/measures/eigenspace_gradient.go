package measures

import (
	"gonum.org/v1/gonum/mat"

	"simtool/internal/linalg"
)

// Flip implements Differentiable.
func (m eigenspaceOverlap) Flip() Differentiable { return m }

// Bind implements Differentiable.
func (m eigenspaceOverlap) Bind(x *System, q int) (Objective, error) {
	if err := x.enough(m.card.MinSamples); err != nil {
		return nil, err
	}
	ux, err := m.space(x)
	if err != nil {
		return nil, err
	}
	return &overlap{
		eigenspaceOverlap: m, columnSpace: newColumnSpace(x.Samples(), q),
		ux: ux, width: float64(max(x.Width(), q)),
	}, nil
}

// overlap is the objective of the eigenspace overlap score, ‖N‖²/max(p,q) with
// N = UxᵀUy: that of CCA with Γ = 2N/max(p,q) (see canonicalObjective).
type overlap struct {
	eigenspaceOverlap
	columnSpace
	ux    *mat.Dense
	width float64
}

// Gradient implements Objective.
func (o *overlap) Gradient(g, y *mat.Dense) (float64, error) {
	if err := o.set(y); err != nil {
		return 0, err
	}
	if !o.centred {
		if err := o.setUncentred(y); err != nil {
			return 0, err
		}
	}
	n := linalg.CrossGram(o.ux, o.q)
	value := min(1, linalg.Dot(n, n)/o.width)
	scaleMatrix(n, 2/o.width)
	o.pull(g, o.ux, n)
	return value, nil
}

// GradientMemory implements GradientMemory.
func (m eigenspaceOverlap) GradientMemory(d Dims) Need {
	p, q := d.compact()
	x := d.reference()
	basis := x.needBasis()
	if !m.centred {
		basis = together(kept(rawBasisKey{}, d.N*p), work(linalg.RangeBasisMemory(d.N, d.P)))
	}
	return basis.plus(2*d.columnSpaceMemory() + p*q)
}
