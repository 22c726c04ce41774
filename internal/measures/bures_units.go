package measures

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"

	"simtool/internal/linalg"
)

// Estimator implements Estimable: the value jackknifed twice, with that of rotations
// found on other units.
func (m nbs) Estimator() (Estimator, bool) { return buresEstimator(formOf(m.as)), true }

// Deletions implements Estimable.
func (m nbs) Deletions(p *Pair, u *Units) (*Deletions, error) { return p.buresDeletions(u) }

// ScoreFlops implements Costed.
func (m nbs) ScoreFlops(d Dims) float64 { return alignmentFlops(d) }

// Estimator implements Estimable for the forms that are functions of the angle. The
// others grow with the number of samples, so that there is no value for all of them.
func (m procrustes) Estimator() (Estimator, bool) {
	switch {
	case m.cv > 0:
		return Estimator{Reason: "none is known to hold for a rotation that is held out in folds: use procrustes without cv"}, false
	case m.as == asEuclidean || m.as == asProcrustesSquared:
		return Estimator{Reason: "the distance grows with the number of samples, so that it has no value for all stimuli: use as=angular or as=normalised"}, false
	case m.as == asNormalised:
		return buresEstimator(func(s float64) float64 { return math.Sqrt(2 - 2*clip(s)) }), true
	default:
		return buresEstimator(formOf(m.as)), true
	}
}

// Deletions implements Estimable.
func (m procrustes) Deletions(p *Pair, u *Units) (*Deletions, error) { return p.buresDeletions(u) }

// ScoreFlops implements Costed.
func (m procrustes) ScoreFlops(d Dims) float64 { return float64(max(1, m.cv)) * alignmentFlops(d) }

// Estimator implements Estimable.
func (m plsSV) Estimator() (Estimator, bool) {
	e := buresEstimator(nil)
	e.Axis = PlainAxis
	return e, true
}

// Deletions implements Estimable.
func (m plsSV) Deletions(p *Pair, u *Units) (*Deletions, error) {
	count := float64(min(p.X.Width(), p.Y.Width()))
	return p.rotationDeletions(u, func(s subset, nuclear float64) float64 {
		return nuclear / float64(s.n-1) / count
	})
}

// ScoreFlops implements Costed.
func (m plsSV) ScoreFlops(d Dims) float64 { return alignmentFlops(d) }

// alignmentFlops counts the multiplications of C and of its nuclear norm.
func alignmentFlops(d Dims) float64 {
	p, q := d.compact()
	small, large := float64(min(p, q)), float64(max(p, q))
	return float64(d.N)*small*large + small*small*(large/2+2*small)
}

// subsets returns how many estimates leave out no unit, one, or two.
func subsets(units int) float64 { return float64(1 + units + units*(units-1)/2) }

// buresEstimator is the estimator of the measures that are a form of the Bures cosine.
func buresEstimator(report func(float64) float64) Estimator {
	return Estimator{
		Axis: FisherAxis, Doubled: true, MostUnits: mostBlocks, Report: report, Moments: wanted{}.numbers,
		Refuse: func(d Dims, _ int, calibrated float64) string {
			least := min(d.P, d.Q)
			switch {
			case 5*d.N < 6*least:
				return fmt.Sprintf("%d samples are fewer than 1.2 times the %d features of the narrower system", d.N, least)
			case calibrated < 0.1:
				return "the value is hardly above that of random pairings"
			case calibrated < 0.3 && d.N < 3*least:
				return fmt.Sprintf("the value is weak, and %d samples are fewer than three times the %d features of the narrower system", d.N, least)
			}
			return ""
		},
		Flops: func(d Dims, units int) float64 {
			p, q := d.compact()
			small, large := float64(min(p, q)), float64(max(p, q))
			decomposition := small * small * (2*large + 10*small)
			return float64(d.N)*small*large + subsets(units)*(decomposition+6*small*large)
		},
	}
}

type buresDeletionsKey struct{ units *Units }

// buresDeletions returns ‖C‖*/(‖Xc‖‖Yc‖) with units left out.
func (p *Pair) buresDeletions(u *Units) (*Deletions, error) {
	return shared(&p.memo, buresDeletionsKey{u}, func() (*Deletions, error) {
		return p.rotationDeletions(u, func(s subset, nuclear float64) float64 {
			return nuclear * cosineScale(sum(s.squareX), sum(s.squareY))
		})
	})
}

