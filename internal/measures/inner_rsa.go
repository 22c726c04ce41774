package measures

import (
	"errors"
	"math"

	"gonum.org/v1/gonum/mat"
)

// errNoVector is the error for a system that has no vector, so that it is compared with
// others pair by pair, which says why where there is no score either.
var errNoVector = errors.New("no vector for this system")

// scratch is the system without what it keeps: quantities that are formed once, for a
// vector, are then not kept.
func (s *System) scratch() *System {
	return &System{name: s.name, n: s.n, p: s.p, raw: s.raw, times: s.times, conditionOf: s.conditionOf, precision: s.precision}
}

// Vectors implements InnerProduct. Dissimilarities, less their mean for a correlation, are
// symmetric matrices in blocks of units, as linear kernels are, or whole rows where units
// are single samples; ranks are a plain vector.
func (m rsa) Vectors(d Dims, units *Units) (*Vectors, bool) {
	switch {
	case d.tiled() || m.rdm.kind == rdmCrossnobis:
		return nil, false
	case m.compare == compareSpearman || m.compare == compareRhoA:
		return m.rankVectors(int(d.N)), true
	case m.whitened() && m.rdm.kind == rdmSqEuclidean && kernelsPay(d):
		return kernelBlocks(int(d.N), nil), true
	case rankBased(m.compare) || m.whitened() || m.rdm.embeds() && !kernelsPay(d):
		return nil, false
	}
	return m.dissimilarityVectors(int(d.N), units), true
}

type (
	rdmVectorsKey struct {
		dissimilarity
		compare, units string
		rows           bool
	}
	rdmProductsKey struct {
		dissimilarity
		compare string
	}
	rdmSumsKey struct{ of *Vectors }
)

// toldRDM are the inner products of two systems' dissimilarities.
type toldRDM struct {
	vectors    *Vectors
	units      *Units // nil where the products are not kept apart
	rows       bool   // they are those of rows
	xy, xx, yy []float64
}

// itemSums are the sums of the entries of a matrix of dissimilarities in the rows of each
// unit, and of those between its samples, each once.
type itemSums struct{ along, within []float64 }

// dissimilarityVectors returns the vectors for cosines and correlations.
func (m rsa) dissimilarityVectors(n int, units *Units) *Vectors {
	rows := units != nil && units.Single()
	if !rows {
		units = fewUnits(units)
	}
	u := units
	if u == nil {
		u = BlockUnits(n, min(n, scoreBlocks))
	}
	order, bounds, own := blockOrder(u)
	lengths := blockSpans(bounds)
	if rows {
		bounds, lengths = []int{0, n}, make([]int, n)
		for i := range lengths {
			lengths[i] = n
		}
	}
	v := &Vectors{Key: rdmVectorsKey{m.rdm, m.compare, unitText(units), rows}}
	v.Spans, v.Length = plain(lengths...)
	v.Form = func(s *System, to []float64) error {
		kernel, err := m.rdm.formDissimilarities(s.scratch(), m.compare, order, bounds, own, to)
		if err != nil {
			return err
		}
		if m.rdm.kind == rdmSqEuclidean {
			seed(&s.memo, gramSizeKey{}, kernel)
		}
		if units != nil {
			seed(&s.memo, rdmSumsKey{v}, unitSumsOf(v, to, u.Count(), rows))
		}
		return nil
	}
	v.Tell = func(p *Pair, xy, xx, yy []float64) {
		p.tell(rdmProductsKey{m.rdm, m.compare}, &toldRDM{v, units, rows, xy, xx, yy})
	}
	return v
}

