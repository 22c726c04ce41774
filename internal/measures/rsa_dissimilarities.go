package measures

import "simtool/internal/linalg"

// Dissimilar is a measure that compares the dissimilarities of two systems, some of which
// may be left out.
type Dissimilar interface {
	Measure
	// Dissimilarities returns those of the items i < j of a system, row by row, and the
	// number of items: their ranks, of which some pairs have the same, for comparisons of
	// ranks. ok is false for comparisons that need all pairs.
	Dissimilarities(s *System) (values []float64, items int, ok bool, err error)
	// Comparable makes of dissimilarities what Compared needs of them.
	Comparable(values []float64) Comparable
	// Compared compares the dissimilarities of the same pairs. ok is false where one of
	// the two does not vary.
	Compared(x, y Comparable) (value float64, ok bool)
}

// Comparable is a list of dissimilarities, or their ranks.
type Comparable struct {
	values []float64
	ranks  *linalg.Ranking
}

// Dissimilarities implements Dissimilar.
func (m rsa) Dissimilarities(s *System) (values []float64, items int, ok bool, err error) {
	if m.compare == compareCosineCov || m.compare == compareCorrCov {
		return nil, 0, false, nil
	}
	if rankBased(m.compare) {
		r, err := m.rdm.order(s, false)
		if err != nil {
			return nil, 0, true, err
		}
		values = make([]float64, len(r.Twice))
		for i, twice := range r.Twice {
			values[i] = float64(twice)
		}
		return values, m.rdm.items(s), true, nil
	}
	values, err = m.rdm.condensed(s)
	return values, m.rdm.items(s), true, err
}

// Comparable implements Dissimilar. Pearson correlations are cosines of values about
// their mean.
func (m rsa) Comparable(values []float64) Comparable {
	switch {
	case rankBased(m.compare):
		return Comparable{ranks: linalg.NewRanking(values, nil, concordant(m.compare))} // of ranks
	case m.compare == comparePearson:
		mean := sum(values) / float64(len(values))
		return Comparable{values: mapped(values, func(v float64) float64 { return v - mean })}
	}
	return Comparable{values: values}
}

// Compared implements Dissimilar.
func (m rsa) Compared(x, y Comparable) (float64, bool) {
	var value float64
	if rankBased(m.compare) {
		value = compareRankings(x.ranks, y.ranks, m.compare)
	} else {
		xx, yy := dot(x.values, x.values), dot(y.values, y.values)
		if !(xx > 0) || !(yy > 0) {
			return 0, false
		}
		value = normalised(dot(x.values, y.values), xx, yy)
	}
	return value, finite(value)
}