// rotationDeletions returns scaled(‖C‖*) with units left out, and beside it that of
// rotations found on other units; see heldOutRotations.
func (p *Pair) rotationDeletions(u *Units, scaled func(s subset, nuclear float64) float64) (*Deletions, error) {
	units, err := p.unitMoments(u, wanted{})
	if err != nil {
		return nil, err
	}
	scales := make([]float64, len(units)+1) // what scaled multiplies by, without unit h
	fit := func(s subset) (foundRotation, error) {
		polar, nuclear, err := linalg.Polar(s.xy)
		switch len(s.without) {
		case 0:
			scales[len(units)] = scaled(s, 1)
		case 1:
			scales[s.without[0]] = scaled(s, 1)
		}
		return foundRotation{value: scaled(s, nuclear), polar: polar}, err
	}
	return p.heldOutRotations(units, fit, func(h int, a agreement) float64 { return a.xy * scales[h] })
}

// foundRotation is the best rotation of some samples of X to those of Y.
type foundRotation struct {
	value float64
	polar *mat.Dense // P of tr(PᵀC), p×q
	// metricX and metricY are MMᵀ of the maps that features go through before they are
	// rotated, nil where they do not.
	metricX, metricY *mat.Dense
}

// agreement holds what samples that were left out of a fit add up to: tr(PᵀC), and the
// squared norms of the mapped systems.
type agreement struct{ xy, xx, yy float64 }

// heldOutRotations returns the values of fits with units left out, and beside them
//
//	s_cv = combine(Σ_g tr(P₍g₎ᵀC_g)),  P₍g₎ = UVᵀ of C = USVᵀ without unit g,
//
// in which the moments C_g of a unit, about the mean of all, meet the rotation of the
// others; without unit h it takes P₍gh₎. ‖C‖* is biased upwards, for the rotation fits
// noise; where the systems share few directions beside private noise the bias is of the
// order n^−½, of which the jackknife leaves half. s_cv is biased downwards. combine gets
// h, the number of units where none is left out.
func (p *Pair) heldOutRotations(units []*unitMoments, fit func(s subset) (foundRotation, error), combine func(h int, a agreement) float64) (*Deletions, error) {
	count := len(units)
	out := newDeletions(count, true)
	// at[h][g] is what unit g adds without unit h, and without any for h = count.
	at := make([][]agreement, count+1)
	means := make([]*unitMoments, count+1)
	for h := range at {
		at[h] = make([]agreement, count)
		means[h] = meansWithout(units, h)
	}
	err := eachSubset(units, true, func(s subset) error {
		r, err := fit(s)
		if err != nil {
			return err
		}
		out.set(s.without, r.value)
		switch len(s.without) {
		case 1:
			g := s.without[0]
			at[count][g] = r.agreeing(units[g], means[count])
		case 2:
			g, h := s.without[0], s.without[1]
			at[h][g] = r.agreeing(units[g], means[h])
			at[g][h] = r.agreeing(units[h], means[g])
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	out.HeldOut = newDeletions(count, false)
	for h, each := range at {
		var total agreement
		for _, a := range each {
			total = agreement{total.xy + a.xy, total.xx + a.xx, total.yy + a.yy}
		}
		if v := combine(h, total); h == count {
			out.HeldOut.All = v
		} else {
			out.HeldOut.One[h] = v
		}
	}
	if least := 5 * min(p.X.Width(), p.Y.Width()); p.Samples() < least {
		out.NoCentre = fmt.Sprintf("%d samples are fewer than five times the features of the narrower system", p.Samples())
	}
	return out, nil
}

// meansWithout returns the means of all units but h.
func meansWithout(units []*unitMoments, h int) *unitMoments {
	out := &unitMoments{meanX: make([]float64, len(units[0].meanX)), meanY: make([]float64, len(units[0].meanY))}
	for g, m := range units {
		if g != h {
			out.n += m.n
			share := float64(m.n) / float64(out.n)
			for j, v := range m.meanX {
				out.meanX[j] += share * (v - out.meanX[j])
			}
			for j, v := range m.meanY {
				out.meanY[j] += share * (v - out.meanY[j])
			}
		}
	}
	return out
}

// agreeing returns what a unit adds, about given means.
func (r foundRotation) agreeing(unit, means *unitMoments) agreement {
	dx, dy := make([]float64, len(unit.meanX)), make([]float64, len(unit.meanY))
	for j, v := range unit.meanX {
		dx[j] = v - means.meanX[j]
	}
	for j, v := range unit.meanY {
		dy[j] = v - means.meanY[j]
	}
	n := float64(unit.n)
	a := agreement{xy: linalg.Dot(r.polar, unit.xy) + n*between(dx, r.polar, dy)}
	if r.metricX != nil {
		a.xx = linalg.Dot(r.metricX, unit.xx) + n*between(dx, r.metricX, dx)
		a.yy = linalg.Dot(r.metricY, unit.yy) + n*between(dy, r.metricY, dy)
	}
	return a
}
