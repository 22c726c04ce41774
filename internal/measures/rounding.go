package measures

import (
	"errors"
	"math"
	"slices"

	"gonum.org/v1/gonum/mat"

	"simtool/internal/data"
	"simtool/internal/linalg"
)

// What a system can tell from rounding. Its numbers were rounded when they were stored,
// to float32 perhaps, and an offset takes digits from whatever varies around it: what is
// left of a constant feature, or of a linear combination of features that is constant,
// is noise, which whitening would blow up to the size of a signal. Rank, constancy and
// components of all measures have the one tolerance that is declared here,
// spacing·√n of the numbers of a feature at its largest magnitude.

type (
	largestKey  struct{}
	roundingKey struct{}
)

// largest returns the largest magnitude of each feature, before centring.
func (s *System) largest() []float64 {
	if s.twin != nil {
		return s.twin.of.largest()
	}
	return always(&s.memo, largestKey{}, func() []float64 {
		out := make([]float64, s.p)
		if s.momentsOnly() {
			return out
		}
		linalg.RaiseMagnitudes(out, s.raw)
		return out
	})
}

// rounding returns for each feature the norm that the rounding of its numbers can give
// its column of Xc, ε·max|x_j|·√n with the ε of the source. A feature whose centred
// column is no longer than that is constant as far as the data tell. So is a feature
// whose numbers are as small as the rounding of the others, like the last principal
// components of data of lower rank: it may have been computed from them.
func (s *System) rounding() []float64 {
	return always(&s.memo, roundingKey{}, func() []float64 {
		out := make([]float64, s.p)
		largest := s.largest()
		residue := s.residue(slices.Max(largest))
		root := math.Sqrt(float64(s.n))
		written := s.precision.FewDigits()
		var squares []float64
		if written {
			squares = s.columnSquares()
		}
		for j, v := range largest {
			out[j] = s.precision.Spacing(v) * root
			if v <= residue {
				out[j] = v * root * math.Sqrt(float64(s.p))
			}
			if written {
				out[j] = min(out[j], writtenShare*math.Sqrt(squares[j]))
			}
		}
		return out
	})
}

// writtenShare is the largest share of its norm that rounding counts for in a feature that
// was written with few digits, so that it is a dimension by itself.
const writtenShare = 0.25

// residue bounds what computing features from others of the given magnitude, in the
// precision in which they are stored, leaves where mathematics has 0.
func (s *System) residue(largest float64) float64 {
	unit := epsilon
	if s.precision.Stored == data.Float32 || s.precision.Stored == data.Float16 {
		unit = 0x1p-23
	}
	return operations(s.p) * unit * largest
}

// Dimensions returns the number of dimensions of data about their means, n×p, that the
// rounding of their numbers does not explain, as they are stored: the rank by which all
// measures go. It is 0 for data that are constant but for rounding. The error is that of
// NewSystem, or that of a decomposition.
func Dimensions(d *data.Dataset) (int, error) {
	s, err := NewSystem(d)
	if err != nil {
		return 0, err
	}
	r, err := s.rank()
	if undefined := (*UndefinedError)(nil); errors.As(err, &undefined) {
		return 0, nil
	}
	return r, err
}

// equilibrate divides the columns of a centred matrix, which it overwrites, by what
// rounding can give them, so that all have noise of one size: whatever the units and the
// offsets of the features, a direction whose singular value dimensions does not count
// may be noise. Features of zeros stay so. It returns the factors, one for each column.
func (s *System) equilibrate(xc *mat.Dense) []float64 {
	factors := make([]float64, s.p)
	for j, r := range s.rounding() {
		if r > 0 {
			factors[j] = 1 / r
		}
	}
	scaleColumns(xc, factors)
	return factors
}

// dimensions returns the numerical rank of n samples of p features by the descending
// singular values of the equilibrated matrix. The noise has entries of at most ½/√n, and
// of a third of that on average, so that its largest singular value is below
// √max(1,p/n) (Davidson and Szarek 2001). Computing the values adds an error of
// max(n,p)·2⁻⁵² of the largest.
func dimensions(values []float64, n, p int) int {
	if len(values) == 0 {
		return 0
	}
	size := float64(max(n, p))
	cut := max(values[0]*size*epsilon, math.Sqrt(size/float64(n)))
	r := 0
	for r < len(values) && values[r] > cut {
		r++
	}
	return r
}
