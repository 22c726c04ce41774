package measures

import (
	"cmp"
	"math"
	"slices"

	"simtool/internal/linalg"
)

// deletableNeighbours are the neighbours in a system, and what they become without one of
// some units: only samples that have a neighbour in the unit get others.
type deletableNeighbours struct {
	all   neighbours
	units *Units
	other [][]replaced // of each unit
	// orders holds the same neighbours, the nearest first, in place of similarities; nil
	// where those are kept.
	orders [][][]int32
}

// replaced are the neighbours of a sample without a unit.
type replaced struct {
	sample  int
	index   []int32
	nearest []float64
}

// listed are the neighbours of a sample by their numbers, and the nearest first.
type listed struct{ index, order []int32 }

// deletable finds neighbours without each unit, from the same similarities: they are those
// that the samples that stay would have by themselves, but for the mean of all samples
// where it is removed, which is kept. Neighbours that change come with their order if
// ordered is set, otherwise with their similarities.
func (s *System) deletable(h neighbourhood, u *Units, ordered bool) (*deletableNeighbours, error) {
	all, err := s.neighbours(h)
	if err != nil {
		return nil, err
	}
	rows, err := s.similarityRows(h)
	if err != nil {
		return nil, err
	}
	allow := s.similarityAllowance(h)
	d := &deletableNeighbours{all: all, units: u, other: make([][]replaced, u.Count())}
	if ordered {
		d.orders = make([][][]int32, u.Count())
	}
	unit := unitOf(u.Rows, s.n)
	var touched []int
	var near shortlist
	for i := range s.n {
		index, _ := all.of(i)
		touched = touched[:0]
		for _, j := range index {
			if g := unit[j]; g != unit[i] && !slices.Contains(touched, g) {
				touched = append(touched, g)
			}
		}
		if len(touched) == 0 {
			continue
		}
		row := rows(i)
		near.take(row, i, min(s.n-1, h.k+u.Largest()+spareNeighbours))
		for _, g := range touched {
			out := func(j int32) bool { return unit[j] == g }
			best, ok := near.nearest(h.k, allow(i), out)
			if !ok {
				var all shortlist
				all.take(row, i, s.n-1)
				best, _ = all.nearest(h.k, allow(i), out)
			}
			r := replaced{sample: i, index: make([]int32, h.k)}
			for at, c := range best {
				r.index[at] = c.index
			}
			if ordered {
				byNearness(best, allow(i))
				order := make([]int32, h.k)
				for at, c := range best {
					order[at] = c.index
				}
				d.orders[g] = append(d.orders[g], order)
			} else {
				r.nearest = make([]float64, h.k)
				for at, c := range best {
					r.nearest[at] = h.similarity(c)
				}
			}
			d.other[g] = append(d.other[g], r)
		}
	}
	return d, nil
}

// spareNeighbours is how many more of the nearest samples are kept than are left out, so
// that those which are equally near are among them.
const spareNeighbours = 16

// shortlist holds the samples that are nearest to one, by their index.
type shortlist struct {
	samples  []candidate
	farthest float64 // the least similarity of them
	whole    bool    // all others are in it
	values   []float64
	best     []candidate
}

// take collects the count nearest samples.
func (l *shortlist) take(row []float64, self, count int) {
	l.samples = nearestOf(l.samples[:0], row, self, count)
	l.farthest, l.whole = l.samples[count-1].similarity, count == len(row)-1
	slices.SortFunc(l.samples, func(a, b candidate) int { return cmp.Compare(a.index, b.index) })
}

// nearest returns the k nearest that are not out, by their index, as System.neighbours
// finds them among all. ok is false if the list may lack one that is equally near.
func (l *shortlist) nearest(k int, allow linalg.Allowance, out func(sample int32) bool) (best []candidate, ok bool) {
	l.values = l.values[:0]
	for _, c := range l.samples {
		v := c.similarity
		if out(c.index) {
			v = math.Inf(-1)
		}
		l.values = append(l.values, v)
	}
	const nobody = -1
	best = nearestOf(l.best[:0], l.values, nobody, k)
	l.best = best
	last := -best[k-1].similarity
	if !l.whole && (-l.farthest <= last || mayTie(-l.farthest, last, allow)) {
		return nil, false
	}
	settleTies(best, l.values, nobody, allow)
	for at, c := range best {
		best[at].index = l.samples[c.index].index
	}
	slices.SortFunc(best, func(a, b candidate) int { return cmp.Compare(a.index, b.index) })
	return best, true
}

// without returns the neighbours of the samples that stay, numbered among themselves, and
// their similarities.
func (d *deletableNeighbours) without(g int) neighbours {
	k, n := d.all.k, d.units.n
	number, stay := make([]int32, n), 0
	gone := make([]bool, n)
	for _, i := range d.units.Rows[g] {
		gone[i] = true
	}
	for i := range n {
		number[i] = int32(stay)
		if !gone[i] {
			stay++
		}
	}
	out := neighbours{k: k, index: make([]int32, 0, stay*k), nearest: make([]float64, 0, stay*k)}
	others := d.other[g]
	for i := range n {
		if gone[i] {
			continue
		}
		index, nearest := d.all.of(i)
		if len(others) > 0 && others[0].sample == i {
			index, nearest = others[0].index, others[0].nearest
			others = others[1:]
		}
		for at, j := range index {
			out.index = append(out.index, number[j])
			out.nearest = append(out.nearest, nearest[at])
		}
	}
	return out
}

