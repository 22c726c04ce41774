package measures

import (
	"fmt"
	"math"

	"simtool/internal/linalg"
)

// Estimator implements Estimable for the mean of squared correlations, jackknifed twice.
// The mean of the correlations themselves is biased by more than a jackknife removes:
// in many dimensions without a correlation each is of the order n^−½, not 1/n.
func (m cca) Estimator() (Estimator, bool) {
	if !m.squared {
		return Estimator{Reason: "a mean of canonical correlations is biased by more than can be removed: use stat=mean-squared"}, false
	}
	return canonicalEstimator(), true
}

// Deletions implements Estimable.
func (m cca) Deletions(p *Pair, u *Units) (*Deletions, error) {
	return p.canonicalDeletions(u, func(squares float64, _ *Pair, rx, ry int) float64 { return squares / float64(min(rx, ry)) })
}

// ScoreFlops implements Costed.
func (m cca) ScoreFlops(d Dims) float64 { return canonicalFlops(d) }

// canonicalFlops counts the multiplications of Q_XᵀQ_Y.
func canonicalFlops(d Dims) float64 {
	p, q := d.compact()
	n, a, b := float64(d.N), float64(p), float64(q)
	return n*(a*b+(a*a+b*b)/2) + (a*a*a+b*b*b)/6 + a*b*(a+b)/2
}

// canonicalEstimator is the estimator of what is linear in the squared canonical
// correlations.
func canonicalEstimator() Estimator {
	return Estimator{
		Axis: FisherAxis, Doubled: true, MostUnits: mostBlocks, Moments: wanted{xx: true, yy: true}.numbers,
		Refuse: func(d Dims, units int, _ float64) string {
			if stay := d.N - 2*((d.N+int64(units)-1)/int64(units)); stay <= d.P+d.Q+2 {
				return fmt.Sprintf("without two of %d units there are %d samples, not more than the %d features of both systems and two", units, stay, d.P+d.Q)
			}
			return ""
		},
		Flops: func(d Dims, units int) float64 {
			p, q := d.compact()
			n, a, b := float64(d.N), float64(p), float64(q)
			return n*(a*b+(a*a+b*b)/2) + subsets(units)*((a*a*a+b*b*b)/6+a*b*(a+b)/2+6*(a*a+b*b+a*b))
		},
	}
}

// canonicalDeletions returns a function of Σρ² and the ranks with units left out.
func (p *Pair) canonicalDeletions(u *Units, value func(squares float64, p *Pair, rx, ry int) float64) (*Deletions, error) {
	return momentDeletions(p, u, func(some *Pair) (float64, error) {
		n, err := some.canonical()
		if err != nil {
			return 0, err
		}
		rx, ry := n.Dims()
		return value(linalg.Dot(n, n), p, rx, ry), nil
	})
}

// NullMean implements NullMean for the mean of squared correlations: max(r_X,r_Y)/(n−1).
func (m cca) NullMean(p *Pair, units *Units) (float64, bool, error) {
	if !m.squared {
		return 0, false, nil
	}
	squares, rx, ry, ok, err := p.canonicalNull(units)
	return squares / float64(max(1, min(rx, ry))), ok, err
}

// canonicalNull returns the mean of Σρ² over pairings of samples, r_Xr_Y/(n−1), or of
// whole units, and the ranks.
func (p *Pair) canonicalNull(units *Units) (squares float64, rx, ry int, ok bool, err error) {
	x, err := p.X.span()
	if err != nil {
		return 0, 0, 0, false, err
	}
	y, err := p.Y.span()
	if err != nil {
		return 0, 0, 0, false, err
	}
	_, rx = x.Dims()
	_, ry = y.Dims()
	if units == nil {
		return float64(rx) * float64(ry) / float64(p.Samples()-1), rx, ry, true, nil
	}
	squares, ok = p.unitNullOf(units, x, y)
	return squares, rx, ry, ok, nil
}

