package measures

import (
	"gonum.org/v1/gonum/mat"

	"simtool/internal/linalg"
)

// Reread reads the samples of a streamed pair once more, in their order: do gets the rows
// of both systems from sample first on. It may write to them, but must not keep them.
type Reread func(do func(first int, x, y *mat.Dense) error) error

// ReadBlocks calls do with all samples of two sources, block by block. do may write to
// them.
func ReadBlocks(x, y RowSource, do func(first int, x, y *mat.Dense) error) error {
	p, q := x.Width(), y.Width()
	rows, pieces := blockShape(p, q)
	rows = min(rows*pieces, x.Samples())
	xs, ys := make([]float64, rows*p), make([]float64, rows*q)
	var bx, by RowBlock
	for first := 0; first < x.Samples(); first += rows {
		n := min(rows, x.Samples()-first)
		var err error
		if bx, err = x.Next(n, bx); err != nil {
			return err
		}
		if by, err = y.Next(n, by); err != nil {
			return err
		}
		bx.Decode(xs[:n*p])
		by.Decode(ys[:n*q])
		if err := do(first, mat.NewDense(n, p, xs[:n*p]), mat.NewDense(n, q, ys[:n*q])); err != nil {
			return err
		}
	}
	return nil
}

// NewStreamedPair is NewMomentPair for systems whose samples can be read again, so that
// what moments do not tell of them is known as well: which consecutive samples are
// alike, and the moments of any units. The shapes are those of the data: the samples of
// 3-d data run time by time. Random pairings take the samples of Y in memory, if these are
// at most hold bytes.
func NewStreamedPair(nameX, nameY string, s *Segments, shapeX, shapeY []int, again Reread, hold int64) (*Pair, error) {
	p, err := NewMomentPair(nameX, nameY, s)
	if err != nil {
		return nil, err
	}
	for s, shape := range map[*System][]int{p.X: shapeX, p.Y: shapeY} {
		if len(shape) == 3 {
			s.times = shape[0]
		}
	}
	p.again, p.hold = again, hold
	return p, nil
}

// swap exchanges the systems.
func (r Reread) swap() Reread {
	if r == nil {
		return nil
	}
	return func(do func(first int, x, y *mat.Dense) error) error {
		return r(func(first int, x, y *mat.Dense) error { return do(first, y, x) })
	}
}

// meansKey is that of the means of a system of which only moments are known.
type meansKey struct{}

// pass calls do with the samples about the means of all, block by block.
func (p *Pair) pass(do func(first int, x, y *mat.Dense)) error {
	mx := always(&p.X.memo, meansKey{}, func() []float64 { return nil })
	my := always(&p.Y.memo, meansKey{}, func() []float64 { return nil })
	return p.again(func(first int, x, y *mat.Dense) error {
		subtractMeans(x, mx)
		subtractMeans(y, my)
		do(first, x, y)
		return nil
	})
}

// serial holds what one pass tells of each system: the squared norms of the samples, and
// Σ x_i·x_{i+L} for the first lags.
type serial struct{ x, y serialSums }

type serialSums struct{ norms, lagged []float64 }

type serialKey struct{ lags int }

// serial returns the sums for lags up to a number.
func (p *Pair) serial(lags int) (serial, error) {
	return shared(&p.memo, serialKey{lags}, func() (serial, error) {
		n := p.Samples()
		var out serial
		sides := []*serialSums{&out.x, &out.y}
		before := make([]*mat.Dense, 2) // ring buffers of the last samples
		for k, s := range []*System{p.X, p.Y} {
			*sides[k] = serialSums{make([]float64, n), make([]float64, lags+1)}
			before[k] = mat.NewDense(lags, s.Width(), nil)
		}
		err := p.pass(func(first int, x, y *mat.Dense) {
			for k, m := range []*mat.Dense{x, y} {
				for r := range m.RawMatrix().Rows {
					i, row := first+r, m.RawRowView(r)
					sides[k].norms[i] = longDot(row, row)
					for lag := 1; lag <= min(lags, i); lag++ {
						sides[k].lagged[lag] += longDot(row, before[k].RawRowView((i-lag)%lags))
					}
					copy(before[k].RawRowView(i%lags), row)
				}
			}
		})
		return out, err
	})
}

