package main

import (
	"context"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"simtool/internal/io"
	"simtool/internal/measures"
	"simtool/internal/synth/optimize"
	"simtool/internal/synth/sensitivity"
)

// sensitivityOptions say which components to change, and how.
type sensitivityOptions struct {
	measures   []string
	changes    []string
	components []string
	atOnce     int
	halves     bool
	keep       int
	repeats    int
	slopes     bool
	order      bool
	method     string
	maxIter    int
	input      inputOptions
	output     outputOptions
	batch      batchOptions

	named []measures.Named
	plans []sensitivity.Plan
}

func newPCSensitivityCommand(a *app) *cobra.Command {
	o := &sensitivityOptions{}
	cmd := &cobra.Command{
		Use:   "pc-sensitivity X",
		Short: "Say what each principal component of a dataset is worth to a measure",
		Long: `Change principal components of X one by one, and score the result against X: by
construction on the data (column score), and by a closed form where the measure
has one (column theory; cka, nbs, procrustes, cca, linreg, ridge and ensd).

--change is one or more of

    replace     its course over samples is a new one
    remove      the component is taken out
    rotate=DEG  its course turns towards a new one
    scale=A     its course is multiplied by A
    noise=SD    noise is added, of SD times its own

A new course is orthogonal to all components. Where X has as many
components as samples allow there is none: --keep K leaves all but the K largest
components out of X first. Changes that draw random numbers are repeated; score
is their mean and sd their standard deviation. The result has the columns
measure, change, pc, variance, explained_variance, score, theory, sd, n, error;
pc counts from 1, and is a range such as 1-5 where several components are changed
at once.

--slopes fits the exponent b of loss ∝ explained_variance^b, the loss being what
the score with X itself loses: 2 for cka and 1 for nbs when components are
replaced. Its columns are measure, change, exponent, se, n, error.

--learning-order asks in which order data that are optimised towards X come to
encode its components. push is the speed at which each component grows at random
Y, from the gradient; threshold and iteration are where its R² from Y crosses
half-way to 1 on an optimised trajectory; predicted and observed rank both, and
agreement is their rank correlation. Its columns are measure, pc,
explained_variance, push, predicted, threshold, iteration, observed, agreement.

--shard 1/4 does every fourth change, or measure of --learning-order, and "simtool
merge" puts the parts together; a slope is of all changes and has no parts. With
--output FILE what is finished is kept in FILE.ckpt, and --resume goes on from
there to the same result.`,
		Example: `simtool pc-sensitivity recording.npy -m cka,nbs,linreg --components 1-5
simtool pc-sensitivity recording.npy --change remove,rotate=30 --halves -o pcs.csv
simtool pc-sensitivity recording.npy -m cka,nbs --components 1-20 --slopes
simtool pc-sensitivity recording.npy -m cka --learning-order --max-iter 50`,
		RunE: a.action(func(ctx context.Context, args []string) error {
			if len(args) != 1 {
				return usagef("%s, want one", counted(len(args), "file"))
			}
			if err := o.complete(a.global.seed); err != nil {
				return err
			}
			if err := o.batch.complete(a, o.output.target()); err != nil {
				return err
			}
			if o.slopes && o.batch.shard.Count > 1 {
				return usagef("--slopes and --shard exclude each other: a slope is of all changes")
			}
			return a.sensitivity(ctx, o, args[0])
		}),
	}
	o.register(a, cmd.Flags())
	completeMeasures(cmd, "measures")
	return withExits(cmd, exitPartial, exitInvalid, exitCheckpoint)
}

func (o *sensitivityOptions) register(a *app, fs *pflag.FlagSet) {
	names := []string{"cka", "nbs", "procrustes", "linreg"}
	fs.StringSliceVarP(&o.measures, "measures", "m", names, "measures to score by, a `LIST` separated by commas")
	fs.Lookup("measures").DefValue = strings.Join(names, ",")
	fs.StringSliceVar(&o.changes, "change", []string{"replace"}, "`CHANGE` of components: replace, remove, rotate=DEG, scale=A, noise=SD; or several, separated by commas")
	fs.Lookup("change").DefValue = "replace"
	fs.StringSliceVar(&o.components, "components", nil, "`COMPONENTS` to change, counted from 1, such as 1-20,25 (default all)")
	o.atOnce, o.repeats, o.maxIter = 1, 5, 1000
	fs.Var((*countValue)(&o.atOnce), "at-once", "change `K` successive components at once")
	fs.BoolVar(&o.halves, "halves", false, "change the leading components that have half of the variance, and the others, too")
	fs.IntVar(&o.keep, "keep", 0, "leave all but the `K` largest components out of X first; 0 leaves none out")
	fs.Var((*countValue)(&o.repeats), "repeats", "`N` draws of a random change, and of Y for --learning-order")
	fs.BoolVar(&o.slopes, "slopes", false, "fit the exponent with which the loss grows with the explained variance")
	fs.BoolVar(&o.order, "learning-order", false, "predict the order in which components are learnt, and compare with an optimised trajectory")
	var methods []string
	for _, m := range optimize.Methods() {
		methods = append(methods, m.String())
	}
	choiceVar(fs, &o.method, "method", methods[0], "how --learning-order optimises", methods...)
	fs.Var((*countValue)(&o.maxIter), "max-iter", "most `ITERATIONS` of --learning-order")
	o.batch.register(fs, "changes")
	o.input.register(fs)
	o.output.register(a, fs, dataio.Formats())
}

// complete checks the options and works out what to change.
func (o *sensitivityOptions) complete(seed uint64) error {
	if o.slopes && o.order {
		return usagef("--slopes and --learning-order exclude each other")
	}
	if o.keep < 0 {
		return configf("", "--keep: invalid value %d, want a whole number of at least 0", o.keep)
	}
	var err error
	if o.named, err = measures.ParseList(joinList(o.measures), seed); err != nil {
		return measureError(err)
	}
	if o.order {
		for _, m := range o.named {
			if _, err := optimize.ParseGoal(m.Name); err != nil {
				return measureError(err)
			}
		}
	}
	for _, text := range o.changes {
		change, err := sensitivity.ParseChange(text)
		if err != nil {
			return configf("", "--change: %s", err)
		}
		o.plans = append(o.plans, sensitivity.Plan{Change: change, Measures: o.named, Repeats: o.repeats, Seed: seed})
	}
	for _, text := range o.components {
		if _, err := sensitivity.ParseSet(text); err != nil {
			return configf("", "--components: %s", err)
		}
	}
	return nil
}

// sets returns the sets of components to change, of those that there are.
func (o *sensitivityOptions) sets(c *sensitivity.Components) ([]sensitivity.Set, error) {
	texts := o.components
	if len(texts) == 0 {
		texts = []string{sensitivity.All(c.Len()).String()}
	}
	var sets []sensitivity.Set
	for _, text := range texts {
		set, err := sensitivity.ParseSet(text)
		must(err) // complete has parsed it
		within, ok := set.Within(c.Len())
		if !ok {
			return nil, configf("", "--components %s: the data have %d components", text, c.Len())
		}
		sets = append(sets, within.Runs(o.atOnce)...)
	}
	if o.halves {
		sets = append(sets, c.Halves()...)
	}
	return sets, nil
}
