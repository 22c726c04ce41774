package measures

import (
	"math"

	"gonum.org/v1/gonum/mat"

	"simtool/internal/data"
	"simtool/internal/linalg"
)

// needEmbedded returns the need of the embedded systems.
func (d dissimilarity) needEmbedded(of Dims) Need {
	switch d.kind {
	case rdmSqEuclidean:
		return Need{}
	case rdmMahalanobis:
		return together(of.needBasis(), kept(embeddedKey{d}, of.values()))
	default:
		return kept(embeddedKey{d}, of.values())
	}
}

// embeds reports whether the dissimilarities are squared Euclidean distances of
// transformed samples, so that the methods for these apply.
func (d dissimilarity) embeds() bool {
	switch d.kind {
	case rdmSqEuclidean, rdmCorrelation, rdmCosine, rdmMahalanobis:
		return true
	}
	return false
}

// embedded returns the system whose squared Euclidean distances are the dissimilarities.
// With unit vectors u, ½‖u−u'‖² = 1 − u·u'. The correlation distance therefore belongs
// to samples that are centred over their features and scaled to the norm √½, and the
// cosine distance to samples that are only scaled; equal samples have distance 0
// exactly. For the Mahalanobis distance the system is √(n−1)·Q_X.
func (d dissimilarity) embedded(s *System) (*System, error) {
	if d.kind == rdmSqEuclidean {
		return s, nil
	}
	return shared(&s.memo, embeddedKey{d}, func() (*System, error) {
		var rows *mat.Dense
		var err error
		if d.kind == rdmMahalanobis {
			rows, err = whitenedRows(s)
		} else {
			rows, err = unitRows(s, d.kind == rdmCorrelation)
		}
		if err != nil {
			return nil, err
		}
		n, p := rows.Dims()
		return &System{name: s.name, n: n, p: p, raw: rows, times: s.times, conditionOf: s.conditionOf, precision: s.precision}, nil
	})
}

// unitRows returns the samples of a system scaled to the norm √½, after centring over
// their features if centre is set.
func unitRows(s *System, centre bool) (*mat.Dense, error) {
	quantity, flat := "cosine", "is 0 in every feature"
	if centre {
		quantity, flat = "correlation", "has the same value in every feature"
	}
	rows := mat.DenseCopyOf(s.raw)
	same := true
	for i := range rows.RawMatrix().Rows {
		row := rows.RawRowView(i)
		if !normalise(row, centre, s.precision) {
			return nil, undefined("%s: sample %d (counted from 0) %s, so it has no %s with other samples", s.label(), i, flat, quantity)
		}
		same = same && distance(row, rows.RawRowView(0)) <= roundoff
	}
	if same {
		return nil, undefined("%s: every two samples have %s 1, so all their dissimilarities are 0", s.label(), quantity)
	}
	return rows, nil
}

// normalise scales a row to the norm √½, after centring if centre is set. It returns
// false for a row of zeros, and for a row that is constant up to rounding, because
// centring would leave rounding errors.
func normalise(row []float64, centre bool, p data.Precision) bool {
	largest := linalg.LargestMagnitude(row)
	if largest == 0 {
		return false
	}
	_, exponent := math.Frexp(largest)
	scale(row, math.Ldexp(1, -exponent)) // squares can then neither overflow nor vanish
	if centre {
		centreRow(row)
	}
	norm := math.Sqrt(dot(row, row))
	if centre && !(norm > 2*computedEps(p)*math.Sqrt(float64(len(row)))) {
		return false
	}
	scale(row, math.Sqrt(0.5)/norm)
	return true
}

// centreRow removes the mean of a row. It takes differences from the first value, so that
// a constant row leaves exact zeros, and an offset takes no digits.
func centreRow(row []float64) {
	first, mean := row[0], 0.0
	for k := range row {
		row[k] -= first
		mean += row[k] / float64(len(row))
	}
	for k := range row {
		row[k] -= mean
	}
}

// computedEps is the relative rounding of numbers that were computed in the precision in
// which they are stored. Text shows equal numbers alike, however few its digits.
func computedEps(p data.Precision) float64 {
	if p.Stored == data.Decimal {
		return epsilon
	}
	return max(epsilon, p.Eps())
}

// distance returns ‖a−b‖.
func distance(a, b []float64) float64 {
	sum := 0.0
	for k, v := range a {
		d := v - b[k]
		sum += d * d
	}
	return math.Sqrt(sum)
}

// whitenedRows returns √(n−1)·Q_X, whose covariance is the identity. When the features
// span all of the n−1 dimensions of centred data, all samples are equally far apart in
// it, for any data.
func whitenedRows(s *System) (*mat.Dense, error) {
	if err := s.varies(); err != nil {
		return nil, err
	}
	q, err := s.basis()
	if err != nil {
		return nil, err
	}
	n, r := q.Dims()
	if r >= n-1 {
		return nil, undefined("%s: %d samples span %d dimensions, so every two of them have the same Mahalanobis distance: reduce the features first", s.label(), n, r)
	}
	var rows mat.Dense
	rows.Scale(math.Sqrt(float64(n-1)), q)
	return &rows, nil
}
