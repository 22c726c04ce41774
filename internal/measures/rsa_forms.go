package measures

import "math"

// angled returns the measure with gradients through the dissimilarities themselves: moments
// lose the angle near identity, where the diagonals of the kernel matrices count.
func (m rsa) angled() Measure {
	m.near = true
	return m
}

// gap implements gapped: 1 − s = ½‖u − v‖² for the compared entries, or ranks, scaled to
// norm 1.
func (m rsa) gap(p *Pair) (float64, error) {
	if p.identical() && m.rdm.kind != rdmPrecomputed {
		return 0, nil
	}
	if rankBased(m.compare) {
		return m.rankGap(p)
	}
	x, err := m.rdm.comparable(p.X, m.compare)
	if err != nil {
		return 0, err
	}
	y, err := m.rdm.comparable(p.Y, m.compare)
	if err != nil {
		return 0, err
	}
	_, xx, yy := products(x, y)
	d := gap(x, y, 1/math.Sqrt(xx), 1/math.Sqrt(yy))
	return d * d / 2, nil
}

// gapMemory returns the need of gap.
func (m rsa) gapMemory(d Dims) Need {
	switch {
	case rankBased(m.compare):
		return m.directNeed(d)
	case m.rdm.kind == rdmCrossnobis:
		return m.rdm.needRepeats(d)
	default:
		return m.rdm.needBanded(d)
	}
}

// rankGap is gap of ranks. Kendall's τ counts pairs, so that 1 − τ has its digits.
func (m rsa) rankGap(p *Pair) (float64, error) {
	x, y, err := m.rdm.rankings(p, concordant(m.compare))
	if err != nil {
		return 0, err
	}
	if m.compare != compareSpearman {
		s := compareRankings(x, y, m.compare)
		if 1-s < roundoff {
			return 0, nil // no pair is discordant
		}
		return 1 - s, nil
	}
	_, xx, yy := rankProducts(x, y)
	alpha, beta, mean, total := 0.5/math.Sqrt(xx), 0.5/math.Sqrt(yy), float64(len(x.Twice)+1), 0.0
	for i, r := range x.Twice {
		d := alpha*(float64(r)-mean) - beta*(float64(y.Twice[i])-mean)
		total += d * d
	}
	return total / 2, nil
}

// pairwiseGap says that gradients know 1 − s from what they keep anyway.
func (m rsa) pairwiseGap() {}
