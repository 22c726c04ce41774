package measures

import (
	"math/rand/v2"

	"gonum.org/v1/gonum/mat"

	"simtool/internal/linalg"
)

// maxFolds bounds the number of folds that a name can ask for.
const maxFolds = 1000

// How samples are put into folds.
const (
	contiguous = "contiguous" // blocks of samples in their order
	conditions = "conditions" // whole conditions, in random order
)

var (
	cvParam    = integer("cv", 0, 0, maxFolds, "held out in this many folds, the mean over folds reported; 0 scores the samples that were fitted")
	foldsParam = choice("folds", "contiguous blocks of samples in their order, or whole conditions in random order (rows are conditions unless the data are time × condition × neuron)", contiguous, conditions)
	seedParam  = integer("seed", 1, 0, 1<<31-1, "seed of the random order of folds=conditions")
)

// foldPlan says how samples are split. It is a key of shared quantities.
type foldPlan struct {
	k        int
	shuffled bool // whole conditions in random order
	seed     int
}

func planOf(a Args) foldPlan {
	return foldPlan{k: a.Int("cv"), shuffled: a.Text("folds") == conditions, seed: a.Int("seed")}
}

// assign returns the samples of each fold. Fold sizes differ by at most one
// unit (sample or condition), the larger folds first, as in scikit-learn's
// KFold.
func (plan foldPlan) assign(s *System) [][]int {
	units, times := s.Samples(), 1
	if plan.shuffled && s.times > 1 {
		times = s.times
		units /= times
	}
	order := make([]int, units)
	for i := range order {
		order[i] = i
	}
	if plan.shuffled {
		rng := rand.New(rand.NewPCG(uint64(plan.seed), 0x666f6c6473)) // "folds"
		rng.Shuffle(units, func(i, j int) { order[i], order[j] = order[j], order[i] })
	}
	folds := make([][]int, plan.k)
	at := 0
	for f := range folds {
		size := units / plan.k
		if f < units%plan.k {
			size++
		}
		for _, unit := range order[at : at+size] {
			for t := range times {
				folds[f] = append(folds[f], t*units+unit)
			}
		}
		at += size
	}
	return folds
}

// folds is a pair split into folds, each with its second moments about its own
// means. Training sets are put together from those by adding positive
// semidefinite terms only, so that an outlier in one fold cannot cost digits
// in the others.
type folds struct {
	x, y  *mat.Dense // samples in the order of the folds
	parts []foldMoments
}

// foldMoments are the moments of one set of samples.
type foldMoments struct {
	lo, hi int // rows of folds.x and folds.y; unused for training sets
	n      float64
	mx, my []float64
	xx     []float64  // diagonal of XᵀX
	yy, xy *mat.Dense // YᵀY (q×q) and XᵀY (p×q)
}

type foldsKey struct {
	plan    foldPlan
	columns bool
}

// folds returns the pair split by a plan, in the rotated coordinates of the
// compact matrices.
func (p *Pair) folds(plan foldPlan) *folds { return p.foldsOf(plan, false) }

// foldsOf is folds with the reference in its own coordinates if columns is
// set, for what is said about its single features.
func (p *Pair) foldsOf(plan foldPlan, columns bool) *folds {
	return always(&p.memo, foldsKey{plan, columns}, func() *folds {
		x, y := p.X.compact(), p.Y.compact()
		if columns {
			x = p.X.centred()
		}
		rows := plan.assign(p.X)
		if plan.shuffled {
			x, y = gather(x, rows), gather(y, rows)
		}
		f := &folds{x: x, y: y, parts: make([]foldMoments, len(rows))}
		at := 0
		for i, r := range rows {
			f.parts[i] = momentsOf(x, y, at, at+len(r))
			at += len(r)
		}
		return f
	})
}

// gather copies the rows of x in the order of the folds.
func gather(x *mat.Dense, folds [][]int) *mat.Dense {
	n, p := x.Dims()
	out := mat.NewDense(n, p, nil)
	at := 0
	for _, rows := range folds {
		for _, i := range rows {
			copy(out.RawRowView(at), x.RawRowView(i))
			at++
		}
	}
	return out
}

// momentsOf computes the moments of rows lo to hi about their own means.
func momentsOf(x, y *mat.Dense, lo, hi int) foldMoments {
	xc, mx := linalg.Center(rowRange(x, lo, hi))
	yc, my := linalg.Center(rowRange(y, lo, hi))
	return foldMoments{
		lo: lo, hi: hi, n: float64(hi - lo), mx: mx, my: my,
		xx: columnSquares(xc), yy: linalg.Gram(yc), xy: linalg.CrossGram(xc, yc),
	}
}

