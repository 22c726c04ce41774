package measures

import (
	"fmt"
	"math"
	"slices"
)

// Ceiling implements Ceiled for R² of X from Y: R, the share of the variance of X that is
// no noise, for noise cannot be predicted (see Repeats.reliability). What is divided is
// adjusted R², or R² of the samples held out.
func (m linreg) Ceiling(p *Pair, r *Repeats, _ *Units, value float64) (Ceiling, error) {
	c, err := m.explained(p, r, value, m.Targets)
	if err != nil || m.plan.k > 0 || m.as != asR2 || m.columns {
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
func (m ridge) Ceiling(p *Pair, r *Repeats, _ *Units, value float64) (Ceiling, error) {
	return m.explained(p, r, value, m.Targets)
}

// Ceiling implements Ceiled.
func (m pls) Ceiling(p *Pair, r *Repeats, _ *Units, value float64) (Ceiling, error) {
	return m.explained(p, r, value, m.Targets)
}

// Ceiling implements Ceiled.
func (m kernelRidge) Ceiling(p *Pair, r *Repeats, _ *Units, value float64) (Ceiling, error) {
	return m.fit.explained(p, r, value, m.Targets)
}

// explained returns the ceiling of R² over all entries, or of the scores of features.
func (m regression) explained(p *Pair, r *Repeats, value float64, targets func(p *Pair) ([]float64, error)) (Ceiling, error) {
	switch {
	case m.direction != xFromY:
		return Ceiling{}, ErrNoCeiling
	case m.columns:
		return m.explainedColumns(p, r, value, targets)
	case m.as != asR2:
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

// explainedColumns returns the ceiling of scores of features that are held out. Their mean,
// or median, is divided by that of the ceilings; with pool=none each score is divided by its
// own ceiling, and normalised is the mean of that. Features whose repeats are not
// correlated have none, and count in neither.
func (m regression) explainedColumns(p *Pair, r *Repeats, value float64, targets func(p *Pair) ([]float64, error)) (Ceiling, error) {
	if m.plan.k == 0 {
		return Ceiling{}, ErrNoCeiling
	}
	all, err := m.TargetCeilings(r)
	if err != nil {
		return Ceiling{}, err
	}
	some := slices.DeleteFunc(slices.Clone(all), math.IsNaN)
	if len(some) == 0 {
		return Ceiling{}, undefined("the repeats of X are not correlated in any feature")
	}
	c := Ceiling{Estimate: value}
	if left := len(all) - len(some); left > 0 {
		c.Note = fmt.Sprintf("the ceiling is without %d of %d features, whose repeats are not correlated", left, len(all))
	}
	if m.pool == poolMedian {
		c.Value = median(some)
	} else {
		c.Value = sum(some) / float64(len(some))
	}
	if m.pool != poolNone {
		c.Share = shareOf(c.Value)
		return c, nil
	}
	scores, err := targets(p)
	if err != nil {
		return Ceiling{}, err
	}
	total, count := 0.0, 0
	for j, v := range scores {
		if share := v / all[j]; !math.IsNaN(share) {
			total += share
			count++
		}
	}
	c.Note = joinNotes("normalised is the mean of scores that are divided by their own ceilings", c.Note)
	c.Share = func(float64) float64 { return total / float64(count) }
	return c, nil
}

// TargetCeilings implements Targeted: with the reliability R of each feature, that of the
// mean of the repeats, a perfect model explains R of its variance, and has the correlation
// √R with it.
func (m regression) TargetCeilings(r *Repeats) ([]float64, error) {
	if m.direction != xFromY {
		return nil, ErrNoCeiling
	}
	out := slices.Clone(r.columnReliabilities())
	if m.as == asPearson {
		for j, v := range out {
			out[j] = math.Sqrt(v)
		}
	}
	return out, nil
}

// TargetCeilings implements Targeted.
func (m kernelRidge) TargetCeilings(r *Repeats) ([]float64, error) { return m.fit.TargetCeilings(r) }

type columnReliabilitiesKey struct{}

// columnReliabilities returns the reliability of each feature of the mean of k repeats,
// k·ρ/(1 + (k−1)·ρ) with ρ the mean correlation of two of them (Spearman and Brown), which
// is 2ρ/(1+ρ) for halves. It is NaN where ρ is not positive.
func (r *Repeats) columnReliabilities() []float64 {
	return always(&r.memo, columnReliabilitiesKey{}, func() []float64 {
		k, pairs := float64(len(r.Parts)), float64(r.pairs())
		mean := make([]float64, r.Mean.Width())
		for i, a := range r.Parts {
			for _, b := range r.Parts[:i] {
				x, y := a.centred(), b.centred()
				xx, yy, xy := columnSquares(x), columnSquares(y), make([]float64, len(mean))
				for s := range x.RawMatrix().Rows {
					other := y.RawRowView(s)
					for j, v := range x.RawRowView(s) {
						xy[j] += v * other[j]
					}
				}
				for j, v := range xy {
					mean[j] += v * cosineScale(xx[j], yy[j]) / pairs
				}
			}
		}
		for j, rho := range mean {
			mean[j] = math.NaN()
			if rho > 0 {
				mean[j] = min(1, k*rho/(1+(k-1)*rho))
			}
		}
		return mean
	})
}
