package measures

import (
	"context"
	"math"
)

// Permuted implements Permutable for R² on the samples of the fit, ‖Q_YᵀXc‖²/‖Xc‖²: the
// basis of the predictors is fixed.
func (m linreg) Permuted(ctx context.Context, p *Pair, o Orders) ([]float64, bool, error) {
	scores, ok, err := m.permutedFit(ctx, p, o, 0, m.inForm)
	if !ok {
		return nil, false, err
	}
	return o.refined(ctx, p, m, scores, err, nearlyAligned(m.as))
}

// inForm returns the form of an R² that is reported.
func (m linreg) inForm(r2 float64) float64 {
	switch m.as {
	case asAngular:
		return math.Acos(clip(r2))
	case asPearson:
		return math.Sqrt(max(0, r2))
	default:
		return r2
	}
}

// Permuted implements Permutable for R² with a given penalty on the samples of the fit,
// ‖Xcᵀ·Y(2S − SBS)^½‖²/‖Xc‖², S = (B+λI)⁻¹.
func (m ridge) Permuted(ctx context.Context, p *Pair, o Orders) ([]float64, bool, error) {
	if m.as == asPearson || !m.ofOneR2() || math.IsNaN(m.lambda) {
		return nil, false, nil
	}
	return m.permutedFit(ctx, p, o, m.lambda, func(r2 float64) float64 {
		if m.as == asAngular {
			return math.Acos(clip(r2))
		}
		return r2
	})
}

// permutedFit scores pairings in the directions of the measure, without fitting them.
func (m regression) permutedFit(ctx context.Context, p *Pair, o Orders, lambda float64, form func(r2 float64) float64) ([]float64, bool, error) {
	if m.plan.k > 0 || m.columns || !m.ofOneR2() {
		return nil, false, nil
	}
	if ok, err := p.permutable(m.card); !ok {
		return nil, false, err
	}
	var total []float64
	ways := 0.0
	for _, way := range []struct {
		used             bool
		target, features *System
	}{{m.direction != yFromX, p.X, p.Y}, {m.direction != xFromY, p.Y, p.X}} {
		if !way.used {
			continue
		}
		q, err := way.features.smoothed(lambda)
		if err != nil {
			return nil, false, err
		}
		norm := way.target.trace()
		f := factored{way.target.compact(), q, func(s float64) float64 { return form(s / norm) }}
		if way.target == p.Y {
			f.x, f.y = f.y, f.x
		}
		scores, err := f.permuted(ctx, o)
		if err != nil {
			return nil, false, err
		}
		if total == nil {
			total = make([]float64, len(scores))
		}
		addScaled(total, 1, scores)
		ways++
	}
	scale(total, 1/ways)
	return total, true, nil
}
