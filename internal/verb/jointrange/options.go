// Package jointrange finds which scores can go together, and what one says about
// another.
package jointrange

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"simtool/internal/batch"
	"simtool/internal/data"
	"simtool/internal/measures"
	"simtool/internal/result"
	"simtool/internal/verb"
	"simtool/internal/verb/setting"
)

// Options say which scores to relate, on which data.
type Options struct {
	Measures []string
	Shape    string // "N,P" or "N,P,Q" of random data in place of a file
	Width    int    // features of Y, 0 for those of X
	Keep     int    // principal components that X is reduced to, 0 for all
	Free     string // what may change, "y" or "both"
	Levels   int
	At       []float64 // levels in place of even ones
	Given    setting.Optional
	Grid     int // targets on a side of the unit square, 0 for ranges
	Steps    int // towards each target
	Paths    string
	Restarts int
	SaveData string
	Input    verb.Input
	Output   batch.Output
	Batch    verb.Batch

	named []measures.Named
}

// New returns the command with its defaults.
func New() *Options {
	return &Options{Measures: []string{"cka", "procrustes-angular-score"}, Free: "y", Levels: 50, Steps: 1000, Restarts: 2}
}

// Settings implements verb.Command.
func (o *Options) Settings() *setting.Set {
	s := &setting.Set{}
	m := s.Strings(&o.Measures, "measures", "m", "two or more measures with a gradient, a `LIST` separated by commas")
	m.Default, m.Complete = "", setting.MeasureList // too long for a line
	s.String(&o.Shape, "shape", "", "random data of `N,P[,Q]` samples, features of X and features of Y in place of a file")
	s.Int(&o.Width, "width", "", "features of Y; 0 for those of X")
	s.Int(&o.Keep, "keep", "", "reduce X to its `K` largest principal components first; 0 for all")
	s.Choice(&o.Free, "free", "", "what may change: the model, or the reference too", "y", "both")
	s.Count(&o.Levels, "levels", "", "`N` levels of the first measure of a pair, evenly in its range")
	s.Floats(&o.At, "at", "", "these `LEVELS` in place of even ones")
	s.Optional(&o.Given, "given", "", "conditional ranges: what follows from a `SCORE` of at least this")
	s.Int(&o.Grid, "grid", "", "move random data towards `N` targets on each side of the unit square")
	s.Count(&o.Steps, "steps", "", "`N` steps towards each target of --grid")
	s.String(&o.Paths, "paths", "", "write the paths of --grid to `FILE` (csv)")
	s.Int(&o.Restarts, "restarts", "", "random starts, beside those made of the components of X")
	o.Batch.Register(s, "items")
	s.String(&o.SaveData, "save-data", "", "write the data at the ends of each level to `FILE` (npz)")
	o.Input.Register(s)
	verb.RegisterTable(s, &o.Output)
	return s
}

// Controls implements verb.Batched.
func (o *Options) Controls() *verb.Batch { return &o.Batch }

// Schema implements verb.Tabular.
func (o *Options) Schema(e *batch.Env, args []string) (*result.Schema, error) {
	if err := o.complete(e, args); err != nil {
		return nil, err
	}
	switch {
	case o.Given.IsSet:
		return result.GivenRanges.Schema, nil
	case o.Grid > 0:
		return result.Targets.Schema, nil
	}
	return result.Ranges.Schema, nil
}

// Run implements verb.Command.
func (o *Options) Run(ctx context.Context, e *batch.Env, args []string) error {
	job, err := o.Job(e, args)
	if err != nil {
		return err
	}
	return o.Batch.Run(ctx, e, job, o.Output)
}

// Memory implements verb.Forecaster.
func (o *Options) Memory(_ context.Context, e *batch.Env, args []string) (int64, error) {
	job, err := o.Job(e, args)
	if err != nil {
		return 0, err
	}
	return job.Memory(1)
}

// complete checks the options against each other.
func (o *Options) complete(e *batch.Env, args []string) error {
	var err error
	switch {
	case len(args) > 1:
		return batch.Usagef("%s, want one", data.Counted(len(args), "file"))
	case len(args) == 0 && o.Shape == "":
		return batch.Usagef("want a file X, or --shape")
	case len(args) == 1 && o.Shape != "":
		return batch.Usagef("--shape stands in place of a file")
	case o.Grid != 0 && o.Given.IsSet:
		return batch.Usagef("--grid and --given exclude each other")
	case o.Grid < 0 || o.Grid == 1:
		return batch.Configf("", "--grid: invalid value %d, want at least 2 targets on a side", o.Grid)
	case o.Paths != "" && o.Grid == 0:
		return batch.Usagef("--paths goes with --grid")
	case o.SaveData != "" && (o.Grid != 0 || o.Given.IsSet):
		return batch.Usagef("--save-data goes with neither --grid nor --given")
	case o.Width < 0 || o.Keep < 0 || o.Restarts < 0:
		return batch.Configf("", "--width, --keep and --restarts: want numbers of at least 0")
	}
	if o.named, err = verb.ParseMeasures(o.Measures, e.Seed); err != nil {
		return err
	}
	if len(o.named) < 2 {
		return batch.Usagef("%d measure, want at least two", len(o.named))
	}
	for _, m := range o.named {
		if _, ok := measures.AsDifferentiable(m.Measure); !ok {
			return verb.MeasureError(&measures.NameError{Name: m.Name, Reason: "it has no gradient, so no data can be moved along its levels"})
		}
		card := m.Card()
		if o.Given.IsSet && !(card.HigherIsCloser && card.Max == 1) {
			return verb.MeasureError(&measures.NameError{Name: m.Name, Reason: "--given asks for scores of at most 1 that rise with similarity", Hint: "use the form that is a score, such as as=angular-score"})
		}
	}
	return nil
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
	return 0, 0, 0, batch.Configf("", "--shape: invalid value %q, want N,P or N,P,Q with at least 3 samples", text)
}

// pairs returns the pairs of measures in their order, both ways round if asked for.
func (o *Options) pairs(bothWays bool) [][2]measures.Named {
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
func (o *Options) levelsOf(m measures.Named) ([]float64, error) {
	if len(o.At) > 0 {
		levels := slices.Clone(o.At)
		slices.Sort(levels)
		return slices.Compact(levels), nil
	}
	card := m.Card()
	low, high := max(card.Min, 0), card.Max
	if high > 1e300 {
		return nil, batch.Configf("--at 1,2,5 sets them", "%s has no largest value to space levels by", m.Name)
	}
	levels := make([]float64, o.Levels)
	for i := range levels {
		levels[i] = low + (float64(i)+0.5)/float64(o.Levels)*(high-low)
	}
	return levels, nil
}
