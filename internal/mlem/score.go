package mlem

import (
	"context"
	"fmt"
	"math"
	"runtime"
	"slices"
	"strconv"
	"strings"

	"simtool/internal/linalg"
	"simtool/internal/stats"
)

// Score says how well predicted distances agree with neural ones. All its values are
// of the same pairs. A value that does not exist, such as a correlation with
// predictions that are all equal, is NaN.
type Score struct {
	// Split is "in-sample", "held-out" (the mean over folds), "fold", or one of the latter
	// with " to training" for the pairs of a held-out stimulus and one that was fitted to.
	Split    string
	Fold     int // from 1, of a fold
	Repeat   int // from 1, of a fold where there are several repeats
	Spearman float64
	Pearson  float64
	R2       float64
	Stimuli  int
	Pairs    int

	// SE is the standard error of the score of the options over stimuli, from its
	// influence function. It is NaN for one group of stimuli. Interval is that of
	// Statistic. Both are zero in-sample.
	SE       float64
	Interval stats.Interval
	P        float64 // probability that unrelated rows of Y score as high; 0 if not computed
	Null     Null    // of which P is the share
}

// Null is what P values are counted from: a value of the first repeat, and those of the
// same permutations of the stimuli for every representation. It is empty where there is
// no p value.
type Null struct {
	Value float64
	Draws []float64
}

// Defined reports whether the correlation exists: neither the predictions nor the
// neural distances are all equal.
func (s *Score) Defined() bool { return !math.IsNaN(s.Spearman) }

// Note says why there is no correlation, or no interval.
func (s *Score) Note() string {
	switch {
	case !s.Defined():
		return "predicted or neural distances are all equal"
	case s.Split == inSample:
		return "no interval: the stimuli are those of the fit"
	case math.IsNaN(s.SE):
		return "no interval: the stimuli are one group"
	case s.Interval == (stats.Interval{}):
		return "no interval: too few pairs for an error"
	}
	return ""
}

// Of returns the value of a statistic.
func (s *Score) Of(by Statistic) float64 {
	switch by {
	case ScorePearson:
		return s.Pearson
	case ScoreR2:
		return s.R2
	}
	return s.Spearman
}

// inSample is the split of the stimuli of a fit.
const inSample = "in-sample"

// score appends the in-sample score of w and those of the folds.
func (f *fitting) score(ctx context.Context, res *Result, k int, w []float64, folds []foldFit) error {
	f.selectScored()
	var in Score
	within, across := make([]scored, len(folds)), make([]scored, len(folds))
	acrossSet := func(i int) *evaluation { return f.across(i, k) }
	if f.Take && f.transformed == 0 && len(f.splits) == len(f.folds) {
		// No other set is taken from the patterns, whose memory then serves the scores.
		sets := make([]*evaluation, len(folds))
		for i := range folds {
			sets[i] = f.across(i, k)
		}
		const large = 64 << 20 // bytes for which a collection pays
		collect := f.sample.neural[k].Bytes() > large
		f.sample.neural[k] = f.sample.neural[k].withoutPatterns()
		if collect {
			runtime.GC()
		}
		acrossSet = func(i int) *evaluation { return sets[i] }
	}
	err := forEach(ctx, f.Jobs, 2*len(folds)+1, func(_, i int) error {
		switch {
		case i == 0: // the largest piece of work first
			in = f.inSample(k, w)
		case i <= len(folds):
			within[i-1] = f.scoreSplit(f.held(i-1), k, i-1, folds[i-1], "fold")
		default:
			i -= len(folds) + 1
			across[i] = f.scoreSplit(acrossSet(i), k, i, folds[i], "fold"+toTraining)
		}
		return nil
	})
	if err != nil {
		return err
	}
	res.Scores = append(res.Scores, in)
	if len(folds) == 0 {
		return nil
	}
	mean := f.meanScore(within)
	f.warnHeldOut(res, within)
	if f.Null > 0 && mean.Defined() && !f.nullWithImportances() {
		observed, draws, err := f.nullScores(ctx, k, folds)
		if err != nil {
			return err
		}
		mean.P, mean.Null = stats.PValue(observed, draws), Null{observed, draws}
	}
	between := f.meanScore(across)
	mean.Stimuli /= max(1, f.Repeats) // each repeat holds out all
	between.Stimuli = 0
	for _, s := range across {
		between.Stimuli = max(between.Stimuli, s.Stimuli)
	}
	mean.Split, between.Split = heldOutSplit, heldOutSplit+toTraining
	res.Scores = append(res.Scores, mean)
	for _, s := range within {
		res.Scores = append(res.Scores, s.Score)
	}
	res.Scores = append(res.Scores, between)
	for _, s := range across {
		res.Scores = append(res.Scores, s.Score)
	}
	return nil
}

// heldOutSplit names the mean over folds.
const heldOutSplit = "held-out"

