package mlem

import (
	"context"
	"math"
	"slices"

	"simtool/internal/stats"
)

// Method is a measure of the importance of a feature.
type Method string

// The methods. All use held-out stimuli where there are folds.
const (
	Permutation Method = "permutation" // loss of the score when the feature is permuted over stimuli
	DropOne     Method = "drop-one"    // loss of the score when the metric is fitted without the feature
	Shapley     Method = "shapley"     // share of Pearson's r, averaged over all orders of adding features
	Interaction Method = "interaction" // loss of the score when two features are permuted together, less the losses when each is
)

// Importance is the importance of a feature, or of a group of features, together with
// all its products with others.
type Importance struct {
	Feature  string // "" for a group, A*B for an interaction
	Group    string // "" for a feature alone
	Method   Method
	Value    float64
	SD       float64 // over permutations and folds, or over folds
	Interval stats.Interval
	P        float64 // probability that unrelated rows of Y give at least as much; 0 if not computed
	Null     Null    // of which P is the share
	N        int     // number of values averaged
	Note     string  // why there is no interval
}

// player is a feature, or a group of features, that is permuted or left out.
type player struct {
	name, group string
	features    []int
	pair        bool // two features whose product is measured
}

// players lists every feature, and then the groups.
func (f *fitting) players() []player {
	var out []player
	index := map[string]int{}
	for i, name := range f.sample.features.Names() {
		index[name] = i
		out = append(out, player{name: name, features: []int{i}})
	}
	for _, g := range f.FeatureGroups {
		p := player{group: g.Name}
		for _, name := range g.Features {
			p.features = append(p.features, index[name])
		}
		out = append(out, p)
	}
	return out
}

// contribution is the contribution of one player in one fold.
type contribution struct {
	drops []float64 // the loss of correlation, one for each permutation, or one
	moved []float64 // to first order, the decrease of their mean when a cluster is left out of the fold
	// lost is the loss, by permuting, of what the score is the mean product of with
	// standardised distances (see agreement), for the null, and constant what the product
	// lacks; nil without a null.
	lost     []float64
	constant float64
	// void says that the neural distances of the fold are all equal, so that there is
	// nothing to lose: it counts as no fold.
	void bool
}

// addImportances adds the importances of representation k to the result.
func (f *fitting) addImportances(ctx context.Context, res *Result, k int, w []float64, folds []foldFit) error {
	players := f.players()
	fits := folds
	if len(folds) == 0 {
		fits = []foldFit{f.fitOf(f.full, k, w)}
	}
	if f.Permutations > 0 {
		if err := f.addPermuted(ctx, res, k, w, fits, players); err != nil {
			return err
		}
	}
	if f.DropOne {
		rows, err := f.dropOne(ctx, k, fits, players)
		if err != nil {
			return err
		}
		res.Importance = append(res.Importance, rows...)
	}
	if f.Shapley {
		rows, err := f.shapley(ctx, k)
		if err != nil {
			return err
		}
		res.Importance = append(res.Importance, rows...)
	}
	return nil
}

// importanceSet returns the set of stimuli for importances and p-values of split i: what it
// holds out, or all stimuli if nothing is held out. It has at most the stimuli that
// ImportancePairs permits and for which the ranks of all players fit into a quarter of the
// memory.
func (f *fitting) importanceSet(i, players int) *evaluation {
	f.selectScored()
	e := f.whole
	if len(f.splits) > 0 {
		e = f.held(i)
	}
	if n := f.importanceStimuli(len(e.id), len(e.first), players); n < len(e.id) {
		return newEvaluation(e.subset(seq(n)), e.design)
	}
	return e
}

// importanceStimuli is the number of those of a set, the first of it, that are in
// importanceSet.
func (o *Options) importanceStimuli(stimuli, pairs, players int) int {
	most := math.MaxInt
	if o.ImportancePairs > 0 {
		most = o.ImportancePairs
	}
	if o.MaxMemory > 0 {
		most = min(most, o.MaxMemory/4/8/(players+8))
	}
	if pairs <= most {
		return stimuli
	}
	return min(stimuli, max(4, int(math.Sqrt(2*float64(most)))))
}

