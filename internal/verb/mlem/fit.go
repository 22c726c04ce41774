package verbmlem

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"simtool/internal/batch"
	"simtool/internal/data"
	"simtool/internal/mlem"
	"simtool/internal/verb"
	"simtool/internal/verb/setting"
)

// FitOptions say how metrics are fitted and scored.
type FitOptions struct {
	Stimuli      Stimuli
	Neural       Neural
	Interactions string // none, all, or pairs such as a*b,c*d
	Metric       string // auto, or one of mlem's
	Levels       []string
	Constraint   string // auto, or one of mlem's
	Objective    string
	Ridge        []float64 // penalties to choose from
	Shrink       []string  // penalties towards equal weights to choose from, or auto
	RowEffects   string    // auto, yes or no
	Split        Split
	Folds        int
	Repeats      int
	Score        string // one of mlem.Statistics
	Bootstrap    int
	Level        float64
	Permutations int
	Null         int
	Conditional  bool
	OfProducts   bool // importance of products of features
	DropOne      bool
	Shapley      bool
	Groups       []string // NAME=a,b: features whose importance is wanted together
	MaxPairs     int
	MaxMemory    int64
	EachUnit     bool // fit each unit alone
	Windows      Windows
	Directory    string // of the results
	Force        bool   // replace results that exist
	Batch        verb.Batch

	layers bool // each file is a representation
}

// NewFit returns the command that fits one representation, or each of its units.
func NewFit() *FitOptions { return newFitOptions(false) }

// NewLayers returns the command that fits each of many representations.
func NewLayers() *FitOptions { return newFitOptions(true) }

func newFitOptions(layers bool) *FitOptions {
	d := mlem.DefaultOptions()
	return &FitOptions{
		Interactions: "none", Metric: "auto", Constraint: "auto", Objective: string(mlem.Pearson),
		Folds: d.Folds, Repeats: 1, Score: string(mlem.ScoreSpearman), Bootstrap: d.Bootstrap, Level: d.Level, Permutations: d.Permutations, Null: d.Null,
		MaxPairs: d.MaxPairs, MaxMemory: int64(d.MaxMemory), Shrink: []string{shrinkAuto}, RowEffects: rowsAuto, layers: layers,
	}
}

