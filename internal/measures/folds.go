package measures

import (
	"slices"
	"sync"

	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/mat"

	"simtool/internal/data"
	"simtool/internal/linalg"
)

// folds is a pair split into folds, each with its second moments about its own means.
// Moments of training sets are sums of positive semidefinite terms of these, so that an
// outlier in one fold does not cost digits in the others.
type folds struct {
	parts []part
	// rowed returns the same folds with their rows; it is nil when only moments are
	// known.
	rowed func() *folds
	order []int        // sample of each row below
	x, y  *mat.Dense   // samples fold by fold, every fold centred by its own means
	noisy bool         // see predictors
	grain func() grain // of y; nil if nothing is known
	// offset says that samples of a new system come with its means, of which their
	// first sample takes most.
	offset bool
}

// part is one fold: its rows, if they are known, and their moments.
type part struct {
	x, y *mat.Dense // views into folds.x and folds.y
	foldMoments
}

// foldMoments are the moments of n samples about some means.
type foldMoments struct {
	n      float64
	mx, my []float64
	xx     []float64  // diagonal of XᵀX
	yy, xy *mat.Dense // YᵀY (q×q) and XᵀY (p×q)
	dx, dy []float64  // work space
}

func newMoments(p, q int) foldMoments {
	return foldMoments{
		mx: make([]float64, p), my: make([]float64, q), xx: make([]float64, p),
		yy: mat.NewDense(q, q, nil), xy: mat.NewDense(p, q, nil),
		dx: make([]float64, p), dy: make([]float64, q),
	}
}

type foldsKey struct {
	plan    foldPlan
	columns bool
}

// folds returns the pair split by a plan. If columns is set, the reference has its own
// features, for scores of single features, and otherwise those of the compact matrix.
func (p *Pair) folds(plan foldPlan, columns bool) *folds {
	return always(&p.memo, foldsKey{plan, columns}, func() *folds {
		if p.segments != nil {
			f := p.segments.folds(plan.k)
			f.noisy, f.grain = p.Y.noisy(), p.grain
			return f
		}
		rowed := func() *folds { return p.foldsOf(plan.samples(p), columns) }
		if plan.shuffled || p.groups != nil || !p.Y.slim() || !p.X.slim() && !columns {
			return rowed()
		}
		f := p.contiguousFolds(plan.k)
		f.rowed = sync.OnceValue(func() *folds { return f.withRows(p.X.featuresFor(columns), p.Y.compact(), plan.samples(p)) })
		return f
	})
}

// foldsOf returns the pair split into folds of given samples.
func (p *Pair) foldsOf(rows [][]int, columns bool) *folds {
	y := p.Y.compact()
	_, q := y.Dims()
	f := newFolds(p.X.featuresFor(columns), rows, q)
	f.noisy, f.grain = p.Y.noisy(), p.grain
	f.setY(y)
	return f
}

// contiguousFolds returns the moments of folds that are slices of the data, without a
// copy of these. As for rows, means are relative to the means of all samples.
func (p *Pair) contiguousFolds(k int) *folds {
	f := &folds{noisy: p.Y.noisy(), grain: p.grain}
	x, y := p.X.centredPanels(), p.Y.centredPanels()
	lo := 0
	for _, hi := range data.FoldBounds(p.Samples(), k) {
		fx := linalg.NewCentered(p.X.raw.Slice(lo, hi, 0, p.X.p).(*mat.Dense))
		fy := linalg.NewCentered(p.Y.raw.Slice(lo, hi, 0, p.Y.p).(*mat.Dense))
		f.parts = append(f.parts, part{foldMoments: foldMoments{
			n: float64(hi - lo), mx: fx.MeansAbout(x), my: fy.MeansAbout(y),
			xx: fx.ColumnSquares(), yy: fy.Gram(), xy: fx.CrossGram(fy),
		}})
		lo = hi
	}
	return f
}

// whole returns the moments of all samples, and the samples themselves if they are known.
func (p *Pair) whole(columns bool) (m foldMoments, points rows) {
	m = foldMoments{n: float64(p.Samples()), yy: p.Y.gram()}
	switch {
	case p.segments != nil || p.X.slim():
		m.xx, m.xy, points = p.X.columnSquares(), p.cross(), p.compacts()
	case columns:
		points = existingRows(p.X.centred(), p.Y.compact())
		m.xx, m.xy = p.X.columnSquares(), linalg.CrossGram(points())
	default:
		m.xx, m.xy, points = columnSquares(p.X.compact()), p.cross(), p.compacts()
	}
	return m, points
}