// fewLags is the number of lags of the first pass. Most data need no more.
const fewLags = 8

// correlation returns the autocorrelation at a lag.
func (s serialSums) correlation(lag int) float64 {
	n := len(s.norms)
	return s.lagged[lag] / float64(n-lag) * float64(n) / sum(s.norms)
}

// streamedLag is Autocorrelation for samples that are read again, once for the first
// lags and once for each eight times as many.
func (p *Pair) streamedLag(bound float64, most int) (lag int, ok bool) {
	tried := 0
	for lags := fewLags; ; lags *= 8 {
		s, err := p.serial(lags)
		if err != nil {
			return 0, false
		}
		for lag := tried + 1; lag <= min(lags, most); lag++ {
			if !(s.x.correlation(lag) >= bound) || !(s.y.correlation(lag) >= bound) {
				return lag, true
			}
		}
		if tried = lags; lags >= most {
			return most + 1, true
		}
	}
}

// unitSamples calls do with the samples of each unit from first to before last, about the
// means of all, as far as they stand in one block.
func (p *Pair) unitSamples(u *Units, first, last int, do func(g int, x, y *mat.Dense)) error {
	of := make([]int, u.n)
	for g, rows := range u.Rows {
		for _, i := range rows {
			of[i] = g
		}
	}
	return p.pass(func(start int, x, y *mat.Dense) {
		rows := make([][]int, last-first)
		for r := range x.RawMatrix().Rows {
			if g := of[start+r]; g >= first && g < last {
				rows[g-first] = append(rows[g-first], r)
			}
		}
		for k, at := range rows {
			if at != nil {
				do(first+k, rowsOf(x, at), rowsOf(y, at))
			}
		}
	})
}

// readUnits returns the moments of units [first, last) from one more pass.
func (p *Pair) readUnits(u *Units, first, last int) ([]*unitMoments, error) {
	out := make([]*unitMoments, last-first)
	err := p.unitSamples(u, first, last, func(g int, x, y *mat.Dense) {
		all := make([]int, x.RawMatrix().Rows)
		for i := range all {
			all[i] = i
		}
		m := momentsOfRows(x, y, all, wanted{xx: true, yy: true})
		if out[g-first] == nil {
			out[g-first] = m
		} else {
			out[g-first].merge(m)
		}
	})
	return out, err
}

// eachUnit calls do with the moments of each unit, in their order. It reads the samples
// again for every few units, so that no more are in memory.
func (p *Pair) eachUnit(u *Units, do func(g int, m *unitMoments)) error {
	if p.again == nil || u.Count() <= storedUnits {
		units, err := p.unitMoments(u, wanted{xx: true, yy: true})
		for g, m := range units {
			do(g, m)
		}
		return err
	}
	for first := 0; first < u.Count(); first += storedUnits {
		last := min(first+storedUnits, u.Count())
		units, err := p.readUnits(u, first, last)
		if err != nil {
			return err
		}
		for k, m := range units {
			do(first+k, m)
		}
	}
	return nil
}

// momentSide is a system in terms of the moments of its units: S_k·S_g of their sums, and
// the traces of their squares.
type momentSide struct {
	sums   *mat.Dense // S_g about the mean of all
	gram   *mat.Dense
	traces []float64
}

// momentProduct holds of two sides ‖C_g‖², ⟨C,C_g⟩ and (S_a)ᵀC_gT_b for a, b in {g, k}.
type momentProduct struct {
	own, with, gg []float64
	kk, kg, gk    *mat.Dense // row g, column k
	whole         *mat.Dense // C
	left, right   *momentSide
}

// momentHSICs is unitHSIC from the moments of units.
func (p *Pair) momentHSICs(u *Units) (h unitHSICs, err error) {
	x, y, err := p.momentSides(u)
	if err != nil {
		return h, err
	}
	xy := newMomentProduct(u, p.cross(), x, y)
	xx := newMomentProduct(u, p.X.gram(), x, x)
	yy := newMomentProduct(u, p.Y.gram(), y, y)
	if err := p.eachUnit(u, func(g int, m *unitMoments) {
		xy.add(g, m.n, m.xy)
		xx.add(g, m.n, m.xx)
		yy.add(g, m.n, m.yy)
	}); err != nil {
		return h, err
	}
	return unitHSICs{xy.sum(u), xx.sum(u), yy.sum(u)}, nil
}

