package mlem

import (
	"fmt"
	"slices"

	"simtool/internal/data"
)

// Options are the settings of a fit. Start from DefaultOptions: a zero turns most
// options off.
type Options struct {
	Interactions Interactions
	Metric       Metric     // "": Absolute without interactions, Signed with
	Levels       []string   // categorical features with a coefficient for each two levels, of a Signed metric
	Constraint   Constraint // "": Diagonal without interactions, PSD with
	Objective    Objective  // "": Pearson

	// Ridge are the penalties to choose from by cross-validated Pearson
	// correlation, relative to the variances of the regressors. Empty: none; one
	// value: that one.
	Ridge []float64
	// Shrink are the penalties towards equal weights to choose from, in the same way;
	// see penalty. Empty: none.
	Shrink []float64
	// RowEffects gives what effects of single stimuli can explain of the distances the small
	// weight that their noise deserves, where all pairs are used; see rowPart.
	RowEffects bool

	Folds   int      // parts of the stimuli that are held out in turn; 0: no held-out scores
	Repeats int      // divisions of the stimuli into folds, over which scores and importances are averaged; 0 is 1
	Groups  []string // one label a stimulus; stimuli with the same label are held out and resampled together
	// Stratify is one label a stimulus, of which each fold gets about the same share.
	Stratify []string
	// Train and Test number the stimuli to fit to and those to score, from 0, where a
	// split is given; others have no part. Folds are then of Train, to choose a penalty by.
	Train, Test []int
	// Score is what importances are losses of, and what intervals and p-values are of.
	Score   Statistic
	SplitBy []string // one label a stimulus; only stimuli with the same label form pairs

	Bootstrap int     // resampled data sets for the intervals of weights
	Level     float64 // coverage of all intervals

	Permutations int  // of every feature, in every fold, for its importance; 0: none
	Null         int  // permutations of the rows of Y for p-values; 0: none
	Conditional  bool // permute a feature conditionally on the features correlated with it
	// InteractionImportance also measures every product of the model: see Interaction.
	InteractionImportance bool
	DropOne               bool // also compute importance by refitting without the feature
	Shapley               bool // also compute Shapley values, for at most 12 features or groups

	// ImportancePairs bounds the pairs of each fold on which importances and
	// p-values are computed. In larger folds a random part of the stimuli represents
	// all, and intervals are wider accordingly. 0: no bound.
	ImportancePairs int

	FeatureGroups []FeatureGroup // features to be permuted or left out together, in addition to each alone

	MaxPairs  int // fit to a balanced random subset of about this many pairs; 0: all
	MaxMemory int // bytes; 0: no bound

	// Take lets the fit change the order of the patterns of the representations, which are of
	// no use afterwards. Otherwise it copies them.
	Take bool

	Seed     uint64
	Jobs     int // 0: as many as there are processors
	Progress Progress
}

// FeatureGroup names features whose importance is also measured together.
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

// Check refuses options that are out of range, or that do not fit the features,
// before any work is done. Errors are *data.InputError.
func (o Options) Check(features *Features) error {
	_, err := o.settle(features)
	return err
}

// settle checks the options, sets those that depend on others, and returns the
// regressors of the model.
func (o *Options) settle(features *Features) (*design, error) {
	err := o.checkRanges()
	if err != nil {
		return nil, err
	}
	if err := o.checkGroups(features.Names()); err != nil {
		return nil, err
	}
	n := features.Stimuli()
	for name, labels := range map[string][]string{"groups": o.Groups, "levels to split by": o.SplitBy, "strata": o.Stratify} {
		if labels != nil && len(labels) != n {
			return nil, &data.InputError{Found: fmt.Sprintf("%s of %d stimuli", name, len(labels)), Wanted: fmt.Sprintf("want %d as in the features", n)}
		}
	}
	if err := o.checkSplit(n); err != nil {
		return nil, err
	}
	if o.Score, err = o.Score.check(); err != nil {
		return nil, err
	}
	if o.Metric, err = o.Metric.check(o.Interactions.All || len(o.Interactions.Pairs) > 0 || len(o.Levels) > 0); err != nil {
		return nil, err
	}
	var d *design
	switch {
	case o.Metric == Signed:
		d, err = newSignedDesign(features, o.Interactions, o.Levels)
	case len(o.Levels) > 0:
		err = &data.InputError{Found: "levels of a feature in the absolute metric", Wanted: "want the signed metric"}
	default:
		d, err = newDesign(features.Names(), o.Interactions)
	}
	if err != nil {
		return nil, err
	}
	o.Constraint, err = o.Constraint.check(d)
	return d, err
}

// checkRanges refuses values that are invalid for any features.
func (o *Options) checkRanges() error {
	switch o.Objective {
	case "":
		o.Objective = Pearson
	case Pearson, Spearman:
	default:
		return &data.InputError{Found: fmt.Sprintf("unknown objective %q", o.Objective), Wanted: "want pearson or spearman"}
	}
	if err := checkLevel(o.Level); err != nil {
		return err
	}
	if o.Folds < 0 || o.Folds == 1 {
		return &data.InputError{Found: fmt.Sprintf("%d folds", o.Folds), Wanted: "want at least 2, or 0 for none"}
	}
	for _, c := range []struct {
		name  string
		value int
	}{
		{"repeats", o.Repeats},
		{"bootstrap samples", o.Bootstrap},
		{"permutations of each feature", o.Permutations},
		{"permutations for p values", o.Null},
		{"pairs at most", o.MaxPairs},
		{"pairs at most for importances", o.ImportancePairs},
		{"bytes of memory at most", o.MaxMemory},
		{"jobs", o.Jobs},
	} {
		if c.value < 0 {
			return &data.InputError{Found: fmt.Sprintf("%d %s", c.value, c.name), Wanted: "want 0 or more"}
		}
	}
	return o.checkPenalties()
}

// checkLevel refuses a number that is not the coverage of an interval.
func checkLevel(level float64) error {
	if level > 0 && level < 1 {
		return nil
	}
	return &data.InputError{Found: fmt.Sprintf("a confidence level of %g", level), Wanted: "want a value between 0 and 1, such as 0.95"}
}

// checkGroups refuses groups with unknown features, and too many players for Shapley
// values.
func (o *Options) checkGroups(names []string) error {
	groups := map[string]string{} // the group of each feature that is in one
	for _, g := range o.FeatureGroups {
		if len(g.Features) == 0 {
			return &data.InputError{Found: fmt.Sprintf("group %q without features", g.Name)}
		}
		seen := map[string]bool{}
		for _, name := range g.Features {
			if !slices.Contains(names, name) || seen[name] {
				return &data.InputError{Found: fmt.Sprintf("feature %q in group %q", name, g.Name), Wanted: "want distinct features of the design"}
			}
			seen[name] = true
			if other, taken := groups[name]; taken && o.Shapley {
				return &data.InputError{Found: fmt.Sprintf("feature %q in the groups %q and %q", name, other, g.Name), Wanted: "want disjoint groups for Shapley values"}
			}
			groups[name] = g.Name
		}
	}
	if n := len(o.FeatureGroups) + len(names) - len(groups); o.Shapley && n > maxShapley {
		return &data.InputError{
			Found: fmt.Sprintf("Shapley values of %d features or groups", n), Wanted: fmt.Sprintf("want at most %d", maxShapley),
			Hint: "put features into groups",
		}
	}
	return nil
}
