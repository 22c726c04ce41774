package measures

// bindKernel binds the values of a kernel of the distance.
func (m cka) bindKernel(x *System, q int) (Objective, error) {
	sigma, err := m.kernel.width(x)
	if err != nil {
		return nil, err
	}
	values := mapped(x.distances(), func(d float64) float64 { return m.kernel.value(d, sigma) })
	f, err := newRadial(m.kernel.kind, m.kernel.sigma, len(values))
	if err != nil {
		return nil, err
	}
	self := 1.0
	if m.estimator == debiased {
		self = 0 // U-centring wants a zero diagonal
	}
	return newPairwise(x, values, self, f, centringOf(m.estimator, x.Samples()), m.as, q)
}