// formDissimilarities writes the blocks of a matrix of dissimilarities, centred for a
// correlation, with a diagonal of 0. Of samples that are embedded, kernel is ‖K‖² of their
// centred kernel matrix.
func (d dissimilarity) formDissimilarities(s *System, compare string, order, bounds []int, own bool, to []float64) (kernel float64, err error) {
	centre := compare == comparePearson
	n := len(order)
	if !d.embeds() {
		values, err := d.condensed(s)
		if err != nil {
			return 0, err
		}
		if err := d.patterned(s, values, centre); err != nil {
			return 0, err
		}
		mean := 0.0
		if centre {
			mean = sum(values) / float64(len(values))
		}
		at := 0
		for g := range len(bounds) - 1 {
			for h := range g + 1 {
				for _, i := range order[bounds[g]:bounds[g+1]] {
					for _, j := range order[bounds[h]:bounds[h+1]] {
						if i != j {
							to[at] = values[pairAt(min(i, j), max(i, j), n)] - mean
						} else {
							to[at] = 0
						}
						at++
					}
				}
			}
		}
		return 0, nil
	}
	z, err := d.embedded(s)
	if err != nil {
		return 0, err
	}
	if err := z.varies(); err != nil {
		return 0, err
	}
	a := z.rowNorms()
	if !own {
		a = itemsOf(a, order)
	}
	mean := 0.0
	if centre {
		mean = 2 * sum(a) / float64(n-1)
	}
	squares := 0.0
	formBlocks(z.rowsInOrder(order, own), bounds, to, func(band *mat.Dense, lo int) {
		for r := range band.RawMatrix().Rows {
			row, shift := band.RawRowView(r), a[lo+r]-mean
			kernel += 2*longDot(row[:lo+r], row[:lo+r]) + row[lo+r]*row[lo+r]
			for j, v := range row {
				row[j] = shift + a[j] - 2*v
			}
			row[lo+r] = 0
			squares += longDot(row[:lo+r], row[:lo+r])
		}
	})
	if whole := squares + choose2(n)*mean*mean; !(squares >= lostDigits*whole) || !finite(whole) || whole == 0 {
		return 0, errNoVector
	}
	return kernel, nil
}

// pairAt is the place of the pair i < j among those of n samples, row by row.
func pairAt(i, j, n int) int { return i*(2*n-i-1)/2 + j - i - 1 }

// itemsOf returns some of the values.
func itemsOf(values []float64, order []int) []float64 {
	out := make([]float64, len(order))
	for k, i := range order {
		out[k] = values[i]
	}
	return out
}

// unitSumsOf returns the sums of the entries of a vector, unit by unit.
func unitSumsOf(v *Vectors, entries []float64, count int, rows bool) itemSums {
	out := itemSums{make([]float64, count), make([]float64, count)}
	if rows {
		for i, s := range v.Spans {
			out.along[i] = sum(entries[s.X : s.X+s.N])
		}
		return out
	}
	at := 0
	for g := range count {
		for h := range g + 1 {
			total := sum(entries[v.Spans[at].X : v.Spans[at].X+v.Spans[at].N])
			out.along[g] += total
			if h != g {
				out.along[h] += total
			} else {
				out.within[g] = total / 2
			}
			at++
		}
	}
	return out
}

// value returns the comparison of all pairs of samples.
func (t *toldRDM) value() float64 {
	return normalised(t.total(t.xy), t.total(t.xx), t.total(t.yy))
}

// total returns twice the sum of products over pairs of samples.
func (t *toldRDM) total(q []float64) float64 {
	if t.rows {
		return sum(q)
	}
	count := 0
	for count*(count+1)/2 < len(q) {
		count++
	}
	return symmetricTotal(q, count)
}

// along returns the sum of the products in the rows of unit g, and of those between its
// samples, each once.
func (t *toldRDM) along(q []float64, g, count int) (along, within float64) {
	if t.rows {
		return q[g], 0
	}
	for h := range count {
		along += q[blockAt(g, h)]
	}
	return along, q[blockAt(g, g)] / 2
}

// itemTotals returns the totals over all pairs, and a function of a unit for those over its
// pairs with all samples, in which the pairs within it count twice, and over those within
// it.
func (t *toldRDM) itemTotals(p *Pair, items [][]int) (all pairTotals, of func(g int) (along, within pairTotals)) {
	sums := func(s *System) itemSums {
		return always(&s.memo, rdmSumsKey{t.vectors}, func() itemSums { return itemSums{} }) // seeded by Form
	}
	x, y := sums(p.X), sums(p.Y)
	count, n := len(items), float64(p.Samples())
	all = pairTotals{n * (n - 1) / 2, sum(x.along) / 2, sum(y.along) / 2, t.total(t.xx) / 2, t.total(t.yy) / 2, t.total(t.xy) / 2}
	return all, func(g int) (along, within pairTotals) {
		size := float64(len(items[g]))
		along = pairTotals{count: size * (n - 1), x: x.along[g], y: y.along[g]}
		within = pairTotals{count: size * (size - 1) / 2, x: x.within[g], y: y.within[g]}
		along.xx, within.xx = t.along(t.xx, g, count)
		along.yy, within.yy = t.along(t.yy, g, count)
		along.xy, within.xy = t.along(t.xy, g, count)
		return along, within
	}
}

