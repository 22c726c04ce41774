package measures

import (
	"math"

	"gonum.org/v1/gonum/mat"

	"simtool/internal/linalg"
)

type heldKey struct{}

// Pairable returns an error where the samples cannot be paired in another order.
func (p *Pair) Pairable() error {
	if p.segments != nil && p.again == nil {
		return undefined("pairings need the samples themselves, but only second moments are known")
	}
	return nil
}

// held returns the samples of Y about their means, n×q, where they may be in memory.
func (p *Pair) held() (*mat.Dense, error) {
	return shared(&p.memo, heldKey{}, func() (*mat.Dense, error) {
		n, q := p.Samples(), p.Y.Width()
		if err := p.Pairable(); err != nil {
			return nil, err
		}
		if word*int64(n)*int64(q) > p.hold {
			return nil, undefined("pairings need the samples of %s in memory, which take more than a quarter of --max-memory", p.Y.label())
		}
		out := mat.NewDense(n, q, nil)
		err := p.pass(func(first int, _, y *mat.Dense) {
			out.Slice(first, first+y.RawMatrix().Rows, 0, q).(*mat.Dense).Copy(y)
		})
		return out, err
	})
}

// reorderedStream is Reordered for a pair that is read again: the moments of its segments
// with the samples of Y in another order.
func (p *Pair) reorderedStream(order []int) (*Pair, error) {
	y, err := p.held()
	if err != nil {
		return nil, err
	}
	q := p.Y.Width()
	out := &Segments{Bounds: p.segments.Bounds, PrecisionX: p.X.precision, PrecisionY: p.Y.precision}
	first := 0
	for k, m := range p.segments.Moments {
		last := p.segments.Bounds[k]
		one := &linalg.Moments{
			N: m.N, MeanX: m.MeanX, MaxX: m.MaxX, XX: m.XX, MaxY: p.Y.largest(),
			MeanY: make([]float64, q), YY: m.YY, XY: mat.NewDense(p.X.Width(), q, nil),
		}
		for _, i := range order[first:last] {
			addScaled(one.MeanY, 1/float64(m.N), y.RawRowView(i))
		}
		if len(p.segments.Moments) > 1 {
			one.YY = mat.NewDense(q, q, nil)
		}
		out.Moments = append(out.Moments, one)
		first = last
	}
	var product mat.Dense
	err = p.pass(func(start int, x, _ *mat.Dense) {
		rows := x.RawMatrix().Rows
		for k, m := range out.Moments {
			lo, hi := 0, p.segments.Bounds[k]
			if k > 0 {
				lo = p.segments.Bounds[k-1]
			}
			lo, hi = max(lo, start), min(hi, start+rows)
			if lo >= hi {
				continue
			}
			of := mat.NewDense(hi-lo, q, nil)
			for i := lo; i < hi; i++ {
				to := of.RawRowView(i - lo)
				copy(to, y.RawRowView(order[i]))
				addScaled(to, -1, m.MeanY)
			}
			own := x.Slice(lo-start, hi-start, 0, p.X.Width()).(*mat.Dense)
			product.Reset()
			product.Mul(own.T(), of)
			m.XY.Add(m.XY, &product)
			if len(out.Moments) > 1 {
				m.YY.Add(m.YY, linalg.Gram(of))
			}
		}
	})
	if err != nil {
		return nil, err
	}
	side := func(s *System) *System {
		return &System{name: s.name, n: s.n, p: s.p, times: s.times, precision: s.precision}
	}
	return newMomentPair(side(p.X), side(p.Y), out), nil
}

// longestUnit bounds the samples of a unit whose kernel matrix is formed, and unitsAtOnce
// the numbers of the units that are in memory together.
const longestUnit, unitsAtOnce = 4096, 1 << 23

// unitNullOf is unitNull for matrices of systems, or, where samples are read again, for
// maps of their features; nil stands for the features themselves.
func (p *Pair) unitNullOf(u *Units, x, y *mat.Dense) (float64, bool) {
	if p.segments == nil {
		return unitNull(u, x, y)
	}
	count, each, ok := u.wholeUnits()
	if !ok || count < 2 || p.again == nil || each > longestUnit {
		return 0, false
	}
	place := make([]int, u.n)
	of := make([]int, u.n)
	for g, rows := range u.Rows {
		for t, i := range rows {
			of[i], place[i] = g, t
		}
	}
	mapped := func(z, by *mat.Dense) *mat.Dense {
		if by == nil {
			return z
		}
		var out mat.Dense
		out.Mul(z, by)
		return &out
	}
	width := func(s *System, by *mat.Dense) int {
		if by == nil {
			return s.Width()
		}
		return by.RawMatrix().Cols
	}
	a, b := width(p.X, x), width(p.Y, y)
	sumX, sumY := mat.NewDense(each, a, nil), mat.NewDense(each, b, nil)
	if p.pass(func(first int, zx, zy *mat.Dense) {
		zx, zy = mapped(zx, x), mapped(zy, y)
		for r := range zx.RawMatrix().Rows {
			addScaled(sumX.RawRowView(place[first+r]), 1, zx.RawRowView(r))
			addScaled(sumY.RawRowView(place[first+r]), 1, zy.RawRowView(r))
		}
	}) != nil {
		return 0, false
	}
	kernelX, kernelY := mat.NewDense(each, each, nil), mat.NewDense(each, each, nil)
	left, right := 0.0, 0.0
	atOnce := max(1, unitsAtOnce/(each*(a+b)))
	for from := 0; from < count; from += atOnce {
		to := min(from+atOnce, count)
		xs, ys := make([]*mat.Dense, to-from), make([]*mat.Dense, to-from)
		for g := range xs {
			xs[g], ys[g] = mat.NewDense(each, a, nil), mat.NewDense(each, b, nil)
		}
		if p.pass(func(first int, zx, zy *mat.Dense) {
			zx, zy = mapped(zx, x), mapped(zy, y)
			for r := range zx.RawMatrix().Rows {
				if g := of[first+r]; g >= from && g < to {
					copy(xs[g-from].RawRowView(place[first+r]), zx.RawRowView(r))
					copy(ys[g-from].RawRowView(place[first+r]), zy.RawRowView(r))
				}
			}
		}) != nil {
			return 0, false
		}
		for g := range xs {
			kernelX.Add(kernelX, linalg.OuterGram(xs[g]))
			kernelY.Add(kernelY, linalg.OuterGram(ys[g]))
			left += sumSquares(linalg.CrossGram(xs[g], sumY))
			right += sumSquares(linalg.CrossGram(sumX, ys[g]))
		}
	}
	return unitMean(float64(count), linalg.Dot(kernelX, kernelY), sumSquares(linalg.CrossGram(sumX, sumY)), left, right), true
}

// unitMean puts the terms of unitNull together.
func unitMean(c, own, total, left, right float64) float64 {
	return own/c + (total-left-right+own)/(c*(c-1))
}

// smoothing returns (2S − SBS)^½ as a map of the features, S = (B+λI)⁻¹.
func (s *System) smoothing(lambda float64) (*mat.Dense, error) {
	values, vectors, err := linalg.EigSym(s.gram())
	if err != nil {
		return nil, err
	}
	for j, b := range values {
		b = max(0, b)
		values[j] = math.Sqrt(b+2*lambda) / (b + lambda)
	}
	scaleColumns(vectors, values)
	return vectors, nil
}
