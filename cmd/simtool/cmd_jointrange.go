package main

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"gonum.org/v1/gonum/mat"

	"simtool/internal/data"
	"simtool/internal/io"
	"simtool/internal/measures"
	"simtool/internal/synth/frontier"
	"simtool/internal/synth/sensitivity"
)

// rangeOptions say which scores to relate, on which data.
type rangeOptions struct {
	measures []string
	shape    string
	width    int
	keep     int
	free     string
	levels   int
	at       []float64
	given    optionalFloat
	grid     int
	steps    int
	paths    string
	restarts int
	data     string
	input    inputOptions
	output   outputOptions
	batch    batchOptions

	named []measures.Named
}

func newJointRangeCommand(a *app) *cobra.Command {
	o := &rangeOptions{}
	cmd := &cobra.Command{
		Use:   "joint-range [X]",
		Short: "Find which scores can go together, and what one says about another",
		Long: `Find the pairs of scores (a, b) by two measures that datasets Y can have with X,
which is a file or, with --shape, random. For each of --levels values of a the
smallest and the largest b are found by constrained optimisation. The result has
the columns measure_a, measure_b, a, b_min, b_max, residual_min, residual_max,
certified, bound_min, bound_max, note.

A residual is how far the data are from being an optimum: what a is off its
level by, or the rate at which b still changes along the level when every
direction of Y changes by as much as there is of it, or the distance of b from a
bound that it cannot pass, such as NBS² ≤ min(rank)·CKA. Both extremes are
certified when theirs are at most 1e-4: they satisfy the conditions of a local
optimum, and are the best of many starts. Some ranges have ends that no data
reach, only come near to; these stay without certificate. A level that no data
have is left empty, and the note says so.

More than two measures are taken pair by pair. --given 0.9 asks instead for the
range of every measure among the data that score at least that by each other
one: columns given, threshold, measure, lo, hi, residual, certified.

--grid N is the search of the published runs: random data move by Adam towards
N targets on each side of the unit square. Columns: measure_a, measure_b,
target_a, target_b, a, b, residual, converged, steps; --paths has the way there.

--free both lets X move as well. --shard 1/4 does a quarter of the work, in items
of ten levels, a pair given another, or a target; "simtool merge" puts the tables
together. What --save-data and --paths write is that of the part, and stays as it
is. With --output FILE finished items are kept in FILE.ckpt, and --resume goes on
from there to the same result.`,
		Example: `simtool joint-range --shape 20,6,6 -m cka,nbs --levels 6
simtool joint-range --shape 20,5,5 -m cka,nbs,linreg --given 0.9 -o given.csv
simtool joint-range --shape 20,5,5 -m cka,nbs --grid 3 --steps 100 --paths paths.csv`,
		RunE: a.action(func(ctx context.Context, args []string) error {
			if err := o.complete(args, a.global.seed); err != nil {
				return err
			}
			if err := o.batch.complete(a, o.output.target()); err != nil {
				return err
			}
			return a.jointRange(ctx, o, args)
		}),
	}
	o.register(a, cmd.Flags())
	completeMeasures(cmd, "measures")
	return withExits(cmd, exitInvalid, exitCheckpoint)
}

func (o *rangeOptions) register(a *app, fs *pflag.FlagSet) {
	names := []string{"cka", "procrustes-angular-score"}
	fs.StringSliceVarP(&o.measures, "measures", "m", names, "two or more measures with a gradient, a `LIST` separated by commas")
	fs.Lookup("measures").DefValue = "" // too long for a line
	fs.StringVar(&o.shape, "shape", "", "random data of `N,P[,Q]` samples, features of X and features of Y in place of a file")
	fs.IntVar(&o.width, "width", 0, "features of Y; 0 for those of X")
	fs.IntVar(&o.keep, "keep", 0, "reduce X to its `K` largest principal components first; 0 for all")
	choiceVar(fs, &o.free, "free", "y", "what may change: the model, or the reference too", "y", "both")
	o.levels, o.steps = 50, 1000
	fs.Var((*countValue)(&o.levels), "levels", "`N` levels of the first measure of a pair, evenly in its range")
	fs.Float64SliceVar(&o.at, "at", nil, "these `LEVELS` in place of even ones")
	fs.Var(&o.given, "given", "conditional ranges: what follows from a `SCORE` of at least this")
	fs.IntVar(&o.grid, "grid", 0, "move random data towards `N` targets on each side of the unit square")
	fs.Var((*countValue)(&o.steps), "steps", "`N` steps towards each target of --grid")
	fs.StringVar(&o.paths, "paths", "", "write the paths of --grid to `FILE` (csv)")
	fs.IntVar(&o.restarts, "restarts", 2, "random starts, beside those made of the components of X")
	o.batch.register(fs, "items")
	fs.StringVar(&o.data, "save-data", "", "write the data at the ends of each level to `FILE` (npz)")
	o.input.register(fs)
	o.output.register(a, fs, dataio.Formats())
}

