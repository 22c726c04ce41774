package measures

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"

	"simtool/internal/linalg"
)

// Estimator implements Estimable. Cosines and Pearson correlations of dissimilarities are
// those of the pairs that stay, comparisons of ranks follow their influence functions,
// and the whitened ones are estimated without the bias of their centring, as cka is.
func (m rsa) Estimator() (Estimator, bool) {
	e := Estimator{
		Axis: FisherAxis, Rows: true, Robust: rankBased(m.compare),
		Flops: func(d Dims, units int) float64 { return m.deletionFlops(d, units) },
		Doubt: m.doubt, KeepsNull: !m.whitened(),
	}
	switch m.rdm.kind {
	case rdmMahalanobis:
		return Estimator{Reason: "the covariance that whitens the samples is an estimate from them, whose own error none allows for"}, false
	case rdmCrossnobis:
		e.Own = "the estimate is of the value at this number of repeats, noise included"
	}
	if m.whitened() {
		e.Rows, e.MostRows = false, mostKernelRows
	}
	return e, true
}

// whitened reports whether the comparison is of doubly centred matrices.
func (m rsa) whitened() bool { return m.compare == compareCosineCov || m.compare == compareCorrCov }

// Deletions implements Estimable.
func (m rsa) Deletions(p *Pair, u *Units) (*Deletions, error) {
	if p.segments != nil {
		return nil, undefined("leaving samples out of dissimilarities needs the samples themselves")
	}
	if err := m.check(p); err != nil {
		return nil, err
	}
	items, ok := m.rdm.itemUnits(p.X, u)
	if !ok {
		return nil, undefined("the repeats of a condition are in several units, so that it cannot be left out")
	}
	switch {
	case rankBased(m.compare):
		return m.rankDeletions(p, items)
	case m.whitened():
		return m.whitenedDeletions(p, u, items)
	default:
		return m.pairDeletions(p, items)
	}
}

// unbounded reports whether a dissimilarity grows with the distance from the mean without
// a bound, so that samples far from it rule the comparison of values.
func (m rsa) unbounded() bool {
	switch m.rdm.kind {
	case rdmSqEuclidean, rdmEuclidean, rdmManhattan:
		return true
	}
	return false
}

// doubt implements Estimator.Doubt: a cosine or a correlation of squared distances is one
// of fourth moments, whose own error takes eighth ones. Its sample underrates both where
// samples, or those of the single features, lie far out.
func (m rsa) doubt(p *Pair) string {
	if !m.unbounded() || rankBased(m.compare) || m.whitened() {
		return ""
	}
	weight := p.farOut(beyondChance)
	if weight == 0 {
		return ""
	}
	return fmt.Sprintf("samples lie farther from the mean than normal ones do (fourth moment %.2g times theirs): the interval may be too short and the value biased; rsa:compare=spearman bears it", weight)
}

// pairTotals are sums over pairs of samples of the dissimilarities of both systems, their
// squares and products.
type pairTotals struct{ count, x, y, xx, yy, xy float64 }

func (t *pairTotals) add(factor float64, o pairTotals) {
	t.count += factor * o.count
	t.x += factor * o.x
	t.y += factor * o.y
	t.xx += factor * o.xx
	t.yy += factor * o.yy
	t.xy += factor * o.xy
}

// similarity returns the cosine, or the correlation if centre is set.
func (t pairTotals) similarity(centre bool) float64 {
	if centre {
		t.xy -= t.x * t.y / t.count
		t.xx -= t.x * t.x / t.count
		t.yy -= t.y * t.y / t.count
	}
	if !(t.xx > 0) || !(t.yy > 0) {
		return math.NaN()
	}
	return normalised(t.xy, t.xx, t.yy)
}

// itemTotals are the totals of the pairs of each item with all others (each), and of the
// pairs within each unit.
type itemTotals struct{ each, within []pairTotals }