// Settings implements verb.Command.
func (o *FitOptions) Settings() *setting.Set {
	s := &setting.Set{}
	s.Grouped(setting.Input, func() { o.Stimuli.Register(s) })
	s.String(&o.Interactions, "interactions", "", "products of features: none, all, or `PAIRS` such as a*b,c*d")
	s.Choice(&o.Metric, "metric", "", "products of signed differences of stimuli (signed), or of absolute ones as in the published papers; auto is signed with interactions; without, they are the same but for circular features",
		"auto", string(mlem.Signed), string(mlem.Absolute))
	s.Choice(&o.Objective, "objective", "", "correlation that is maximised: pearson, exact, or spearman, of ranks", string(mlem.Pearson), string(mlem.Spearman))
	s.Texts(&o.Groups, "group", "", "features whose importance is wanted together, as in `NAME`=a,b")
	s.Rarely(func() {
		s.Strings(&o.Levels, "levels", "", "`FEATURES` with weights of their own within: categories of which any two levels may differ by another amount, circular ones whose cosine and sine may, with --metric signed")
		s.Choice(&o.Constraint, "constraint", "", "weights w ≥ 0 (diagonal), a positive semidefinite matrix (spd), or any; auto is diagonal without interactions and spd with",
			"auto", string(mlem.Diagonal), string(mlem.PSD), string(mlem.Unconstrained))
		s.Floats(&o.Ridge, "ridge", "", "penalties relative to the variances of the regressors, a `LIST` of which the best is chosen by cross-validation")
		shrink := s.Strings(&o.Shrink, "shrink", "", "penalties towards equal weights, a `LIST` of which the one with the least estimated error is chosen: auto, or 0 for none")
		shrink.Default = shrinkAuto
		s.Choice(&o.RowEffects, "row-effects", "", "give what effects of single stimuli explain of the distances, where their noise is, a small weight; auto is with --shrink auto",
			rowsAuto, rowsYes, rowsNo)
		s.Int(&o.MaxPairs, "max-pairs", "", "fit to a balanced random subset of about this many pairs; 0 for all")
		s.Bytes(&o.MaxMemory, memorySetting, "", "most memory to use, such as 2G")
	})
	s.Grouped(setting.Inference, func() {
		s.Int(&o.Folds, "folds", "", "parts of the stimuli that are held out in turn; 0 for none")
		s.Int(&o.Repeats, "repeats", "", "random divisions into folds, over which scores and importances are averaged")
		o.Split.Register(s)
		s.Choice(&o.Score, "score", "", "score that importances are losses of, and that intervals and pvalue are of", mlem.Statistics()...)
		s.Int(&o.Bootstrap, "bootstrap", "", "resampled data sets for intervals; 0 for none")
		s.Float(&o.Level, "level", "", "level of the intervals")
		s.Int(&o.Permutations, "permutations", "", "permutations of each feature (not of the stimuli) in each fold, for its importance; 0 for none")
		s.Int(&o.Null, "null", "", "permutations of the stimuli, the rows of Y, for the columns pvalue; 0 for none")
		s.Rarely(func() {
			s.Bool(&o.Conditional, "conditional", "", "permute a feature only within what correlated features leave open")
			s.Bool(&o.OfProducts, "interaction-importance", "", "importance of each product, too: what permuting both features takes away beyond what permuting each does")
			s.Bool(&o.DropOne, "drop-one", "", "importance by fitting without each feature, too")
			s.Bool(&o.Shapley, "shapley", "", "and by Shapley values, for at most 12 features or groups")
		})
	})
	verb.RegisterDirectory(s, &o.Directory, &o.Force, "results")
	if o.layers {
		o.Batch.Register(s, "representations")
		o.Windows.Register(s)
		s.Grouped(setting.Input, func() { o.Neural.Register(s, "patterns, stimuli × units, `FILES` beside those of the arguments") })
		return s
	}
	o.Batch.Register(s, "units")
	s.Grouped(setting.Input, func() { o.Neural.Register(s, repeatsUsage) })
	s.Bool(&o.EachUnit, "each-unit", "", "fit each unit of the patterns alone").Former = "units"
	return s
}

// memorySetting bounds the pairs that scores and importances are computed on. It is
// one of the settings that change no result of other commands.
const memorySetting = "max-memory"

// Controls implements verb.Batched.
func (o *FitOptions) Controls() *verb.Batch { return &o.Batch }

// Run implements verb.Command.
func (o *FitOptions) Run(ctx context.Context, e *batch.Env, args []string) error {
	if err := o.check(e, args); err != nil {
		return err
	}
	control, err := o.Batch.Begin(e, o.Directory)
	if err != nil {
		return err
	}
	if control.Shard.Count > 1 && !o.layers && !o.EachUnit {
		return batch.Usagef("--shard goes with --each-unit: there is one representation; mlem layers takes many")
	}
	f, err := o.begin(e, args, control)
	if err != nil {
		return err
	}
	if control.DryRun {
		return f.dryRun()
	}
	return f.run(ctx)
}

// Memory implements verb.Forecaster.
func (o *FitOptions) Memory(_ context.Context, e *batch.Env, args []string) (int64, error) {
	if err := o.check(e, args); err != nil {
		return 0, err
	}
	part, err := o.Batch.Part(e)
	if err != nil {
		return 0, err
	}
	f, err := o.begin(e, args, batch.Control{Shard: part})
	if err != nil {
		return 0, err
	}
	bytes, _, _, err := f.memory()
	return bytes, err
}