// nullWithImportances reports whether the null of the score is found with those of the
// importances, which permute the stimuli in the same way: where they are of the same sets.
func (f *fitting) nullWithImportances() bool {
	if f.Null == 0 || f.Permutations == 0 || len(f.splits) == 0 {
		return false
	}
	f.selectScored()
	players := len(f.players()) + len(f.pairs())
	return !slices.ContainsFunc(f.folds, func(e *evaluation) bool {
		stimuli, pairs := len(e.id), len(e.first)
		return f.importanceStimuli(stimuli, pairs, 1) != f.importanceStimuli(stimuli, pairs, players)
	})
}

// tellingSets counts the sets of the first splits whose neural distances are not all
// equal, or all sets where they are in all. The draws of the null of a set without are 0.
func (f *fitting) tellingSets(sets, players, k int) int {
	n := 0
	for i := range sets {
		if f.importanceSet(i, players).vary(k) {
			n++
		}
	}
	if n == 0 {
		return sets
	}
	return n
}

// meanDrop returns the mean loss over the permutations of the folds that count.
func meanDrop(folds []contribution) float64 {
	var all []float64
	for _, c := range telling(folds) {
		all = append(all, c.drops...)
	}
	mean, _ := meanSD(all)
	return mean
}

// byCluster returns the sum of the influences of the stimuli of each cluster.
func (f *fitting) byCluster(e *evaluation, infl []float64) []float64 {
	moved := make([]float64, f.layout.clusters())
	h, _ := stats.HajekProjection(infl, e.first, e.second, len(e.id))
	for i, v := range h {
		moved[e.cluster[i]] += 2 * v / float64(len(h))
	}
	return moved
}

// summarise averages the contributions of the folds. A cluster of stimuli affects
// the mean through the fold in which it is scored and, by the values in fitted,
// through the weights. The variance is that of the sum of both effects.
func (f *fitting) summarise(p player, method Method, folds []contribution, fitted []float64) Importance {
	row := Importance{Feature: p.name, Group: p.group, Method: method}
	var all []float64
	moved := append([]float64(nil), fitted...)
	folds = telling(folds)
	for _, c := range folds {
		all = append(all, c.drops...)
		moved = addScaled(moved, c.moved, 1/float64(len(folds)))
	}
	row.N = len(all)
	row.Value, row.SD = meanSD(all)
	_, sd := meanSD(moved)
	variance := sd * sd * float64(len(moved))
	switch permutations := row.SD * row.SD / float64(row.N); method {
	case Permutation:
		variance += permutations
	case Interaction:
		// What a permutation changes at random is a sum over stimuli, so that their influences
		// have it in them. Of a difference of losses that is most of the variance.
		variance = max(variance, permutations)
	}
	row.Interval = stats.NormalInterval(row.Value, math.Sqrt(variance), f.Level)
	const rounding = 1e-12 // of a correlation
	if row.Interval.Hi-row.Interval.Lo < rounding {
		row.Interval = stats.Interval{}
		row.Note = "no interval: the feature has no weight in any fold"
	}
	return row
}

// mayBeNothing reports whether the intervals of the weights of all features of a player
// reach 0.
func (f *fitting) mayBeNothing(res *Result, p player) bool {
	const rounding = 1e-6 // of weights of unit norm, inside the cone
	names := f.sample.features.Names()
	for _, at := range p.features {
		i := slices.IndexFunc(res.Weights, func(w Weight) bool { return w.A == names[at] && w.B == names[at] })
		if i < 0 || res.Weights[i].Interval == (stats.Interval{}) || res.Weights[i].Interval.Lo > rounding {
			return false
		}
	}
	return true
}

// reachZero extends the interval of an importance to 0, to the error of its permutations
// and at least to a thousandth of a correlation either way.
// The importance of a feature whose weight may be 0 is not normal: it is 0, or a little
// below, wherever w ≥ 0 holds the weight at 0, and has a tail above.
func (m *Importance) reachZero() {
	if m.Interval == (stats.Interval{}) || m.N == 0 {
		return
	}
	noise := max(0.001, m.SD/math.Sqrt(float64(m.N)))
	m.Interval.Lo, m.Interval.Hi = min(m.Interval.Lo, -noise), max(m.Interval.Hi, noise)
}

// telling returns the contributions of the folds that are not void, or of all folds where
// all are.
func telling(folds []contribution) []contribution {
	if some := slices.DeleteFunc(slices.Clone(folds), func(c contribution) bool { return c.void }); len(some) > 0 {
		return some
	}
	return folds
}

// allEqual reports whether ranks are all equal.
func allEqual(ranks []float64) bool {
	return !slices.ContainsFunc(ranks, func(r float64) bool { return r != ranks[0] })
}
