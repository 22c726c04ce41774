package measures

import (
	"slices"
	"sync"

	"gonum.org/v1/gonum/mat"

	"simtool/internal/linalg"
)

// unitsPerFold is the number of units into which each fold is cut.
const unitsPerFold = 3

// heldOutEstimator is the estimator of a held-out value: the value itself. It tells of
// the fit to n(1−1/k) samples, not of the fit to all of the population.
func (m regression) heldOutEstimator() (Estimator, bool) {
	if !m.ofOneR2() {
		return m.unknownEstimator()
	}
	e := Estimator{
		Axis: LogLossAxis, Group: m.plan.groups, Moments: m.unitNumbers,
		Own: "the estimate is of held-out prediction from so many samples, not of what endless ones would explain",
		Flops: func(d Dims, units int) float64 {
			return m.bothWays(d, func(n, p, q float64) float64 {
				return n*q*(p+q/2) + float64(units+1)*m.fitsFlops(n, p, q)
			})
		},
	}
	if m.as == asPearson {
		e.Axis = FisherAxis
	}
	return e, true
}

// groups puts independent units together, three to a fold where each lies within one.
func (plan foldPlan) groups(p *Pair, u *Units) *Units {
	if plan.k*unitsPerFold > 2*mostBlocks {
		return u.Merged(mostBlocks)
	}
	out := &Units{n: u.n}
	fold := make([]int, u.n)
	folds := plan.samples(p)
	for f, samples := range folds {
		for _, i := range samples {
			fold[i] = f
		}
	}
	within := make([][][]int, len(folds)) // units of each fold
	for _, rows := range u.Rows {
		f := fold[rows[0]]
		if slices.ContainsFunc(rows, func(i int) bool { return fold[i] != f }) {
			return u.Merged(mostBlocks)
		}
		within[f] = append(within[f], rows)
	}
	for _, units := range within {
		part := (&Units{n: u.n, Rows: units}).Merged(unitsPerFold)
		out.Rows = append(out.Rows, part.Rows...)
	}
	return out
}

// samples returns the samples of each fold.
func (plan foldPlan) samples(p *Pair) [][]int {
	if p.groups != nil {
		return plan.grouped(p.groups)
	}
	if !plan.shuffled {
		return BlockUnits(p.Samples(), plan.k).Rows
	}
	return plan.assign(p.X)
}

// heldOutDeletions returns the held-out value without each unit, in test and in training
// samples. All other samples stay in their folds.
func (m regression) heldOutDeletions(p *Pair, u *Units) (*Deletions, error) {
	if err := p.checkFolds(m.plan); err != nil {
		return nil, err
	}
	return m.directed(p, func(p *Pair) (*Deletions, error) {
		cells, err := p.foldCells(m.plan, u, m.columns)
		if err != nil {
			return nil, err
		}
		out := newDeletions(u.Count(), false)
		errs := make([]error, u.Count()+1)
		linalg.Parallel(len(errs), 1, func(lo, hi int) {
			for at := lo; at < hi; at++ {
				var v float64
				v, _, errs[at] = m.heldOut(cells.without(at-1), p.X)
				if at == 0 {
					out.All = v
				} else {
					out.One[at-1] = v
				}
			}
		})
		for g, err := range errs {
			if err != nil && g > 0 {
				return nil, undefined("without one of %d units: %s", u.Count(), err)
			} else if err != nil {
				return nil, err
			}
		}
		return out, nil
	})
}

// foldCells are the moments of the samples of each fold that are in each unit.
type foldCells struct {
	pair    *Pair
	rows    [][]int // of each fold
	units   *Units
	columns bool
	moments [][]*unitMoments // fold by unit, nil where they have no samples in common
}

// foldCells returns the moments of folds unit by unit.
func (p *Pair) foldCells(plan foldPlan, u *Units, columns bool) (*foldCells, error) {
	c := &foldCells{pair: p, rows: plan.samples(p), units: u, columns: columns}
	unit := make([]int, u.n)
	for g, rows := range u.Rows {
		for _, i := range rows {
			unit[i] = g
		}
	}
	var pieces [][]int // samples of each cell
	for _, samples := range c.rows {
		cells := make([][]int, u.Count())
		for _, i := range samples {
			cells[unit[i]] = append(cells[unit[i]], i)
		}
		for _, rows := range cells {
			if rows != nil {
				pieces = append(pieces, rows)
			}
		}
		c.moments = append(c.moments, make([]*unitMoments, u.Count()))
	}
	fine := &Units{n: u.n, Rows: pieces}
	parts, err := p.unitMoments(fine, wanted{yy: true, columns: columns})
	if err != nil {
		return nil, err
	}
	fold := make([]int, u.n)
	for f, samples := range c.rows {
		for _, i := range samples {
			fold[i] = f
		}
	}
	for k, rows := range pieces {
		c.moments[fold[rows[0]]][unit[rows[0]]] = parts[k]
	}
	return c, nil
}

// without returns the folds without unit g, or all of them where g is negative. A fold
// that has no other samples is left out.
func (c *foldCells) without(g int) *folds {
	p := c.pair
	f := &folds{noisy: p.Y.noisy(), grain: p.grain}
	var kept [][]int // samples of each fold that stay
	for k, cells := range c.moments {
		var all *unitMoments
		for h, m := range cells {
			if h == g || m == nil {
				continue
			}
			if all == nil {
				all = m.noUnitMoments()
			}
			all.merge(m)
		}
		if all == nil {
			continue
		}
		a, b := all.xy.Dims()
		one := newMoments(a, b)
		one.n, one.mx, one.my, one.xx, one.yy, one.xy = float64(all.n), all.meanX, all.meanY, all.squareX, all.yy, all.xy
		f.parts = append(f.parts, part{foldMoments: one})
		rows := c.rows[k]
		if g >= 0 {
			rows = slices.DeleteFunc(slices.Clone(rows), func(i int) bool {
				_, in := slices.BinarySearch(c.units.Rows[g], i)
				return in
			})
		}
		kept = append(kept, rows)
	}
	if p.segments == nil {
		f.rowed = sync.OnceValue(func() *folds {
			y := p.Y.compact()
			_, q := y.Dims()
			rowed := newFolds(p.X.featuresFor(c.columns), kept, q)
			rowed.noisy, rowed.grain = f.noisy, f.grain
			rowed.setY(y)
			return rowed
		})
	}
	return f
}

// featuresFor returns the own features of a system, or those of the compact matrix.
func (s *System) featuresFor(columns bool) *mat.Dense {
	if columns {
		return s.centred()
	}
	return s.compact()
}
