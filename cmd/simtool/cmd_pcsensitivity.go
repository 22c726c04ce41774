package main

import (
	"context"
	"errors"
	"math"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"simtool/internal/batch"
	"simtool/internal/data"
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
explained_variance, push, predicted, threshold, iteration, observed, agreement.`,
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
			return a.sensitivity(ctx, o, args[0])
		}),
	}
	o.register(a, cmd.Flags())
	completeMeasures(cmd, "measures")
	return withExits(cmd, exitPartial, exitInvalid)
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

func (a *app) sensitivity(ctx context.Context, o *sensitivityOptions, path string) error {
	columns := []string{"measure", "change", "pc", "variance", "explained_variance", "score", "theory", "sd", "n", "error"}
	work := a.changeComponents
	switch {
	case o.slopes:
		columns, work = []string{"measure", "change", "exponent", "se", "n", "error"}, a.fitSlopes
	case o.order:
		columns = []string{"measure", "pc", "explained_variance", "push", "predicted", "threshold", "iteration", "observed", "agreement"}
		work = a.learningOrder
	}
	out, err := a.openResult(&o.output, tableSpec{
		schema: "simtool.pc-sensitivity/v1", columns: columns, notes: []string{"error"}, inputs: []string{path},
	})
	if err != nil {
		return err
	}
	defer out.abort()
	d, err := a.reader(o.input, o.output.toFile())(path)
	if err != nil {
		return err
	}
	source := d.Source
	if d, err = a.withoutMissing(o.input, d); err != nil {
		return err
	}
	c, err := sensitivity.Decompose(d, o.keep)
	if err != nil {
		return err
	}
	ref, err := sensitivity.NewReference(c)
	if err != nil {
		return err
	}
	var outcome error
	failed, total, err := work(ctx, o, ref, out)
	if err != nil {
		return err
	}
	if failed > 0 {
		outcome = &partialError{failed: failed, total: total, items: "rows"}
	}
	if err := out.commit([]data.Source{source}, outcome); err != nil {
		return err
	}
	return outcome
}

// changeComponents writes a row for each change, set and measure.
func (a *app) changeComponents(ctx context.Context, o *sensitivityOptions, ref *sensitivity.Reference, out *result) (failed, total int, err error) {
	err = a.eachPoint(ctx, o, ref, func(plan sensitivity.Plan, p sensitivity.Point) error {
		total++
		if p.Err != nil {
			failed++
		}
		return out.row(p.Measure, plan.Change.String(), p.Set.String(), p.Variance, p.Explained,
			cell(p.Score), cell(p.Theory), cell(p.SD), p.N, explained(p.Err))
	})
	return failed, total, err
}

// eachPoint changes all sets in all ways and hands the points to emit, in order.
func (a *app) eachPoint(ctx context.Context, o *sensitivityOptions, ref *sensitivity.Reference, emit func(sensitivity.Plan, sensitivity.Point) error) error {
	sets, err := o.sets(ref.Components)
	if err != nil {
		return err
	}
	progress := a.startProgress("changes", len(o.plans)*len(sets), false)
	defer progress.close()
	return batch.Ordered(ctx, a.global.jobs, len(o.plans)*len(sets),
		func(_ context.Context, i int) (points []sensitivity.Point, err error) {
			defer guard(&err)
			return ref.Score(o.plans[i/len(sets)], sets[i%len(sets)])
		},
		func(i int, points []sensitivity.Point) error {
			progress.add(1)
			for _, p := range points {
				if err := emit(o.plans[i/len(sets)], p); err != nil {
					return err
				}
			}
			return nil
		})
}

// fitSlopes writes a row for each change and measure.
func (a *app) fitSlopes(ctx context.Context, o *sensitivityOptions, ref *sensitivity.Reference, out *result) (failed, total int, err error) {
	type key struct{ change, measure string }
	shares, losses := map[key][]float64{}, map[key][]float64{}
	unchanged := map[string]float64{}
	for _, m := range o.named {
		if unchanged[m.Name], err = ref.Unchanged(m); err != nil && !is[*measures.UndefinedError](err) {
			return 0, 0, err
		}
	}
	err = a.eachPoint(ctx, o, ref, func(plan sensitivity.Plan, p sensitivity.Point) error {
		k := key{plan.Change.String(), p.Measure}
		if p.Err == nil {
			shares[k] = append(shares[k], p.Explained)
			losses[k] = append(losses[k], math.Abs(unchanged[p.Measure]-p.Score))
		}
		return nil
	})
	if err != nil {
		return 0, 0, err
	}
	for _, plan := range o.plans {
		for _, m := range o.named {
			total++
			k := key{plan.Change.String(), m.Name}
			slope, ok := sensitivity.FitSlope(shares[k], losses[k])
			cells := []any{m.Name, k.change, slope.Exponent, cell(slope.Error), slope.N, nil}
			if !ok {
				failed++
				cells = []any{m.Name, k.change, nil, nil, len(losses[k]), "fewer than two components with a loss: nothing to fit"}
			}
			if err := out.row(cells...); err != nil {
				return 0, 0, err
			}
		}
	}
	return failed, total, nil
}

// learningOrder writes a row for each measure and component.
func (a *app) learningOrder(ctx context.Context, o *sensitivityOptions, ref *sensitivity.Reference, out *result) (failed, total int, err error) {
	method, err := optimize.FindMethod(o.method)
	must(err) // the flag takes no other
	progress := a.startProgress("measures", len(o.named), false)
	defer progress.close()
	err = batch.Ordered(ctx, a.global.jobs, len(o.named),
		func(ctx context.Context, i int) (l *sensitivity.Learning, err error) {
			defer guard(&err)
			t := sensitivity.Trajectory{Method: method, MaxIter: o.maxIter, Stop: math.NaN(), Draws: o.repeats, Seed: a.global.seed}
			if card := o.named[i].Card(); card.HigherIsCloser && card.Max == 1 {
				t.Stop = 0.999
			}
			return ref.Learning(ctx, o.named[i], t)
		},
		func(i int, l *sensitivity.Learning) error {
			progress.add(1)
			negative := slices.Clone(l.Push)
			for j := range negative {
				negative[j] = -negative[j]
			}
			predicted, observed := places(negative), places(l.Iteration)
			for j := range l.Push {
				if err := out.row(o.named[i].Name, sensitivity.Single(j).String(), l.Explained[j], l.Push[j], predicted[j],
					cell(l.Threshold[j]), cell(l.Iteration[j]), observed[j], cell(l.Agreement)); err != nil {
					return err
				}
			}
			return nil
		})
	if undefined, ok := errors.AsType[*measures.UndefinedError](err); ok {
		err = &data.InputError{Path: ref.Data().Source.Path, Found: undefined.Reason, Err: err}
	}
	return 0, 0, err
}

// places ranks values from 1 for the smallest; NaN has no place.
func places(values []float64) []any {
	order := make([]int, 0, len(values))
	for i, v := range values {
		if !math.IsNaN(v) {
			order = append(order, i)
		}
	}
	slices.SortStableFunc(order, func(i, j int) int {
		switch {
		case values[i] < values[j]:
			return -1
		case values[i] > values[j]:
			return 1
		}
		return 0
	})
	out := make([]any, len(values))
	for place, i := range order {
		out[i] = place + 1
	}
	return out
}

// cell is a number for a table, empty for NaN.
func cell(v float64) any {
	if math.IsNaN(v) {
		return nil
	}
	return v
}

// explained is an error for a table, empty for none.
func explained(err error) any {
	if err == nil {
		return nil
	}
	return rowError(err)
}
