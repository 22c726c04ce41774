package mlem

import (
	"context"
	"fmt"
	"math"
	"slices"

	"simtool/internal/stats"
)

// addPermuted adds the importances by permutation of players, and of the pairs of features
// that interact, and their nulls.
func (f *fitting) addPermuted(ctx context.Context, res *Result, k int, w []float64, fits []foldFit, players []player) error {
	firsts := max(1, len(f.first())) // sets of stimuli that do not overlap, for the null
	alone := len(players)
	pairs := f.pairs()
	for _, p := range pairs {
		players = append(players, p.player)
	}
	plans := make([]permutationPlan, len(players))
	for i, p := range players {
		var warning string
		plans[i], warning = f.planPermutation(p, k)
		if warning != "" {
			res.Warnings = append(res.Warnings, warning)
		}
	}
	byPlayer := make([][]contribution, len(players))
	null := make([][]float64, len(players)+1) // the last of the score
	observed := 0.0
	counted := f.tellingSets(firsts, len(players), k)
	for fold := range fits {
		e := f.importanceSet(fold, len(players))
		part, whole, err := f.permute(ctx, e, k, fold, fits[fold], players, plans)
		if err != nil {
			return err
		}
		if f.Null > 0 && fold < firsts {
			lost := make([][]float64, len(part), len(part)+1)
			for i := range part {
				lost[i] = part[i].lost
			}
			draws, err := f.nullProducts(ctx, e, k, fold, append(lost, whole.linear))
			if err != nil {
				return err
			}
			for i := range players {
				for r := range draws[i] {
					draws[i][r] += part[i].constant
				}
				null[i] = addScaled(null[i], draws[i], 1/float64(counted))
			}
			observed += whole.score / float64(firsts)
			for r := range draws[len(part)] {
				draws[len(part)][r] += whole.constant
			}
			null[len(part)] = addScaled(null[len(part)], draws[len(part)], 1/float64(firsts))
		}
		for i := range players {
			part[i].lost = nil
			byPlayer[i] = append(byPlayer[i], part[i])
		}
		f.Progress.report("importance", fold+1, len(fits))
	}
	if f.nullWithImportances() {
		res.setNull(observed, null[len(players)])
	}
	fitted, err := f.fitInfluence(ctx, k, players, plans, w, penalty{ridge: res.Lambda, shrink: res.Shrink})
	if err != nil {
		return err
	}
	for i, p := range players[:alone] {
		row := f.summarise(p, Permutation, byPlayer[i], fitted[i])
		if f.mayBeNothing(res, p) {
			row.reachZero()
		}
		if f.Null > 0 {
			row.Null = Null{meanDrop(byPlayer[i][:firsts]), null[i]}
			row.P = stats.PValue(row.Null.Value, null[i])
		}
		res.Importance = append(res.Importance, row)
	}
	for i, p := range pairs {
		both := alone + i
		own := beyond(byPlayer[both], byPlayer[p.a], byPlayer[p.b])
		row := f.summarise(p.player, Interaction, own, difference3(fitted[both], fitted[p.a], fitted[p.b]))
		if f.Null > 0 {
			row.Null = Null{math.Abs(meanDrop(own[:firsts])), magnitudes(difference3(null[both], null[p.a], null[p.b]))}
			row.P = stats.PValue(row.Null.Value, row.Null.Draws)
		}
		res.Importance = append(res.Importance, row)
	}
	return nil
}

// scoreOfSet is the score of the predictions for a set of stimuli: constant plus the mean
// product of linear with standardised distances, see agreement. linear is nil without a null.
type scoreOfSet struct {
	score, constant float64
	linear          []float64
}

// permute measures every player in one set of stimuli, and all of them together.
func (f *fitting) permute(ctx context.Context, e *evaluation, k, fold int, fit foldFit, players []player, plans []permutationPlan) ([]contribution, scoreOfSet, error) {
	n := len(e.first)
	w := fit.w
	var base []float64
	var parts *slopes
	var shared *agreement
	_ = forEach(ctx, f.Jobs, 2, func(_, i int) error {
		if i == 1 {
			shared = newAgreement(e.distances(k), e.ties(k), f.Score)
			return nil
		}
		base = e.predict(w)
		if f.bySlopes(players) {
			parts = e.slopes(w, slices.Clone(base))
		}
		return nil
	})
	if err := ctx.Err(); err != nil {
		return nil, scoreOfSet{}, err
	}
	var intact []float64
	if f.Null > 0 {
		intact = make([]float64, n)
	}
	score, constant := shared.influence(base, fit, intact, 1)
	void := shared.constant()
	out := make([]contribution, len(players))
	own := make([]*permuter, workers(f.Jobs, len(players)))
	err := forEach(ctx, f.Jobs, len(players), func(worker, i int) error {
		if own[worker] == nil {
			own[worker] = newPermuter(e, shared.clone())
		}
		c, m := &out[i], own[worker]
		if parts != nil {
			m.isolateBy(parts, players[i].features)
		} else {
			m.isolate(w, players[i].features)
		}
		infl := append([]float64(nil), base...)
		c.lost, c.constant = slices.Clone(intact), constant
		q := float64(f.Permutations)
		for r := range f.Permutations {
			rng := stats.Stream(f.Seed, fmt.Sprintf("mlem/permutation/%d/%d/%s/%s", fold, r, players[i].name, players[i].group))
			m.predict(plans[i].draw(e.sample, rng))
			permuted, rest := m.agreement.influence(m.x, fit, c.lost, -1/q)
			c.constant += rest
			c.drops = append(c.drops, score-permuted)
			for p, v := range m.x {
				infl[p] -= v / q
			}
		}
		c.moved, c.void = f.byCluster(e, infl), void
		return nil
	})
	return out, scoreOfSet{score, constant, intact}, err
}

// bySlopes reports whether predictions without a player come from slopes, which are formed
// once for all players but kept: where pairs of features are players, or coordinates are few.
func (f *fitting) bySlopes(players []player) bool {
	const few = 32
	return f.design.width() <= few || slices.ContainsFunc(players, func(p player) bool { return p.pair })
}