// setNull sets the p value of the held-out score, if there is one.
func (r *Result) setNull(observed float64, draws []float64) {
	for i := range r.Scores {
		if s := &r.Scores[i]; s.Split == heldOutSplit && s.Defined() {
			s.P, s.Null = stats.PValue(observed, draws), Null{observed, draws}
		}
	}
}

// scoreSplit scores the fit to a training set.
func (f *fitting) scoreSplit(e *evaluation, k, split int, fit foldFit, name string) scored {
	s := e.score(e.predict(fit.w), e.distances(k), e.ties(k), fit, f.Score)
	s.Split, s.Fold = name, f.splits[split].fold+1
	if f.Repeats > 1 {
		s.Repeat = f.splits[split].repeat + 1
	}
	s.Interval = f.Score.interval(s.Of(f.Score), s.SE, f.Level)
	return s
}

// fewPairs is the number of held-out pairs below which the correlation of a fold says
// little: with independent pairs its standard error is over 1/√(30−1) ≈ .19, and pairs
// that share stimuli have less to say.
const fewPairs = 30

// meanScore averages over the folds that have a correlation. A fold in which the
// predicted or the neural distances are all equal has none: it says nothing, and counts
// as nothing. If no fold has a correlation, neither has the mean. A stimulus moves the
// mean by the sum of its effects on all folds that it has a part in; the variance is the
// sum of the squares of these over groups of stimuli.
func (f *fitting) meanScore(folds []scored) Score {
	mean := Score{}
	undefined := 0
	for _, s := range folds {
		if !s.Defined() {
			undefined++
		}
	}
	c, counted := float64(len(folds)-undefined), 0.0
	effects := make([]float64, slices.Max(f.sample.group)+1)
	for _, s := range folds {
		mean.Stimuli += s.Stimuli
		mean.Pairs += s.Pairs
		if !math.IsNaN(s.R2) {
			mean.R2 += s.R2
			counted++
		}
		if s.Defined() {
			mean.Spearman += s.Spearman / c
			mean.Pearson += s.Pearson / c
			for g, v := range s.effects {
				effects[g] += v / c
			}
			if s.SE != s.SE {
				mean.SE = math.NaN()
			}
		}
	}
	if mean.R2 /= counted; undefined == len(folds) { // NaN if there is none
		mean.Spearman, mean.Pearson = math.NaN(), math.NaN()
		return mean
	}
	ss := 0.0
	for _, v := range effects {
		ss += v * v
	}
	mean.SE += math.Sqrt(ss)
	mean.Interval = f.Score.interval(mean.Of(f.Score), mean.SE, f.Level)
	return mean
}

// warnHeldOut warns of folds that say little or nothing.
func (f *fitting) warnHeldOut(res *Result, folds []scored) {
	var undefined []string
	few, least := 0, math.MaxInt
	for _, s := range folds {
		if !s.Defined() {
			name := strconv.Itoa(s.Fold)
			if s.Repeat > 0 {
				name = fmt.Sprintf("%d of repeat %d", s.Fold, s.Repeat)
			}
			undefined = append(undefined, name)
		}
		if least = min(least, s.Pairs); s.Pairs < fewPairs {
			few++
		}
	}
	switch {
	case len(undefined) == len(folds):
		res.Warnings = append(res.Warnings, "predicted or neural distances are all equal in every fold: there is no held-out correlation")
	case undefined != nil:
		res.Warnings = append(res.Warnings, fmt.Sprintf("predicted or neural distances are all equal in %s: the mean is that of the other folds", numbered("fold", undefined)))
	}
	if few > 0 {
		res.Warnings = append(res.Warnings, fmt.Sprintf("%d of %d folds hold out fewer than %d pairs (the smallest %d), whose correlation says little: want fewer folds or more stimuli", few, len(folds), fewPairs, least))
	}
}

// numbered renders "fold 3" or "folds 3, 5".
func numbered(what string, numbers []string) string {
	if len(numbers) > 1 {
		what += "s"
	}
	return what + " " + strings.Join(numbers, ", ")
}

// inSample scores w on the stimuli to which it was fitted, or on some of them that
// represent all.
func (f *fitting) inSample(k int, w []float64) Score {
	s := f.whole.compare(f.whole.predict(w), f.whole.distances(k), f.whole.ties(k), f.fitOf(f.full, k, w))
	s.Split = inSample
	return s
}

// scored is a score with its change, to first order, by each group of stimuli.
type scored struct {
	Score
	effects []float64 // by number of the group
}

