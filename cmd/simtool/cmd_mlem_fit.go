package main

import (
	"context"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"simtool/internal/data"
	"simtool/internal/mlem"
)

// fitOptions say how a metric is fitted and scored.
type fitOptions struct {
	stimuli      stimulusOptions
	neural       neuralOptions
	interactions string
	constraint   string
	objective    string
	ridge        []float64
	folds        int
	bootstrap    int
	level        float64
	permutations int
	null         int
	conditional  bool
	dropOne      bool
	shapley      bool
	groups       []string
	maxPairs     int
	maxMemory    bytesValue
	units        bool
	directory    string
	force        bool
	batch        batchOptions
}

// register declares the flags. items says what --shard divides.
func (o *fitOptions) register(fs *pflag.FlagSet, items string) {
	d := mlem.DefaultOptions()
	o.maxMemory = bytesValue(d.MaxMemory)
	o.stimuli.register(fs)
	fs.StringVar(&o.interactions, "interactions", "none", "products of features: none, all, or `PAIRS` such as a*b,c*d")
	choiceVar(fs, &o.constraint, "constraint", "auto", "weights w ≥ 0 (diagonal), a positive semidefinite matrix (spd), or any; auto is diagonal without interactions and spd with",
		"auto", string(mlem.Diagonal), string(mlem.PSD), string(mlem.Unconstrained))
	choiceVar(fs, &o.objective, "objective", string(mlem.Pearson), "correlation that is maximised: pearson, exact, or spearman, of ranks", string(mlem.Pearson), string(mlem.Spearman))
	fs.Float64SliceVar(&o.ridge, "ridge", nil, "penalties relative to the variances of the regressors, a `LIST` of which the best is chosen by cross-validation")
	fs.IntVar(&o.folds, "folds", d.Folds, "parts of the stimuli that are held out in turn; 0 for none")
	fs.IntVar(&o.bootstrap, "bootstrap", d.Bootstrap, "resampled data sets for intervals; 0 for none")
	fs.Float64Var(&o.level, "level", d.Level, "coverage of intervals")
	fs.IntVar(&o.permutations, "permutations", d.Permutations, "permutations of each feature in each fold, for its importance; 0 for none")
	fs.IntVar(&o.null, "null", d.Null, "permutations of the rows of Y, for p values; 0 for none")
	fs.BoolVar(&o.conditional, "conditional", false, "permute a feature only within what correlated features leave open")
	fs.BoolVar(&o.dropOne, "drop-one", false, "importance by fitting without each feature, too")
	fs.BoolVar(&o.shapley, "shapley", false, "and by Shapley values, for at most 12 features or groups")
	fs.StringArrayVar(&o.groups, "group", nil, "features whose importance is wanted together, as in `NAME`=a,b")
	fs.IntVar(&o.maxPairs, "max-pairs", d.MaxPairs, "fit to a balanced random subset of about this many pairs; 0 for all")
	fs.Var(&o.maxMemory, "max-memory", "most memory to use, such as 2G")
	fs.StringVarP(&o.directory, "output", "o", "", "`DIR` for the results")
	fs.BoolVar(&o.force, "force", false, "replace results that exist")
	o.batch.register(fs, items)
}

// complete checks what has to do with the output.
func (o *fitOptions) complete(a *app) error {
	if o.directory == "" {
		return usagef("want --output DIR")
	}
	return o.batch.complete(a, o.directory)
}