func rowRange(x *mat.Dense, lo, hi int) *mat.Dense {
	_, p := x.Dims()
	return x.Slice(lo, hi, 0, p).(*mat.Dense)
}

// columnSquares returns the squared norm of each column.
func columnSquares(x *mat.Dense) []float64 {
	n, p := x.Dims()
	out := make([]float64, p)
	for i := range n {
		for j, v := range x.RawRowView(i) {
			out[j] += v * v
		}
	}
	return out
}

func (f *folds) count() int { return len(f.parts) }

// split returns the moments of the training samples of fold i about their
// means, and those of the samples left out about the means of training.
func (f *folds) split(i int) (train, test foldMoments) {
	left := f.parts[i]
	train = foldMoments{
		mx: make([]float64, len(left.mx)), my: make([]float64, len(left.my)),
		xx: make([]float64, len(left.xx)),
		yy: mat.NewDense(len(left.my), len(left.my), nil),
		xy: mat.NewDense(len(left.mx), len(left.my), nil),
	}
	for j, part := range f.parts {
		if j == i {
			continue
		}
		train.n += part.n
		addScaled(train.mx, part.n, part.mx)
		addScaled(train.my, part.n, part.my)
	}
	scale(train.mx, 1/train.n)
	scale(train.my, 1/train.n)
	for j, part := range f.parts {
		if j != i {
			train.add(part)
		}
	}
	test = foldMoments{
		lo: left.lo, hi: left.hi, mx: train.mx, my: train.my,
		xx: make([]float64, len(left.xx)),
		yy: mat.NewDense(len(left.my), len(left.my), nil),
		xy: mat.NewDense(len(left.mx), len(left.my), nil),
	}
	test.n = left.n
	test.add(left)
	return train, test
}

// add accumulates the moments of part about the means of m:
// Σ(x−m)(y−m)ᵀ = Σ(x−x̄)(y−ȳ)ᵀ + n(x̄−m)(ȳ−m)ᵀ.
func (m *foldMoments) add(part foldMoments) {
	dx, dy := difference(part.mx, m.mx), difference(part.my, m.my)
	for j, v := range part.xx {
		m.xx[j] += v + part.n*dx[j]*dx[j]
	}
	m.yy.Add(m.yy, part.yy)
	m.yy.RankOne(m.yy, part.n, mat.NewVecDense(len(dy), dy), mat.NewVecDense(len(dy), dy))
	m.xy.Add(m.xy, part.xy)
	m.xy.RankOne(m.xy, part.n, mat.NewVecDense(len(dx), dx), mat.NewVecDense(len(dy), dy))
}

// trainRows copies the training samples of fold i, centred by their means.
func (f *folds) trainRows(i int, train foldMoments) (x, y *mat.Dense) {
	return without(f.x, f.parts[i], train.mx), without(f.y, f.parts[i], train.my)
}

// testRows copies the samples left out of fold i, centred by the means of
// training.
func (f *folds) testRows(i int, train foldMoments) (x, y *mat.Dense) {
	part := f.parts[i]
	return centredBy(rowRange(f.x, part.lo, part.hi), train.mx), centredBy(rowRange(f.y, part.lo, part.hi), train.my)
}

func without(x *mat.Dense, part foldMoments, means []float64) *mat.Dense {
	n, p := x.Dims()
	out := mat.NewDense(n-(part.hi-part.lo), p, nil)
	for i := range n {
		switch {
		case i < part.lo:
			copy(out.RawRowView(i), x.RawRowView(i))
		case i >= part.hi:
			copy(out.RawRowView(i-(part.hi-part.lo)), x.RawRowView(i))
		}
	}
	subtractMeans(out, means)
	return out
}

func centredBy(x *mat.Dense, means []float64) *mat.Dense {
	out := mat.DenseCopyOf(x)
	subtractMeans(out, means)
	return out
}

func subtractMeans(x *mat.Dense, means []float64) {
	for i := range x.RawMatrix().Rows {
		row := x.RawRowView(i)
		for j, m := range means {
			row[j] -= m
		}
	}
}

func difference(a, b []float64) []float64 {
	out := make([]float64, len(a))
	for i := range a {
		out[i] = a[i] - b[i]
	}
	return out
}

func addScaled(dst []float64, alpha float64, s []float64) {
	for i, v := range s {
		dst[i] += alpha * v
	}
}

func scale(dst []float64, alpha float64) {
	for i := range dst {
		dst[i] *= alpha
	}
}
