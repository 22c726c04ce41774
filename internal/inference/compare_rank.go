package inference

import (
	"fmt"
	"math"
	"slices"
)

// Standing is the place of a model among those of a panel.
type Standing struct {
	// Rank is the place by the estimate, from 1 for the closest; 0 for a model without.
	Rank int
	// First and Last bound the place: before and behind them are the models that differ.
	First, Last int
	// Group has letters, of which models that do not differ share one.
	Group string
	// Z is how far the score lies above that of random pairings, in their standard
	// deviations, and PBest the share of pairings in which the best of all models has
	// such a Z: both NaN without permutations.
	Z, PBest float64
}

// Standings returns the places of the models of a panel. Models differ whose contrast
// has a PAdj below alpha.
func Standings(p Panel, contrasts []Contrast, alpha float64) []Standing {
	out := make([]Standing, len(p))
	closeness := make([]float64, len(p))
	var order []int
	for i, e := range p {
		out[i] = Standing{Z: unknown(), PBest: unknown()}
		closeness[i] = e.closeness()
		if !math.IsNaN(closeness[i]) {
			order = append(order, i)
		}
	}
	slices.SortStableFunc(order, func(i, j int) int {
		switch a, b := closeness[i], closeness[j]; {
		case a > b:
			return -1
		case a < b:
			return 1
		}
		return 0
	})
	for place, i := range order {
		out[i].Rank, out[i].First, out[i].Last = place+1, 1, len(order)
	}
	differ := make([][]bool, len(p))
	for i := range differ {
		differ[i] = make([]bool, len(p))
	}
	for _, c := range contrasts {
		i, j := c.First, c.Second
		if !(c.PAdj < alpha) {
			continue
		}
		differ[i][j], differ[j][i] = true, true
		if closer := p[i].closer == (c.Diff > 0); !closer {
			i, j = j, i
		}
		out[j].First++
		out[i].Last--
	}
	for i, g := range letters(order, differ) {
		out[i].Group = g
	}
	return out
}

// closeness is the estimate, with its sign changed where smaller values are closer; NaN
// for none.
func (e *Estimate) closeness() float64 {
	if e.Missing != "" || e.Err != nil {
		return unknown()
	}
	v := e.estimator.Axis.From(e.main.z)
	if e.estimator.Report != nil {
		v = e.estimator.Report(v)
	}
	if !e.closer {
		v = -v
	}
	return v
}

// letters returns a letter for each largest set of models of which no two differ, all
// that a model is in, so that models share a letter exactly if they do not differ. The
// sets come from the set of all models, of which each difference splits those that hold
// both of its models; sets within others are left out (Piepho 2004, doi
// 10.1198/1061860043515). The first letter has the best model.
func letters(order []int, differ [][]bool) map[int]string {
	sets := [][]int{order} // of models by their place
	for a, i := range order {
		for _, j := range order[a+1:] {
			if differ[i][j] {
				sets = split(sets, i, j)
			}
		}
	}
	place := map[int]int{}
	for at, i := range order {
		place[i] = at
	}
	slices.SortStableFunc(sets, func(a, b []int) int {
		return slices.CompareFunc(a, b, func(i, j int) int { return place[i] - place[j] })
	})
	out := map[int]string{}
	for k, set := range sets {
		for _, i := range set {
			out[i] += letter(k)
		}
	}
	return out
}

// split replaces sets that hold both i and j by those without i and those without j.
func split(sets [][]int, i, j int) [][]int {
	var out [][]int
	for _, set := range sets {
		if !slices.Contains(set, i) || !slices.Contains(set, j) {
			out = append(out, set)
			continue
		}
		for _, without := range []int{j, i} {
			out = append(out, slices.DeleteFunc(slices.Clone(set), func(k int) bool { return k == without }))
		}
	}
	var kept [][]int
	for k, set := range out {
		inside := func(at int) bool {
			other := out[at]
			return at != k && within(set, other) && (len(other) > len(set) || at < k)
		}
		if !slices.ContainsFunc(indices(len(out)), inside) {
			kept = append(kept, set)
		}
	}
	return kept
}

func indices(n int) []int {
	out := make([]int, n)
	for i := range out {
		out[i] = i
	}
	return out
}

// within reports whether a set is part of another.
func within(set, other []int) bool {
	return !slices.ContainsFunc(set, func(i int) bool { return !slices.Contains(other, i) })
}

// letter returns a, b, …, z, A, …, Z, and numbers in brackets for more.
func letter(k int) string {
	const all = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
	if k < len(all) {
		return all[k : k+1]
	}
	return fmt.Sprintf("(%d)", k+1)
}
