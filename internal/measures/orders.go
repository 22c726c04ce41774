package measures

import (
	"cmp"
	"context"
	"math"
	"slices"
	"sync"

	"gonum.org/v1/gonum/mat"

	"simtool/internal/linalg"
)

// Permutable is a measure that scores many random pairings faster than as many pairs.
type Permutable interface {
	Measure
	// Permuted returns the score of X with the samples of Y in each of some orders. ok
	// is false where there is no faster way than Pair.Reordered. Scores do not depend
	// on the number of processors.
	Permuted(ctx context.Context, p *Pair, o Orders) (scores []float64, ok bool, err error)
}

// Orders are orders of the samples of Y: sample i of X is paired with sample order[i] of
// Y. They are the products of Left and the inverses of Right,
//
//	order = Left[a]∘Right[b]⁻¹,
//
// in the order of a and then b, Count of them from number First on. If Left and Right are
// independent and each is as likely as any other element of a group of permutations, so
// are the products; any two of them are independent of each other, so that shares and
// means over them have the errors of as many independent draws. A score that is a sum
// over pairs of samples needs the samples of either system in |Left| + |Right| orders
// only, and its products are those of matrices.
type Orders struct {
	Left, Right  [][]int
	First, Count int
	// Workers bounds how many orders are scored at a time, 0 for as many as there are
	// processors.
	Workers int

	number func(k int) []int // set if orders are no products
}

// ListedOrders are orders that are given one by one.
func ListedOrders(list [][]int) Orders {
	return NumberedOrders(len(list), func(k int) []int { return list[k] })
}

// NumberedOrders are count orders, of which order returns each when it is needed.
func NumberedOrders(count int, order func(k int) []int) Orders {
	return Orders{Count: count, number: order}
}

// products returns the orders as products.
func (o Orders) products() Orders {
	if o.number == nil {
		return o
	}
	out := Orders{Count: o.Count, Workers: o.Workers, Left: make([][]int, o.Count)}
	for k := range out.Left {
		out.Left[k] = o.number(k)
	}
	if o.Count > 0 {
		out.Right = [][]int{natural(len(out.Left[0]))}
	}
	return out
}

// natural returns 0, 1, …, n−1.
func natural(n int) []int {
	out := make([]int, n)
	for i := range out {
		out[i] = i
	}
	return out
}

// At returns order k.
func (o Orders) At(k int) []int {
	if o.number != nil {
		return o.number(k)
	}
	k += o.First
	left, right := o.Left[k/len(o.Right)], o.Right[k%len(o.Right)]
	out := make([]int, len(left))
	for i, r := range right {
		out[r] = left[i]
	}
	return out
}

// of returns the orders of items that the orders of samples make, each of samples that
// are taken together, such as the repeats of a condition.
func (o Orders) of(items func(order []int) ([]int, error)) (Orders, error) {
	o = o.products()
	out := Orders{First: o.First, Count: o.Count, Workers: o.Workers}
	for _, list := range []struct {
		from [][]int
		to   *[][]int
	}{{o.Left, &out.Left}, {o.Right, &out.Right}} {
		for _, order := range list.from {
			mapped, err := items(order)
			if err != nil {
				return Orders{}, err
			}
			*list.to = append(*list.to, mapped)
		}
	}
	return out, nil
}

// Each calls score for all orders, several at a time, and returns the scores.
func (o Orders) Each(ctx context.Context, score func(order []int) (float64, error)) ([]float64, error) {
	out := make([]float64, o.Count)
	var failed error
	var once sync.Once
	turns := make(chan struct{}, max(1, min(o.Count, cmp.Or(o.Workers, o.Count))))
	linalg.Parallel(o.Count, 1, func(lo, hi int) {
		turns <- struct{}{}
		defer func() { <-turns }()
		for k := lo; k < hi; k++ {
			err := ctx.Err()
			if err == nil {
				out[k], err = score(o.At(k))
			}
			if err != nil {
				once.Do(func() { failed = err })
				return
			}
		}
	})
	if failed != nil {
		return nil, failed
	}
	return out, nil
}

