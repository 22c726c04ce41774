package measures

import (
	"fmt"
	"math"
	"slices"

	"simtool/internal/data"
	"simtool/internal/linalg"
)

// roundoff is the relative difference of two dissimilarities that computing them can
// account for at most. It is far below the gaps of data in general position: of 10⁸
// random distances few are this close, and half a rank of those changes nothing.
const roundoff = 0x1p-44

// Dissimilarities that are equal in mathematics, as those of categories, circles, grids
// and counts are, differ by rounding: that of the numbers as they were stored, that of
// the distances, and, where the samples are transformed first, that of the transform.
// They tie within an allowance that follows from all three.

// operations bounds the rounding of a sum of p terms, over the largest of its partial
// sums and 2⁻⁵². Errors of either sign grow with the root of their number.
func operations(p int) float64 { return 8 + 2*math.Sqrt(float64(p)) }

type tiePrecisionKey struct{}

// precisionOfTies is the precision of the numbers by which distances tie.
func (s *System) precisionOfTies() data.Precision {
	return always(&s.memo, tiePrecisionKey{}, func() data.Precision {
		var values []float64
		if s.raw != nil {
			values = s.raw.RawMatrix().Data
		}
		return s.precision.OfTies(values, s.largest(), s.columnSquares(), s.n)
	})
}

type doubtKey struct{}

// doubt returns the largest difference of two equal Euclidean distances between samples
// that the rounding of the data makes.
func (s *System) doubt() float64 {
	return always(&s.memo, doubtKey{}, func() float64 {
		return s.precisionOfTies().DistanceDoubt(s.largest(), s.columnSquares())
	})
}

// allowance returns the difference of neighbours in the order of the dissimilarities
// up to which they tie. largest is the largest magnitude of all.
func (d dissimilarity) allowance(s *System, largest float64) (linalg.Allowance, error) {
	switch d.kind {
	case rdmSqEuclidean:
		return squaredAllowance(s, s.doubt()), nil
	case rdmEuclidean:
		squared := squaredAllowance(s, s.doubt())
		return func(b float64) float64 { return b - math.Sqrt(max(0, b*b-squared(b*b))) }, nil
	case rdmManhattan:
		return manhattanAllowance(s), nil
	case rdmCorrelation, rdmCosine, rdmMahalanobis:
		z, err := d.embedded(s)
		if err != nil {
			return nil, err
		}
		doubt, err := d.embeddedDoubt(s)
		allow := squaredAllowance(z, doubt)
		if d.cosine() {
			allow = keyAllowance(allow, doubt, s.p)
		}
		return allow, err
	case rdmPrecomputed:
		// RDMs that were computed from data of a precision have errors of more than
		// that. Of text only the last place is in doubt: equal numbers are written
		// alike.
		const computed = 1e-10
		part := max(computed, 8*s.precision.Eps())
		if s.precision.Stored == data.Decimal {
			part = max(computed, s.precision.Spacing(largest)/largest/2)
		}
		return func(float64) float64 { return part * largest }, nil
	default: // the Gaussian, of which only constancy is asked, and crossnobis
		part := roundoff
		if s.precision.Stored != data.Decimal {
			part = max(part, 8*s.precision.Eps())
		}
		return func(float64) float64 { return part * largest }, nil
	}
}

// squaredAllowance is the allowance of squared distances b = d² between the rows of a
// system whose distances have a doubt δ: (d+δ)² − d² ≈ 2δd. Distances by inner products
// are rounded by ε(‖x‖²+‖x'‖²) in addition, where ‖x‖²+‖x'‖² is at most 10⁶d²
// (linalg.SqDistances).
func squaredAllowance(s *System, doubt float64) linalg.Allowance {
	return allowanceOfSquares(s.p, doubt, slices.Max(s.rowNorms()))
}

// allowanceOfSquares is squaredAllowance for p features and rows whose squared norms are
// at most largest about any centre.
func allowanceOfSquares(p int, doubt, largest float64) linalg.Allowance {
	computed := operations(p) * epsilon
	far := 4 * computed * largest
	return func(b float64) float64 {
		return 2*doubt*math.Sqrt(b) + computed*b + min(far, 1e6*computed*b)
	}
}

