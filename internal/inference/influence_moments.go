package inference

import (
	"context"
	"math"
	"slices"

	"gonum.org/v1/gonum/mat"

	"simtool/internal/linalg"
	"simtool/internal/measures"
)

// Scores without a unit from second moments, where these suffice: the moments of the
// samples that stay are added up, never those that go subtracted, so that no digits
// cancel however much the unit weighs.

// momentPieces is the number of parts into which units are divided for the processors.
// It is the same for any number of these, so that sums are.
const momentPieces = 16

// fewSamples is the number of samples, and of them for each feature, below which the
// samples themselves are as fast.
const fewSamples = 64

// throughMoments returns the moments of all samples if scores may come from moments. They
// must give the value of the samples: near identity, and for features that depend on each
// other to within rounding, moments have fewer digits.
func (s *Subject) throughMoments(value float64) *linalg.Moments {
	f, ok := measures.AsFromMoments(s.Measure)
	n, p, q := s.Pair.Samples(), s.X.Width(), s.Y.Width()
	if !ok || f.MomentFolds() > 0 || n < fewSamples || n < p+q {
		return nil
	}
	all := make([]int, n)
	for i := range all {
		all[i] = i
	}
	m := s.momentsOf(linalg.NewMomentSum(p, q), [][]int{all})
	if v, err := s.scoreMoments(m); err != nil || !sameScore(v, value) {
		return nil
	}
	return m
}

// sameScore reports whether two values of a score are the same to some digits.
func sameScore(a, b float64) bool { return math.Abs(a-b) <= 1e-10*max(1, math.Abs(b)) }

// momentsWithout returns the scores without each group of samples from moments, nil
// where these do not do.
//
// Units are divided in halves, and in halves again. What is outside of a half are the
// samples outside of the whole and those of the other half; at the end it is all but one
// unit. So each sample is added up log₂(units) times, and moments are merged twice for
// each unit: O(n·log n·(p+q)²), without a product of n samples for each.
func (s *Subject) momentsWithout(ctx context.Context, value float64, groups [][]int) []outcome {
	if len(groups) < momentPieces || s.throughMoments(value) == nil {
		return nil
	}
	p, q := s.X.Width(), s.Y.Width()
	out := make([]outcome, len(groups))
	linalg.Parallel(momentPieces, 1, func(k, _ int) {
		lo, hi := k*len(groups)/momentPieces, (k+1)*len(groups)/momentPieces
		sum := linalg.NewMomentSum(p, q)
		outside := s.momentsOf(sum, [][]int{allBut(s.Pair.Samples(), samplesIn(groups[lo:hi]))})
		s.halve(ctx, sum, outside, groups, lo, hi, out)
	})
	if !s.confirmed(value, out, func(i int) (float64, error) { return s.refitWithout(groups[i]) }) {
		return nil
	}
	s.advance(len(groups))
	return out
}

// halve scores the data without each of the groups [lo,hi), given the moments of the
// samples of no such group.
func (s *Subject) halve(ctx context.Context, sum *linalg.MomentSum, outside *linalg.Moments, groups [][]int, lo, hi int, out []outcome) {
	if err := context.Cause(ctx); err != nil {
		for i := lo; i < hi; i++ {
			out[i].err = err
		}
		return
	}
	if hi-lo == 1 {
		out[lo].value, out[lo].err = s.scoreMoments(outside)
		return
	}
	mid := (lo + hi) / 2
	for _, half := range [][4]int{{lo, mid, mid, hi}, {mid, hi, lo, mid}} {
		all := s.momentsOf(sum, groups[half[2]:half[3]])
		all.Merge(outside)
		s.halve(ctx, sum, all, groups, half[0], half[1], out)
	}
}

// momentsWithoutFeatures returns the scores without each feature of one system, nil where
// moments do not do. The moments without a feature are those of all but its row and
// column.
func (s *Subject) momentsWithoutFeatures(ctx context.Context, value float64, side Side) []outcome {
	width := s.of(side).Width()
	all := s.throughMoments(value)
	if all == nil || width == 1 {
		return nil
	}
	out := make([]outcome, width)
	linalg.Parallel(width, 1, func(j, _ int) {
		if out[j].err = context.Cause(ctx); out[j].err == nil {
			out[j].value, out[j].err = s.scoreMoments(withoutFeature(all, side, j))
		}
	})
	if !s.confirmed(value, out, func(j int) (float64, error) { return s.refitWithoutFeature(side, j) }) {
		return nil
	}
	s.advance(width)
	return out
}

