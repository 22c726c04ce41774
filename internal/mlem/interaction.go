package mlem

import "math"

// pairPlayer is two features of which the model has a product, to be permuted together.
type pairPlayer struct {
	player
	a, b int // their numbers among the players
}

// pairs lists the pairs of features that interact, where their importance is wanted.
func (f *fitting) pairs() []pairPlayer {
	if !f.InteractionImportance {
		return nil
	}
	names := f.sample.features.Names()
	seen := map[[2]int]bool{}
	var out []pairPlayer
	for _, term := range f.design.terms {
		a, b := f.design.featureOf(term.A), f.design.featureOf(term.B)
		if key := [2]int{a, b}; a != b && !seen[key] {
			seen[key] = true
			out = append(out, pairPlayer{player{name: names[a] + "*" + names[b], features: []int{a, b}}, a, b})
		}
	}
	return out
}

// beyond returns what permuting two features together takes away beyond what permuting
// each takes away: in every fold
//
//	drop(a and b) − drop(a) − drop(b),
//
// with its influences. It is 0 in expectation for features that contribute each by
// itself to a score that is linear in their contributions; it is negative where each
// permutation alone destroys what the features have together. P values are two-sided.
func beyond(both, a, b []contribution) []contribution {
	out := make([]contribution, len(both))
	for fold := range out {
		out[fold] = contribution{
			drops: difference3(both[fold].drops, a[fold].drops, b[fold].drops),
			moved: difference3(both[fold].moved, a[fold].moved, b[fold].moved),
			void:  both[fold].void,
		}
	}
	return out
}

// magnitudes returns the absolute values.
func magnitudes(values []float64) []float64 {
	out := make([]float64, len(values))
	for i, v := range values {
		out[i] = math.Abs(v)
	}
	return out
}

// difference3 returns x − y − z, nil where x is nil.
func difference3(x, y, z []float64) []float64 {
	if x == nil {
		return nil
	}
	return addScaled(addScaled(addScaled(nil, x, 1), y, -1), z, -1)
}
