package measures

// Flip implements Differentiable.
func (m distanceCorrelation) Flip() Differentiable { return m }

// Bind implements Differentiable. Distance correlation is the cosine of
// projected Euclidean distances, or its root.
func (m distanceCorrelation) Bind(x *System, q int) (Objective, error) {
	if err := x.enough(m.card.MinSamples); err != nil {
		return nil, err
	}
	rdm := dissimilarity{kind: rdmEuclidean}
	as := asScore
	if !m.squared {
		as = asRoot
	}
	return rdm.bindPairs(x, centringOf(m.estimator, x.Samples()), as, q)
}

// GradientMemory implements GradientMemory.
func (m distanceCorrelation) GradientMemory(d Dims) Need {
	euclidean := dissimilarity{kind: rdmEuclidean}
	return euclidean.need(d.reference()).plus(d.pairwiseMemory(rdmEuclidean, ""))
}

// pairwiseGap says that gradients know 1 − s from what they keep anyway.
func (m distanceCorrelation) pairwiseGap() {}
