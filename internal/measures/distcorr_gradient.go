package measures

// Flip implements Differentiable.
func (m distanceCorrelation) Flip() Differentiable { return m }

// Bind implements Differentiable. Distance correlation is the cosine of
// projected Euclidean distances, or its root.
func (m distanceCorrelation) Bind(x *System, q int) (Objective, error) {
	if err := x.enough(m.card.MinSamples); err != nil {
		return nil, err
	}
	p := projectionOf(compareCosineCov, x.Samples())
	if m.estimator == debiased {
		p = uCentring(x.Samples())
	}
	o, err := newPairwise(x, dissimilarity{kind: rdmEuclidean}, p, q)
	if err != nil {
		return nil, err
	}
	o.root = !m.squared
	return o, nil
}
