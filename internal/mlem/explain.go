package mlem

import (
	"cmp"
	"context"
	"fmt"
	"math"

	"simtool/internal/data"
	"simtool/internal/linalg"
	"simtool/internal/stats"
)

// ExplainOptions say how dissimilarities are explained by those of features.
type ExplainOptions struct {
	Score         Statistic      // ScoreSpearman compares ranks, ScorePearson the values
	FeatureGroups []FeatureGroup // features that are one model together
	Groups        []string       // one label a stimulus; stimuli with the same label are left out together
	SplitBy       []string       // one label a stimulus; only stimuli with the same label form pairs
	Level         float64        // coverage of the intervals
	Null          int            // permutations for p values; 0: none
	Seed          uint64
	Jobs          int
}

// DefaultExplainOptions returns ranks, intervals of 95 %, and 999 permutations.
func DefaultExplainOptions() ExplainOptions {
	return ExplainOptions{Score: ScoreSpearman, Level: 0.95, Null: 999, Seed: 1}
}

// Explained says what several models, the dissimilarities of features, explain of the
// dissimilarities of a representation.
type Explained struct {
	Shares         []Share
	Stimuli, Pairs int
	Warnings       []string
}

// Explain compares the dissimilarities y of the pairs of stimuli with those of several
// models at once: it regresses y on the dissimilarities x of all of them over pairs i < j,
// ranks on ranks for Spearman. See Quantity for what it returns.
//
// Standard errors are by the jackknife over stimuli, which are left out with all their
// pairs (of more than a hundred, or of groups, several at a time) and ranked again; see
// scale for that of each interval. Numbers near 0 that are skewed are resampled as well, see
// resampled. The p value of a correlation and of what is
// explained permutes the stimuli of the model against the rest (groups as wholes, see
// exchange); that of what a model adds to the others permutes what the others leave of it
// (double semi-partialling: Dekker, Krackhardt and Snijders 2007,
// doi:10.1007/s11336-007-9016-1), so that it holds where the others explain y and resemble
// the model. All tests are two-sided.
//
// Distances are compared as they are: neural should have power 1. Errors are
// *data.InputError: another number of stimuli, fewer than three pairs, values that are all
// equal.
func Explain(ctx context.Context, features *Features, neural *Neural, o ExplainOptions) (*Explained, error) {
	x, err := newExplaining(features, neural, o)
	if err != nil {
		return nil, err
	}
	vectors := x.standardised(nil)
	whole := correlationsOf(vectors)
	asked := x.asked(whole)
	out := &Explained{Stimuli: len(x.id), Pairs: len(x.first)}
	values := measure(asked, whole)
	errors, err := x.jackknife(ctx, asked, values)
	if err != nil {
		return nil, err
	}
	resampled, err := x.resampled(ctx, asked, vectors)
	if err != nil {
		return nil, err
	}
	tests, err := x.tests(ctx, vectors, whole)
	if err != nil {
		return nil, err
	}
	out.Warnings = x.warnings
	for i, a := range asked {
		s := Share{Quantity: a.quantity, Model: a.model, Value: a.value(values[i]), SE: math.NaN(), P: math.NaN(), Note: a.note}
		result, permuted := tests[test{a.quantity.tested(), a.model}]
		if permuted {
			s.P = result.p
		}
		switch se := errors[i]; {
		case a.note != "":
		case math.IsNaN(se):
			s.Note = "no interval: fewer than three groups of stimuli"
		default:
			s.SE, s.Interval = a.uncertain(values[i], se, o.Level)
			if r, ok := resampled[i]; ok {
				s.Interval = stats.Interval{Lo: min(s.Interval.Lo, r.Lo), Hi: max(s.Interval.Hi, r.Hi)}
			}
			if s.Note = cmp.Or(a.biased(s, result.chance, permuted), a.unresolved(s, resampled[i].se)); s.Note != "" {
				s.Interval = stats.Interval{}
			} else if s.isNothing() {
				s.Interval, s.Note = stats.Interval{}, "no interval: it is 0 whatever the stimuli, as what other models determine is"
			}
		}
		out.Shares = append(out.Shares, s)
	}
	widenAverages(out.Shares)
	return out, nil
}

// isNothing reports whether a number and both ends of its interval are 0 but for rounding.
func (s *Share) isNothing() bool {
	const rounding = 1e-12 // of a share of the variance
	return max(math.Abs(s.Value), math.Abs(s.Interval.Lo), math.Abs(s.Interval.Hi)) < rounding
}

// widenAverages extends the interval of an average that reaches 0 to that of what is unique
// or explained alone, whichever ends first: near 0 it is as skewed as these. An average has
// no interval where the share alone has none, whose bias it has in part.
func widenAverages(shares []Share) {
	upper, why := map[test]float64{}, map[string]string{}
	for _, s := range shares {
		if s.Quantity == ShareAlone {
			why[s.Model] = s.Note
		}
		if s.Interval != (stats.Interval{}) {
			upper[test{s.Quantity, s.Model}] = s.Interval.Hi
		}
	}
	for i := range shares {
		s := &shares[i]
		if s.Quantity == ShareAverage && why[s.Model] != "" {
			s.Interval, s.Note = stats.Interval{}, why[s.Model]
		}
		if s.Quantity == ShareAverage && s.Interval.Lo == 0 && s.Interval.Hi > 0 {
			s.Interval.Hi = max(s.Interval.Hi, min(upper[test{ShareAlone, s.Model}], upper[test{ShareUnique, s.Model}]))
		}
	}
}

