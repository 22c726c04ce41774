package measures

import (
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/mat"

	"simtool/internal/data"
	"simtool/internal/linalg"
)

// System is one side of a comparison: the responses of a brain or a model to n
// samples, n×p. It computes each of its quantities once, when a measure first needs it,
// and is safe for concurrent use. It borrows its data, which must not change while the
// System is in use.
type System struct {
	memo
	name  string
	n, p  int
	raw   *mat.Dense // nil when only moments are known
	times int        // time bins of 3-d data, whose samples run time by time; else 1

	// conditionOf holds the condition of each sample of 3-d data of which some samples
	// are left out, nil otherwise. Then times is 1.
	conditionOf []int

	precision data.Precision // of the numbers in the source

	twin *twin // the system that this one is in another order; nil for others
}

// NewSystem returns the system of a dataset, which it borrows. A 3-d dataset has T·C
// samples. It refuses fewer than two samples, and values that are not finite.
func NewSystem(d *data.Dataset) (*System, error) {
	if n := d.Samples(); n < 2 {
		return nil, &data.InputError{Path: d.Source.Path, Found: fmt.Sprintf("%d sample", n), Wanted: "want at least 2"}
	}
	s := &System{name: d.Source.Path, n: d.Samples(), p: d.Width(), raw: d.Matrix(), times: 1, precision: d.Precision}
	// Nearly every measure needs the means. They are not finite if a value is not.
	if !s.centredPanels().Finite() {
		if err := d.CheckFinite(); err != nil {
			return nil, err
		}
	}
	if d.Is3D() {
		s.times = d.Shape[0]
	}
	s.conditionOf = d.ConditionOf
	return s, nil
}

// Samples returns n.
func (s *System) Samples() int { return s.n }

// Width returns p.
func (s *System) Width() int { return s.p }

// momentsOnly reports whether only the moments of the samples are known.
func (s *System) momentsOnly() bool { return s.raw == nil }

type (
	centredPanelsKey struct{}
	centredKey       struct{}
	compactKey       struct{}
	outerKey         struct{}
	gramKey          struct{}
	columnSquaresKey struct{}
	rowNormKey       struct{}
	magnitudeKey     struct{}
)

// centredPanels returns Xc, the n×p data without their column means, in a form that
// computes products panel by panel and does not store Xc.
func (s *System) centredPanels() *linalg.Centered {
	return always(&s.memo, centredPanelsKey{}, func() *linalg.Centered { return linalg.NewCentered(s.raw) })
}

// centred returns Xc.
func (s *System) centred() *mat.Dense {
	return always(&s.memo, centredKey{}, s.centredPanels().Dense)
}

// slim reports whether there are no more features than samples.
func (s *System) slim() bool { return s.p <= s.n }

// compactWidth returns the number of columns of the compact matrix.
func (s *System) compactWidth() int {
	if s.slim() {
		return s.p
	}
	return s.n - 1
}

// outer returns K = XcXcᵀ, n×n.
func (s *System) outer() *mat.Dense {
	return always(&s.memo, outerKey{}, func() *mat.Dense {
		switch {
		case s.twin != nil:
			return s.twin.both(s.twin.of.outer())
		default:
			return s.centredPanels().OuterGram()
		}
	})
}

// compact returns Z with ZZᵀ = XcXcᵀ: Xc itself when p ≤ n, and otherwise an
// n×(n−1) matrix, which is Xc in an orthonormal basis of its rows. These add up to 0, so
// that there are no more than n−1 of them. A measure that is invariant to rotations of the
// features may use Z in place of Xc, so that no matrix is larger than the number of
// samples.
func (s *System) compact() *mat.Dense {
	return always(&s.memo, compactKey{}, func() *mat.Dense {
		switch {
		case s.slim():
			return s.centred()
		case s.twin != nil:
			return s.twin.rows(s.twin.of.compact())
		default:
			return s.centredPanels().RowFactor(s.outer())
		}
	})
}

