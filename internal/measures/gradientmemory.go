package measures

// GradientMemory bounds the bytes that an Objective takes, with what the reference
// keeps for it, for systems of the given sizes. These are: matrices of samples ×
// features (the centred systems, bases of them and what is on the way), of features
// × features (moments and their decompositions, and for folds two for each), of
// samples × samples where there are fewer of them, and of pairs of samples.
func GradientMemory(m Measure, d Dims) int64 {
	if named, ok := m.(Named); ok {
		m = named.Measure
	}
	p, q := min(d.P, d.N), min(d.Q, d.N)
	folds := int64(m.Card().Folds)
	switch m.(type) {
	case linreg, ridge: // which know no smaller form of features
		p, q = d.P, d.Q
	}
	total := 2*d.N*d.P + 6*d.N*d.Q + (3+2*folds)*(p*p+q*q+p*q)
	if d.N < d.P+d.Q {
		total += 3 * d.N * d.N
	}
	total *= word
	if pairwiseGradient(m, d) {
		total += 4*word*d.N*d.N + Memory(m, d) // both triangles, and the reference's
	}
	return total
}

// pairwiseGradient reports whether an Objective may work with pairs of samples.
// Squared distances between many samples are compared through moments; see
// bindSquaredDistances.
func pairwiseGradient(m Measure, d Dims) bool {
	if r, ok := m.(rsa); ok && r.rdm.embeds() {
		return d.N < 2*max(d.P, d.Q)
	}
	return Memory(m, d) > 0
}
