package measures

import (
	"math"

	"gonum.org/v1/gonum/mat"

	"simtool/internal/linalg"
)

// Estimator implements Estimable for the angular forms: as for nbs, with the whitening
// found again each time.
func (m shape) Estimator() (Estimator, bool) {
	switch m.as {
	case formEuclidean:
		return Estimator{Reason: "the distance grows with the number of samples, so that it has no value for all stimuli: use as=angular"}, false
	default:
		e := buresEstimator(formOf(m.as))
		e.Moments = wanted{xx: true, yy: true}.numbers
		if rotate := e.Flops; m.alpha < 1 {
			e.Flops = func(d Dims, units int) float64 {
				p, q := d.compact()
				n, a, b := float64(d.N), float64(p), float64(q)
				return rotate(d, units) + n*(a*a+b*b)/2 + subsets(units)*(11*(a*a*a+b*b*b)+2*a*b*(a+b))
			}
		}
		return e, true
	}
}

// Deletions implements Estimable. Between 0 and 1, alpha weighs standard deviations times
// √n against 1: the moments of the samples that stay are scaled to those of all, so that
// each estimates the same.
func (m shape) Deletions(p *Pair, u *Units) (*Deletions, error) {
	if m.alpha == 1 {
		return p.buresDeletions(u)
	}
	units, err := p.unitMoments(u, wanted{xx: true, yy: true})
	if err != nil {
		return nil, err
	}
	width := max(p.X.Width(), p.Y.Width())
	n := float64(p.Samples())
	fit := func(s subset) (foundRotation, error) {
		some := p.momentPair(s.times(n / float64(s.n)))
		x, err := m.whitened(some.X, width)
		if err != nil {
			return foundRotation{}, err
		}
		y, err := m.whitened(some.Y, width)
		if err != nil {
			return foundRotation{}, err
		}
		polar, nuclear, err := linalg.Polar(some.crossOf(x.points, y.points))
		if err != nil {
			return foundRotation{}, err
		}
		r := foundRotation{value: nuclear / math.Sqrt(x.square) / math.Sqrt(y.square), metricX: linalg.OuterGram(x.points), metricY: linalg.OuterGram(y.points)}
		var left mat.Dense
		left.Mul(x.points, polar)
		r.polar = mat.NewDense(len(s.meanX), len(s.meanY), nil)
		gemmNT(1, &left, y.points, 0, r.polar)
		return r, nil
	}
	return p.heldOutRotations(units, fit, func(_ int, a agreement) float64 { return a.xy * cosineScale(a.xx, a.yy) })
}

// times returns the moments multiplied by a number.
func (m *unitMoments) times(c float64) *unitMoments {
	out := m.noUnitMoments()
	out.merge(m)
	scale(out.squareX, c)
	scale(out.squareY, c)
	for _, matrix := range []*mat.Dense{out.xx, out.yy, out.xy} {
		scaleMatrix(matrix, c)
	}
	return out
}

// ScoreFlops implements Costed: moments, and two eigendecompositions where there is
// whitening.
func (m shape) ScoreFlops(d Dims) float64 {
	if m.alpha == 1 {
		return alignmentFlops(d)
	}
	p, q := d.compact()
	n, a, b := float64(d.N), float64(p), float64(q)
	return alignmentFlops(d) + n*(a*a+b*b)*3/2 + 10*(a*a*a+b*b*b)
}
