package mlem

import "math"

// scoredStimuli bounds the number of stimuli whose pairs are all ranked for a score.
// These are the first in a random order, and fewer if Options.MaxMemory is small.
// 2,500 stimuli have 3 million pairs.
const scoredStimuli = 2500

// heldStimuli bounds in the same way the stimuli of each fold. A thousand have half a
// million pairs, and there are several folds.
const heldStimuli = 1000

// evaluation is a set of stimuli whose pairs are scored.
type evaluation struct {
	*sample
	design        *design
	first, second []int32
	held          int // stimuli before the first that was fitted to, of pairs of both; 0 for pairs within a set
}

func newEvaluation(s *sample, g *design) *evaluation {
	e := &evaluation{sample: s, design: g}
	e.first, e.second = s.pairs()
	return e
}

// ties are the relative differences of predicted distances, and of regressed ones, that
// are equal but for rounding.
type ties struct{ predictions, distances float64 }

// ties returns those of a neural distance.
func (e *evaluation) ties(k int) ties {
	if e.held > 0 {
		k = 0 // the one that the set has
	}
	return ties{e.features.ties(), e.neural[k].ties}
}

// vary reports whether the regressed distances differ by more than rounding.
func (e *evaluation) vary(k int) bool { return vary(e.distances(k), e.ties(k).distances) }

// distances returns the regressed distance of every pair.
func (e *evaluation) distances(k int) []float64 {
	if e.held > 0 {
		return e.distancesAcross(k)
	}
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
	form := e.design.quadratic(w)
	d := newTiles(e.features, len(e.first))
	for d.next(e.first, e.second) {
		form.of(out[d.at:d.at+d.n], d.rows())
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

// rows returns the feature distances of all pairs of the tile, one pair after the other.
func (t *tiles) rows() []float64 { return t.d[:t.n*t.width] }

// row returns the feature distances of pair p of the tile.
func (t *tiles) row(p int) []float64 { return t.d[p*t.width : (p+1)*t.width] }

// selectScored selects the stimuli of scores, once for all representations.
func (f *fitting) selectScored() {
	if f.whole != nil {
		return
	}
	own := *f.sample
	own.neural = own.neural[:f.representations()]
	most := f.mostScored()
	for _, p := range f.first() {
		f.folds = append(f.folds, newEvaluation(own.subset(p.test[:min(len(p.test), most, heldStimuli)]), f.design))
	}
	// Stimuli are in the order of folds, so a subset is spread over all places.
	f.whole = newEvaluation(own.subset(evenlySpaced(f.layout.start[f.layout.inside()], most)), f.design)
}

// perScoredPair is the memory of the score of a pair: predictions and distances, the ranks of
// both, and the influence of pairs.
const perScoredPair = 104

// mostScored bounds the stimuli of a set whose pairs are scored. The largest set may use half
// of the memory.
func (o *Options) mostScored() int {
	if o.MaxMemory > 0 {
		return min(scoredStimuli, max(minStimuli, int(math.Sqrt(float64(o.MaxMemory)/perScoredPair))))
	}
	return scoredStimuli
}

// held returns the test set of split i. Those of the first repeat are kept.
func (f *fitting) held(i int) *evaluation {
	if i < len(f.folds) {
		return f.folds[i]
	}
	own := *f.sample
	own.neural = own.neural[:f.representations()]
	test := f.splits[i].test
	return newEvaluation(own.subset(test[:min(len(test), len(f.folds[0].id))]), f.design)
}

// representations is the number of representations.
func (f *fitting) representations() int {
	if f.transformed > 0 {
		return f.transformed
	}
	return len(f.sample.neural)
}

// evenlySpaced returns at most m of the numbers below n, evenly evenlySpaced.
func evenlySpaced(n, m int) []int {
	places := make([]int, min(n, m))
	for i := range places {
		places[i] = i * n / len(places)
	}
	return places
}
