package measures

// ScoreMemory bounds the bytes that scoring a pair by measures, one after the
// other, takes beside the data, with what the pair's systems keep for those to come:
// centred data, bases of them and what is on the way, moments and their
// decompositions, for folds once more each, and Memory.
func ScoreMemory(named []Named, d Dims) int64 {
	p, q := min(d.P, d.N), min(d.Q, d.N)
	dense, total := int64(1), 3*(p*p+q*q+p*q)
	for _, m := range named {
		total += int64(m.Card().Folds) * (p*p + q*q + p*q)
		dense = max(dense, m.denseMatrices())
	}
	total = word * (total + dense*d.N*(d.P+d.Q))
	for _, m := range named {
		total += Memory(m, d)
	}
	return total
}

// denseMatrices returns how many matrices of samples × features of each system a
// measure has at once, also of data whose features depend on each other: the
// centred ones only where moments are all that it ever needs.
func (m Named) denseMatrices() int64 {
	switch m.Measure.(type) {
	case cka, nbs, procrustes, ensd:
		return 1
	case linreg:
		if m.Card().Folds == 0 {
			return 2
		}
	}
	return 4
}