// check refuses options that cannot be meant, before anything is read.
func (o *FitOptions) check(e *batch.Env, args []string) error {
	switch {
	case !o.layers && len(args) > 0:
		return batch.Usagef("%s, want them behind --features and --neural", data.Counted(len(args), "file"))
	case o.layers && o.Neural.Given != "":
		return batch.Configf("leave it out", "--neural-distances has no use here: want files of patterns")
	case o.layers && o.Neural.Distance == string(mlem.Crossnobis):
		return batch.Configf("simtool mlem fit takes repeats", "--distance crossnobis: wants repeats, and these are different representations")
	case o.Directory == "":
		return batch.Usagef("want --output DIR")
	case o.layers && len(args)+len(o.Neural.Files) == 0:
		return batch.Usagef("want at least one file of patterns")
	case o.layers && o.Windows.check(&o.Neural) != nil:
		return o.Windows.check(&o.Neural)
	case o.Repeats < 1:
		return batch.Configf("", "--repeats: invalid value %d, want at least 1", o.Repeats)
	case o.Split.given() && o.Repeats > 1:
		return batch.Configf("leave it out", "--repeats divides stimuli into folds, and --train and --test say which are held out")
	case o.EachUnit:
		return refuseSet(e, "has no use with --each-unit: distances are differences of one response", "distance", "noise", "power", "neural-distances")
	}
	return nil
}

// The words of --row-effects.
const (
	rowsAuto = "auto"
	rowsYes  = "yes"
	rowsNo   = "no"
)

// shrinkAuto lets the data choose among the usual penalties.
const shrinkAuto = "auto"

// shrink sets the penalties towards equal weights. By default they give way where another
// penalty is asked for, or where there are too few folds to choose by.
func (o *FitOptions) shrink(m *mlem.Options) error {
	if len(o.Shrink) == 1 && o.Shrink[0] == shrinkAuto {
		if len(o.Ridge) == 0 && o.Folds > 2 && m.Objective != mlem.Spearman {
			m.Shrink = mlem.AutoShrink
		}
		return nil
	}
	for _, text := range o.Shrink {
		v, err := strconv.ParseFloat(text, 64)
		if err != nil {
			return batch.Configf("", "--shrink: invalid value %q, want auto or numbers", text)
		}
		m.Shrink = append(m.Shrink, v)
	}
	if len(m.Shrink) == 1 && m.Shrink[0] == 0 {
		m.Shrink = nil
	}
	return nil
}

// fitting says to mlem what the options say.
func (o *FitOptions) fitting(e *batch.Env, s *stimuli) (mlem.Options, error) {
	m := mlem.DefaultOptions()
	m.Objective = mlem.Objective(o.Objective)
	switch o.Interactions {
	case "none", "":
	case "all":
		m.Interactions.All = true
	default:
		for pair := range strings.SplitSeq(o.Interactions, ",") {
			left, right, ok := strings.Cut(pair, "*")
			if !ok {
				return m, batch.Configf("", "--interactions: invalid value %q, want none, all, or pairs such as a*b,c*d", o.Interactions)
			}
			m.Interactions.Pairs = append(m.Interactions.Pairs, [2]string{strings.TrimSpace(left), strings.TrimSpace(right)})
		}
	}
	if o.Metric != "auto" {
		m.Metric = mlem.Metric(o.Metric)
	}
	m.Levels = o.Levels
	if err := o.shrink(&m); err != nil {
		return m, err
	}
	m.RowEffects = o.RowEffects == rowsYes || o.RowEffects == rowsAuto && slices.Equal(o.Shrink, []string{shrinkAuto}) && m.Shrink != nil
	if o.Constraint != "auto" {
		m.Constraint = mlem.Constraint(o.Constraint)
	}
	m.Ridge = o.Ridge
	m.Folds, m.Bootstrap, m.Level, m.Permutations, m.Null = o.Folds, o.Bootstrap, o.Level, o.Permutations, o.Null
	m.Conditional, m.DropOne, m.Shapley, m.InteractionImportance = o.Conditional, o.DropOne, o.Shapley, o.OfProducts
	var err error
	if m.FeatureGroups, err = featureGroups("group", o.Groups); err != nil {
		return m, err
	}
	m.MaxPairs, m.MaxMemory = o.MaxPairs, int(o.MaxMemory)
	m.Seed, m.Jobs = e.Seed, e.Jobs
	m.Groups, m.SplitBy, m.Stratify = s.groups, s.splitBy, s.stratify
	m.Repeats, m.Score = o.Repeats, mlem.Statistic(o.Score)
	m.Train, m.Test = s.train, s.test
	m.Take = true // what was read is fitted once
	return m, verb.SettingError(m.Check(s.features))
}
