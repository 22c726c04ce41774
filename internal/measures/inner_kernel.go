package measures

import (
	"fmt"

	"gonum.org/v1/gonum/mat"

	"simtool/internal/linalg"
)

// Linear kernel matrices as vectors. Of the centred K = ZZᵀ of a system the entries are in
// blocks of units, one triangle of them: with Q_gh = Σ_{i∈g,j∈h} Kx_ij·Ky_ij the inner
// product of the blocks (g,h),
//
//	⟨Kx,Ky⟩ = Σ_g Q_gg + 2Σ_{g>h} Q_gh,  ‖C_g‖² = Q_gg,  ⟨C,C_g⟩ = Σ_h Q_gh,
//
// which is all that HSIC between units needs (see unitHSIC) but for the products of sums
// within units. These are short vectors of their own: a_k(i) = S_k·x_i, of which
// unitProduct takes Σ_{i∈g}(a_g+a_k)(b_g+b_k) for all g and k.

// mostToldUnits is the number of units up to which the products of their blocks are kept
// apart: their number grows with its square.
const mostToldUnits = 24

// scoreBlocks is the number of blocks of rows where no units are wanted.
const scoreBlocks = 12

// kernelVectorsKey names vectors of linear kernels of embedded systems.
type kernelVectorsKey struct {
	form  string
	units string
}

// unitText writes units so that equal ones are equal.
func unitText(u *Units) string {
	if u == nil {
		return ""
	}
	return fmt.Sprint(u.Rows)
}

// blockOrder returns the samples unit by unit, the bounds of the units, and whether this
// is their own order.
func blockOrder(u *Units) (order, bounds []int, own bool) {
	bounds = append(bounds, 0)
	own = true
	for _, rows := range u.Rows {
		for _, i := range rows {
			own = own && i == len(order)
			order = append(order, i)
		}
		bounds = append(bounds, len(order))
	}
	return order, bounds, own
}

// blockSpans returns the lengths of the blocks (g,h), h ≤ g, of a symmetric matrix.
func blockSpans(bounds []int) []int {
	var out []int
	for g := range len(bounds) - 1 {
		for h := range g + 1 {
			out = append(out, (bounds[g+1]-bounds[g])*(bounds[h+1]-bounds[h]))
		}
	}
	return out
}

// blockAt is the number of the block (g,h) in the order of blockSpans.
func blockAt(g, h int) int {
	if h > g {
		g, h = h, g
	}
	return g*(g+1)/2 + h
}

// formBlocks writes the blocks (g,h), h ≤ g, of ZZᵀ, whose rows are in the order of the
// units. after, where it is not nil, is applied to rows lo, lo+1, … of ZZᵀ up to the last
// column that is written.
func formBlocks(z *mat.Dense, bounds []int, to []float64, after func(rows *mat.Dense, lo int)) {
	n, p := z.Dims()
	if len(bounds) == 2 { // all in one block
		whole := mat.NewDense(n, n, to[:n*n])
		linalg.OuterGramTo(whole, z)
		if after != nil {
			after(whole, 0)
		}
		return
	}
	at := 0
	memory := make([]float64, largestStep(bounds)*bounds[len(bounds)-1])
	for g := range len(bounds) - 1 {
		lo, hi := bounds[g], bounds[g+1]
		band := mat.NewDense(hi-lo, hi, memory[:(hi-lo)*hi])
		gemmNT(1, z.Slice(lo, hi, 0, p).(*mat.Dense), z.Slice(0, hi, 0, p).(*mat.Dense), 0, band)
		if after != nil {
			after(band, lo)
		}
		for h := range g + 1 {
			for i := range hi - lo {
				at += copy(to[at:], band.RawRowView(i)[bounds[h]:bounds[h+1]])
			}
		}
	}
}

func largestStep(bounds []int) int {
	most := 0
	for g := range len(bounds) - 1 {
		most = max(most, bounds[g+1]-bounds[g])
	}
	return most
}

// symmetricTotal returns the inner product of two symmetric matrices from those of their
// blocks.
func symmetricTotal(q []float64, units int) float64 {
	own, between := 0.0, 0.0
	for g := range units {
		for h := range g {
			between += q[blockAt(g, h)]
		}
		own += q[blockAt(g, g)]
	}
	return own + 2*between
}

// rowsInOrder returns the centred samples of a system in an order. The matrix is its own.
func (s *System) rowsInOrder(order []int, own bool) *mat.Dense {
	xc := s.centredPanels().Dense()
	if own {
		return xc
	}
	return rowsOf(xc, order)
}

