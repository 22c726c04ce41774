package measures

import (
	"fmt"
	"slices"

	"gonum.org/v1/gonum/mat"

	"simtool/internal/data"
	"simtool/internal/linalg"
)

// FromMoments is a measure that can be scored from second moments. The card says whether
// this holds for the present parameters: a family may have others that need samples.
type FromMoments interface {
	Measure
	// MomentFolds returns the number of contiguous folds of which the measure needs the
	// moments separately, 0 if it needs those of all samples only.
	MomentFolds() int
}

// CountDependent is a measure that depends on the number of samples by itself, beside
// their centred second moments: one of covariances, which are divided by n − 1. Most
// measures do not, because such a factor cancels.
type CountDependent interface {
	FromMoments
	// CountSlope returns ∂s/∂n at fixed moments.
	CountSlope(p *Pair) (float64, error)
}

// AsFromMoments returns m as a FromMoments if it is one with its present parameters.
func AsFromMoments(m Measure) (FromMoments, bool) {
	f, ok := As[FromMoments](m)
	return f, ok && m.Card().FromMoments
}

// SegmentBounds returns the samples at which segments of n samples must end, so that
// their moments serve all of the measures that can be scored from moments.
func SegmentBounds(named []Named, n int) []int {
	lists := [][]int{{n}}
	for _, m := range named {
		if f, ok := AsFromMoments(m); ok && f.MomentFolds() > 0 && f.MomentFolds() <= n {
			lists = append(lists, data.FoldBounds(n, f.MomentFolds()))
		}
	}
	return JoinBounds(lists...)
}

// NewMomentPair returns a pair in terms of the moments of consecutive segments of its
// samples, in their order. Measures whose card says FromMoments can score it; folds must
// end where segments end.
//
// Two results are less exact without the samples than with them. Angles and distances
// of nearly identical systems have an error of about 1e-8, and a feature counts as
// dependent if its independent part is below about 1e-7 of the largest.
func NewMomentPair(nameX, nameY string, s *Segments) (*Pair, error) {
	if err := s.check(); err != nil {
		return nil, err
	}
	n := s.Bounds[len(s.Bounds)-1]
	if n < 2 {
		return nil, &data.InputError{Path: nameX, Found: fmt.Sprintf("%d sample", n), Wanted: "want at least 2"}
	}
	p, q := s.Moments[0].XY.Dims()
	x := &System{name: nameX, n: n, p: p, times: 1, precision: s.PrecisionX}
	y := &System{name: nameY, n: n, p: q, times: 1, precision: s.PrecisionY}
	return newMomentPair(x, y, s), nil
}

// check verifies that the bounds and sizes are consistent.
func (s *Segments) check() error {
	if len(s.Moments) == 0 || len(s.Moments) != len(s.Bounds) {
		return &data.InputError{Found: fmt.Sprintf("%d segments with %d bounds", len(s.Moments), len(s.Bounds)), Wanted: "want as many of both, and at least one"}
	}
	p, q := s.Moments[0].XY.Dims()
	at := 0
	for i, m := range s.Moments {
		at += m.N
		if at != s.Bounds[i] {
			return &data.InputError{Found: fmt.Sprintf("segment %d ends at sample %d", i, at), Wanted: fmt.Sprintf("want %d", s.Bounds[i])}
		}
		if a, b := m.XY.Dims(); a != p || b != q {
			return &data.InputError{Found: fmt.Sprintf("segments of %d × %d and %d × %d features", p, q, a, b), Wanted: "want the same features in each"}
		}
	}
	return nil
}

func newMomentPair(x, y *System, s *Segments) *Pair {
	all := merged(s.Moments)
	seed(&x.memo, gramKey{}, all.XX)
	seed(&y.memo, gramKey{}, all.YY)
	seed(&x.memo, largestKey{}, all.MaxX)
	seed(&y.memo, largestKey{}, all.MaxY)
	seed(&x.memo, meansKey{}, all.MeanX)
	seed(&y.memo, meansKey{}, all.MeanY)
	pair := &Pair{X: x, Y: y, segments: s}
	seed(&pair.memo, crossKey{}, all.XY)
	return pair
}

func merged(parts []*linalg.Moments) *linalg.Moments {
	p, q := parts[0].XY.Dims()
	all := linalg.NewMoments(p, q)
	for _, m := range parts {
		all.Merge(m)
	}
	return all
}

// swap exchanges the systems.
func (s *Segments) swap() *Segments {
	out := &Segments{Bounds: s.Bounds, Identical: s.Identical, PrecisionX: s.PrecisionY, PrecisionY: s.PrecisionX}
	for _, m := range s.Moments {
		out.Moments = append(out.Moments, &linalg.Moments{
			N: m.N, MeanX: m.MeanY, MeanY: m.MeanX, MaxX: m.MaxY, MaxY: m.MaxX, XX: m.YY, YY: m.XX, XY: mat.DenseCopyOf(m.XY.T()),
		})
	}
	return out
}

// checkFolds returns an UndefinedError unless a segment ends wherever one of k
// folds does.
func (s *Segments) checkFolds(k int) error {
	for _, b := range data.FoldBounds(s.Bounds[len(s.Bounds)-1], k) {
		if !slices.Contains(s.Bounds, b) {
			return undefined("%d folds have an end at sample %d, but no segment of the moments has", k, b)
		}
	}
	return nil
}

// folds merges segments into k contiguous folds.
func (s *Segments) folds(k int) *folds {
	f := &folds{}
	from := 0
	for _, end := range data.FoldBounds(s.Bounds[len(s.Bounds)-1], k) {
		to := slices.Index(s.Bounds, end) + 1
		m := merged(s.Moments[from:to])
		from = to
		p, q := m.XY.Dims()
		one := part{foldMoments: newMoments(p, q)}
		one.n = float64(m.N)
		one.mx, one.my, one.xx, one.yy, one.xy = m.MeanX, m.MeanY, diagonal(m.XX), m.YY, m.XY
		f.parts = append(f.parts, one)
	}
	return f
}
