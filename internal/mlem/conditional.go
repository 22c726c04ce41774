package mlem

import (
	"math"
	"math/rand/v2"
	"slices"

	"gonum.org/v1/gonum/mat"

	"simtool/internal/linalg"
)

// permutationPlan says how a player's features are permuted.
//
// A marginal permutation shuffles the rows of its features over stimuli. When other
// features are correlated with them, this makes combinations that never occur, and
// credits each feature with the part that they share. A permutation conditional on
// those others keeps the part of a numeric feature that they predict linearly and
// shuffles its residuals; features of other kinds are shuffled within strata of
// stimuli that agree in the others (numbers by thirds). The importance is then the
// player's contribution beyond the others (Strobl et al. 2008,
// doi:10.1186/1471-2105-9-307).
type permutationPlan struct {
	features []int
	given    []int // features that the permutation is conditional on; none: marginal
}

// planPermutation returns how p is permuted. If importance is to be conditional, it is given the
// features whose correlation with those of p over pairs exceeds .5.
func (f *fitting) planPermutation(p player, k int) (permutationPlan, string) {
	out := permutationPlan{features: p.features}
	if !f.Conditional {
		return out, ""
	}
	q := f.problem(f.full, k, whole)
	for g := range f.design.features {
		if slices.Contains(p.features, g) || f.sample.features.columns[g].kind == Precomputed {
			continue
		}
		for _, own := range p.features {
			if a, b := f.design.main(own), f.design.main(g); a >= 0 && b >= 0 && math.Abs(q.correlation(a, b)) > 0.5 {
				out.given = append(out.given, g)
				break
			}
		}
	}
	if len(out.given) == 0 || out.byResidual(f.sample) {
		return out, ""
	}
	if free := movable(out.strata(f.sample)); free < 0.5 {
		return out, "conditional importance of " + p.label() + ": fewer than half of the stimuli have another that agrees in the correlated features"
	}
	return out, ""
}

func (p player) label() string {
	if p.group != "" {
		return "group " + p.group
	}
	return p.name
}

// byResidual reports whether residuals are shuffled.
func (p permutationPlan) byResidual(s *sample) bool {
	return len(p.features) == 1 && s.features.columns[p.features[0]].kind == Numeric
}

// draw returns the columns of the player's features after one shuffle.
func (p permutationPlan) draw(s *sample, rng *rand.Rand) []column {
	if len(p.given) > 0 && p.byResidual(s) {
		return []column{p.shuffleResiduals(s, rng)}
	}
	strata := s.level
	if len(p.given) > 0 {
		strata = p.strata(s)
	}
	index := shuffleWithin(len(s.id), strata, rng)
	out := make([]column, len(p.features))
	for i, f := range p.features {
		out[i] = s.features.columns[f].pick(index)
	}
	return out
}

// strata numbers the combinations of the given features and the level.
func (p permutationPlan) strata(s *sample) []int {
	n := len(s.id)
	label := make([]int, n)
	if s.level != nil {
		copy(label, s.level)
	}
	for _, g := range p.given {
		c := s.features.columns[g]
		part := make([]int, n)
		ranks := ranksOfKnown(c.values)
		for i, v := range c.values {
			switch {
			case v != v:
				part[i] = -1
			case c.kind == Categorical:
				part[i] = int(v)
			default:
				part[i] = int(3 * ranks[i])
			}
		}
		seen := map[[2]int]int{}
		for i := range label {
			key := [2]int{label[i], part[i]}
			at, ok := seen[key]
			if !ok {
				at = len(seen)
				seen[key] = at
			}
			label[i] = at
		}
	}
	return label
}

// ranksOfKnown returns ranks in [0,1) of the values that are not missing. They are as they
// were written, and only equal ones tie, such as times that have most digits in common.
func ranksOfKnown(values []float64) []float64 {
	filled := slices.Clone(values)
	known := 0.0
	for i, v := range filled {
		if v != v {
			filled[i] = math.Inf(1)
			continue
		}
		known++
	}
	ranks := make([]float64, len(filled))
	new(linalg.Sorter).RanksWithin(ranks, filled, 0)
	for i := range ranks {
		ranks[i] = min((ranks[i]-0.5)/max(known, 1), 1-1e-9)
	}
	return ranks
}

// shuffleResiduals regresses the feature on the given ones, with categories as
// indicators, and shuffles the residuals.
func (p permutationPlan) shuffleResiduals(s *sample, rng *rand.Rand) column {
	c := s.features.columns[p.features[0]]
	var at []int // stimuli that have all values
	for i, v := range c.values {
		known := v == v
		for _, g := range p.given {
			u := s.features.columns[g].values[i]
			known = known && u == u
		}
		if known {
			at = append(at, i)
		}
	}
	out := c
	out.values = slices.Clone(c.values)
	if len(at) < 3 {
		return out
	}
	x := indicators(s.features, p.given, at)
	y := mat.NewDense(len(at), 1, pick(c.values, at))
	fit := mat.NewDense(len(at), 1, nil)
	if beta, _, err := linalg.LeastSquares(x, y); err == nil {
		fit.Mul(x, beta)
	}
	var level []int
	if s.level != nil {
		level = pick(s.level, at)
	}
	for i, from := range shuffleWithin(len(at), level, rng) {
		out.values[at[i]] = fit.At(i, 0) + y.At(from, 0) - fit.At(from, 0)
	}
	return out
}

// indicators returns a regression matrix of features at some stimuli: a column
// of ones, a column for each number and, for each category but the first, an
// indicator.
func indicators(f *Features, features, at []int) *mat.Dense {
	var columns [][]float64
	ones := make([]float64, len(at))
	for i := range ones {
		ones[i] = 1
	}
	columns = append(columns, ones)
	for _, g := range features {
		c := f.columns[g]
		values := pick(c.values, at)
		if c.kind != Categorical {
			columns = append(columns, values)
			continue
		}
		levels := slices.Compact(slices.Sorted(slices.Values(values)))
		for _, l := range levels[min(1, len(levels)):] {
			is := make([]float64, len(at))
			for i, v := range values {
				if v == l {
					is[i] = 1
				}
			}
			columns = append(columns, is)
		}
	}
	x := mat.NewDense(len(at), len(columns), nil)
	for j, c := range columns {
		x.SetCol(j, c)
	}
	return x
}

// movable returns the share of stimuli that are not alone in their stratum.
func movable(strata []int) float64 {
	count := map[int]int{}
	for _, s := range strata {
		count[s]++
	}
	free := 0
	for _, s := range strata {
		if count[s] > 1 {
			free++
		}
	}
	return float64(free) / float64(len(strata))
}

// shuffleWithin returns a random permutation of n stimuli that keeps each in its
// stratum. With nil strata all stimuli are in one.
func shuffleWithin(n int, strata []int, rng *rand.Rand) []int {
	if strata == nil {
		return rng.Perm(n)
	}
	members := map[int][]int{}
	var order []int
	for i, s := range strata {
		if members[s] == nil {
			order = append(order, s)
		}
		members[s] = append(members[s], i)
	}
	index := make([]int, n)
	for _, s := range order {
		m := members[s]
		for a, b := range rng.Perm(len(m)) {
			index[m[a]] = m[b]
		}
	}
	return index
}
