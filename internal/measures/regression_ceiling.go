package measures

import "math"

// Ceiling implements Ceiled for R² of X from Y: R, the share of the variance of X that is
// no noise, for noise cannot be predicted (see Repeats.reliability). What is divided is
// adjusted R², or R² of the samples held out.
func (m linreg) Ceiling(p *Pair, r *Repeats, _ *Units, value float64) (Ceiling, error) {
	c, err := m.explained(r, value)
	if err != nil || m.plan.k > 0 {
		return c, err
	}
	rank, err := p.Y.predictingRank(0)
	if err != nil {
		return Ceiling{}, err
	}
	n := p.Samples()
	if n-1-int(rank) < 1 {
		return Ceiling{}, undefined("%d samples and %.0f dimensions that predict leave nothing to adjust R² by", n, rank)
	}
	c.Estimate = adjusted(value, n, int(rank))
	return c, nil
}

// Ceiling implements Ceiled as that of linreg does. In-sample R² is that of the
// estimate for all stimuli.
func (m ridge) Ceiling(_ *Pair, r *Repeats, _ *Units, value float64) (Ceiling, error) {
	return m.explained(r, value)
}

// explained returns the ceiling of R².
func (m regression) explained(r *Repeats, value float64) (Ceiling, error) {
	if m.as != asR2 || m.columns || m.direction != xFromY {
		return Ceiling{}, ErrNoCeiling
	}
	reliability, err := r.reliability()
	if err != nil {
		return Ceiling{}, err
	}
	c := Ceiling{Value: reliability, Share: shareOf(reliability), Estimate: math.NaN()}
	if m.plan.k > 0 {
		c.Estimate = value
	}
	return c, nil
}