// gram returns ZᵀZ of the compact matrix: A = XcᵀXc when p ≤ n.
func (s *System) gram() *mat.Dense {
	if s.twin != nil {
		return s.twin.of.gram()
	}
	return always(&s.memo, gramKey{}, func() *mat.Dense {
		if s.slim() {
			return s.centredPanels().Gram()
		}
		return linalg.Gram(s.compact())
	})
}

// columnSquares returns the squared norms of the columns of Xc, the diagonal of
// XcᵀXc.
func (s *System) columnSquares() []float64 {
	if s.twin != nil {
		return s.twin.of.columnSquares()
	}
	return always(&s.memo, columnSquaresKey{}, func() []float64 {
		if s.momentsOnly() {
			return diagonal(s.gram())
		}
		return s.centredPanels().ColumnSquares()
	})
}

// trace returns ‖Xc‖² = tr A.
func (s *System) trace() float64 { return sum(s.columnSquares()) }

// compactTrace is the trace for those who need the compact matrix: with more features than
// samples that of XcXcᵀ, which there is already.
func (s *System) compactTrace() float64 {
	if s.slim() || s.momentsOnly() {
		return s.trace()
	}
	return mat.Trace(s.outer())
}

// rowNorms returns the squared norms of the rows of Xc, the diagonal of Kx.
func (s *System) rowNorms() []float64 {
	return always(&s.memo, rowNormKey{}, s.centredPanels().RowSquares)
}

// varies returns an UndefinedError if all samples of the system are equal, or so nearly
// equal that their variance underflows.
func (s *System) varies() error {
	if err := s.inRange(); err != nil {
		return err
	}
	if s.differs() || s.trace() > 0 {
		return nil
	}
	return undefined("%s is constant: every sample has the same values, so it has no similarity to anything", s.label())
}

// The fourth powers of data whose sum of squares lies outside these bounds overflow or
// underflow, which would give wrong scores.
const smallestSquares, largestSquares = 1e-100, 1e100

// inRange returns an UndefinedError for data of a magnitude at which products of four
// values overflow or underflow.
func (s *System) inRange() error {
	_, err := shared(&s.memo, magnitudeKey{}, func() (struct{}, error) {
		var squares float64
		if s.momentsOnly() {
			squares = s.trace()
		} else {
			squares = linalg.Dot(s.raw, s.raw)
		}
		switch {
		case !(squares <= largestSquares):
			return struct{}{}, undefined("%s: the values are so large that their products overflow: divide them by a constant", s.label())
		case squares < smallestSquares && !s.zero():
			return struct{}{}, undefined("%s: the values are so small that their products vanish: multiply them by a constant", s.label())
		}
		return struct{}{}, nil
	})
	return err
}

// zero reports whether every value is 0.
func (s *System) zero() bool {
	if s.momentsOnly() {
		return s.trace() == 0
	}
	return !slices.ContainsFunc(s.raw.RawMatrix().Data, func(v float64) bool { return v != 0 })
}

// differs reports whether a sample is so far from the first that the variance cannot
// underflow. Mostly this is the second sample.
func (s *System) differs() bool {
	const far = 1e-150 // its square does not underflow
	if s.momentsOnly() {
		return false
	}
	first := s.raw.RawRowView(0)
	for i := 1; i < s.Samples(); i++ {
		for j, v := range s.raw.RawRowView(i) {
			if math.Abs(v-first[j]) > far {
				return true
			}
		}
	}
	return false
}

// enough returns an UndefinedError unless the system has at least n samples
// and varies.
func (s *System) enough(n int) error {
	if got := s.Samples(); got < n {
		return undefined("%d samples, but this measure needs at least %d", got, n)
	}
	return s.varies()
}

func (s *System) label() string {
	if s.name == "" {
		return "a system"
	}
	return s.name
}