// withRows returns the folds of two systems, whose samples of each are given, with their
// rows and the moments of f.
func (f *folds) withRows(x, y *mat.Dense, rows [][]int) *folds {
	n, p := x.Dims()
	_, q := y.Dims()
	out := &folds{
		order: slices.Concat(rows...), parts: slices.Clone(f.parts), noisy: f.noisy, grain: f.grain,
		x: mat.NewDense(n, p, nil), y: mat.NewDense(n, q, nil),
	}
	out.rowed = func() *folds { return out }
	out.gather(out.x, x)
	out.gather(out.y, y)
	lo := 0
	for i := range out.parts {
		hi := lo + len(rows[i])
		part := &out.parts[i]
		part.mx, part.my = make([]float64, p), make([]float64, q)
		part.x = out.x.Slice(lo, hi, 0, p).(*mat.Dense)
		part.y = out.y.Slice(lo, hi, 0, q).(*mat.Dense)
		linalg.CenterTo(part.x, part.mx, part.x)
		linalg.CenterTo(part.y, part.my, part.y)
		lo = hi
	}
	return out
}

// newFolds splits the reference into folds of the given samples; setY completes it.
func newFolds(x *mat.Dense, rows [][]int, q int) *folds {
	order := slices.Concat(rows...)
	n := len(order)
	_, p := x.Dims()
	f := &folds{
		order: order, parts: make([]part, len(rows)),
		x: mat.NewDense(n, p, nil), y: mat.NewDense(n, q, nil),
	}
	f.rowed = func() *folds { return f }
	f.gather(f.x, x)
	lo := 0
	for i := range f.parts {
		hi := lo + len(rows[i])
		part := &f.parts[i]
		part.foldMoments = newMoments(p, q)
		part.n = float64(hi - lo)
		part.x = f.x.Slice(lo, hi, 0, p).(*mat.Dense)
		part.y = f.y.Slice(lo, hi, 0, q).(*mat.Dense)
		linalg.CenterTo(part.x, part.mx, part.x)
		columnSquaresTo(part.xx, part.x)
		lo = hi
	}
	return f
}

// setY sets the samples of the model, n×q, without allocating.
func (f *folds) setY(y *mat.Dense) {
	f.gather(f.y, y)
	if f.offset {
		fromFirst(f.y)
	}
	for i := range f.parts {
		part := &f.parts[i]
		linalg.CenterTo(part.y, part.my, part.y)
		linalg.GramTo(part.yy, part.y)
		linalg.CrossGramTo(part.xy, part.x, part.y)
	}
}

// setX sets the other system in the same way.
func (f *folds) setX(x *mat.Dense) {
	f.gather(f.x, x)
	if f.offset {
		fromFirst(f.x)
	}
	for i := range f.parts {
		part := &f.parts[i]
		linalg.CenterTo(part.x, part.mx, part.x)
		columnSquaresTo(part.xx, part.x)
		linalg.CrossGramTo(part.xy, part.x, part.y)
	}
}

// gather copies the rows of src into the order of the folds.
func (f *folds) gather(dst, src *mat.Dense) {
	for i, sample := range f.order {
		copy(dst.RawRowView(i), src.RawRowView(sample))
	}
}

// fromFirst subtracts the first row from all rows, so that means hold the digits of
// samples that vary about an offset.
func fromFirst(x *mat.Dense) {
	first := x.RawRowView(0)
	for i := x.RawMatrix().Rows - 1; i >= 0; i-- {
		addScaled(x.RawRowView(i), -1, first)
	}
}

func (f *folds) count() int { return len(f.parts) }

// newSplit allocates the moments that split writes.
func (f *folds) newSplit() (train, test foldMoments) {
	p, q := f.parts[0].dims()
	return newMoments(p, q), newMoments(p, q)
}