// pairDeletions returns the cosine or the correlation of the dissimilarities without each
// unit. Pairs of samples of one unit are left out: samples of a category, or of
// neighbouring times, are alike in both systems, and pairs of them are a smaller part of
// all pairs the more units there are. With the totals of the pairs between units, those
// without a unit are less those of its items with all others, in which the pairs within it
// count twice. It takes O(n²) or, for squared distances of embedded samples,
// O(n(p²+q²+pq)).
func (m rsa) pairDeletions(p *Pair, items [][]int) (*Deletions, error) {
	if told, err, ok := m.toldDeletions(p, items); ok {
		return told, err
	}
	totals, err := m.itemTotals(p, items)
	if err != nil {
		return nil, err
	}
	var all pairTotals
	for _, t := range totals.each {
		all.add(0.5, t)
	}
	along := make([]pairTotals, len(items))
	for g, rows := range items {
		for _, i := range rows {
			along[g].add(1, totals.each[i])
		}
	}
	return m.betweenTotals(p, all, len(along), func(g int) (a, w pairTotals) { return along[g], totals.within[g] })
}

// betweenTotals returns the deletions of pairDeletions from the totals of all pairs, of
// those of each unit with all samples, and of those within each unit.
func (m rsa) betweenTotals(p *Pair, all pairTotals, count int, of func(g int) (along, within pairTotals)) (*Deletions, error) {
	for g := range count {
		_, within := of(g)
		all.add(-1, within)
	}
	centre := m.compare == comparePearson
	return m.betweenUnits(p, all.similarity(centre), count, func(g int) float64 {
		left := all
		along, within := of(g)
		left.add(-1, along)
		left.add(2, within)
		return left.similarity(centre)
	})
}

// betweenUnits returns the deletions of pairDeletions from the comparison of all pairs
// between units, and that without each unit.
func (m rsa) betweenUnits(p *Pair, all float64, count int, without func(g int) float64) (*Deletions, error) {
	centre := m.compare == comparePearson
	out := &Deletions{All: all, One: make([]float64, count), Jackknifed: !centre}
	out.Uneven = !centre || count < m.rdm.items(p.X) || m.unbounded() && p.farOut(beyondChance) > 0
	if m.rdm.kind == rdmSqEuclidean {
		out.Tails, out.Uneven = p.farOut(beyondHalfChance), !centre || count < m.rdm.items(p.X)
	}
	for g := range count {
		out.One[g] = without(g)
		if !finite(out.One[g]) {
			return nil, undefined("without one of %d units the dissimilarities have no pattern to compare", count)
		}
	}
	return out, nil
}

func (m rsa) itemTotals(p *Pair, items [][]int) (itemTotals, error) {
	if m.rdm.embeds() {
		z, err := m.rdm.embeddedPair(p)
		if err != nil {
			return itemTotals{}, err
		}
		if _, ok, err := moments(z, m.compare); ok || err != nil {
			return momentTotals(z, items, m.compare == comparePearson), err
		}
	}
	x, err := m.comparableItems(p.X)
	if err != nil {
		return itemTotals{}, err
	}
	y, err := m.comparableItems(p.Y)
	if err != nil {
		return itemTotals{}, err
	}
	return bandTotals(x, y, items), nil
}

// comparableItems returns the dissimilarities, less their mean for a correlation.
func (m rsa) comparableItems(s *System) (centredBands, error) {
	if m.rdm.items(s) > tiledAbove {
		return m.rdm.comparable(s, m.compare)
	}
	b, err := m.rdm.keptBands(s)
	if err != nil {
		return centredBands{}, err
	}
	values, err := m.rdm.condensed(s)
	if err != nil {
		return centredBands{}, err
	}
	centre := m.compare == comparePearson
	if err := m.rdm.patterned(s, values, centre); err != nil {
		return centredBands{}, err
	}
	mean := 0.0
	if centre {
		mean = sum(values) / float64(len(values))
	}
	return b.uncentred(mean), nil
}