// kernelBlocks returns the vectors of linear kernels for ⟨Kx,Ky⟩ and, where units is not
// nil, for HSIC between units.
func kernelBlocks(n int, units *Units) *Vectors {
	u := units
	if u == nil {
		u = BlockUnits(n, min(n, scoreBlocks))
	}
	order, bounds, own := blockOrder(u)
	count := u.Count()
	blocks := blockSpans(bounds)
	lengths := blocks
	if units != nil {
		for g := range count {
			for range count { // of a_g, and of a_g + a_k for each other k
				lengths = append(lengths, bounds[g+1]-bounds[g])
			}
		}
	}
	v := &Vectors{Key: kernelVectorsKey{form: "blocks", units: unitText(units)}}
	v.Spans, v.Length = plain(lengths...)
	v.Form = func(s *System, to []float64) error {
		if err := s.varies(); err != nil {
			return err
		}
		z := s.rowsInOrder(order, own)
		formBlocks(z, bounds, to, nil)
		at := v.Spans[len(blocks)-1].X + v.Spans[len(blocks)-1].N
		squares := make([]float64, len(blocks))
		for k, span := range v.Spans[:len(blocks)] {
			block := to[span.X : span.X+span.N]
			squares[k] = longDot(block, block)
		}
		seed(&s.memo, gramSquaresKey{}, symmetricTotal(squares, count))
		if units == nil {
			return nil
		}
		sums := mat.NewDense(count, s.p, nil)
		for g := range count {
			for i := bounds[g]; i < bounds[g+1]; i++ {
				addScaled(sums.RawRowView(g), 1, z.RawRowView(i))
			}
		}
		along := mat.NewDense(count, n, nil)
		gemmNT(1, sums, z, 0, along)
		for g := range count {
			lo, hi := bounds[g], bounds[g+1]
			mine := along.RawRowView(g)[lo:hi]
			at += copy(to[at:], mine)
			for k := range count {
				if k == g {
					continue
				}
				for i, a := range along.RawRowView(k)[lo:hi] {
					to[at] = mine[i] + a
					at++
				}
			}
		}
		seed(&s.memo, unitSumsKey{v}, linalg.OuterGram(sums))
		return nil
	}
	v.Tell = func(p *Pair, xy, xx, yy []float64) {
		if p.X != p.Y {
			seed(&p.memo, crossSquaresKey{}, symmetricTotal(xy, count))
		}
		if units != nil {
			p.tell(unitHSICsKey{}, &toldUnits{v, units, xy, xx, yy})
		}
	}
	return v
}

type (
	unitSumsKey struct{ of *Vectors }
	unitSelfKey struct{ of *Vectors }
	songKey     struct{}
)

// toldUnits are the inner products of the vectors of kernelBlocks with units.
type toldUnits struct {
	vectors    *Vectors
	units      *Units
	xy, xx, yy []float64
}

// toldRows are those of songRows, of a pair and of each system with itself.
type toldRows struct{ xy, xx, yy []float64 }

// toldHSICs sets HSIC between units where it is known from inner products.
func (p *Pair) toldHSICs(u *Units, h *unitHSICs) bool {
	if t, ok := toldOf[*toldRows](p, unitHSICsKey{}); ok && u.Single() {
		h.xy, h.xx, h.yy = songSum(t.xy), p.X.songSelf(t.xx), p.Y.songSelf(t.yy)
		return true
	}
	t, ok := toldOf[*toldUnits](p, unitHSICsKey{})
	if !ok || !sameUnits(t.units, u) {
		return false
	}
	key := unitSelfKey{t.vectors}
	sums := func(s *System) *mat.Dense {
		return always(&s.memo, unitSumsKey{t.vectors}, func() *mat.Dense { return nil }) // seeded by Form
	}
	gx, gy := sums(p.X), sums(p.Y)
	h.xx = always(&p.X.memo, key, func() unitSum { return t.total(t.xx, gx, gx) })
	h.yy = always(&p.Y.memo, key, func() unitSum { return t.total(t.yy, gy, gy) })
	h.xy = t.total(t.xy, gx, gy)
	return true
}