// refined replaces scores that lost digits by those of a pair in the same order: angles and
// distances near 0, where near is true. It is for the end of Permuted.
func (o Orders) refined(ctx context.Context, p *Pair, m Measure, scores []float64, err error, near func(score float64) bool) ([]float64, bool, error) {
	if err != nil || near == nil || !slices.ContainsFunc(scores, near) {
		return scores, err == nil, err
	}
	var some []int
	for k, v := range scores {
		if near(v) {
			some = append(some, k)
		}
	}
	list := make([][]int, len(some))
	for i, k := range some {
		list[i] = o.At(k)
	}
	again := ListedOrders(list)
	again.Workers = o.Workers
	exact, err := again.Each(ctx, func(order []int) (float64, error) {
		q, err := p.Reordered(order)
		if err != nil {
			return 0, err
		}
		s, err := m.Score(q)
		return s.Value, err
	})
	if err != nil {
		return nil, false, err
	}
	for i, k := range some {
		scores[k] = exact[i]
	}
	return scores, true, nil
}

// nearlyAligned reports whether a cosine in one of the forms of report is so near 1 that
// its angle has lost digits. It is nil for forms that are no angles.
func nearlyAligned(as string) func(score float64) bool {
	most := math.Acos(exactAngle)
	switch as {
	case asAngular, asNormalised:
		return func(score float64) bool { return score < most }
	case asAngularScore:
		return func(score float64) bool { return score > 1-2*most/math.Pi }
	case asScore:
		return nil
	default:
		f, ok := formNamed(as)
		if !ok {
			return nil
		}
		far, _, _ := f.of(most, 1, 1)
		return func(score float64) bool { return score < far }
	}
}

// bilinear is a pair of symmetric matrices of the samples, one for each system, whose
// sum of products is a score up to a factor and a form:
//
//	form(factor·Σ_ij X_ij·Y_ij).
type bilinear struct {
	x, y     *mat.Dense
	diagonal bool // samples with themselves count; otherwise diagonals are not read
	factor   float64
	form     func(float64) float64 // nil for the identity
}

// value returns the score of a sum of products.
func (b bilinear) value(sum float64) float64 {
	v := b.factor * sum
	if b.form != nil {
		v = b.form(v)
	}
	return v
}

// permuted returns the scores of pairings of the items.
func (b bilinear) permuted(ctx context.Context, o Orders) ([]float64, error) {
	o = o.products()
	all, err := b.products(ctx, o)
	if err != nil {
		return nil, err
	}
	out := all[o.First : o.First+o.Count]
	for k, v := range out {
		out[k] = b.value(v)
	}
	return out, nil
}

// productRows is the number of rows of the matrices that are one piece of products, and
// productWidth the number of their entries that are multiplied at a time.
const (
	productRows  = 32
	productWidth = 1024
)

// products returns Σ_ij X_ij·Y_order(i)order(j) for all products of Left and Right. With
// the order σ∘τ⁻¹ this is Σ_ij X_τ(i)τ(j)·Y_σ(i)σ(j): the matrices are put in each order
// τ and σ, a few rows at a time, and what is multiplied are two matrices, of which each
// row is one of these.
func (b bilinear) products(ctx context.Context, o Orders) ([]float64, error) {
	n, _ := b.x.Dims()
	rows, cols := len(o.Left), len(o.Right)
	left, right := narrow(o.Left), narrow(o.Right)
	pieces := make([][]float64, (n+productRows-1)/productRows)
	linalg.Parallel(n, productRows, func(lo, hi int) {
		if ctx.Err() != nil {
			return
		}
		total := mat.NewDense(rows, cols, nil)
		pieces[lo/productRows] = total.RawMatrix().Data
		y, x := mat.NewDense(rows, productWidth, nil), mat.NewDense(cols, productWidth, nil)
		filled := 0
		flush := func() {
			if filled > 0 {
				gemmNT(1, y.Slice(0, rows, 0, filled).(*mat.Dense), x.Slice(0, cols, 0, filled).(*mat.Dense), 1, total)
				filled = 0
			}
		}
		for i := lo; i < hi; i++ {
			first := i + 1
			if b.diagonal {
				first = i
			}
			for from := first; from < n; {
				to := min(n, from+productWidth-filled)
				arranged(y, b.y, left, i, from, to, filled)
				arranged(x, b.x, right, i, from, to, filled)
				if from == i {
					halve(x, filled)
				}
				filled += to - from
				from = to
				if filled == productWidth {
					flush()
				}
			}
		}
		flush()
	})
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	out := make([]float64, rows*cols)
	for _, piece := range pieces {
		addScaled(out, 2, piece)
	}
	return out, nil
}

