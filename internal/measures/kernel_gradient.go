package measures

// bindKernel binds the values of a kernel of the distance.
func (m cka) bindKernel(x *System, q int) (Objective, error) {
	sigma, err := m.kernel.width(x)
	if err != nil {
		return nil, err
	}
	k := m.kernel
	k.wide = k.isWide(x, sigma)
	values := mapped(x.distances(), func(d float64) float64 { return k.value(d, sigma) })
	f, err := newRadial(m.kernel.kind, m.kernel.sigma, len(values))
	if err != nil {
		return nil, err
	}
	f.self = kernel.self(kernel{}, m.estimator)
	return newPairwise(x, values, k.self(m.estimator), f, centringOf(m.estimator, x.Samples()), m.as, q)
}

// needPairwiseKernel returns the need of the objective of kernels.
func (m cka) needPairwiseKernel(d Dims) Need {
	x := d.reference()
	return together(x.needDistances(), x.needWidth(m.kernel.sigma)).plus(d.pairs() + d.pairwiseMemory(m.kernel.kind, m.kernel.sigma))
}