// complete checks the options against each other.
func (o *rangeOptions) complete(args []string, seed uint64) error {
	var err error
	switch {
	case len(args) > 1:
		return usagef("%s, want one", counted(len(args), "file"))
	case len(args) == 0 && o.shape == "":
		return usagef("want a file X, or --shape")
	case len(args) == 1 && o.shape != "":
		return usagef("--shape stands in place of a file")
	case o.grid != 0 && o.given.set:
		return usagef("--grid and --given exclude each other")
	case o.grid < 0 || o.grid == 1:
		return configf("", "--grid: invalid value %d, want at least 2 targets on a side", o.grid)
	case o.paths != "" && o.grid == 0:
		return usagef("--paths goes with --grid")
	case o.data != "" && (o.grid != 0 || o.given.set):
		return usagef("--save-data goes with neither --grid nor --given")
	case o.width < 0 || o.keep < 0 || o.restarts < 0:
		return configf("", "--width, --keep and --restarts: want numbers of at least 0")
	}
	if o.named, err = measures.ParseList(joinList(o.measures), seed); err != nil {
		return measureError(err)
	}
	if len(o.named) < 2 {
		return usagef("%d measure, want at least two", len(o.named))
	}
	for _, m := range o.named {
		if _, ok := measures.AsDifferentiable(m.Measure); !ok {
			return measureError(&measures.NameError{Name: m.Name, Reason: "it has no gradient, so no data can be moved along its levels"})
		}
		card := m.Card()
		if o.given.set && !(card.HigherIsCloser && card.Max == 1) {
			return measureError(&measures.NameError{Name: m.Name, Reason: "--given asks for scores of at most 1 that rise with similarity", Hint: "use the form that is a score, such as as=angular-score"})
		}
	}
	return nil
}

// problem reads or makes X and says what is free.
func (a *app) rangeProblem(o *rangeOptions, args []string) (p frontier.Problem, sources []data.Source, err error) {
	if o.shape != "" {
		n, width, q, err := parseShape(o.shape)
		if err != nil {
			return p, nil, err
		}
		p = frontier.DefaultProblem(frontier.Random(n, width, a.global.seed))
		p.Width = q
	} else {
		d, err := a.reader(o.input, o.output.toFile())(args[0])
		if err != nil {
			return p, nil, err
		}
		sources = []data.Source{d.Source}
		if d, err = a.oneWithoutMissing(o.input, d); err != nil {
			return p, nil, err
		}
		c, err := sensitivity.Decompose(d, o.keep)
		if err != nil {
			return p, nil, err
		}
		x := mat.DenseCopyOf(d.Matrix())
		if o.keep > 0 {
			x = c.Courses()
		}
		p = frontier.DefaultProblem(x)
	}
	if o.width > 0 {
		p.Width = o.width
	}
	p.Both, p.Restarts, p.Seed = o.free == "both", o.restarts, a.global.seed
	return p, sources, nil
}

// parseShape reads "n,p" or "n,p,q".
func parseShape(text string) (n, p, q int, err error) {
	var numbers []int
	for word := range strings.SplitSeq(text, ",") {
		v, err := strconv.Atoi(strings.TrimSpace(word))
		if err != nil || v < 1 {
			numbers = nil
			break
		}
		numbers = append(numbers, v)
	}
	switch {
	case len(numbers) == 2 && numbers[0] > 2:
		return numbers[0], numbers[1], numbers[1], nil
	case len(numbers) == 3 && numbers[0] > 2:
		return numbers[0], numbers[1], numbers[2], nil
	}
	return 0, 0, 0, configf("", "--shape: invalid value %q, want N,P or N,P,Q with at least 3 samples", text)
}

// pairs returns the pairs of measures in their order, both ways round if asked for.
func (o *rangeOptions) pairs(bothWays bool) [][2]measures.Named {
	var out [][2]measures.Named
	for i, m := range o.named {
		for j, k := range o.named {
			if i < j || bothWays && i != j {
				out = append(out, [2]measures.Named{m, k})
			}
		}
	}
	return out
}

// levelsOf returns the levels of a measure: those that were asked for, or even ones
// over its range, of which the part below 0 is left out where it has no end.
func (o *rangeOptions) levelsOf(m measures.Named) ([]float64, error) {
	if len(o.at) > 0 {
		levels := slices.Clone(o.at)
		slices.Sort(levels)
		return slices.Compact(levels), nil
	}
	card := m.Card()
	low, high := max(card.Min, 0), card.Max
	if high > 1e300 {
		return nil, configf("--at 1,2,5 sets them", "%s has no largest value to space levels by", m.Name)
	}
	levels := make([]float64, o.levels)
	for i := range levels {
		levels[i] = low + (float64(i)+0.5)/float64(o.levels)*(high-low)
	}
	return levels, nil
}

// levelName names a level in an archive.
func levelName(pair [2]measures.Named, level float64, end string) string {
	return fmt.Sprintf("%s.%s.%s.%s", pair[0].Name, pair[1].Name, strconv.FormatFloat(level, 'g', 6, 64), end)
}