// manhattanAllowance is the allowance of sums of absolute differences, whose errors are
// those of all features that vary.
func manhattanAllowance(s *System) linalg.Allowance {
	total := 0.0
	precision, largest := s.precisionOfTies(), s.largest()
	for j, v := range s.columnSquares() {
		if r := precision.Spacing(largest[j]); v > 0 {
			total += r * r
		}
	}
	doubt, computed := precision.TieMargin()*math.Sqrt(total), operations(s.p)*epsilon
	return func(b float64) float64 { return doubt + computed*b }
}

// embeddedDoubt is the doubt of the distances between transformed samples: unit vectors
// have the relative errors of the samples, of which the median stands for all, and
// whitened ones XcW those of W.
func (d dissimilarity) embeddedDoubt(s *System) (float64, error) {
	computed := operations(s.p) * epsilon
	if d.kind == rdmMahalanobis {
		w, err := s.whitening()
		if err != nil {
			return 0, err
		}
		total := 0.0
		precision, largest := s.precisionOfTies(), s.largest()
		for j := range w.RawMatrix().Rows {
			spacing := precision.Spacing(largest[j]) * math.Sqrt(float64(s.n))
			for _, v := range w.RawRowView(j) {
				total += v * v * spacing * spacing
			}
		}
		_, r := w.Dims()
		return precision.TieMargin()*math.Sqrt(total/float64(r)) + computed*math.Sqrt(2*float64(r)), nil
	}
	change, centred := func([]float64) {}, d.kind == rdmCorrelation
	if centred {
		change = centreRow
	}
	relative := s.directionDoubts(centred, change)
	slices.Sort(relative)
	return s.precisionOfTies().TieMargin()*relative[len(relative)/2] + computed, nil
}

// directionDoubts returns for each sample the rounding of its direction over √2, after a
// change of origin and, if centred is set, without the mean over its p features. An error
// e_j of feature j of a sample with direction u, ‖u‖ = 1, turns it by e_j√(1−u_j²) over
// its norm, or e_j√(1−1/p−u_j²) without the mean: a feature that is much larger than the
// others has large errors, but along the direction. The turn is towards any of the other
// dimensions.
func (s *System) directionDoubts(centred bool, change func(row []float64)) []float64 {
	dimensions, kept := s.p-1, 1.0
	if centred {
		dimensions, kept = s.p-2, 1-1/float64(s.p)
	}
	out := make([]float64, s.n)
	row := make([]float64, s.p)
	squares := make([]float64, s.p)
	precision, largest := s.precisionOfTies(), s.largest()
	for j, v := range largest {
		e := precision.Spacing(v)
		squares[j] = e * e
	}
	for i := range out {
		copy(row, s.raw.RawRowView(i))
		change(row)
		norm := dot(row, row)
		turn := 0.0
		for j, v := range row {
			turn += squares[j] * max(0, kept-v*v/norm)
		}
		out[i] = math.Sqrt(turn / float64(max(1, dimensions)) / (2 * norm))
	}
	return out
}

// mattersOfOrder is the doubt of a value above which it is said that the order of
// dissimilarities or of neighbours is not determined.
const mattersOfOrder = 1e-3

// doubtfulOrder warns where so many dissimilarities differ by so little more than the
// rounding of the numbers that ties among them are as likely accidents.
func (d dissimilarity) doubtfulOrder(p *Pair, keepOrder bool) ([]string, error) {
	var list []string
	for _, s := range []*System{p.X, p.Y} {
		doubt, err := d.doubt(s, keepOrder && s == p.X)
		if err != nil {
			return nil, err
		}
		if doubt > mattersOfOrder {
			list = append(list, fmt.Sprintf("%s: many dissimilarities differ by little more than the rounding of its numbers, so their order is not determined, and the value only to about ±%.1g: store the numbers with more digits", s.label(), doubt))
		}
	}
	return list, nil
}

// doubt returns the Doubt of the ranking of a system, which is kept where that is not.
func (d dissimilarity) doubt(s *System, keepOrder bool) (float64, error) {
	return shared(&s.memo, orderDoubtKey{d}, func() (float64, error) {
		r, err := d.order(s, keepOrder)
		if err != nil {
			return 0, err
		}
		return r.Doubt, nil
	})
}

type orderDoubtKey struct{ dissimilarity }
