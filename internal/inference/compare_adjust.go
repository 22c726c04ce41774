package inference

import (
	"cmp"
	"math"
	"math/rand/v2"
	"slices"
	"sort"

	"gonum.org/v1/gonum/stat/distuv"

	"simtool/internal/measures"
	"simtool/internal/stats"
)

// multiplierDraws is the number of draws of all contrasts together, fewDraws that where
// they take more than mostDrawFlops multiplications.
const (
	multiplierDraws, fewDraws = 10000, 1000
	mostDrawFlops             = 5e9
)

// adjust sets p values that hold for all contrasts together. With w ~ N(0, I_U) and an
// independent χ² of U−1 degrees of freedom,
//
//	T_k = √((U−1)/U)·Σ_u w_u(Δ_k₍u₎ − Δ̄_k)/se_k / √(χ²/(U−1))
//
// has the distribution of Student's t for each contrast k, and the correlations of the
// contrasts: PAdj is the share of draws in which the largest |T_k| is as large as |t_k|.
// Contrasts may rest on different numbers of units, merged from the same finest ones.
// Units that are merged have the sum of their w, scaled to variance 1, χ² of more degrees
// of freedom is that of fewer and the rest, and the largest |T_k| is that of the smallest
// p value.
func adjust(finest *measures.Units, contrasts []Contrast, seed uint64) {
	m := newMultipliers(finest, contrasts)
	if len(m.tested) < 2 {
		for _, k := range m.tested {
			contrasts[k.index].PAdj = contrasts[k.index].PValue
		}
		return
	}
	draws := m.draws()
	rng := stats.Stream(seed, "compare")
	most := make([]float64, draws)
	for i := range most {
		most[i] = m.most(rng)
	}
	slices.Sort(most)
	for _, k := range m.tested {
		c := &contrasts[k.index]
		own := m.extreme(math.Abs(c.T), m.levels[k.level])
		count := draws - sort.Search(draws, func(i int) bool { return most[i] >= own })
		c.PAdj = max(c.PValue, float64(1+count)/float64(1+draws))
	}
}

// multipliers draws all contrasts at once.
type multipliers struct {
	tested []testedContrast
	sides  []multiplied
	levels []*multiplierLevel // by increasing number of units
	finest []float64          // w
}

// testedContrast is a contrast that has a p value, as a difference of two sides.
type testedContrast struct {
	index, first, second, level int
	factor                      float64 // √((U−1)/U)/se
}

// multiplied is a side of contrasts with its sum of a draw.
type multiplied struct {
	of    *replicates
	level int
	sum   float64
}

// multiplierLevel is what all contrasts with a number of units share.
type multiplierLevel struct {
	count   int
	group   []int     // the unit of each finest one
	scale   []float64 // 1/√ of the number of finest units of each
	weights []float64 // w
	root    float64   // √(χ²/(U−1))
	largest float64   // |T_k|
}

func newMultipliers(finest *measures.Units, contrasts []Contrast) *multipliers {
	m := &multipliers{}
	levels, sides := map[int]*multiplierLevel{}, map[*replicates]int{}
	finest = coarsest(finest, contrasts)
	for _, c := range contrasts {
		if count := c.DF + 1; !math.IsNaN(c.PValue) && levels[count] == nil {
			l := &multiplierLevel{count: count, weights: make([]float64, count)}
			l.group, l.scale = nesting(finest, c.parts[0].units)
			levels[count] = l
			m.levels = append(m.levels, l)
		}
	}
	slices.SortFunc(m.levels, func(a, b *multiplierLevel) int { return a.count - b.count })
	for k, c := range contrasts {
		if math.IsNaN(c.PValue) {
			continue
		}
		level := slices.Index(m.levels, levels[c.DF+1])
		for _, r := range c.parts {
			if _, ok := sides[r]; !ok {
				sides[r] = len(m.sides)
				m.sides = append(m.sides, multiplied{of: r, level: level})
			}
		}
		m.tested = append(m.tested, testedContrast{
			index: k, first: sides[c.parts[0]], second: sides[c.parts[1]], level: level,
			factor: math.Sqrt(float64(c.DF)/float64(c.DF+1)) / c.se,
		})
	}
	if len(m.tested) > 0 {
		m.finest = make([]float64, finest.Count())
	}
	return m
}

