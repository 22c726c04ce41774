package mlem

import (
	"context"
	"math/bits"
	"slices"
)

// dropOne measures the loss of the held-out score when the metric is fitted without a
// player, so that correlated features can replace it. Refitting uses the existing normal
// equations and needs no pass over training pairs.
func (f *fitting) dropOne(ctx context.Context, k int, fits []foldFit, players []player) ([]Importance, error) {
	parts := make([][]contribution, len(players))
	for i := range parts {
		parts[i] = make([]contribution, len(fits))
	}
	for fold, fit := range fits {
		e := f.importanceSet(fold, len(players))
		set, m := f.training(fold)
		shared := newAgreement(e.distances(k), e.ties(k), f.Score)
		influence := func(fit foldFit) (float64, []float64) {
			x := e.predict(fit.w)
			score, _ := shared.clone().influence(x, fit, nil, 0)
			return score, x
		}
		score, base := influence(fit)
		void := shared.constant()
		err := forEach(ctx, f.Jobs, len(players), func(_, i int) error {
			at := f.design.restrict(func(g int) bool { return !slices.Contains(players[i].features, g) })
			w, err := f.without(k, set, m, at)
			if err != nil {
				return err
			}
			r, infl := influence(f.fitOf(m, k, w))
			for p := range infl {
				infl[p] = base[p] - infl[p]
			}
			parts[i][fold] = contribution{
				drops: []float64{score - r},
				moved: f.byCluster(e, infl),
				void:  void,
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	var rows []Importance
	for i, p := range players {
		rows = append(rows, f.summarise(p, DropOne, parts[i], nil))
	}
	return rows, nil
}

// without solves for the terms at the given positions, with the others at 0.
func (f *fitting) without(k, set int, m *moments, at []int) ([]float64, error) {
	w := make([]float64, len(f.design.terms))
	if len(at) == 0 {
		return w, nil
	}
	pen, err := f.penalty(set, func(m *moments, set int) *problem { return f.target(m, k, set).restrict(at) })
	if err != nil {
		return nil, err
	}
	s, err := f.minimise(f.target(m, k, set).restrict(at), pen)
	if err != nil {
		return nil, err
	}
	for i, t := range at {
		w[t] = s.w[i]
	}
	return w, nil
}

// maxShapley is the largest number of players. All their subsets are fitted.
const maxShapley = 12

// shapley divides the held-out Pearson correlation among the players. A player's
// value is the correlation that it adds to the players before it, averaged over all
// orders. With v(S) the correlation, averaged over folds, of the metric fitted to the
// players S alone,
//
//	φ_i = Σ_{S∌i} |S|!(n−|S|−1)!/n! · (v(S∪{i}) − v(S)),  Σφ_i = v(all).
//
// The 2ⁿ fits and their scores come from the normal equations. Features in a group
// count as part of it only. There are no intervals; SD is over folds.
func (f *fitting) shapley(ctx context.Context, k int) ([]Importance, error) {
	players := disjoint(f.players())
	n := len(players)
	owner := make([]int, f.design.features)
	for i, p := range players {
		for _, g := range p.features {
			owner[g] = i
		}
	}
	folds := max(1, len(f.splits))
	value := make([][]float64, 1<<n)
	err := forEach(ctx, f.Jobs, len(value), func(_, subset int) error {
		value[subset] = make([]float64, folds)
		at := f.design.restrict(func(g int) bool { return subset>>owner[g]&1 == 1 })
		for i := range folds {
			set, train := f.training(i)
			test := f.testing(i)
			w, err := f.without(k, set, train, at)
			if err != nil {
				return err
			}
			value[subset][i], _ = f.problem(test, k, set).pearson(w)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	chance := orderChances(n)
	var rows []Importance
	for i, p := range players {
		phi := make([]float64, folds)
		for subset := range value {
			if subset>>i&1 == 1 {
				continue
			}
			c := chance[bits.OnesCount(uint(subset))]
			for fold := range phi {
				phi[fold] += c * (value[subset|1<<i][fold] - value[subset][fold])
			}
		}
		phi = f.tellingFolds(phi, k)
		row := Importance{Feature: p.name, Group: p.group, Method: Shapley, N: len(phi), Note: "Shapley values have no interval"}
		row.Value, row.SD = meanSD(phi)
		rows = append(rows, row)
	}
	return rows, nil
}

// orderChances returns |S|!(n−|S|−1)!/n! for each size of S: the share of the orders of n
// players in which exactly those of S come before a given other one.
func orderChances(n int) []float64 {
	chance := make([]float64, n)
	chance[0] = 1 / float64(n)
	for s := 1; s < n; s++ {
		chance[s] = chance[s-1] * float64(s) / float64(n-s)
	}
	return chance
}

// disjoint lists groups first and then the features that are in none: those in a group count
// as part of it.
func disjoint(players []player) []player {
	var out []player
	grouped := map[int]bool{}
	for _, p := range players {
		if p.group != "" {
			out = append(out, p)
			for _, g := range p.features {
				grouped[g] = true
			}
		}
	}
	for _, p := range players {
		if p.group == "" && !grouped[p.features[0]] {
			out = append(out, p)
		}
	}
	return out
}

// tellingFolds returns the values of the folds whose neural distances are not all equal,
// or of all folds where they are in all.
func (f *fitting) tellingFolds(values []float64, k int) []float64 {
	f.selectScored()
	var some []float64
	for i := range f.splits {
		if f.held(i).vary(k) {
			some = append(some, values[i])
		}
	}
	if some == nil {
		return values
	}
	return some
}