// Estimator implements Estimable: δ² jackknifed twice. It is linear in products of
// projections, as the mean of squared canonical correlations is.
func (m gulp) Estimator() (Estimator, bool) {
	e := canonicalEstimator()
	e.Axis = PlainAxis
	if project := e.Flops; m.lambda > 0 {
		e.Flops = func(d Dims, units int) float64 {
			p, q := d.compact()
			a, b := float64(p), float64(q)
			return project(d, units) + subsets(units)*10*(a*a*a+b*b*b)
		}
	}
	if !m.squared {
		e.Report = func(square float64) float64 { return math.Sqrt(max(0, square)) }
	}
	return e, true
}

// Deletions implements Estimable.
func (m gulp) Deletions(p *Pair, u *Units) (*Deletions, error) {
	m.squared = true
	return momentDeletions(p, u, func(some *Pair) (float64, error) {
		s, err := m.Score(some)
		return s.Value, err
	})
}

// NullMean implements NullMean: tr Hx² + tr Hy² − 2·tr Hx·tr Hy/(n−1).
func (m gulp) NullMean(p *Pair, units *Units) (float64, bool, error) {
	if !m.squared {
		return 0, false, nil
	}
	x, err := m.smoother(p.X)
	if err != nil {
		return 0, false, err
	}
	y, err := m.smoother(p.Y)
	if err != nil {
		return 0, false, err
	}
	if units == nil {
		return x.square + y.square - 2*m.trace(p.X, x)*m.trace(p.Y, y)/float64(p.Samples()-1), true, nil
	}
	product, ok := p.unitNullOf(units, x.root, y.root)
	return x.square + y.square - 2*product, ok, nil
}

// trace returns tr H = Σf of a smoother.
func (m gulp) trace(s *System, h smoother) float64 {
	if m.lambda == 0 {
		return h.square
	}
	c, err := s.rankComponents()
	if err != nil {
		return 0
	}
	root, _ := roots(c.sigma, m.lambda*s.trace())
	return sum(squares(root))
}

// Estimator implements Estimable for centred systems: Σρ²/max(p,q).
func (m eigenspaceOverlap) Estimator() (Estimator, bool) {
	if !m.centred {
		return Estimator{Reason: "without centring the means of the features are a direction like any other, for which none is known to hold: use center=true"}, false
	}
	return canonicalEstimator(), true
}

// Deletions implements Estimable.
func (m eigenspaceOverlap) Deletions(p *Pair, u *Units) (*Deletions, error) {
	return p.canonicalDeletions(u, func(squares float64, p *Pair, _, _ int) float64 {
		return squares / float64(max(p.X.Width(), p.Y.Width()))
	})
}

// NullMean implements NullMean for centred systems.
func (m eigenspaceOverlap) NullMean(p *Pair, units *Units) (float64, bool, error) {
	if !m.centred {
		return 0, false, nil
	}
	squares, _, _, ok, err := p.canonicalNull(units)
	return squares / float64(max(p.X.Width(), p.Y.Width())), ok, err
}

// Estimator says why there is none: the components that pass the threshold change with the
// samples. Where systems share 3 of 20 dimensions, 59 % of intervals held the truth.
func (m svcca) Estimator() (Estimator, bool) {
	return Estimator{Reason: "which components are kept depends on the samples, and a mean of canonical correlations is biased by more than can be removed: use cca:stat=mean-squared"}, false
}

// Deletions implements Estimable.
func (m svcca) Deletions(*Pair, *Units) (*Deletions, error) {
	return nil, undefined("no estimate is known to hold")
}

// Estimator says why there is none: weights and correlations are both biased, by up to .09
// that does not vanish with 20 samples a feature.
func (m pwcca) Estimator() (Estimator, bool) {
	return Estimator{Reason: "its weights and correlations are biased by more than can be removed: use cca:stat=mean-squared"}, false
}

// Deletions implements Estimable.
func (m pwcca) Deletions(*Pair, *Units) (*Deletions, error) {
	return nil, undefined("no estimate is known to hold")
}