// coarsest returns the units of all contrasts where these are the same, else the finest.
func coarsest(finest *measures.Units, contrasts []Contrast) *measures.Units {
	var units *measures.Units
	for _, c := range contrasts {
		switch {
		case math.IsNaN(c.PValue):
		case units == nil:
			units = c.parts[0].units
		case units.Count() != c.DF+1:
			return finest
		}
	}
	return units
}

// nesting returns the unit that holds each of the finest units, and for each unit 1/√ of
// how many it holds.
func nesting(finest, units *measures.Units) (group []int, scale []float64) {
	of := make([]int, units.Samples())
	for g, rows := range units.Rows {
		for _, i := range rows {
			of[i] = g
		}
	}
	group, scale = make([]int, finest.Count()), make([]float64, units.Count())
	for u, rows := range finest.Rows {
		group[u] = of[rows[0]]
		scale[group[u]]++
	}
	for g, n := range scale {
		scale[g] = 1 / math.Sqrt(n)
	}
	return group, scale
}

// draws returns how many draws there are.
func (m *multipliers) draws() int {
	each := float64(len(m.tested))
	for _, s := range m.sides {
		each += float64(len(s.of.without))
	}
	if each*multiplierDraws > mostDrawFlops {
		return fewDraws
	}
	return multiplierDraws
}

// extreme orders values of |T| that rest on a number of units: by themselves where all
// rest on as many, else by their p values.
func (m *multipliers) extreme(t float64, l *multiplierLevel) float64 {
	if len(m.levels) == 1 {
		return t
	}
	return -2 * distuv.StudentsT{Sigma: 1, Nu: float64(l.count - 1)}.CDF(-t)
}

// most returns the most extreme of the contrasts of a draw.
func (m *multipliers) most(rng *rand.Rand) float64 {
	for u := range m.finest {
		m.finest[u] = rng.NormFloat64()
	}
	squares, freedom := 0.0, 0
	for _, l := range m.levels {
		clear(l.weights)
		for u, g := range l.group {
			l.weights[g] += m.finest[u]
		}
		for g, s := range l.scale {
			l.weights[g] *= s
		}
		for ; freedom < l.count-1; freedom++ {
			v := rng.NormFloat64()
			squares += v * v
		}
		l.root, l.largest = math.Sqrt(squares/float64(freedom)), 0
	}
	for i := range m.sides {
		s := &m.sides[i]
		s.sum = 0
		for g, w := range m.levels[s.level].weights {
			s.sum += w * (s.of.without[g] - s.of.mean)
		}
	}
	for _, k := range m.tested {
		l := m.levels[k.level]
		l.largest = max(l.largest, math.Abs(m.sides[k.first].sum-m.sides[k.second].sum)*k.factor)
	}
	out := math.Inf(-1)
	for _, l := range m.levels {
		out = max(out, m.extreme(l.largest/l.root, l))
	}
	return out
}

// byPValue returns the numbers of the contrasts that have a p value, the smallest first;
// equal ones keep their order.
func byPValue(contrasts []Contrast) []int {
	var order []int
	for k := range contrasts {
		if !math.IsNaN(contrasts[k].PValue) {
			order = append(order, k)
		}
	}
	slices.SortStableFunc(order, func(i, j int) int { return cmp.Compare(contrasts[i].PValue, contrasts[j].PValue) })
	return order
}

// discover sets the q values of Benjamini and Hochberg (1995): with m p values in
// increasing order, q₍i₎ = min over j ≥ i of m·p₍j₎/j.
func discover(contrasts []Contrast) {
	order := byPValue(contrasts)
	least := 1.0
	for i := len(order) - 1; i >= 0; i-- {
		c := &contrasts[order[i]]
		least = min(least, float64(len(order))*c.PValue/float64(i+1))
		c.QBH = least
	}
}
