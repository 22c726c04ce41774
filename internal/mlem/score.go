package mlem

import (
	"context"
	"fmt"
	"math"
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
	Split    string // "in-sample", "held-out" (the mean over folds) or "fold"
	Fold     int    // from 1, of a fold
	Spearman float64
	Pearson  float64
	R2       float64
	Stimuli  int
	Pairs    int

	// SE is the standard error of the held-out Spearman correlation over stimuli,
	// from its influence function. It is NaN for one group of stimuli. Interval is
	// symmetric in Fisher's z. Both are zero in-sample.
	SE       float64
	Interval stats.Interval
	P        float64 // probability that unrelated rows of Y score as high; 0 if not computed
}

// Defined reports whether the correlation exists: neither the predictions nor the
// neural distances are all equal.
func (s *Score) Defined() bool { return !math.IsNaN(s.Spearman) }

// interval sets the interval from the standard error, if there is one.
func (s *Score) interval(level float64) {
	if s.SE > 0 || math.Abs(s.Spearman) == 1 {
		s.Interval = stats.CorrelationInterval(s.Spearman, s.SE, level)
	}
}

// scoredStimuli bounds the number of stimuli whose pairs are all ranked for a score.
// These are the first in a random order, and fewer if Options.MaxMemory is small.
// 2,500 stimuli have 3 million pairs.
const scoredStimuli = 2500

// evaluation is a set of stimuli whose pairs are scored.
type evaluation struct {
	*sample
	design        *design
	first, second []int32
}

func newEvaluation(s *sample, g *design) *evaluation {
	e := &evaluation{sample: s, design: g}
	e.first, e.second = s.pairs()
	return e
}

// distances returns the regressed distance of every pair.
func (e *evaluation) distances(k int) []float64 {
	all := e.neural[k].condensed()
	if e.usesAllPairs() {
		return all
	}
	n := len(e.id)
	y := make([]float64, len(e.first))
	for p, i := range e.first {
		y[p] = all[condensedIndex(n, int(i), int(e.second[p]))]
	}
	return y
}

func condensedIndex(n, i, j int) int { return i*(2*n-i-1)/2 + j - i - 1 }

// predict returns the predicted distance of every pair.
func (e *evaluation) predict(w []float64) []float64 {
	out := make([]float64, len(e.first))
	d := newTiles(e.features, len(e.first))
	for d.next(e.first, e.second) {
		for p := range d.n {
			out[d.at+p] = e.design.predict(w, d.row(p))
		}
	}
	return out
}

// tiles iterates over the feature distances of pairs, or over how their coordinates differ, some thousand at a time.
type tiles struct {
	columns  []column
	width    int
	at, n    int // the tile: pairs [at, at+n)
	total    int
	d        []float64
	consumed int
}

func newTiles(f *Features, total int) *tiles {
	const pairs = 2048
	columns := f.coordinates()
	return &tiles{columns: columns, width: len(columns), total: total, d: make([]float64, pairs*len(columns))}
}

// next computes the next tile and reports whether there is one.
func (t *tiles) next(first, second []int32) bool {
	t.at = t.consumed
	t.n = min(len(t.d)/t.width, t.total-t.at)
	if t.n <= 0 {
		return false
	}
	t.consumed += t.n
	for c := range t.columns {
		t.columns[c].distances(t.d[c:], t.width, first[t.at:t.consumed], second[t.at:t.consumed])
	}
	return true
}

// row returns the feature distances of pair p of the tile.
func (t *tiles) row(p int) []float64 { return t.d[p*t.width : (p+1)*t.width] }

// selectScored selects the stimuli of scores, once for all representations.
func (f *fitting) selectScored() {
	if f.whole != nil {
		return
	}
	own := *f.sample
	if f.transformed > 0 {
		own.neural = own.neural[:f.transformed]
	}
	most := scoredStimuli
	if f.MaxMemory > 0 {
		// The largest set may use half of the memory: for predictions and distances,
		// the ranks of both, and the influence of pairs.
		const perPair = 104
		most = min(most, max(minStimuli, int(math.Sqrt(float64(f.MaxMemory)/perPair))))
	}
	subset := func(places []int) *evaluation {
		return newEvaluation(own.subset(places[:min(len(places), most)]), f.design)
	}
	for k := range f.Folds {
		f.folds = append(f.folds, subset(f.layout.places(k)))
	}
	// Stimuli are in the order of folds, so a subset is spread over all places.
	n := len(f.sample.id)
	f.whole = newEvaluation(own.subset(evenlySpaced(n, most)), f.design)
}

// evenlySpaced returns at most m of the numbers below n, evenly evenlySpaced.
func evenlySpaced(n, m int) []int {
	places := make([]int, min(n, m))
	for i := range places {
		places[i] = i * n / len(places)
	}
	return places
}