// narrow returns indices in half the memory.
func narrow(orders [][]int) [][]int32 {
	out := make([][]int32, len(orders))
	for k, order := range orders {
		out[k] = make([]int32, len(order))
		for i, v := range order {
			out[k][i] = int32(v)
		}
	}
	return out
}

// arranged writes into each row of dst, from column at on, the entries (i,from) to (i,to)
// of m in one of the orders.
func arranged(dst, m *mat.Dense, orders [][]int32, i, from, to, at int) {
	for k, order := range orders {
		row, out := m.RawRowView(int(order[i])), dst.RawRowView(k)[at:at+to-from]
		for c, j := range order[from:to] {
			out[c] = row[j]
		}
	}
}

// halve halves a column: the diagonal, where the entries beside it stand for two.
func halve(m *mat.Dense, column int) {
	for i := range m.RawMatrix().Rows {
		m.RawRowView(i)[column] /= 2
	}
}

// nullMean returns the mean of the sum of products over all pairings of the items, or of
// whole units, of the form and with the factor of the score: with totals X' and Y' off
// the diagonals and traces
//
//	X'·Y'/(n(n−1)) + tr X·tr Y/n,
//
// and for C units of T items, whose blocks on the diagonal add up to W and those beside
// it to B, both T×T,
//
//	⟨Wx,Wy⟩/C + ⟨Bx,By⟩/(C(C−1)).
//
// ok is false for units of different sizes. units is nil for single items.
func (b bilinear) nullMean(units [][]int) (mean float64, ok bool) {
	n, _ := b.x.Dims()
	count, each := float64(n), 1
	if units != nil {
		count, each = float64(len(units)), len(units[0])
		for _, items := range units {
			if len(items) != each {
				return 0, false
			}
		}
	}
	if count < 2 {
		return 0, false
	}
	wx, bx := b.blocks(b.x, units, each)
	wy, by := b.blocks(b.y, units, each)
	return b.value(dot(wx, wy)/count + dot(bx, by)/(count*(count-1))), true
}

// blocks returns the sums of the blocks of a matrix within units and between them.
func (b bilinear) blocks(m *mat.Dense, units [][]int, each int) (within, between []float64) {
	n, _ := m.Dims()
	unit, place := natural(n), make([]int, n)
	for g, items := range units {
		for t, i := range items {
			unit[i], place[i] = g, t
		}
	}
	within, between = make([]float64, each*each), make([]float64, each*each)
	for i := range n {
		own := place[i] * each
		for j, v := range m.RawRowView(i) {
			switch {
			case i == j && !b.diagonal:
			case unit[i] == unit[j]:
				within[own+place[j]] += v
			default:
				between[own+place[j]] += v
			}
		}
	}
	return within, between
}

// PairingBytes bounds the memory beside that of a score that scores of pairings take: what
// they share, and what each takes that is computed at a time.
func PairingBytes(m Measure, d Dims) (together, each int64) {
	p, q := d.compact()
	pairs := int64(0)
	if TakesPairs(m) {
		pairs = d.pairs()
	}
	if _, ok := As[Permutable](m); !ok {
		return 0, word*d.N*(d.Q+q) + ScoreBytes([]Named{{Measure: m}}, d)
	}
	each = word * (d.N*(q+3) + 2*p*q + linalg.NuclearNormMemory(p, q) + pairs)
	if !d.tiled() {
		together = word * (3*d.N*d.N + 1<<20)
	}
	return together, each
}
