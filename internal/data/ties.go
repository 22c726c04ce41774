package data

import "math"

// TieMargin is the largest difference of two dissimilarities that are equal in
// mathematics over the typical error of rounding one of them. Numbers that were computed
// in the precision in which they are stored have the errors of some operations; numbers
// that were written as text have been rounded once.
func (p Precision) TieMargin() float64 {
	switch {
	case p.Stored == Decimal && p.Eps() > 0x1p-40:
		return 2
	case p.Stored == Float16: // computed in float32, and rounded when stored
		return 4
	}
	return 8
}

// FewDigits reports whether numbers were read from text that is far coarser than their
// computation.
func (p Precision) FewDigits() bool { return p.Stored == Decimal && p.Eps() > 1e-7 }

// DistanceDoubt returns the largest difference of two equal Euclidean distances between
// samples that the rounding of their numbers makes, from the largest magnitude of each
// feature and the sum of its squares about its mean. An error e of a sample changes its
// distance in direction u by u·e. On average over the pairs of samples, u² is the share of
// each feature in the variance, so features count with that share: one that is constant
// does not matter, however large it is.
func (p Precision) DistanceDoubt(largest, squares []float64) float64 {
	weighted, total := 0.0, 0.0
	for j, v := range squares {
		r := p.Spacing(largest[j])
		weighted += v * r * r
		total += v
	}
	if !(weighted > 0) {
		return 0
	}
	return p.TieMargin() * math.Sqrt(weighted/total)
}

// coarsest is the doubt of text, in relation to the typical distance, up to which
// distances tie by it. Coarser text, such as levels and ratings, counts as exact: its
// distances are as far apart as its last digits, and most of them would tie.
const coarsest = 1e-3

// OfTies returns the precision by which distances between n samples with the given values
// tie. Counts and levels that a narrow type holds exactly have exact distances. values may
// be nil where they are not known.
func (p Precision) OfTies(values, largest, squares []float64, n int) Precision {
	switch {
	case p.FewDigits():
		total := 0.0
		for _, v := range squares {
			total += v
		}
		if p.DistanceDoubt(largest, squares) > coarsest*math.Sqrt(2*total/float64(n)) {
			return Precision{}
		}
	case values != nil && p.Exact(values):
		return Precision{}
	}
	return p
}
