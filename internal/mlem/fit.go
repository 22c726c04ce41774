package mlem

import (
	"context"
	"fmt"

	"simtool/internal/data"
	"simtool/internal/stats"
)

// Objective is what a fit maximises.
type Objective string

// The objectives.
const (
	Pearson  Objective = "pearson"  // the correlation of predicted and neural distances: exact
	Spearman Objective = "spearman" // with a monotone transform of the neural distances that is fitted too
)

// Options are the settings of a fit. Start from DefaultOptions: zeros switch
// things off.
type Options struct {
	Interactions Interactions
	Constraint   Constraint // "": Diagonal without interactions, PSD with
	Objective    Objective  // "": Pearson

	// Ridge are the penalties to choose from by cross-validated Pearson
	// correlation, relative to the variances of the regressors. Empty: none; one
	// value: that one.
	Ridge []float64

	Folds   int      // parts of the stimuli that are held out in turn; 0: no held-out scores
	Groups  []string // one label a stimulus: stimuli with the same are held out and resampled together
	SplitBy []string // one label a stimulus: only pairs with the same are formed

	Bootstrap int     // resampled data sets for the intervals of weights
	Level     float64 // coverage of all intervals

	Permutations int  // of every feature, in every fold, for its importance; 0: none
	Null         int  // permutations of the rows of Y for p-values; 0: none
	Conditional  bool // permute a feature only within what features correlated with it leave open
	DropOne      bool // importance by refitting without the feature, too
	Shapley      bool // and by Shapley values, for at most 12 features or groups

	// ImportancePairs bounds the pairs of each fold on which importances and
	// p-values are computed: of larger folds a random part of the stimuli stands
	// for all, and intervals are wider accordingly. 0: no bound.
	ImportancePairs int

	FeatureGroups []FeatureGroup // features to be permuted or left out together, besides each alone

	MaxPairs  int // fit to a balanced random subset of about this many pairs; 0: all
	MaxMemory int // bytes; 0: no bound

	Seed     uint64
	Jobs     int // 0: as many as there are processors
	Progress Progress
}

// FeatureGroup names features that are treated as one for importance.
type FeatureGroup struct {
	Name     string
	Features []string
}

// DefaultOptions returns 5 folds, 200 bootstrap samples, intervals of 95 %, 5
// permutations a feature and fold, 199 for p-values, both on 100,000 pairs a
// fold, 1 GB, seed 1.
func DefaultOptions() Options {
	return Options{Folds: 5, Bootstrap: 200, Level: 0.95, Permutations: 5, Null: 199, ImportancePairs: 100_000, MaxMemory: 1 << 30, Seed: 1}
}

// Result is what a fit says of one representation.
type Result struct {
	Name       string
	Model      *Model
	Weights    []Weight
	Scores     []Score // in-sample, held out as a whole, and every fold
	Importance []Importance
	Lambda     float64 // the penalty that was chosen
	KKT        float64 // violation of the optimality conditions, in standard units
	Warnings   []string
}

// Weight is an entry of the metric, scaled to unit Frobenius norm of w or W.
type Weight struct {
	A, B     string // A = B for a main effect
	Weight   float64
	Interval stats.Interval
}

// Fit fits the metric over features to each of the representations and scores
// it on held-out stimuli; see the package comment. The work on the features is
// shared, so a sweep over layers, or over units (NewUnits), costs little more
// than one fit.
//
// Errors are *data.InputError, or ctx's. What is doubtful but not wrong (fewer
// stimuli than features, correlated or identical features, folds that had to be
// fewer) is in the warnings of every result.
func Fit(ctx context.Context, features *Features, neural []*Neural, o Options) ([]*Result, error) {
	f, err := newFitting(features, neural, o)
	if err != nil {
		return nil, err
	}
	if err := f.accumulate(ctx); err != nil {
		return nil, err
	}
	results := make([]*Result, len(neural))
	for k := range neural {
		if results[k], err = f.result(ctx, k); err != nil {
			return nil, err
		}
		o.Progress.report("representations", k+1, len(neural))
	}
	return results, nil
}