// explaining is an explanation in progress.
type explaining struct {
	*evaluation
	ExplainOptions
	players  []player
	set      []int // of each stimulus, which set it is left out and resampled with
	sets     int
	vectors  [][]float64 // of y and of each feature, over pairs; ranks for Spearman
	sorted   [][]int32   // the pairs in the order of each vector, for Spearman
	warnings []string
}

// newExplaining checks the input and forms the dissimilarities of all pairs.
func newExplaining(features *Features, neural *Neural, o ExplainOptions) (*explaining, error) {
	n := features.Stimuli()
	if neural.Stimuli() != n {
		return nil, &data.InputError{Path: neural.Name, Found: fmt.Sprintf("%d stimuli", neural.Stimuli()), Wanted: fmt.Sprintf("want %d as in the features", n)}
	}
	if o.Score == ScoreR2 {
		return nil, &data.InputError{Found: "the score r2", Wanted: "want spearman or pearson, whose squares are shares of the variance"}
	}
	fit := Options{FeatureGroups: o.FeatureGroups, Groups: o.Groups, SplitBy: o.SplitBy, Null: o.Null, Level: o.Level, Metric: Absolute}
	if _, err := fit.settle(features); err != nil {
		return nil, err
	}
	if names := features.Names(); len(names) > maxModels {
		return nil, &data.InputError{Found: fmt.Sprintf("%d features", len(names)), Wanted: fmt.Sprintf("want at most %d", maxModels)}
	}
	s := &sample{features: features, neural: []*Neural{neural}, id: seq(n), level: numberLabels(o.SplitBy), group: numberLabels(o.Groups), missing: features.dropped()}
	if s.group == nil {
		s.group = s.id
	}
	x := &explaining{ExplainOptions: o}
	if n > scoredStimuli {
		s = s.subset(evenlySpaced(n, scoredStimuli))
		x.warnings = append(x.warnings, fmt.Sprintf("%d stimuli that are evenly spread represent all %d", scoredStimuli, n))
	}
	x.evaluation = newEvaluation(s, nil)
	x.divide()
	if len(x.first) < 3 {
		return nil, tooFewPairs(float64(len(x.first)))
	}
	x.players = disjoint((&fitting{sample: s, Options: fit}).players())
	return x, x.compare()
}

// compare fills the vectors.
func (x *explaining) compare() error {
	names := x.features.Names()
	var sorter linalg.Sorter
	for k := range len(names) + 1 {
		v, tied, name := make([]float64, len(x.first)), x.features.ties(), x.neural[0].Name
		if k == 0 {
			v, tied = x.distances(0), x.ties(0).distances
		} else {
			x.features.columns[k-1].distances(v, 1, x.first, x.second)
			name = fmt.Sprintf("feature %q", names[k-1])
		}
		ranks := make([]float64, len(v))
		sorter.RanksWithin(ranks, v, tied)
		if allEqual(ranks) {
			return &data.InputError{Found: "dissimilarities that are all equal of " + name, Wanted: "want some that differ"}
		}
		if x.Score.ofRanks() {
			v = ranks
			x.sorted = append(x.sorted, linalg.Argsort(ranks))
		}
		x.vectors = append(x.vectors, v)
	}
	return nil
}

// standardised returns y, at 0, and the features over the pairs of stimuli that are not left
// out, with mean 0 and mean square 1; nil leaves none out. Ranks are those among these
// pairs.
func (x *explaining) standardised(out []bool) [][]float64 {
	var kept []bool
	count := len(x.first)
	if out != nil {
		kept, count = make([]bool, len(x.first)), 0
		for p := range kept {
			if kept[p] = !out[x.first[p]] && !out[x.second[p]]; kept[p] {
				count++
			}
		}
	}
	all := make([][]float64, len(x.vectors))
	for k, v := range x.vectors {
		all[k] = make([]float64, 0, count)
		if kept != nil && x.sorted != nil {
			v = ranksAmong(v, x.sorted[k], kept)
		}
		for p, r := range v {
			if kept == nil || kept[p] {
				all[k] = append(all[k], r)
			}
		}
		mean, sd := meanRMS(all[k])
		for p := range all[k] {
			if all[k][p] -= mean; sd > 0 {
				all[k][p] /= sd
			}
		}
	}
	return all
}

// correlationsOf returns the correlations of standardised vectors.
func correlationsOf(all [][]float64) correlations {
	c := make(correlations, len(all))
	for i := range c {
		c[i] = make([]float64, len(all))
		for j := range i {
			c[i][j] = dot(all[i], all[j]) / float64(max(1, len(all[i])))
			c[j][i] = c[i][j]
		}
		c[i][i] = 1
	}
	return c
}

// ranksAmong returns the average ranks of some values among these, from the order of all.
func ranksAmong(values []float64, order []int32, kept []bool) []float64 {
	out := make([]float64, len(values))
	before := 0.0
	for at := 0; at < len(order); {
		end, own := at, 0.0
		for ; end < len(order) && values[order[end]] == values[order[at]]; end++ {
			if kept[order[end]] {
				own++
			}
		}
		for ; at < end; at++ {
			out[order[at]] = before + (own+1)/2
		}
		before += own
	}
	return out
}