// options translates the flags.
func (o *fitOptions) options(a *app, s *stimuli) (mlem.Options, error) {
	m := mlem.DefaultOptions()
	switch o.interactions {
	case "none", "":
	case "all":
		m.Interactions.All = true
	default:
		for pair := range strings.SplitSeq(o.interactions, ",") {
			left, right, ok := strings.Cut(pair, "*")
			if !ok {
				return m, configf("", "--interactions: invalid value %q, want none, all, or pairs such as a*b,c*d", o.interactions)
			}
			m.Interactions.Pairs = append(m.Interactions.Pairs, [2]string{strings.TrimSpace(left), strings.TrimSpace(right)})
		}
	}
	if o.constraint != "auto" {
		m.Constraint = mlem.Constraint(o.constraint)
	}
	m.Objective, m.Ridge = mlem.Objective(o.objective), o.ridge
	m.Folds, m.Bootstrap, m.Level, m.Permutations, m.Null = o.folds, o.bootstrap, o.level, o.permutations, o.null
	m.Conditional, m.DropOne, m.Shapley = o.conditional, o.dropOne, o.shapley
	for _, text := range o.groups {
		name, features, ok := strings.Cut(text, "=")
		if !ok {
			return m, configf("", "--group: invalid value %q, want NAME=A,B", text)
		}
		m.FeatureGroups = append(m.FeatureGroups, mlem.FeatureGroup{Name: name, Features: strings.Split(features, ",")})
	}
	m.MaxPairs, m.MaxMemory = o.maxPairs, int(o.maxMemory)
	m.Seed, m.Jobs = a.global.seed, a.global.jobs
	m.Groups, m.SplitBy = s.groups, s.splitBy
	return m, nil
}

func newMLEMFitCommand(a *app) *cobra.Command {
	o := &fitOptions{}
	cmd := &cobra.Command{
		Use:   "fit",
		Short: "Fit a metric over features to one representation",
		Long: `Fit the metric over the features of a table so that the distances it predicts
match those between the neural patterns of the same stimuli, one row each.
Several --neural files are repeats of one recording: their mean is fitted, and
the score that noise leaves room for is estimated (but for crossnobis, whose
distances take two repeats each).

The directory of --output gets weights.csv (feature_a, feature_b, weight, lo,
hi; a main effect has feature_b = feature_a; the metric has unit Frobenius
norm), importance.csv (feature, group, importance, sd, lo, hi, p, n, method),
scores.csv (fold, split, spearman, pearson, r2, n_stimuli, n_pairs, se, lo, hi,
p), model.json, which "simtool mlem score" and "simtool mlem predict" apply to
other stimuli, and manifest.json.

--units fits each unit alone instead; --shard I/N then does a part of them.
What is finished is kept in OUTPUT.ckpt for --resume. --dry-run has no bound of
memory with --objective spearman, whose transforms have no size beforehand.`,
		Example: `simtool mlem simulate --stimuli 60 -o sim
simtool mlem fit --features sim/features.csv --neural sim/y.npy -o fit
simtool mlem fit --features sim/features.csv --neural sim/y.npy --interactions all --null 0 -o fit2`,
		RunE: a.action(func(ctx context.Context, args []string) error {
			if len(args) > 0 {
				return usagef("%s, want them behind --features and --neural", counted(len(args), "file"))
			}
			if err := o.complete(a); err != nil {
				return err
			}
			if o.batch.shard.Count > 1 && !o.units {
				return usagef("--shard goes with --units: there is one representation; mlem layers takes many")
			}
			return a.fitMLEM(ctx, o)
		}),
	}
	fs := cmd.Flags()
	o.register(fs, "units")
	o.neural.register(fs, "patterns, stimuli × units, `FILE`; several are repeats")
	fs.BoolVar(&o.units, "units", false, "fit each unit alone")
	return withExits(cmd, exitInvalid, exitCheckpoint)
}