// bandTotals returns totals of matrices whose entries are v + grand.
func bandTotals(x, y centredBands, items [][]int) itemTotals {
	n := x.n
	out := itemTotals{make([]pairTotals, n), make([]pairTotals, len(items))}
	unit := unitOf(items, n)
	memory := make([]float64, min(bandRows, n)*n)
	x.each(func(lo int, band *mat.Dense) {
		other := y.at(memory, lo)
		for r := range band.RawMatrix().Rows {
			i := lo + r
			var own pairTotals
			ys := other.RawRowView(r)[r+1:]
			for k, v := range band.RawRowView(r)[r+1:] {
				a, b := v+x.grand, ys[k]+y.grand
				t := pairTotals{1, a, b, a * a, b * b, a * b}
				j := i + 1 + k
				own.add(1, t)
				out.each[j].add(1, t)
				if unit[i] == unit[j] {
					out.within[unit[i]].add(1, t)
				}
			}
			out.each[i].add(1, own)
		}
	})
	return out
}

// unitOf returns the unit of each of n items.
func unitOf(items [][]int, n int) []int {
	unit := make([]int, n)
	for g, rows := range items {
		for _, i := range rows {
			unit[i] = g
		}
	}
	return unit
}

// momentTotals returns totals of squared distances without forming them. With a and b the
// squared norms of the centred samples, D_ij = a_i + a_j − 2K_ij and K1 = 0,
//
//	Σ_j Dx_ij      = n·a_i + Σa
//	Σ_j Dx_ij·Dy_ij = n·a_i·b_i + a_iΣb + b_iΣa + aᵀb − 2y_i·Σa_jy_j − 2x_i·Σb_jx_j + 4x_iᵀCy_i.
//
// If centre is set, the mean of all dissimilarities is subtracted from each, which leaves
// more digits to differences.
func momentTotals(p *Pair, items [][]int, centre bool) itemTotals {
	n := p.Samples()
	a, b := p.X.rowNorms(), p.Y.rowNorms()
	xx := rowProductTotals(p.X, p.X, p.X.gram(), a, a)
	yy := rowProductTotals(p.Y, p.Y, p.Y.gram(), b, b)
	xy := rowProductTotals(p.X, p.Y, p.cross(), a, b)
	count, totalA, totalB := float64(n), sum(a), sum(b)
	meanX, meanY := 0.0, 0.0
	if centre {
		meanX, meanY = 2*totalA/(count-1), 2*totalB/(count-1)
	}
	about := func(t pairTotals) pairTotals {
		return pairTotals{
			t.count, t.x - t.count*meanX, t.y - t.count*meanY,
			t.xx - 2*meanX*t.x + t.count*meanX*meanX,
			t.yy - 2*meanY*t.y + t.count*meanY*meanY,
			t.xy - meanY*t.x - meanX*t.y + t.count*meanX*meanY,
		}
	}
	out := itemTotals{make([]pairTotals, n), make([]pairTotals, len(items))}
	for i := range out.each {
		out.each[i] = about(pairTotals{count - 1, count*a[i] + totalA, count*b[i] + totalB, xx[i], yy[i], xy[i]})
	}
	for g, rows := range items {
		if len(rows) < 2 {
			continue
		}
		dx, dy := linalg.SqDistances(rowsOf(p.X.raw, rows)), linalg.SqDistances(rowsOf(p.Y.raw, rows))
		for k, v := range dx {
			v, w := v-meanX, dy[k]-meanY
			out.within[g].add(1, pairTotals{1, v, w, v * v, w * w, v * w})
		}
	}
	return out
}

// rowProductTotals returns Σ_j Dx_ij·Dy_ij for each sample i; see momentTotals.
func rowProductTotals(x, y *System, cross *mat.Dense, a, b []float64) []float64 {
	zx, zy := x.compact(), y.compact()
	var mapped mat.Dense
	mapped.Mul(zx, cross)
	weightedY, weightedX := weightedSum(zy, a), weightedSum(zx, b)
	n, totalA, totalB, product := float64(len(a)), sum(a), sum(b), dot(a, b)
	out := make([]float64, len(a))
	for i := range out {
		out[i] = n*a[i]*b[i] + a[i]*totalB + b[i]*totalA + product -
			2*dot(zy.RawRowView(i), weightedY) - 2*dot(zx.RawRowView(i), weightedX) +
			4*dot(mapped.RawRowView(i), zy.RawRowView(i))
	}
	return out
}