// toldDeletions returns pairDeletions where they are known from inner products.
func (m rsa) toldDeletions(p *Pair, items [][]int) (*Deletions, error, bool) {
	t, ok := toldOf[*toldRDM](p, rdmProductsKey{m.rdm, m.compare})
	if !ok || t.units == nil || !sameUnits(t.units, &Units{Rows: items, n: t.units.n}) {
		return nil, nil, false
	}
	all, of := t.itemTotals(p, items)
	if centre := m.compare == comparePearson; t.rows {
		d, err := m.betweenUnits(p, all.similarity(centre), len(items), t.withoutRow(p, centre))
		return d, err, true
	}
	d, err := m.betweenTotals(p, all, len(items), of)
	return d, err, true
}

// rowsLeft are the sums of a system's dissimilarities without those of each sample, and the
// roots of the sums of their squares, about the mean for a correlation, NaN where there are
// none.
type rowsLeft struct{ sums, roots []float64 }

type rowsLeftKey struct{ of *Vectors }

// withoutRow returns a function of a sample for the comparison of all pairs without it. But
// for the sum of products it is of quantities of each system alone.
func (t *toldRDM) withoutRow(p *Pair, centre bool) func(i int) float64 {
	n := float64(p.Samples())
	count := n*(n-1)/2 - (n - 1)
	side := func(s *System, squares []float64) rowsLeft {
		return always(&s.memo, rowsLeftKey{t.vectors}, func() rowsLeft {
			of := always(&s.memo, rdmSumsKey{t.vectors}, func() itemSums { return itemSums{} }) // seeded by Form
			out := rowsLeft{make([]float64, len(squares)), make([]float64, len(squares))}
			all, allSquares := sum(of.along)/2, t.total(squares)/2
			for i, along := range of.along {
				out.sums[i] = all - along
				left := allSquares - squares[i]
				if centre {
					left -= out.sums[i] * out.sums[i] / count
				}
				if out.roots[i] = math.NaN(); left > 0 {
					out.roots[i] = math.Sqrt(left)
				}
			}
			return out
		})
	}
	x, y, all := side(p.X, t.xx), side(p.Y, t.yy), t.total(t.xy)/2
	return func(i int) float64 {
		left := all - t.xy[i]
		if centre {
			left -= x.sums[i] * y.sums[i] / count
		}
		return clip(left / x.roots[i] / y.roots[i])
	}
}

// rankVectors returns the vectors of centred ranks.
func (m rsa) rankVectors(n int) *Vectors {
	const span = 1 << 15
	var lengths []int
	for left := int(choose2(n)); left > 0; left -= span {
		lengths = append(lengths, min(left, span))
	}
	v := &Vectors{Key: rdmVectorsKey{m.rdm, "ranks", "", false}}
	v.Spans, v.Length = plain(lengths...)
	v.Form = func(s *System, to []float64) error {
		r, err := m.rdm.order(s.scratch(), false)
		if err != nil {
			return err
		}
		seed(&s.memo, orderDoubtKey{m.rdm}, r.Doubt)
		mean := float64(len(r.Twice) + 1)
		for i, twice := range r.Twice {
			to[i] = (float64(twice) - mean) / 2
		}
		return nil
	}
	v.Tell = func(p *Pair, xy, xx, yy []float64) {
		p.tell(rankProductsKey{m.rdm}, [3]float64{sum(xy), sum(xx), sum(yy)})
	}
	return v
}

type rankProductsKey struct{ dissimilarity }

// toldRanks returns a comparison of ranks that is known from their inner products.
func (d dissimilarity) toldRanks(p *Pair, compare string) (float64, bool) {
	t, ok := toldOf[[3]float64](p, rankProductsKey{d})
	n := choose2(d.items(p.X))
	switch {
	case ok && compare == compareSpearman:
		return normalised(t[0], t[1], t[2]), true
	case ok && compare == compareRhoA:
		return clip(12 * t[0] / (n * (n*n - 1))), true
	}
	return 0, false
}