type momentSidesKey struct{ units *Units }

// momentSides returns both systems in terms of their units.
func (p *Pair) momentSides(u *Units) (x, y *momentSide, err error) {
	sides, err := shared(&p.memo, momentSidesKey{u}, func() ([2]*momentSide, error) {
		var out [2]*momentSide
		for k, s := range []*System{p.X, p.Y} {
			out[k] = &momentSide{sums: mat.NewDense(u.Count(), s.gram().RawMatrix().Rows, nil), traces: make([]float64, u.Count())}
		}
		err := p.eachUnit(u, func(g int, m *unitMoments) {
			for k, side := range out {
				mean, squares, s := m.meanX, m.squareX, p.X
				if k == 1 {
					mean, squares, s = m.meanY, m.squareY, p.Y
				}
				about := p.unitOrigin(s)
				to := side.sums.RawRowView(g)
				shift := 0.0
				for j, v := range mean {
					d := v - about[j]
					to[j] = float64(m.n) * d
					shift += float64(m.n) * d * d
				}
				side.traces[g] = sum(squares) + shift
			}
		})
		for _, side := range out {
			side.gram = linalg.OuterGram(side.sums)
		}
		return out, err
	})
	return sides[0], sides[1], err
}

// unitOrigin returns the means of all samples in the coordinates of unit moments: 0 where
// the samples were centred when they were read again.
func (p *Pair) unitOrigin(s *System) []float64 {
	if p.again != nil {
		return make([]float64, s.gram().RawMatrix().Rows)
	}
	return always(&s.memo, meansKey{}, func() []float64 { return nil })
}

func newMomentProduct(u *Units, whole *mat.Dense, left, right *momentSide) *momentProduct {
	count := u.Count()
	zeros := func() *mat.Dense { return mat.NewDense(count, count, nil) }
	return &momentProduct{
		own: make([]float64, count), with: make([]float64, count), gg: make([]float64, count),
		kk: zeros(), kg: zeros(), gk: zeros(), whole: whole, left: left, right: right,
	}
}

// add adds a unit of n samples with the products c about its own means.
func (m *momentProduct) add(g, n int, c *mat.Dense) {
	raw := mat.DenseCopyOf(c)
	sx, sy := m.left.sums.RawRowView(g), m.right.sums.RawRowView(g)
	for i, v := range sx {
		addScaled(raw.RawRowView(i), v/float64(n), sy)
	}
	m.own[g], m.with[g] = linalg.Dot(raw, raw), linalg.Dot(m.whole, raw)
	count, _ := m.left.sums.Dims()
	var along mat.Dense // S_kᵀC_g
	along.Mul(m.left.sums, raw)
	own := along.RawRowView(g)
	m.gg[g] = dot(own, sy)
	for k := range count {
		m.kk.Set(g, k, dot(along.RawRowView(k), m.right.sums.RawRowView(k)))
		m.kg.Set(g, k, dot(along.RawRowView(k), sy))
		m.gk.Set(g, k, dot(own, m.right.sums.RawRowView(k)))
	}
}

// sum returns H of all units and without each.
func (m *momentProduct) sum(u *Units) unitSum {
	mixed := func(g, k int) float64 {
		if k < 0 {
			return m.gg[g]
		}
		return m.gg[g] + m.kk.At(g, k) + m.kg.At(g, k) + m.gk.At(g, k)
	}
	return unitTotals(u, m.own, m.with, linalg.Dot(m.whole, m.whole), m.left.gram, m.right.gram, mixed)
}

// tailWeight returns n·Σ‖x‖⁴/(Σ‖x‖²)² of squared norms.
func tailWeight(norms []float64) float64 {
	squares, fourths := 0.0, 0.0
	for _, v := range norms {
		squares += v
		fourths += v * v
	}
	if !(squares > 0) {
		return 0
	}
	return float64(len(norms)) * fourths / (squares * squares)
}
