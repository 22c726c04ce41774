package mlem

import (
	"context"
	"fmt"
	"math"

	"simtool/internal/linalg"
	"simtool/internal/stats"
)

// Score says how well predicted distances agree with neural ones.
type Score struct {
	Split    string // "in-sample", "held-out" (the mean over folds) or "fold"
	Fold     int    // from 1, of a fold
	Spearman float64
	Pearson  float64
	R2       float64
	Stimuli  int
	Pairs    int // fitted to (in-sample) or ranked

	// SE is the standard error of the held-out Spearman correlation over stimuli,
	// from its influence function; Interval is symmetric in Fisher's z. Zero
	// where there is none (in-sample).
	SE       float64
	Interval stats.Interval
	P        float64 // that unrelated rows of Y score as high; 0 where not asked for
}

// scoredStimuli bounds the stimuli of which all pairs are ranked for a score:
// the first so many of a random order. The pairs of 2,500 are 3 million.
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
	if e.all() {
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

// tiles walks over the feature distances of pairs, some thousand at a time.
type tiles struct {
	f        *Features
	width    int
	at, n    int // the tile: pairs [at, at+n)
	total    int
	d        []float64
	consumed int
}

func newTiles(f *Features, total int) *tiles {
	const pairs = 2048
	return &tiles{f: f, width: len(f.columns), total: total, d: make([]float64, pairs*len(f.columns))}
}

// next computes the next tile; false when there is none.
func (t *tiles) next(first, second []int32) bool {
	t.at = t.consumed
	t.n = min(len(t.d)/t.width, t.total-t.at)
	if t.n <= 0 {
		return false
	}
	t.consumed += t.n
	for c := range t.f.columns {
		t.f.columns[c].distances(t.d[c:], t.width, first[t.at:t.consumed], second[t.at:t.consumed])
	}
	return true
}

// row is the feature distances of pair p of the tile.
func (t *tiles) row(p int) []float64 { return t.d[p*t.width : (p+1)*t.width] }

// prepare lists the pairs that scores are computed on, once for all
// representations.
func (f *fitting) prepare() {
	if f.whole != nil {
		return
	}
	own := *f.sample
	if f.transformed > 0 {
		own.neural = own.neural[:f.transformed]
	}
	subset := func(places []int) *evaluation {
		return newEvaluation(own.subset(places[:min(len(places), scoredStimuli)]), f.design)
	}
	for k := range f.Folds {
		f.folds = append(f.folds, subset(f.layout.places(k)))
	}
	// Stimuli are in the order of folds, so a subset is spread over all places.
	n := len(f.sample.id)
	places := make([]int, min(n, scoredStimuli))
	for i := range places {
		places[i] = i * n / len(places)
	}
	f.whole = newEvaluation(own.subset(places), f.design)
}

// score appends the in-sample score of w and those of the folds.
func (f *fitting) score(ctx context.Context, res *Result, k int, w []float64, folds []foldFit) error {
	f.prepare()
	var in Score
	heldOut := make([]Score, len(folds))
	undefined := make([]bool, len(folds))
	err := forEach(ctx, f.Jobs, len(folds)+1, func(_, i int) error {
		if i == 0 { // the largest piece of work first
			in = f.inSample(k, w)
			return nil
		}
		i--
		var ok bool
		heldOut[i], ok = f.folds[i].heldOut(k, folds[i].w)
		undefined[i] = !ok
		m := f.test[i].problem(f.design.terms, f.shift, k)
		fitted := append([]float64(nil), folds[i].w...)
		for t := range fitted {
			fitted[t] *= folds[i].scale
		}
		if m.count > 0 {
			heldOut[i].Pearson, _ = m.pearson(fitted)
			heldOut[i].R2, _ = m.r2(fitted, folds[i].intercept)
		}
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
	mean := Score{Split: "held-out"}
	for i, s := range heldOut {
		if undefined[i] {
			res.Warnings = append(res.Warnings, fmt.Sprintf("fold %d: predicted or neural distances are all equal; its score counts as 0", i+1))
		}
		c := float64(len(folds))
		mean.Spearman += s.Spearman / c
		mean.Pearson += s.Pearson / c
		mean.R2 += s.R2 / c
		mean.SE += s.SE * s.SE / c / c
		mean.Stimuli += s.Stimuli
		mean.Pairs += s.Pairs
	}
	mean.SE = math.Sqrt(mean.SE)
	for _, s := range append([]*Score{&mean}, pointers(heldOut)...) {
		s.Interval = stats.CorrelationInterval(s.Spearman, s.SE, f.Level)
	}
	if f.Null > 0 {
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

// inSample scores w on the stimuli it was fitted to.
func (f *fitting) inSample(k int, w []float64) Score {
	s := Score{Split: "in-sample", Stimuli: len(f.sample.id), Pairs: int(f.full.count)}
	s.Spearman, _ = stats.Spearman(f.whole.predict(w), f.whole.distances(k))
	m := f.full.problem(f.design.terms, f.shift, k)
	fitted := append([]float64(nil), w...)
	slope := m.regression(w)
	for t := range fitted {
		fitted[t] *= slope
	}
	s.Pearson, _ = m.pearson(fitted)
	s.R2, _ = m.r2(fitted, m.intercept(fitted))
	return s
}

// heldOut returns the rank correlation of w's predictions and its standard
// error. ok is false where a side is constant.
func (e *evaluation) heldOut(k int, w []float64) (s Score, ok bool) {
	s.Stimuli, s.Pairs = len(e.id), len(e.first)
	var sort linalg.Sorter
	x, y := e.predict(w), e.distances(k)
	sort.Ranks(x, x)
	sort.Ranks(y, y)
	s.Spearman, ok = stats.NewRankCorrelation(y).Influence(x, x)
	s.SE = math.Sqrt(stats.PairVariance(x, e.first, e.second, len(e.id), e.group))
	return s, ok
}