// deletable finds neighbours without each unit in both systems.
func (p *Pair) deletable(h neighbourhood, u *Units, ordered bool) (x, y *deletableNeighbours, err error) {
	if most := u.Largest(); u.n-most < h.k+2 {
		return nil, nil, undefined("without one unit %d samples stay, but %d neighbours need at least %d", u.n-most, h.k, h.k+2)
	}
	if x, err = p.X.deletable(h, u, ordered); err != nil {
		return nil, nil, err
	}
	y, err = p.Y.deletable(h, u, ordered)
	return x, y, err
}

// estimator is the estimator of measures of neighbours.
func (h neighbourhood) estimator() Estimator {
	return Estimator{
		Axis: PlainAxis, Rows: true,
		Own:   "the value depends on what part of the samples are neighbours: the estimate is of its mean at this number of samples",
		Flops: h.deletionFlops,
	}
}

// Estimator implements Estimable: the value itself, without samples or units.
func (m knn) Estimator() (Estimator, bool) { return m.near.estimator(), true }

// Deletions implements Estimable.
func (m knn) Deletions(p *Pair, u *Units) (*Deletions, error) {
	if err := p.check(m.card); err != nil {
		return nil, err
	}
	x, y, err := p.deletable(m.near, u, false)
	if err != nil {
		return nil, err
	}
	return x.means(y, func(_ int, a, b listed) float64 { return m.value(countCommon(a.index, b.index), m.near.k) }), nil
}

// means returns the mean over samples of a function of their neighbours in two systems, of
// all samples and without each unit.
func (d *deletableNeighbours) means(other *deletableNeighbours, value func(i int, a, b listed) float64) *Deletions {
	u := d.units
	each, all := make([]float64, u.n), 0.0
	for i := range each {
		each[i] = value(i, d.own(i), other.own(i))
		all += each[i]
	}
	out := &Deletions{All: all / float64(u.n), One: make([]float64, u.Count())}
	for g, rows := range u.Rows {
		total := all
		for _, i := range rows {
			total -= each[i]
		}
		d.changed(other, g, func(i int, a, b listed) { total += value(i, a, b) - each[i] })
		out.One[g] = total / float64(u.n-len(rows))
	}
	return out
}

// changed calls f with the samples whose neighbours in one of two systems change without
// a unit, and with their neighbours in both.
func (d *deletableNeighbours) changed(other *deletableNeighbours, g int, f func(i int, a, b listed)) {
	x, y := d.other[g], other.other[g]
	for k, l := 0, 0; k < len(x) || l < len(y); {
		i := math.MaxInt
		if k < len(x) {
			i = x[k].sample
		}
		if l < len(y) {
			i = min(i, y[l].sample)
		}
		a, b := d.own(i), other.own(i)
		if k < len(x) && x[k].sample == i {
			a = d.listed(g, k)
			k++
		}
		if l < len(y) && y[l].sample == i {
			b = other.listed(g, l)
			l++
		}
		f(i, a, b)
	}
}

// own returns the neighbours of a sample among all.
func (d *deletableNeighbours) own(i int) listed {
	index, _ := d.all.of(i)
	return listed{index, d.all.inOrder(i)}
}

// listed returns the neighbours of the sample that is the given one of those that have
// others without a unit; their order is nil where it was not asked for.
func (d *deletableNeighbours) listed(g, at int) listed {
	out := listed{index: d.other[g][at].index}
	if d.orders != nil {
		out.order = d.orders[g][at]
	}
	return out
}

// mostAlignedRows is the number of samples up to which single ones are left out of
// kernels of neighbours, which are compared as a whole without each.
const mostAlignedRows = 300

// Estimator implements Estimable: the value itself, without samples or units.
func (m cknna) Estimator() (Estimator, bool) {
	e := m.near.estimator()
	e.Rows, e.MostRows = false, mostAlignedRows
	return e, true
}

// Deletions implements Estimable.
func (m cknna) Deletions(p *Pair, u *Units) (*Deletions, error) {
	if err := p.check(m.card); err != nil {
		return nil, err
	}
	x, y, err := p.deletable(m.near, u, false)
	if err != nil {
		return nil, err
	}
	out := &Deletions{One: make([]float64, u.Count())}
	if out.All, err = alignNeighbours(x.all, y.all); err != nil {
		return nil, err
	}
	for g := range out.One {
		if out.One[g], err = alignNeighbours(x.without(g), y.without(g)); err != nil {
			return nil, undefined("without one of %d units %s", u.Count(), err)
		}
	}
	return out, nil
}
