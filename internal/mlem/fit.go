package mlem

import (
	"context"
	"fmt"

	"simtool/internal/data"
	"simtool/internal/stats"
)

// Objective names the correlation that a fit maximises.
type Objective string

// The objectives.
const (
	Pearson  Objective = "pearson"  // the correlation of predicted and neural distances: exact
	Spearman Objective = "spearman" // the correlation with a monotone transform of the neural distances, also fitted
)

// Result is the result of a fit for one representation.
type Result struct {
	Name       string
	Model      *Model
	Weights    []Weight
	Scores     []Score // in-sample, held out as a whole, and every fold
	Importance []Importance
	Lambda     float64 // the chosen ridge penalty
	Shrink     float64 // the chosen penalty towards equal weights
	KKT        float64 // violation of the optimality conditions, in standard units
	RowEffects bool    // whether effects of single stimuli were told apart, see Options
	Warnings   []string
}

// Weight is an entry of the metric, scaled to unit Frobenius norm of w or W.
type Weight struct {
	A, B     string // A = B for a main effect
	Weight   float64
	Interval stats.Interval
	Note     string // why there is no interval, or the weight is not identified
}

// Fit fits the metric over features to each of the representations and scores
// it on held-out stimuli; see the package comment. The work on the features is
// shared, so a sweep over layers, or over units (NewUnits), costs little more
// than one fit.
//
// Errors are *data.InputError, or ctx's. The warnings of every result name reasons
// for doubt: fewer stimuli than features, correlated or identical features, a
// smaller number of folds than asked for.
func Fit(ctx context.Context, features *Features, neural []*Neural, o Options) ([]*Result, error) {
	var results []*Result
	err := FitEach(ctx, features, neural, o, func(_ int, r *Result, err error) error {
		results = append(results, r)
		return err
	})
	if err != nil {
		return nil, err
	}
	return results, nil
}

// FitEach is Fit, but calls done with the result of every representation, or with the
// error that this one cannot be fitted, as soon as it exists, in the order of the
// representations, until done returns an error. An error of one is a
// *data.InputError, or has a method OfItem as that of a solver that does not converge
// has. Other representations in the list do not change the bits of a result, so a
// long list can be fitted in parts.
func FitEach(ctx context.Context, features *Features, neural []*Neural, o Options, done func(k int, r *Result, err error) error) error {
	f, err := newFitting(features, neural, o)
	if err != nil {
		return err
	}
	if err := f.accumulate(ctx); err != nil {
		return err
	}
	return f.each(ctx, done)
}

// each calls done with the result of each representation; see FitEach.
func (f *fitting) each(ctx context.Context, done func(k int, r *Result, err error) error) error {
	n := len(f.sample.neural)
	if f.transformed > 0 {
		n = f.transformed
	}
	for k := range n {
		r, err := f.result(ctx, k)
		if err != nil && ctx.Err() != nil {
			return err
		}
		if err := done(k, r, err); err != nil {
			return err
		}
		f.Progress.report("representations", k+1, n)
	}
	return nil
}

// fitting is a fit in progress.
type fitting struct {
	Options
	design *design
	layout *layout
	sample *sample // in the order of layout

	partitions []partition // of the clusters into folds, one for each repeat
	splits     []split     // of all repeats, or the one that is given; none where nothing is held out

	shift    shift
	warnings []string

	transformed int     // number of representations if there are transforms, else 0; see distanceIndex
	unlearned   []error // of each representation without its transforms; nil for none

	aliasOf map[int]int // features with the distances of an earlier one
	// unidentified says of terms how their values depend on those of others.
	unidentified map[int]string
	full         *moments
	train, test  []*moments   // by repeat and fold
	pairOut      [][]*moments // [j<k]: training set without folds j and k, to choose the penalty; repeat·Folds + j
	// jackknife holds, by training set, the last that of all, the moments without each group
	// of clusters, to choose a penalty towards equal weights.
	jackknife  [][]*moments
	heldOut    *moments // the test set of a given split
	replicates []*moments
	leaveOut   []*moments // without each cluster in turn
	folds      []*evaluation
	whole      *evaluation
}

// newFitting checks the input and arranges the stimuli.
func newFitting(features *Features, neural []*Neural, o Options) (*fitting, error) {
	n := features.Stimuli()
	if len(neural) == 0 {
		return nil, &data.InputError{Found: "no representation", Wanted: "want at least one"}
	}
	for _, y := range neural {
		if y.Stimuli() != n {
			return nil, &data.InputError{Path: y.Name, Found: fmt.Sprintf("%d stimuli", y.Stimuli()), Wanted: fmt.Sprintf("want %d as in the features", n)}
		}
	}
	if n < minStimuli {
		return nil, &data.InputError{Found: fmt.Sprintf("%d stimuli", n), Wanted: fmt.Sprintf("want at least %d", minStimuli)}
	}
	design, err := o.settle(features)
	if err != nil {
		return nil, err
	}
	f := &fitting{Options: o, design: design}
	features = features.under(o.Metric)
	s := &sample{features: features, neural: neural, id: make([]int, n), level: numberLabels(o.SplitBy), group: numberLabels(o.Groups)}
	for i := range s.id {
		s.id[i] = i
	}
	if s.group == nil {
		s.group = s.id
	}
	s.missing = features.dropped()
	f.warnGroups(s.group)
	if f.Null > 0 {
		if w := stuckGroups(n, s.level, s.group); w != "" {
			f.warnings = append(f.warnings, w)
		}
	}
	f.arrange(s)
	if f.given() {
		n = len(o.Train)
	}
	if f.sample.thin(o.MaxPairs, stats.Stream(o.Seed, "mlem/pairs")) {
		f.warnings = append(f.warnings, fmt.Sprintf("fitted to about %d of %d pairs, balanced over stimuli", o.MaxPairs, n*(n-1)/2))
	}
	if p := len(f.design.terms); p > n {
		f.warnings = append(f.warnings, fmt.Sprintf("%d weights are fitted to %d stimuli: intervals and held-out scores will be poor", p, n))
	}
	return f, nil
}

// chooseFolds lowers the number of folds until each has enough pairs for a rank
// correlation.
func (f *fitting) chooseFolds(group []int) {
	const perFold = 4
	groups := map[int]bool{}
	for _, g := range group {
		groups[g] = true
	}
	most := min(len(group)/perFold, len(groups))
	if f.Folds == 0 || f.Folds <= most {
		return
	}
	if most < 2 || f.choosing() && most < 3 {
		if f.given() {
			f.Folds, f.Ridge, f.Shrink = 0, f.Ridge[:min(1, len(f.Ridge))], nil
			f.warnings = append(f.warnings, fmt.Sprintf("%d training stimuli in %d groups are too few to choose a penalty by", len(group), len(groups)))
			return
		}
		f.warnings = append(f.warnings, fmt.Sprintf("%d stimuli in %d groups are too few to hold some out: scores are in-sample", len(group), len(groups)))
		f.Folds = 0
		f.Ridge, f.Shrink = f.Ridge[:min(1, len(f.Ridge))], nil
		return
	}
	f.warnings = append(f.warnings, fmt.Sprintf("%d folds instead of %d: %d stimuli in %d groups", most, f.Folds, len(group), len(groups)))
	f.Folds = most
}

// numberLabels numbers labels in order of appearance; nil stays nil.
func numberLabels(labels []string) []int {
	if labels == nil {
		return nil
	}
	seen := map[string]int{}
	out := make([]int, len(labels))
	for i, l := range labels {
		at, ok := seen[l]
		if !ok {
			at = len(seen)
			seen[l] = at
		}
		out[i] = at
	}
	return out
}
