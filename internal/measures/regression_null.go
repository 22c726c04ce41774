package measures

import (
	"math"

	"gonum.org/v1/gonum/mat"
)

// NullMean implements NullMean for R² on the samples of the fit: r_Y/(n−1). Other forms
// are those of this mean.
func (m linreg) NullMean(p *Pair, units *Units) (float64, bool, error) {
	if m.plan.k > 0 || m.direction == symmetric && m.as != asR2 || m.columns && m.as == asPearson || !m.ofOneR2() {
		return 0, false, nil
	}
	mean, ok, err := m.fittedNull(p, units, func(*Pair) (float64, error) { return 0, nil })
	switch m.as {
	case asAngular:
		mean = math.Acos(clip(mean))
	case asPearson:
		mean = math.Sqrt(max(0, mean))
	}
	return mean, ok, err
}

// NullMean implements NullMean for R² with a given penalty on the samples of the fit:
// tr(2H−H²)/(n−1), H = Y(B+λI)⁻¹Yᵀ.
func (m ridge) NullMean(p *Pair, units *Units) (float64, bool, error) {
	if m.plan.k > 0 || m.as == asPearson || !m.ofOneR2() || m.direction == symmetric && m.as != asR2 || math.IsNaN(m.lambda) {
		return 0, false, nil
	}
	mean, ok, err := m.fittedNull(p, units, func(*Pair) (float64, error) { return m.lambda, nil })
	if m.as == asAngular {
		mean = math.Acos(clip(mean))
	}
	return mean, ok, err
}

// fittedNull returns the mean of R² over pairings, in the directions of the measure.
func (m regression) fittedNull(p *Pair, units *Units, penalty func(p *Pair) (float64, error)) (mean float64, ok bool, err error) {
	one := func(p *Pair) {
		if err != nil {
			return
		}
		var lambda, v float64
		if lambda, err = penalty(p); err != nil {
			return
		}
		v, ok, err = m.oneWayNull(p, units, lambda)
		mean += v
	}
	switch m.direction {
	case yFromX:
		one(p.Swap())
	case symmetric:
		one(p)
		one(p.Swap())
		mean /= 2
	default:
		one(p)
	}
	return mean, ok, err
}

// oneWayNull returns the mean of R² of X from Y. Over pairings of whole units it is that
// of ‖XᵀY(2S − SBS)^½‖²/‖X‖², S = (B+λI)⁻¹.
func (m regression) oneWayNull(p *Pair, units *Units, lambda float64) (float64, bool, error) {
	if units == nil {
		rank, err := p.Y.predictingRank(lambda)
		return rank / float64(p.Samples()-1), true, err
	}
	if m.columns {
		return 0, false, nil
	}
	q, err := p.Y.smoothed(lambda)
	if err != nil {
		return 0, false, err
	}
	var x *mat.Dense // of samples that are read again, its own features
	if p.segments == nil {
		x = p.X.compact()
	}
	squares, ok := p.unitNullOf(units, x, q)
	return squares / p.X.trace(), ok, nil
}

// smoothed returns Y·(2S − SBS)^½, whose outer product is 2H − H², or the map to it where
// only moments are in memory; an orthonormal basis where λ = 0.
func (s *System) smoothed(lambda float64) (*mat.Dense, error) {
	if lambda == 0 {
		return s.span()
	}
	by, err := s.smoothing(lambda)
	if err != nil || s.momentsOnly() {
		return by, err
	}
	var out mat.Dense
	out.Mul(s.compact(), by)
	return &out, nil
}