// split writes the moments of the training samples of fold i about their means, and
// those of the held-out samples about the means of training.
func (f *folds) split(i int, train, test *foldMoments) {
	train.reset()
	test.reset()
	for j := range f.parts {
		if j != i {
			part := &f.parts[j]
			train.n += part.n
			addScaled(train.mx, part.n, part.mx)
			addScaled(train.my, part.n, part.my)
		}
	}
	scale(train.mx, 1/train.n)
	scale(train.my, 1/train.n)
	for j := range f.parts {
		if j != i {
			train.add(&f.parts[j].foldMoments)
		}
	}
	test.n = f.parts[i].n
	copy(test.mx, train.mx)
	copy(test.my, train.my)
	test.add(&f.parts[i].foldMoments)
}

func (m *foldMoments) reset() {
	m.n = 0
	clear(m.mx)
	clear(m.my)
	clear(m.xx)
	m.yy.Zero()
	m.xy.Zero()
}

// add accumulates the moments of a part about the means of m:
// Σ(x−m)(y−m)ᵀ = Σ(x−x̄)(y−ȳ)ᵀ + n(x̄−m)(ȳ−m)ᵀ.
func (m *foldMoments) add(part *foldMoments) {
	dx, dy := m.dx, m.dy
	for j, v := range part.mx {
		dx[j] = v - m.mx[j]
	}
	for j, v := range part.my {
		dy[j] = v - m.my[j]
	}
	for j, v := range part.xx {
		m.xx[j] += v + part.n*dx[j]*dx[j]
	}
	m.yy.Add(m.yy, part.yy)
	blas64.Ger(part.n, vector(dy), vector(dy), m.yy.RawMatrix())
	m.xy.Add(m.xy, part.xy)
	blas64.Ger(part.n, vector(dx), vector(dy), m.xy.RawMatrix())
}

func vector(v []float64) blas64.Vector { return blas64.Vector{N: len(v), Inc: 1, Data: v} }

// dims returns the widths of the two systems.
func (m *foldMoments) dims() (p, q int) { return m.xy.Dims() }

// predictors returns the training set of fold i with the moments of split.
func (f *folds) predictors(i int, train *foldMoments) predictors {
	if f.rowed == nil {
		return predictors{moments: train, noisy: f.noisy, grain: f.grain, others: true}
	}
	return predictors{
		moments: train, noisy: f.noisy, grain: f.grain, borrowed: true,
		rows: func() (*mat.Dense, *mat.Dense) { return f.rowed().trainRows(i, train) },
	}
}

// whole returns the training set of the one fold that is scored on its own samples.
func (f *folds) whole(m *foldMoments) predictors {
	return predictors{
		moments: m, noisy: f.noisy, grain: f.grain,
		rows: func() (*mat.Dense, *mat.Dense) { return f.x, f.y },
	}
}

// trainRows copies the training samples of fold i, centred by their means, to matrices
// that may be given back.
func (f *folds) trainRows(i int, train *foldMoments) (x, y *mat.Dense) {
	n, p := f.x.Dims()
	_, q := f.y.Dims()
	left := f.parts[i].x.RawMatrix().Rows
	x, y = lend(n-left, p), lend(n-left, q)
	at := 0
	for j := range f.parts {
		if j != i {
			part := &f.parts[j]
			at += copyShifted(x, at, part.x, part.mx, train.mx)
			copyShifted(y, at-part.x.RawMatrix().Rows, part.y, part.my, train.my)
		}
	}
	return x, y
}

// testRows copies the held-out samples of fold i, centred by the means of training.
func (f *folds) testRows(i int, train *foldMoments) (x, y *mat.Dense) {
	part := &f.parts[i]
	x, y = mat.DenseCopyOf(part.x), mat.DenseCopyOf(part.y)
	copyShifted(x, 0, part.x, part.mx, train.mx)
	copyShifted(y, 0, part.y, part.my, train.my)
	return x, y
}

// copyShifted writes the rows of src, which are about the means from, to dst from row at
// on, about the means to. It returns their number.
func copyShifted(dst *mat.Dense, at int, src *mat.Dense, from, to []float64) int {
	n := src.RawMatrix().Rows
	for i := range n {
		row := dst.RawRowView(at + i)
		for j, v := range src.RawRowView(i) {
			row[j] = v + (from[j] - to[j])
		}
	}
	return n
}