// total returns unitTotals of inner products.
func (t *toldUnits) total(q []float64, gramX, gramY *mat.Dense) unitSum {
	count := t.units.Count()
	blocks := count * (count + 1) / 2
	own, with := make([]float64, count), make([]float64, count)
	for g := range count {
		own[g] = q[blockAt(g, g)]
		for h := range count {
			with[g] += q[blockAt(g, h)]
		}
	}
	mixed := func(g, k int) float64 {
		at := blocks + g*count
		switch {
		case k < 0:
			return q[at]
		case k < g:
			return q[at+1+k]
		default:
			return q[at+k]
		}
	}
	return unitTotals(t.units, own, with, symmetricTotal(q, count), gramX, gramY, mixed)
}

// songRows returns the vectors of linear kernels for Song's estimate of HSIC, from all
// samples and without each. The U-centred K̃ have no diagonal and rows that add up to 0, so
// that n(n−3) times the estimate is ⟨K̃,L̃⟩ = ΣM_i, M_i = Σ_j K̃_ij·L̃_ij. Without sample i
// the sum of row j is −K̃_ij, and that of all is 0:
//
//	(n−1)(n−4)·HSIC₍ᵢ₎ = ⟨K̃,L̃⟩ − 2M_i − 2M_i/(n−3).
//
// U-centring is that of the centred K: K̃_ij = K_ij + (K_ii+K_jj)/(n−2) − trK/((n−1)(n−2)).
func songRows(n int) *Vectors {
	lengths := make([]int, n)
	for i := range lengths {
		lengths[i] = n
	}
	v := &Vectors{Key: kernelVectorsKey{form: "song"}}
	v.Spans, v.Length = plain(lengths...)
	v.Form = func(s *System, to []float64) error {
		if err := s.varies(); err != nil {
			return err
		}
		k := mat.NewDense(n, n, to)
		linalg.OuterGramTo(k, s.centredPanels().Dense())
		squares := 0.0
		for i := range n {
			squares += longDot(k.RawRowView(i), k.RawRowView(i))
		}
		seed(&s.memo, gramSquaresKey{}, squares)
		d := diagonal(k)
		grand := sum(d) / float64((n-1)*(n-2))
		scale(d, 1/float64(n-2))
		for i := range n {
			row := k.RawRowView(i)
			shift := d[i] - grand
			for j := range row {
				row[j] += shift + d[j]
			}
			row[i] = 0
		}
		return nil
	}
	v.Tell = func(p *Pair, xy, xx, yy []float64) {
		p.tell(songKey{}, sum(xy))
		p.tell(unitHSICsKey{}, &toldRows{xy, xx, yy})
	}
	return v
}

// songSum returns Song's estimates, in the normalisation of rowHSIC, from the sums of the
// rows.
func songSum(rows []float64) unitSum {
	n := float64(len(rows))
	out := unitSum{all: sum(rows), without: make([]float64, len(rows))}
	for i, m := range rows {
		out.without[i] = out.all - 2*m - 2*m/(n-3)
	}
	return out
}

type songSelfKey struct{}

// songSelf is songSum of a system with itself.
func (s *System) songSelf(rows []float64) unitSum {
	return always(&s.memo, songSelfKey{}, func() unitSum { return songSum(rows) })
}

// kernelsPay reports whether kernel matrices of systems cost less than cross products of
// pairs: forming one takes n²p multiplications, or half as many, and each pair 2npq with
// cross products and n² with them. It is decided for some tens of systems.
func kernelsPay(d Dims) bool {
	const systems = 24
	n, p, q := float64(d.N), float64(d.P), float64(d.Q)
	pairs := float64(systems-1) / 2 // of each system
	return !d.tiled() && n*n*max(p, q)/2+pairs*n*n/2 < pairs*n*min(p, n)*min(q, n)
}

// Vectors implements InnerProduct for linear kernels.
func (m cka) Vectors(d Dims, units *Units) (*Vectors, bool) {
	if m.kernel.kind != kernelLinear {
		return m.kernelVectors(d)
	}
	if !kernelsPay(d) {
		return nil, false
	}
	if units != nil && units.Single() && m.estimator == debiased {
		return songRows(int(d.N)), true
	}
	return kernelBlocks(int(d.N), fewUnits(units)), true
}

// Vectors implements InnerProduct.
func (m ensd) Vectors(d Dims, units *Units) (*Vectors, bool) {
	return kernelBlocks(int(d.N), fewUnits(units)), kernelsPay(d)
}

// fewUnits returns units of which there are so few that the products of their blocks are
// kept, nil for others.
func fewUnits(u *Units) *Units {
	if u != nil && u.Count() > mostToldUnits {
		return nil
	}
	return u
}
