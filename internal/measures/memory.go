package measures

// Dims are the sizes of a pair.
type Dims struct {
	N    int64 // samples
	P, Q int64 // features of X and Y
	// Times is the number of time bins, or repeats, of 3-d data, whose samples are
	// Times × conditions; 1 or less for others.
	Times int64
}

// Memory returns about how many bytes a measure takes for quantities between
// pairs of samples, beside what every measure may take: the data, as many values
// again, and their second moments. Below 4097 samples it is that of the matrices
// that are kept for other measures of the same kind; above, these are computed by
// bands of rows, and only medians and ranks need a number for each pair.
func Memory(m Measure, d Dims) int64 {
	if named, ok := m.(Named); ok {
		m = named.Measure
	}
	if user, ok := m.(interface{ pairMemory(Dims) int64 }); ok {
		return user.pairMemory(d)
	}
	return 0
}

const word = 8 // bytes of a number

// pairs returns the number of pairs of samples.
func (d Dims) pairs() int64 { return d.N * (d.N - 1) / 2 }

// tiled is as for systems.
func (d Dims) tiled() bool { return d.N > int64(tiledAbove) }

// bands returns what a pass over bands of both systems takes, with copies of the
// samples.
func (d Dims) bands() int64 { return word * d.N * (d.P + d.Q + 2*bandRows) }

func (m cka) pairMemory(d Dims) int64 {
	if m.kernel.kind == "linear" {
		return 0
	}
	_, relative, _ := m.kernel.factor()
	total := int64(0)
	if relative {
		total = word * d.pairs() // distances in search of their median
	}
	if d.tiled() {
		return total + d.bands()
	}
	return total + 2*word*(d.pairs()+d.N*d.N)
}

func (m distanceCorrelation) pairMemory(d Dims) int64 {
	if d.tiled() {
		return d.bands()
	}
	return 2 * word * (2*d.pairs() + d.N*d.N)
}

func (m knn) pairMemory(d Dims) int64   { return m.near.pairMemory(d) }
func (m cknna) pairMemory(d Dims) int64 { return m.near.pairMemory(d) }

func (h neighbourhood) pairMemory(d Dims) int64 {
	const candidate = 4 + word
	total := d.bands() + 2*candidate*d.N*int64(h.k)
	if h.metric == metricEuclidean && !d.tiled() {
		total += 2 * word * d.pairs()
	}
	return total
}

func (m rsa) pairMemory(d Dims) int64 {
	if m.rdm.kind == rdmCrossnobis && d.Times > 1 {
		d.N /= d.Times
	}
	embedding := int64(0)
	if m.rdm.embeds() && m.rdm.kind != rdmSqEuclidean {
		embedding = word * d.N * (d.P + d.Q)
	}
	kept := 2 * word * d.pairs() // dissimilarities of both systems
	if m.rdm.kind == rdmEuclidean || m.rdm.kind == rdmGaussian {
		kept *= 2 // and the distances they come from
	}
	switch {
	case rankBased(m.compare):
		return embedding + m.rankMemory(d, kept)
	case m.rdm.embeds() && (m.compare == compareCosine || m.compare == compareCosineCov):
		return embedding // from second moments
	case d.tiled():
		total := embedding + d.bands()
		if _, relative, _ := (kernel{sigma: m.rdm.sigma}).factor(); m.rdm.kind == rdmGaussian && relative {
			total += word * d.pairs()
		}
		return total
	case m.compare == compareCosineCov || m.compare == compareCorrCov:
		return embedding + kept + 3*word*d.N*d.N // kernels, and one not yet centred
	default:
		return embedding + kept
	}
}

// rankMemory returns what ranking takes where the dissimilarities would keep so
// many bytes; see dissimilarity.order.
func (m rsa) rankMemory(d Dims, kept int64) int64 {
	const rank, position, sorting = 4, 4, 44
	pairs := d.pairs()
	if !d.tiled() {
		return kept + 2*(rank+position)*pairs + sorting*pairs
	}
	total := d.bands() + (word+2*rank)*pairs + sorting*max(pairs/8, min(pairs, 1<<23))
	if m.compare == compareKendall || m.compare == compareTauA {
		total += (position + 2*rank) * pairs // the order, and ranks that are merged
	}
	return total
}
