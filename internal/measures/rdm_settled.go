package measures

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/mat"

	"simtool/internal/linalg"
)

// surelyRead is the difference of two dissimilarities, in relation to the largest, that
// the rounding of numbers may make without a reader of the matrix taking equal ones for
// different: a tenth of what float64 is allowed (see dissimilarity.allowance).
const surelyRead = 1e-11

// SettledRDM is RDM for a file, which does not say how precise the data were:
// dissimilarities that are equal but for the rounding of these, as they tie in a
// comparison of ranks, become one number, their mean. Where the digits of the data leave
// too much of the order open to tell equal ones from others, they stay as they are, and a
// warning says so.
func SettledRDM(s *System, spec string) (m *mat.Dense, warnings []string, err error) {
	d, err := parseRDM(spec)
	if err != nil {
		return nil, nil, err
	}
	values, err := d.condensed(s)
	if err != nil {
		return nil, nil, err
	}
	if coarse, err := d.coarse(s); err != nil {
		return nil, nil, err
	} else if coarse {
		values = slices.Clone(values)
		if doubt, err := d.settle(s, values); err != nil {
			return nil, nil, err
		} else if doubt > mattersOfOrder {
			warnings = []string{openOrder(s, doubt)}
		}
	}
	return square(values, d.items(s)), warnings, nil
}

// openOrder warns that the digits of the data leave the order of dissimilarities open.
func openOrder(s *System, doubt float64) string {
	return fmt.Sprintf("%s: many dissimilarities differ by little more than the rounding of its numbers, so ranks of this matrix are determined only to about ±%.1g of their correlation", s.label(), doubt)
}

// coarse reports whether rounding of the data may make equal dissimilarities differ by so
// much that a reader of the matrix takes them for different.
func (d dissimilarity) coarse(s *System) (bool, error) {
	switch d.kind {
	case rdmCorrelation, rdmCosine, rdmMahalanobis:
		doubt, err := d.embeddedDoubt(s)
		return doubt > surelyRead, err
	case rdmSqEuclidean, rdmEuclidean, rdmManhattan, rdmGaussian:
		typical := math.Sqrt(2 * s.trace() / float64(s.n))
		return s.doubt() > surelyRead*typical, nil
	}
	return s.precision.Eps() > surelyRead, nil
}

// settle replaces dissimilarities that tie by their mean, unless the doubt of their order
// that it returns matters. Of many values, where it is not known, it settles those that
// are nearly equal.
func (d dissimilarity) settle(s *System, values []float64) (doubt float64, err error) {
	r, err := d.order(s, true)
	if undefined := (*UndefinedError)(nil); errors.As(err, &undefined) {
		return 0, nil // all are equal, of which every comparison says so
	}
	if err != nil {
		return 0, err
	}
	if r.Doubt > mattersOfOrder {
		return r.Doubt, nil
	}
	meanOfTies(values, r, widestTie(values))
	return 0, nil
}

// widestTie is the difference of ties up to which they are settled. That of many values,
// whose doubt is not known, is small.
func widestTie(values []float64) float64 {
	const nearly = 1e-5
	if len(values) > linalg.MostDoubted {
		return nearly * slices.Max(values)
	}
	return math.Inf(1)
}

// meanOfTies replaces values that tie by their mean, where they differ by no more than
// widest.
func meanOfTies(values []float64, r *linalg.Ranking, widest float64) {
	for lo := 0; lo < len(r.Order); {
		hi, total := lo, 0.0
		least, most := math.Inf(1), math.Inf(-1)
		for hi < len(r.Order) && r.Twice[r.Order[hi]] == r.Twice[r.Order[lo]] {
			v := values[r.Order[hi]]
			least, most = min(least, v), max(most, v)
			total += v
			hi++
		}
		if most > least && most-least <= widest {
			for _, i := range r.Order[lo:hi] {
				values[i] = total / float64(hi-lo)
			}
		}
		lo = hi
	}
}
