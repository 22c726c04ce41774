package measures

import (
	"math"

	"gonum.org/v1/gonum/mat"
)

// NullMean is a measure whose expected value under random pairings of the samples is
// known without drawing any.
type NullMean interface {
	Measure
	// NullMean returns the mean of the score over all pairings of the samples of X
	// with those of Y, or of whole units where units is not nil. ok is false where it
	// is not known for the present parameters or units.
	NullMean(p *Pair, units *Units) (mean float64, ok bool, err error)
}

// Reordered returns the pair in which sample i of X has sample order[i] of Y. What the
// order does not change of Y is not computed again, and what it only moves is moved.
func (p *Pair) Reordered(order []int) (*Pair, error) {
	if p.segments != nil {
		return p.reorderedStream(order)
	}
	y := p.Y
	out := &System{
		name: y.name, n: y.n, p: y.p, raw: rowsOf(y.raw, order), times: y.times, conditionOf: y.conditionOf, precision: y.precision,
		twin: &twin{y, order},
	}
	return &Pair{X: p.X, Y: out, groups: p.groups}, nil
}

// twin is a system with the same samples in another order: sample i is order[i] of it.
type twin struct {
	of    *System
	order []int
}

// rows returns the rows of a matrix of the twin in the order of the system.
func (t *twin) rows(m *mat.Dense) *mat.Dense { return rowsOf(m, t.order) }

// both returns the rows and columns of a matrix of pairs of samples in the order of the
// system.
func (t *twin) both(k *mat.Dense) *mat.Dense {
	out := mat.NewDense(len(t.order), len(t.order), nil)
	for i, from := range t.order {
		row, own := out.RawRowView(i), k.RawRowView(from)
		for j, at := range t.order {
			row[j] = own[at]
		}
	}
	return out
}

// Dims returns the sizes of the pair.
func (p *Pair) Dims() Dims {
	return Dims{N: int64(p.X.n), P: int64(p.X.p), Q: int64(p.Y.p), Times: int64(p.X.times)}
}

// Autocorrelation returns the first lag at which the autocorrelation of consecutive
// samples is below a bound in one of the systems:
//
//	r(L) = mean x_i·x_{i+L}/mean ‖x_i‖²
//
// of the centred samples, and n/8+1 where it is above at all lags up to n/8. ok is false
// where only moments are known.
func (p *Pair) Autocorrelation(bound float64) (lag int, ok bool) {
	most := p.Samples() / longestShare
	if p.segments != nil {
		if p.again == nil {
			return 0, false
		}
		return p.streamedLag(bound, most)
	}
	for lag = 1; lag <= most; lag++ {
		if p.X.laggedBelow(lag, bound) || p.Y.laggedBelow(lag, bound) {
			return lag, true
		}
	}
	return most + 1, true
}

// longestShare is the share of the samples beyond which no lag is looked at: with fewer
// than four blocks of twice such a lag there is no interval.
const longestShare = 8

type gramSizeKey struct{}

// gramSize is gramSquares but for rounding, where that decides nothing: what forms the
// kernel matrix of a system sets it, so that no other is formed.
func (s *System) gramSize() float64 { return always(&s.memo, gramSizeKey{}, s.gramSquares) }

// NeighboursAlike reports whether consecutive samples are alike in both systems beyond
// chance: whether the autocorrelation at lag 1 is above two standard deviations of what
// it is if samples are in random order, √(tr A²/(n−1))/tr A. Of few samples with few
// features it is often above 0.1 without a reason.
func (p *Pair) NeighboursAlike() bool {
	var streamed serial
	if p.segments != nil {
		var err error
		if p.again == nil {
			return true
		}
		if streamed, err = p.serial(fewLags); err != nil {
			return true
		}
	}
	for k, s := range []*System{p.X, p.Y} {
		chance := math.Sqrt(s.gramSize()/float64(s.n-1)) / s.trace()
		if p.segments != nil {
			if !([]serialSums{streamed.x, streamed.y}[k].correlation(1) >= 2*chance) {
				return false
			}
			continue
		}
		if s.laggedBelow(1, 2*chance) {
			return false
		}
	}
	return true
}

type laggedKey struct{ lag int }

// laggedBelow reports whether the autocorrelation at a lag is below a bound.
func (s *System) laggedBelow(lag int, bound float64) bool {
	return !(s.lagged(lag)/float64(s.n-lag) >= bound*s.lagged(0)/float64(s.n))
}

// fewCentredLags is the lag up to which rows are centred anew for each lag: data whose neighbours
// are not alike, which most are, need no centred copy then.
const fewCentredLags = 4

// lagged returns Σ_i z_i·z_{i+lag} of the compact rows.
func (s *System) lagged(lag int) float64 {
	return always(&s.memo, laggedKey{lag}, func() float64 {
		sum := 0.0
		if s.slim() && lag <= fewCentredLags {
			const rows = 256
			c := s.centredPanels()
			x, y := mat.NewDense(rows, s.p, nil), mat.NewDense(rows, s.p, nil)
			for lo := 0; lo < s.n-lag; lo += rows {
				m := min(rows, s.n-lag-lo)
				c.RowsTo(x.Slice(0, m, 0, s.p).(*mat.Dense), lo)
				c.RowsTo(y.Slice(0, m, 0, s.p).(*mat.Dense), lo+lag)
				for i := range m {
					sum += longDot(x.RawRowView(i), y.RawRowView(i))
				}
			}
			return sum
		}
		x := s.compact()
		for i := range s.n - lag {
			sum += longDot(x.RawRowView(i), x.RawRowView(i+lag))
		}
		return sum
	})
}

// Costed is a measure that counts the multiplications of its score.
type Costed interface {
	Measure
	// ScoreFlops returns their number for a pair of such sizes.
	ScoreFlops(d Dims) float64
}

// ScoreFlops counts the multiplications of a score, roughly: those of a measure that
// does not say are n(p+q)²/2 of moments.
func ScoreFlops(m Measure, d Dims) float64 {
	if c, ok := As[Costed](m); ok {
		return c.ScoreFlops(d)
	}
	p, q := d.compact()
	return float64(d.N) * float64(p+q) * float64(p+q) / 2
}

// cosineNull returns trK·trL/((n−1)‖K‖‖L‖), the mean of the cosine of centred kernel
// matrices over all pairings of the samples.
func cosineNull(n int, traceX, traceY, normX, normY float64) float64 {
	return traceX / normX * (traceY / normY) / float64(n-1)
}

// wholeUnits returns the number of units and the samples of each, and whether all have as
// many, so that they can be exchanged.
func (u *Units) wholeUnits() (count, each int, ok bool) {
	each = len(u.Rows[0])
	for _, rows := range u.Rows {
		if len(rows) != each {
			return 0, 0, false
		}
	}
	return len(u.Rows), each, true
}
