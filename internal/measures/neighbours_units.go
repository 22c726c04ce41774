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
}

// replaced are the neighbours of a sample without a unit.
type replaced struct {
	sample  int
	index   []int32
	nearest []float64
}

// deletable finds neighbours without each unit, from the same similarities: they are those
// that the samples that stay would have by themselves, but for the mean of all samples
// where it is removed, which is kept.
func (s *System) deletable(h neighbourhood, u *Units) (*deletableNeighbours, error) {
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
	unit := unitOf(u.Rows, s.n)
	left := make([]float64, s.n)
	var touched []int
	best := make([]candidate, 0, h.k)
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
		copy(left, row)
		for _, g := range touched {
			for _, j := range u.Rows[g] {
				left[j] = math.Inf(-1)
			}
			best = nearestOf(best[:0], left, i, h.k)
			settleTies(best, left, i, allow(i))
			slices.SortFunc(best, func(a, b candidate) int { return cmp.Compare(a.index, b.index) })
			r := replaced{sample: i, index: make([]int32, h.k), nearest: make([]float64, h.k)}
			for at, c := range best {
				r.index[at], r.nearest[at] = c.index, c.similarity
			}
			d.other[g] = append(d.other[g], r)
			for _, j := range u.Rows[g] {
				left[j] = row[j]
			}
		}
	}
	return d, nil
}

// without returns the neighbours of the samples that stay, numbered among themselves.
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

// neighbourDeletions returns a score of the neighbours in both systems, of all samples
// and without each unit.
func (p *Pair) neighbourDeletions(h neighbourhood, u *Units, score func(x, y neighbours) (float64, error)) (*Deletions, error) {
	if most := u.Largest(); u.n-most < h.k+2 {
		return nil, undefined("without one unit %d samples stay, but %d neighbours need at least %d", u.n-most, h.k, h.k+2)
	}
	x, err := p.X.deletable(h, u)
	if err != nil {
		return nil, err
	}
	y, err := p.Y.deletable(h, u)
	if err != nil {
		return nil, err
	}
	out := &Deletions{One: make([]float64, u.Count())}
	if out.All, err = score(x.all, y.all); err != nil {
		return nil, err
	}
	failed := make([]error, u.Count())
	linalg.Parallel(u.Count(), 1, func(lo, hi int) {
		for g := lo; g < hi; g++ {
			out.One[g], failed[g] = score(x.without(g), y.without(g))
		}
	})
	for _, err := range failed {
		if err != nil {
			return nil, undefined("without one of %d units %s", u.Count(), err)
		}
	}
	return out, nil
}

// estimator is the estimator of measures of neighbours.
func (h neighbourhood) estimator() Estimator {
	return Estimator{
		Axis: PlainAxis, Rows: true,
		Own: "the value depends on what part of the samples are neighbours: the estimate is of its mean at this number of samples",
		Flops: func(d Dims, units int) float64 {
			n, k := float64(d.N), float64(h.k)
			return n*n*(float64(d.P+d.Q)+4*min(k, float64(units))) + 10*n*k*float64(units)
		},
	}
}

// Estimator implements Estimable: the value itself, without samples or units.
func (m knn) Estimator() (Estimator, bool) { return m.near.estimator(), true }

// Deletions implements Estimable.
func (m knn) Deletions(p *Pair, u *Units) (*Deletions, error) {
	if err := p.check(m.card); err != nil {
		return nil, err
	}
	return p.neighbourDeletions(m.near, u, func(x, y neighbours) (float64, error) {
		n := len(x.index) / x.k
		total := 0.0
		for i := range n {
			a, _ := x.of(i)
			b, _ := y.of(i)
			total += m.value(countCommon(a, b), m.near.k)
		}
		return total / float64(n), nil
	})
}

// Estimator implements Estimable: the value itself, without samples or units.
func (m cknna) Estimator() (Estimator, bool) { return m.near.estimator(), true }

// Deletions implements Estimable.
func (m cknna) Deletions(p *Pair, u *Units) (*Deletions, error) {
	if err := p.check(m.card); err != nil {
		return nil, err
	}
	return p.neighbourDeletions(m.near, u, alignNeighbours)
}