func newMLEMLayersCommand(a *app) *cobra.Command {
	o := &fitOptions{}
	cmd := &cobra.Command{
		Use:   "layers Y...",
		Short: "Fit a metric to each of many representations of the same stimuli",
		Long: `Fit one metric to each file of patterns, such as the layers of a language
model. The work on the features is shared. The results are those of "simtool mlem
fit", with a last column that names the representation; of the models in
model.json, "simtool mlem score" and "simtool mlem predict" apply the one that
--representation names.

The result for a representation does not depend on the others: folds, resampled
stimuli and permutations are the same for all, so that differences between
representations are of the same stimuli. --shard I/N does a part, and "simtool
merge" puts the directories of all parts together into that of the whole. What is
finished is kept in OUTPUT.ckpt, and --resume goes on from there. A file that cannot
be read or fitted ends the run: these tables have no place for an error.`,
		Example: `simtool mlem simulate --stimuli 60 -o sim
simtool mlem simulate --stimuli 60 --noise-sd 3 -o noisy
simtool mlem layers sim/y.npy noisy/y.npy --features sim/features.csv --null 0 -o layers-fit`,
		RunE: a.action(func(ctx context.Context, args []string) error {
			if err := ignored(o.neural.flags, "has no use here: want files of patterns", "neural-distances"); err != nil {
				return err
			}
			if o.neural.distance == string(mlem.Crossnobis) {
				return configf("simtool mlem fit takes repeats", "--distance crossnobis: wants repeats, and these are different representations")
			}
			if err := o.complete(a); err != nil {
				return err
			}
			with := *o // the flag stays as it was given
			with.neural.files = append(args, o.neural.files...)
			if len(with.neural.files) == 0 {
				return usagef("want at least one file of patterns")
			}
			return a.fitLayers(ctx, &with)
		}),
	}
	fs := cmd.Flags()
	o.register(fs, "representations")
	o.neural.register(fs, "patterns, stimuli × units, `FILES` beside those of the arguments")
	return withExits(cmd, exitInvalid, exitCheckpoint)
}

// beginFit reads the stimuli and checks the settings.
func (a *app) beginFit(o *fitOptions) (*fitBatch, error) {
	if err := a.survey(&o.neural); err != nil {
		return nil, err
	}
	b := &fitBatch{stimuliFile: o.stimuli.file}
	var err error
	if b.stimuli, err = a.readStimuli(&o.stimuli, o.neural.kept); err != nil {
		return nil, err
	}
	if b.options, err = o.options(a, b.stimuli); err == nil {
		err = settingError(b.options.Check(b.stimuli.features))
	}
	return b, err
}

func (a *app) fitMLEM(ctx context.Context, o *fitOptions) error {
	if o.units {
		if err := ignored(o.neural.flags, "has no use with --units: distances are differences of one response", "distance", "noise", "power", "neural-distances"); err != nil {
			return err
		}
	}
	b, err := a.beginFit(o)
	if err != nil {
		return err
	}
	r, err := a.readRepeats(&o.neural, b.stimuli.features.Stimuli())
	if err != nil {
		return err
	}
	if o.units {
		if r.neural, err = mlem.NewUnits(r.y, nil); err != nil {
			return err
		}
	}
	// Crossnobis distances are between repeats: one repeat alone has none.
	if len(r.repeats) > 1 && !o.units && r.options.Distance != mlem.Crossnobis {
		c, err := mlem.NoiseCeiling(r.repeats, r.options)
		if err != nil {
			return err
		}
		b.ceiling = &c
	}
	for _, y := range r.neural {
		b.names = append(b.names, y.Name)
	}
	b.read = func(item int) (*mlem.Neural, []data.Source, error) { return r.neural[item], r.sources, nil }
	return a.fitAll(ctx, o, b)
}

func (a *app) fitLayers(ctx context.Context, o *fitOptions) error {
	b, err := a.beginFit(o)
	if err != nil {
		return err
	}
	b.names = o.neural.files
	for i, path := range b.names {
		if slices.Contains(b.names[:i], path) {
			return configf("", "%s: given twice", path)
		}
	}
	b.read = func(item int) (*mlem.Neural, []data.Source, error) {
		path := b.names[item]
		of, sources, err := o.neural.options(path)
		if err != nil {
			return nil, nil, err
		}
		m, source, err := a.readPatterns(&o.neural, path, b.stimuli.features.Stimuli())
		if err != nil {
			return nil, nil, err
		}
		y, err := mlem.NewNeural(m, of)
		return y, append(sources, source), named(err, path)
	}
	return a.fitAll(ctx, o, b)
}