// score appends the in-sample score of w and those of the folds.
func (f *fitting) score(ctx context.Context, res *Result, k int, w []float64, folds []foldFit) error {
	f.selectScored()
	var in Score
	heldOut := make([]Score, len(folds))
	err := forEach(ctx, f.Jobs, len(folds)+1, func(_, i int) error {
		if i == 0 { // the largest piece of work first
			in = f.inSample(k, w)
			return nil
		}
		i--
		e, fit := f.folds[i], folds[i]
		heldOut[i] = e.score(e.predict(fit.w), e.distances(k), fit.scale, fit.intercept)
		heldOut[i].Split, heldOut[i].Fold = "fold", i+1
		return nil
	})
	if err != nil {
		return err
	}
	res.Scores = append(res.Scores, in)
	if len(folds) == 0 {
		return nil
	}
	mean := f.meanScore(res, heldOut)
	for _, s := range append([]*Score{&mean}, pointers(heldOut)...) {
		s.interval(f.Level)
	}
	if f.Null > 0 && mean.Defined() {
		observed, draws, err := f.nullScores(ctx, k, folds)
		if err != nil {
			return err
		}
		mean.P = stats.PValue(observed, draws)
	}
	res.Scores = append(append(res.Scores, mean), heldOut...)
	return nil
}

func pointers(s []Score) []*Score {
	out := make([]*Score, len(s))
	for i := range s {
		out[i] = &s[i]
	}
	return out
}

// fewPairs is the number of held-out pairs below which the correlation of a fold says
// little: with independent pairs its standard error is over 1/√(30−1) ≈ .19, and pairs
// that share stimuli have less to say.
const fewPairs = 30

// meanScore averages over the folds that have a correlation. A fold in which the
// predicted or the neural distances are all equal has none: it says nothing, and counts
// as nothing. If no fold has a correlation, neither has the mean.
func (f *fitting) meanScore(res *Result, folds []Score) Score {
	mean := Score{Split: "held-out"}
	var undefined []string
	few, least := 0, math.MaxInt
	for _, s := range folds {
		if !s.Defined() {
			undefined = append(undefined, strconv.Itoa(s.Fold))
		}
		if least = min(least, s.Pairs); s.Pairs < fewPairs {
			few++
		}
	}
	c, counted := float64(len(folds)-len(undefined)), 0.0
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
			mean.SE += s.SE * s.SE / c / c
		}
	}
	mean.R2 /= counted // NaN if there is none
	mean.SE = math.Sqrt(mean.SE)
	switch {
	case len(undefined) == len(folds):
		mean.Spearman, mean.Pearson = math.NaN(), math.NaN()
		res.Warnings = append(res.Warnings, "predicted or neural distances are all equal in every fold: there is no held-out correlation")
	case undefined != nil:
		res.Warnings = append(res.Warnings, fmt.Sprintf("predicted or neural distances are all equal in %s: the mean is that of the other folds", numbered("fold", undefined)))
	}
	if few > 0 {
		res.Warnings = append(res.Warnings, fmt.Sprintf("%d of %d folds hold out fewer than %d pairs (the smallest %d), whose correlation says little: want fewer folds or more stimuli", few, len(folds), fewPairs, least))
	}
	return mean
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
	m := f.full.problem(f.design.terms, f.shift, k)
	slope := m.regression(w)
	s := f.whole.score(f.whole.predict(w), f.whole.distances(k), slope, m.meanY-slope*dot(w, m.meanX))
	s.Split, s.SE = "in-sample", 0
	return s
}

// score compares predictions x with distances y of the pairs. The predicted distance
// is intercept + scale·x.
func (e *evaluation) score(x, y []float64, scale, intercept float64) Score {
	s := e.rankScore(x, y)
	var ok bool
	if s.Pearson, ok = stats.Pearson(x, y); !ok || !s.Defined() {
		s.Pearson = math.NaN()
	}
	var rss, tss, mean float64
	for _, v := range y {
		mean += v / float64(len(y))
	}
	for p, v := range y {
		r := v - intercept - scale*x[p]
		rss += r * r
		tss += (v - mean) * (v - mean)
	}
	s.R2 = math.NaN()
	if vary(y) { // else tss is rounding
		s.R2 = 1 - rss/tss
	}
	return s
}

// vary reports whether distances differ by more than rounding.
func vary(distances []float64) bool {
	ranks := make([]float64, len(distances))
	new(linalg.Sorter).Ranks(ranks, distances)
	return !allEqual(ranks)
}

// rankScore returns the rank correlation of predictions x with distances y, and its
// standard error. It does not change x and y.
func (e *evaluation) rankScore(x, y []float64) Score {
	s := Score{Stimuli: len(e.id), Pairs: len(e.first)}
	var sort linalg.Sorter
	rx, ry := make([]float64, len(x)), make([]float64, len(y))
	sort.Ranks(rx, x)
	sort.Ranks(ry, y)
	var ok bool
	if s.Spearman, ok = stats.NewRankCorrelation(ry).Influence(rx, rx); !ok {
		s.Spearman = math.NaN()
		return s
	}
	if s.SE = math.Sqrt(stats.PairVariance(rx, e.first, e.second, len(e.id), e.group)); math.IsInf(s.SE, 1) {
		s.SE = math.NaN() // one group of stimuli has no variance
	}
	return s
}

// heldOut returns the rank correlation of the predictions of w, NaN where a side is
// constant.
func (e *evaluation) heldOut(k int, w []float64) float64 {
	s := e.rankScore(e.predict(w), e.distances(k))
	return s.Spearman
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
