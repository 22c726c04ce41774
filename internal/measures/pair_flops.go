package measures

// What is done once for each pair of samples takes time that is not that of
// multiplications in matrix products. These are its costs in multiplications of which a
// core does 5·10⁹ a second, as measured.
const (
	distanceCost    = 50   // a distance of two samples, beside its p multiplications
	passCost        = 150  // sums over the pairs of two systems
	kernelCost      = 150  // an exponential function
	centreCost      = 50   // centring
	rankCost        = 400  // ranking a value
	orderCost       = 800  // counting concordant pairs
	replaceCost     = 600  // one of the nearest samples, where one of them is left out
	absoluteCost    = 4    // an absolute difference
	influenceCost   = 900  // the influence of a pair on a correlation of ranks
	concordanceCost = 4000 // and on the number of concordant pairs
)

// ScoreFlops implements Costed.
func (m rsa) ScoreFlops(d Dims) float64 {
	p, q := d.compact()
	if m.rdm.embeds() && !rankBased(m.compare) {
		return float64(d.N) * float64(p+q) * float64(p+q) / 2
	}
	return m.rdm.flops(d) + m.compareFlops()*m.rdm.pairs(d)
}

// pairs returns the number of dissimilarities of a system.
func (d dissimilarity) pairs(of Dims) float64 {
	items := float64(of.items(d))
	return items * (items - 1) / 2
}

// flops counts the multiplications that the dissimilarities of both systems take.
func (d dissimilarity) flops(of Dims) float64 {
	pairs, features := d.pairs(of), float64(of.P+of.Q)
	switch d.kind {
	case rdmPrecomputed:
		return 2 * pairs
	case rdmManhattan, rdmPoisson:
		return pairs * absoluteCost * features
	case rdmCrossnobis:
		return pairs*float64(1+of.Times)*features + float64(of.N)*features*features
	case rdmGaussian:
		return pairs * (features + 2*(distanceCost+kernelCost))
	default:
		return pairs * (features + 2*distanceCost)
	}
}

// compareFlops counts those of comparing a pair of dissimilarities.
func (m rsa) compareFlops() float64 {
	switch {
	case concordant(m.compare):
		return 2*rankCost + orderCost
	case rankBased(m.compare):
		return 2 * rankCost
	case m.whitened():
		return 2*centreCost + passCost
	default:
		return passCost
	}
}

// deletionFlops counts the multiplications of Deletions.
func (m rsa) deletionFlops(d Dims, units int) float64 {
	pairs := m.rdm.pairs(d)
	p, q := d.compact()
	n, a, b := float64(d.N), float64(p), float64(q)
	again := 0.0
	if d.tiled() {
		again = 2 * m.rdm.flops(d)
	}
	switch {
	case concordant(m.compare):
		return concordanceCost * pairs
	case rankBased(m.compare):
		return influenceCost * pairs
	case m.rdm.embeds():
		return n * (a*a + b*b + a*b)
	case m.whitened():
		return again + 2*passCost*pairs + 20*float64(d.items(m.rdm))*float64(units)
	default:
		return again + passCost*pairs
	}
}

// ScoreFlops implements Costed.
func (m cka) ScoreFlops(d Dims) float64 {
	if m.kernel.kind == kernelLinear {
		p, q := d.compact()
		return float64(d.N) * float64(p+q) * float64(p+q) / 2
	}
	return float64(d.pairs()) * (float64(d.P+d.Q) + 2*(distanceCost+kernelCost+centreCost))
}

// ScoreFlops implements Costed.
func (m distanceCorrelation) ScoreFlops(d Dims) float64 {
	return float64(d.pairs()) * (float64(d.P+d.Q) + 2*(distanceCost+centreCost) + passCost/3)
}

// kernelDeletionFlops counts the multiplications of betweenUnits.
func kernelDeletionFlops(d Dims, units int) float64 {
	pairs := float64(d.pairs())
	again := 0.0
	if d.tiled() {
		again = 2 * pairs * (float64(d.P+d.Q) + 2*distanceCost)
	}
	return again + (passCost+2*kernelCost)*pairs + 20*float64(d.N)*float64(units)
}

// ScoreFlops implements Costed.
func (m knn) ScoreFlops(d Dims) float64 { return m.near.flops(d) }

// ScoreFlops implements Costed.
func (m cknna) ScoreFlops(d Dims) float64 { return m.near.flops(d) }

// flops counts the multiplications of finding neighbours.
func (h neighbourhood) flops(d Dims) float64 {
	return float64(d.N) * float64(d.N) * (float64(d.P+d.Q) + distanceCost)
}

// deletionFlops counts those of finding them again without each unit.
func (h neighbourhood) deletionFlops(d Dims, units int) float64 {
	n, k := float64(d.N), float64(h.k)
	spare := k + n/float64(units) + spareNeighbours
	return n*n*(float64(d.P+d.Q)+distanceCost) + replaceCost*2*n*min(k, float64(units))*min(n, spare)
}
