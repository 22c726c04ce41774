package measures

import (
	"strings"

	"gonum.org/v1/gonum/mat"
)

// Pairs implements OfPairs: dissimilarities, their ranks, or −½H·D·H. Crossnobis compares
// pairs of conditions, the covariance of Mahalanobis distances is one of all samples, and
// the rest of the comparisons have another normalisation.
func (m rsa) Pairs(p *Pair) (*PairMatrices, error) {
	product, ok := map[string]PairProduct{
		compareCosine: PlainPairs, comparePearson: CentredPairs, compareCosineCov: DoublyCentred,
		compareSpearman: RankedPairs, compareKendall: OrderedPairs,
	}[m.compare]
	if !ok || m.rdm.kind == rdmCrossnobis || m.rdm.kind == rdmMahalanobis || p.X.tiled() {
		return nil, nil
	}
	if err := m.check(p); err != nil {
		return nil, err
	}
	out := &PairMatrices{Product: product, Alone: m.rdm.alone()}
	for _, side := range []struct {
		s  *System
		to **mat.Dense
	}{{p.X, &out.X}, {p.Y, &out.Y}} {
		n := m.rdm.items(side.s)
		if rankBased(m.compare) {
			r, err := m.rdm.order(side.s, false)
			if err != nil {
				return nil, err
			}
			*side.to = squareRanks(r, n)
			continue
		}
		values, err := m.rdm.condensed(side.s)
		if err != nil {
			return nil, err
		}
		if err := m.rdm.patterned(side.s, values, product == CentredPairs); err != nil {
			return nil, err
		}
		if product == DoublyCentred {
			*side.to = m.rdm.kernel(side.s, values, false)
			continue
		}
		*side.to = square(values, n)
	}
	return out, nil
}

// alone reports whether a dissimilarity depends on its two samples alone, and not on the
// median of all.
func (d dissimilarity) alone() bool {
	return d.kind != rdmGaussian || !strings.HasSuffix(d.sigma, medianSuffix)
}
