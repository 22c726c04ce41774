package measures

import (
	"context"

	"simtool/internal/linalg"
)

// form returns the form of the cosine that the measure reports, nil for itself.
func (m distanceCorrelation) form() func(float64) float64 {
	if m.squared {
		return nil
	}
	return signedRoot
}

// NullMean implements NullMean: trK·trL/((n−1)‖K‖‖L‖) of the doubly centred distances, 0
// of U-centred ones; over pairings of whole units see bilinear.nullMean. The root is that
// of the mean.
func (m distanceCorrelation) NullMean(p *Pair, units *Units) (float64, bool, error) {
	if p.segments != nil {
		return 0, false, nil
	}
	if err := p.check(m.card); err != nil {
		return 0, false, err
	}
	switch {
	case units != nil && p.X.tiled():
		return 0, false, nil
	case units != nil:
		b, err := m.bilinear(p)
		if err != nil {
			return 0, false, err
		}
		mean, ok := b.nullMean(units.Rows)
		return mean, ok, nil
	case m.estimator == debiased:
		return 0, true, nil
	}
	mean := 1.0
	for _, s := range []*System{p.X, p.Y} {
		share, err := dissimilarity{kind: rdmEuclidean}.nullShare(s, compareCosineCov)
		if err != nil {
			return 0, false, err
		}
		mean *= share
	}
	return bilinear{factor: 1, form: m.form()}.value(mean), true, nil
}

// Permuted implements Permutable: distances are computed and centred once.
func (m distanceCorrelation) Permuted(ctx context.Context, p *Pair, o Orders) ([]float64, bool, error) {
	if p.segments != nil || p.X.tiled() {
		return nil, false, nil
	}
	if err := p.check(m.card); err != nil {
		return nil, false, err
	}
	b, err := m.bilinear(p)
	if err != nil {
		return nil, false, err
	}
	scores, err := b.permuted(ctx, o)
	return scores, err == nil, err
}

// bilinear returns the centred distances.
func (m distanceCorrelation) bilinear(p *Pair) (bilinear, error) {
	b := bilinear{diagonal: m.estimator == biased, form: m.form()}
	var err error
	if b.x, err = centredDistances(p.X, m.estimator); err != nil {
		return b, err
	}
	if b.y, err = centredDistances(p.Y, m.estimator); err != nil {
		return b, err
	}
	b.factor = 1 / linalg.Norm(b.x) / linalg.Norm(b.y)
	return b, nil
}