// compare compares predictions x with distances y of the pairs. The predicted distance
// is intercept + scale·x of a fit. Both are replaced by their ranks.
func (e *evaluation) compare(x, y []float64, t ties, fit foldFit) Score {
	s := Score{Stimuli: len(e.id), Pairs: len(e.first)}
	var ok bool
	if s.Pearson, ok = stats.Pearson(x, y); !ok {
		s.Pearson = math.NaN()
	}
	var rss, tss, mean float64
	for _, v := range y {
		mean += v / float64(len(y))
	}
	for p, v := range y {
		r := v - fit.intercept - fit.scale*x[p]
		rss += r * r
		tss += (v - mean) * (v - mean)
	}
	s.R2 = 1 - rss/tss
	var sort linalg.Sorter
	sort.RanksWithin(x, x, t.predictions)
	sort.RanksWithin(y, y, t.distances)
	constant := allEqual(y)
	if constant { // what varies is rounding
		s.R2 = math.NaN()
	}
	if s.Spearman, ok = stats.Pearson(x, y); !ok || constant || allEqual(x) {
		s.Spearman, s.Pearson = math.NaN(), math.NaN()
	}
	return s
}

// score is compare with the standard error of a statistic. It changes x and y.
func (e *evaluation) score(x, y []float64, t ties, fit foldFit, by Statistic) scored {
	var values, distances []float64
	if !by.ofRanks() {
		values, distances = slices.Clone(x), slices.Clone(y)
	}
	s := scored{Score: e.compare(x, y, t, fit)}
	if !s.Defined() {
		return s
	}
	if by.ofRanks() {
		stats.NewRankCorrelation(y).Influence(x, x)
	} else {
		x = values
		newAgreement(distances, t, by).influence(x, fit, nil, 0)
	}
	s.effects = e.effects(x)
	ss := 0.0
	for _, v := range s.effects {
		ss += v * v
	}
	if s.SE = math.Sqrt(ss); s.effects == nil {
		s.SE = math.NaN() // one group of stimuli has no variance
	}
	return s
}

// effects returns how much each group of stimuli moves a score, from the influence of
// each pair, to first order: the sum over the pairs of its stimuli, over the number of
// pairs, times √(G/(G−1)) for G groups, so that the sum of squares is the variance (see
// stats.PairVariance, with which it agrees where a stimulus is in as many pairs as
// another). Of pairs across two sets, G is that of the own set. Nil for one group.
func (e *evaluation) effects(infl []float64) []float64 {
	m := len(e.id)
	out := make([]float64, slices.Max(e.group)+1)
	if e.held == 0 {
		moves, used := stats.HajekProjection(infl, e.first, e.second, m)
		for i := range moves {
			moves[i] *= 2 / float64(m)
		}
		if !addByGroup(out, moves, used, e.group) {
			return nil
		}
		return out
	}
	moves, used := make([]float64, m), make([]bool, m)
	for p, v := range infl {
		for _, i := range []int32{e.first[p], e.second[p]} {
			moves[i] += v / float64(len(infl))
			used[i] = true
		}
	}
	h := e.held
	if !addByGroup(out, moves[:h], used[:h], e.group[:h]) || !addByGroup(out, moves[h:], used[h:], e.group[h:]) {
		return nil
	}
	return out
}

// addByGroup adds what moves the stimuli of each group that are used, times √(G/(G−1)). It
// reports whether there are two groups.
func addByGroup(out, moves []float64, used []bool, group []int) bool {
	groups := map[int]bool{}
	for i, g := range group {
		if used[i] {
			groups[g] = true
		}
	}
	n := float64(len(groups))
	if n < 2 {
		return false
	}
	for i, v := range moves {
		if used[i] {
			out[group[i]] += v * math.Sqrt(n/(n-1))
		}
	}
	return true
}

// vary reports whether distances differ by more than rounding, of which ties is the
// relative size.
func vary(distances []float64, ties float64) bool {
	ranks := make([]float64, len(distances))
	new(linalg.Sorter).RanksWithin(ranks, distances, ties)
	return !allEqual(ranks)
}

// spearman returns the rank correlation of predictions x with distances y, NaN where a
// side is constant. It changes both.
func spearman(x, y []float64, t ties) float64 {
	var sort linalg.Sorter
	sort.RanksWithin(x, x, t.predictions)
	sort.RanksWithin(y, y, t.distances)
	rho, ok := stats.Pearson(x, y)
	if !ok || allEqual(x) || allEqual(y) {
		return math.NaN()
	}
	return rho
}

// heldOut returns the rank correlation of the predictions of w, NaN where a side is
// constant.
func (e *evaluation) heldOut(k int, w []float64) float64 {
	return spearman(e.predict(w), e.distances(k), e.ties(k))
}

// meanOfDefined returns the mean of the values that are not NaN, NaN if there are none.
func meanOfDefined(values []float64) float64 {
	defined := slices.DeleteFunc(slices.Clone(values), math.IsNaN)
	if len(defined) == 0 {
		return math.NaN()
	}
	mean := 0.0
	for _, v := range defined {
		mean += v / float64(len(defined))
	}
	return mean
}