// mostChanges is the number of units whose scores are computed from samples as well.
const mostChanges = 3

// confirmed reports whether the units that change the score most, where moments could
// fail, have the scores that their samples give.
func (s *Subject) confirmed(value float64, out []outcome, refit func(i int) (float64, error)) bool {
	order := make([]int, len(out))
	for i := range order {
		order[i] = i
	}
	change := func(i int) float64 {
		if out[i].err != nil {
			return math.Inf(1)
		}
		return math.Abs(out[i].value - value)
	}
	slices.SortStableFunc(order, func(a, b int) int {
		switch ca, cb := change(a), change(b); {
		case ca > cb:
			return -1
		case ca < cb:
			return 1
		}
		return 0
	})
	for _, i := range order[:min(mostChanges, len(order))] {
		v, err := refit(i)
		if (err == nil) != (out[i].err == nil) || err == nil && !sameScore(out[i].value, v) {
			return false
		}
	}
	return true
}

// scoreMoments scores a pair of which the moments are known.
func (s *Subject) scoreMoments(m *linalg.Moments) (float64, error) {
	pair, err := measures.NewMomentPair(s.X.Source.Path, s.Y.Source.Path, &measures.Segments{
		Moments: []*linalg.Moments{m}, Bounds: []int{m.N},
		PrecisionX: s.X.Precision, PrecisionY: s.Y.Precision,
	})
	if err != nil {
		return 0, err
	}
	score, err := s.score(pair)
	return score.Value, err
}

// momentsOf returns the moments of the samples of some groups.
func (s *Subject) momentsOf(sum *linalg.MomentSum, groups [][]int) *linalg.Moments {
	p, q := s.X.Width(), s.Y.Width()
	rows := samplesIn(groups)
	m := linalg.NewMoments(p, q)
	if len(rows) == 0 {
		return m
	}
	const block = 256
	x, y := mat.NewDense(min(block, len(rows)), p, nil), mat.NewDense(min(block, len(rows)), q, nil)
	sum.Reset()
	for lo := 0; lo < len(rows); lo += block {
		part := rows[lo:min(lo+block, len(rows))]
		for k, i := range part {
			copy(x.RawRowView(k), s.X.Values[i*p:(i+1)*p])
			copy(y.RawRowView(k), s.Y.Values[i*q:(i+1)*q])
		}
		sum.Add(x.Slice(0, len(part), 0, p).(*mat.Dense), y.Slice(0, len(part), 0, q).(*mat.Dense))
	}
	sum.MomentsTo(m)
	return m
}

// samplesIn returns the samples of some groups in increasing order.
func samplesIn(groups [][]int) []int {
	all := slices.Concat(groups...)
	slices.Sort(all)
	return all
}

// withoutFeature returns the moments without a feature of one system.
func withoutFeature(m *linalg.Moments, side Side, j int) *linalg.Moments {
	out := *m
	if side == X {
		out.MeanX, out.MaxX = withoutValue(m.MeanX, j), withoutValue(m.MaxX, j)
		out.XX, out.XY = withoutLines(m.XX, j, j), withoutLines(m.XY, j, -1)
	} else {
		out.MeanY, out.MaxY = withoutValue(m.MeanY, j), withoutValue(m.MaxY, j)
		out.YY, out.XY = withoutLines(m.YY, j, j), withoutLines(m.XY, -1, j)
	}
	return &out
}

func withoutValue(v []float64, j int) []float64 { return slices.Delete(slices.Clone(v), j, j+1) }

// withoutLines returns a matrix without a row and a column; -1 is none.
func withoutLines(m *mat.Dense, row, column int) *mat.Dense {
	rows, columns := m.Dims()
	var values []float64
	for i := range rows {
		if i == row {
			continue
		}
		line := m.RawRowView(i)
		if column < 0 {
			values = append(values, line...)
			continue
		}
		values = append(append(values, line[:column]...), line[column+1:]...)
	}
	if row >= 0 {
		rows--
	}
	if column >= 0 {
		columns--
	}
	return mat.NewDense(rows, columns, values)
}
