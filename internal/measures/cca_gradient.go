package measures

import (
	"math"

	"gonum.org/v1/gonum/mat"

	"simtool/internal/linalg"
)

// Flip implements Differentiable.
func (m cca) Flip() Differentiable { return m }

// Bind implements Differentiable.
func (m cca) Bind(x *System, q int) (Objective, error) {
	if err := x.enough(m.card.MinSamples); err != nil {
		return nil, err
	}
	qx, err := x.basis()
	if err != nil {
		return nil, err
	}
	return &canonicalObjective{cca: m, columnSpace: newColumnSpace(x.Samples(), q), qx: qx}, nil
}

// canonicalObjective is the objective of CCA. With Q_Y = Yc·W orthonormal,
// N = Q_XᵀQ_Y and ∂s/∂N = Γ. Because the score depends on the span of Y only,
//
//	∂s/∂Y = (I − Q_YQ_Yᵀ)·Q_X·Γ·Wᵀ,
//
// where Γ = P/k (P the polar factor of N) for the mean of k correlations and
// 2N/k for the mean of their squares.
type canonicalObjective struct {
	cca
	columnSpace
	qx *mat.Dense
}

// Gradient implements Objective.
func (o *canonicalObjective) Gradient(g, y *mat.Dense) (float64, error) {
	if err := o.set(y); err != nil {
		return 0, err
	}
	n := linalg.CrossGram(o.qx, o.q)
	rx, ry := n.Dims()
	mean, gamma, err := correlationSlope(n, o.squared)
	if err != nil {
		return 0, err
	}
	if o.as != asScore {
		// Σρ is divided by √(r_X r_Y) in place of the smaller rank.
		ratio := float64(min(rx, ry)) / math.Sqrt(float64(rx)*float64(ry))
		value, slope, err := chainNear(o.as, clip(mean*ratio), func() (float64, error) {
			var polar mat.Dense
			polar.Scale(float64(min(rx, ry)), gamma)
			return alignment{
				rows: existingRows(o.qx, o.q), polar: constantPolar(&polar), nuclear: mean * float64(min(rx, ry)),
				xx: float64(rx), yy: float64(ry),
			}.angle()
		})
		if err != nil {
			return 0, err
		}
		mean = value
		scaleMatrix(gamma, slope*ratio)
	}
	o.pull(g, o.qx, gamma)
	return mean, nil
}

// correlationSlope returns the mean of the singular values of N, or of their
// squares, over the smaller of its dimensions, and its derivative with respect
// to N, which it may overwrite.
func correlationSlope(n *mat.Dense, squared bool) (mean float64, slope *mat.Dense, err error) {
	k := float64(min(n.Dims()))
	if squared {
		mean = linalg.Dot(n, n) / k
		scaleMatrix(n, 2/k)
		return min(1, mean), n, nil
	}
	slope, nuclear, err := linalg.Polar(n)
	if err != nil {
		return 0, nil, err
	}
	scaleMatrix(slope, 1/k)
	return min(1, nuclear/k), slope, nil
}

// columnSpace is the span of Yc in an orthonormal basis Q = Yc·W of its
// numerical rank.
type columnSpace struct {
	centring
	q, w        *mat.Dense
	toW, inside mat.Dense // work space of pull

	// For fewer features than samples: the Gram matrix, its factor, and the
	// memory of q and w where they come from it.
	gram            *mat.Dense
	factor          *factor
	basis, whitener *mat.Dense
}

func newColumnSpace(n, q int) columnSpace {
	s := columnSpace{centring: newCentring(n, q)}
	if q < n {
		s.gram, s.factor = mat.NewDense(q, q, nil), newFactor(q)
		s.basis, s.whitener = mat.NewDense(n, q, nil), mat.NewDense(q, q, nil)
	}
	return s
}

// set computes the space of a new Y, after centring it.
func (s *columnSpace) set(y *mat.Dense) error {
	yc := s.centre(y)
	if linalg.Dot(yc, yc) == 0 {
		return constantModel()
	}
	return s.setUncentred(yc)
}

// setUncentred computes the space setUncentred a new Y, without centring it.
func (s *columnSpace) setUncentred(y *mat.Dense) error {
	n, q := y.Dims()
	if q < n {
		linalg.GramTo(s.gram, y)
		if s.factor.decompose(s.gram, 0) {
			s.q, s.w = s.basis, s.whitener
			setIdentity(s.w)
			s.factor.unwhiten(s.w)
			gemm(1, y, s.w, 0, s.q)
			return nil
		}
	}
	u, sv, v, err := linalg.SVD(y)
	if err != nil {
		return err
	}
	r := linalg.Rank(sv, n, q)
	s.q = mat.DenseCopyOf(u.Slice(0, n, 0, r))
	s.w = mat.DenseCopyOf(v.Slice(0, q, 0, r))
	divideColumns(s.w, sv[:r])
	return nil
}

// pull writes (I − QQᵀ)·A·Γ·Wᵀ into g: the derivative with respect to Y that belongs to
// ∂s/∂Q = A·Γ when the score depends on the span of Q only.
func (s *columnSpace) pull(g, a, gamma *mat.Dense) {
	s.toW.Reset()
	s.toW.Mul(gamma, s.w.T())
	gemm(1, a, &s.toW, 0, g)
	s.inside.Reset()
	s.inside.Mul(s.q.T(), g)
	gemm(-1, s.q, &s.inside, 1, g)
}

// GradientMemory implements GradientMemory.
func (m cca) GradientMemory(d Dims) Need {
	p, q := d.compact()
	return d.reference().needBasis().plus(d.columnSpaceMemory() + 2*p*q + max(linalg.PolarMemory(p, q), d.N*(p+q)))
}

// columnSpaceMemory returns the size of columnSpace, with the work space of pull.
func (d Dims) columnSpaceMemory() int64 {
	q := min(d.N, d.Q)
	total := d.N*d.Q + 2*q*d.Q + linalg.SVDMemory(d.N, d.Q) + d.N*q + d.Q*q
	if d.Q < d.N {
		total += 3*d.Q*d.Q + d.N*d.Q
	}
	return total
}
