package mlem

import (
	"context"
	"fmt"
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
	firsts := max(1, len(f.first())) // sets of stimuli that do not overlap, for the null
	if f.Permutations > 0 {
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
		players = players[:alone]
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

// permuter computes predictions with the coordinates of a set S of features replaced. It forms rest
// and c_f = Σ_{g∉S} W_fg·d_g once, so the cost of
//
//	dᵀWd = rest + Σ_{f∈S} d_f·(2·c_f + Σ_{g∈S} W_fg·d_g)
//
// does not depend on the other features.
type permuter struct {
	*evaluation
	agreement *agreement
	rest, x   []float64
	cross     [][]float64 // c_f of each coordinate of S
	replaced  [][]float64
	inner     [][]float64 // W within S
	players   []int       // the features
}

// coordinatesOf returns the coordinates of features.
func (m *permuter) coordinatesOf(features []int) []int {
	var out []int
	for _, f := range features {
		out = append(out, m.design.coordinates(f)...)
	}
	return out
}

func newPermuter(e *evaluation, a *agreement) *permuter {
	return &permuter{evaluation: e, agreement: a, rest: make([]float64, len(e.first)), x: make([]float64, len(e.first))}
}

// isolate computes rest, c_f and W within S for some features.
func (m *permuter) isolate(w []float64, features []int) {
	m.players = features
	coordinates := m.coordinatesOf(features)
	place := make([]int, m.design.width())
	for i := range place {
		place[i] = -1
	}
	m.prepare(coordinates)
	for i, c := range coordinates {
		place[c] = i
		clear(m.cross[i])
	}
	type coupling struct {
		player, other int
		w             float64
	}
	var couplings []coupling
	outside := slices.Clone(w)
	for t, term := range m.design.terms {
		for k := range term.Tied + 1 {
			a, b := place[term.A+k], place[term.B+k]
			switch {
			case a >= 0 && b >= 0:
				m.inner[a][b], m.inner[b][a] = w[t], w[t]
			case a >= 0:
				couplings = append(couplings, coupling{a, term.B + k, w[t]})
			case b >= 0:
				couplings = append(couplings, coupling{b, term.A + k, w[t]})
			default:
				continue
			}
			outside[t] = 0
		}
	}
	form := m.design.quadratic(outside)
	d := newTiles(m.features, len(m.first))
	for d.next(m.first, m.second) {
		form.of(m.rest[d.at:d.at+d.n], d.rows())
		for p := range d.n {
			row := d.row(p)
			for _, c := range couplings {
				m.cross[c.player][d.at+p] += c.w * row[c.other]
			}
		}
	}
}

// prepare makes room for the coordinates of S.
func (m *permuter) prepare(coordinates []int) {
	m.inner = make([][]float64, len(coordinates))
	for i := range coordinates {
		m.inner[i] = make([]float64, len(coordinates))
		if len(m.cross) <= i {
			m.cross = append(m.cross, make([]float64, len(m.first)))
			m.replaced = append(m.replaced, make([]float64, len(m.first)))
		}
	}
}

// predict writes into x the predictions with the features of S replaced.
func (m *permuter) predict(features []column) {
	columns := m.features.lift(m.players, features)
	for i := range columns {
		columns[i].distances(m.replaced[i], 1, m.first, m.second)
	}
	copy(m.x, m.rest)
	for i := range columns {
		for p, d := range m.replaced[i] {
			s := 2 * m.cross[i][p]
			for j := range columns {
				s += m.inner[i][j] * m.replaced[j][p]
			}
			m.x[p] += d * s
		}
	}
}

// addStandardised adds scale·z to dst, where z are the ranks with mean 0 and
// mean square 1. It adds nothing where all ranks are equal.
func addStandardised(dst, ranks []float64, scale float64) {
	n := float64(len(ranks))
	mean := (n + 1) / 2
	var ss float64
	for _, r := range ranks {
		ss += (r - mean) * (r - mean)
	}
	if ss == 0 {
		return
	}
	scale /= math.Sqrt(ss / n)
	for p, r := range ranks {
		dst[p] += scale * (r - mean)
	}
}

func meanSD(v []float64) (mean, sd float64) {
	for _, x := range v {
		mean += x / float64(len(v))
	}
	if len(v) < 2 {
		return mean, 0
	}
	for _, x := range v {
		sd += (x - mean) * (x - mean)
	}
	return mean, math.Sqrt(sd / float64(len(v)-1))
}

// addScaled adds scale·v to dst, which may be nil for zero.
func addScaled(dst, v []float64, scale float64) []float64 {
	if dst == nil {
		dst = make([]float64, len(v))
	}
	for i, x := range v {
		dst[i] += scale * x
	}
	return dst
}