// fitting is a fit in progress.
type fitting struct {
	Options
	design   *design
	layout   *layout
	sample   *sample // in the order of layout
	shift    shift
	warnings []string

	featureSet  map[string]bool
	transformed int // representations before their transforms, 0 without: see column

	aliasOf     map[int]int // features with the distances of an earlier one
	full        *moments
	train, test []*moments   // by fold
	pairOut     [][]*moments // [j<k]: training set without folds j and k, for choosing the penalty
	replicates  []*moments
	leaveOut    []*moments // without each cluster in turn
	folds       []*evaluation
	whole       *evaluation
}

// newFitting checks the input and lays it out.
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
	f := &fitting{Options: o, featureSet: map[string]bool{}}
	for _, name := range features.Names() {
		f.featureSet[name] = true
	}
	var err error
	if f.design, err = newDesign(features.Names(), o.Interactions); err != nil {
		return nil, err
	}
	if f.Constraint, err = o.Constraint.check(f.design); err != nil {
		return nil, err
	}
	if err := f.checkOptions(n); err != nil {
		return nil, err
	}
	s := &sample{features: features, neural: neural, id: make([]int, n), level: codes(o.SplitBy), group: codes(o.Groups)}
	for i := range s.id {
		s.id[i] = i
	}
	if s.group == nil {
		s.group = s.id
	}
	if features.missing == MissingDropPair {
		s.missing = features.incomplete()
	}
	f.chooseFolds(s.group)
	// Clusters of stimuli stand for stimuli in the bootstrap beyond this many.
	const clusters = 100
	f.layout = newLayout(s.group, max(1, f.Folds), clusters, stats.Stream(o.Seed, "mlem/layout"))
	f.sample = s.subset(f.layout.order)
	f.sample.cluster = f.layout.clusterOf()
	if f.sample.thin(o.MaxPairs, stats.Stream(o.Seed, "mlem/pairs")) {
		f.warnings = append(f.warnings, fmt.Sprintf("fitted to about %d of %d pairs, balanced over stimuli", o.MaxPairs, n*(n-1)/2))
	}
	if p := len(f.design.terms); p > n {
		f.warnings = append(f.warnings, fmt.Sprintf("%d weights are fitted to %d stimuli: intervals and held-out scores will be poor", p, n))
	}
	return f, nil
}

func (f *fitting) checkOptions(n int) error {
	switch f.Objective {
	case "":
		f.Objective = Pearson
	case Pearson, Spearman:
	default:
		return &data.InputError{Found: fmt.Sprintf("unknown objective %q", f.Objective), Wanted: "want pearson or spearman"}
	}
	if f.Level <= 0 || f.Level >= 1 {
		return &data.InputError{Found: fmt.Sprintf("a confidence level of %g", f.Level), Wanted: "want a value between 0 and 1"}
	}
	if f.Folds < 0 || f.Folds == 1 {
		return &data.InputError{Found: fmt.Sprintf("%d folds", f.Folds), Wanted: "want at least 2, or 0 for none"}
	}
	for _, l := range f.Ridge {
		if !(l >= 0) {
			return &data.InputError{Found: fmt.Sprintf("a ridge penalty of %g", l), Wanted: "want values ≥ 0"}
		}
	}
	for name, labels := range map[string][]string{"groups": f.Groups, "levels to split by": f.SplitBy} {
		if labels != nil && len(labels) != n {
			return &data.InputError{Found: fmt.Sprintf("%s of %d stimuli", name, len(labels)), Wanted: fmt.Sprintf("want %d as in the features", n)}
		}
	}
	if len(f.Ridge) > 1 && f.Folds < 3 {
		return &data.InputError{Found: fmt.Sprintf("%d penalties to choose from with %d folds", len(f.Ridge), f.Folds), Wanted: "want at least 3 folds"}
	}
	return f.checkGroups()
}

// chooseFolds lowers the number of folds until a fold has pairs enough for a
// rank correlation.
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
	if most < 2 || len(f.Ridge) > 1 && most < 3 {
		f.warnings = append(f.warnings, fmt.Sprintf("%d stimuli in %d groups are too few to hold some out: scores are in-sample", len(group), len(groups)))
		f.Folds = 0
		f.Ridge = f.Ridge[:min(1, len(f.Ridge))]
		return
	}
	f.warnings = append(f.warnings, fmt.Sprintf("%d folds instead of %d: %d stimuli in %d groups", most, f.Folds, len(group), len(groups)))
	f.Folds = most
}

// codes numbers labels in order of appearance; nil stays nil.
func codes(labels []string) []int {
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
