// Package score scores models by how similar they are to a recording.
package score

import (
	"context"
	"math"
	"slices"

	"simtool/internal/batch"
	"simtool/internal/data"
	"simtool/internal/io"
	"simtool/internal/measures"
	"simtool/internal/result"
	"simtool/internal/verb"
	"simtool/internal/verb/setting"
)

// perTime asks for a score of each time bin.
const perTime = "time"

// Options say what to score and how.
type Options struct {
	Measures  []string // names, or "default" or "all"
	List      string   // file of pairs in place of arguments
	AllPairs  bool
	Matrix    string // file for the square matrix of all pairs, "" for none
	Pool      bool
	Per       string // "time", "condition", or "" for all samples at once
	Moments   bool   // the files are what simtool moments wrote
	MaxMemory int64  // bytes that a pair may take, 0 for no limit
	Inference Inference
	HeldOut   verb.HeldOut
	Repeats   Repeats
	Input     verb.Input
	Output    batch.Output
	Batch     verb.Batch

	// Read reads an input in place of its file, for who has it in memory; nil for none.
	Read func(path string) (*data.Dataset, error)

	systems []string // of --all-pairs, in order

	pairs []Pair           // from the arguments or the list
	named []measures.Named // from Measures
}

// New returns the command with its defaults.
func New() *Options { return &Options{Measures: []string{"default"}, Inference: newInference()} }

// Settings implements verb.Command.
func (o *Options) Settings() *setting.Set {
	s := &setting.Set{}
	m := s.Strings(&o.Measures, "measures", "m", "measures to score by, a `LIST` separated by commas")
	m.Default, m.Complete = "default", setting.MeasureList // without the brackets of a list
	s.String(&o.List, "list", "", "read pairs from `FILE` instead of the arguments")
	s.Bool(&o.AllPairs, "all-pairs", "", "compare every file with itself and every later one")
	s.String(&o.Matrix, "matrix", "", "with --all-pairs write the scores as a square matrix to `FILE`, "+data.WordList(dataio.SquareSuffixes)+": beside the table of --output, or in its place")
	s.Bool(&o.Pool, "pool", "", "pool time × condition into samples (the default)")
	s.Choice(&o.Per, "per", "", "score each time bin, or each condition, by itself", perTime, "condition")
	s.Bool(&o.Moments, "moments", "", "the files are what simtool moments wrote: add the pieces of one recording up and score it")
	memory := s.Bytes(&o.MaxMemory, "max-memory", "", "most memory that a pair may take, and with --all-pairs what is kept of all, such as 4G (default: four fifths of the machine's)")
	memory.Choose, memory.Machine = verb.ChooseMemory, true
	s.Grouped(setting.Inference, func() {
		o.Inference.register(s)
		o.HeldOut.Register(s)
		o.Repeats.register(s)
	})
	o.Input.Register(s)
	o.Input.RegisterPairing(s)
	verb.RegisterTable(s, &o.Output)
	o.Batch.Register(s, "pairs")
	return s
}

// Controls implements verb.Batched.
func (o *Options) Controls() *verb.Batch { return &o.Batch }

// Schema implements verb.Tabular.
func (o *Options) Schema(e *batch.Env, args []string) (*result.Schema, error) {
	args, err := verb.ExpandPaths(args)
	if err != nil {
		return nil, err
	}
	if err := o.complete(e, args); err != nil {
		return nil, err
	}
	return o.table().Schema, nil
}

// Run implements verb.Command.
func (o *Options) Run(ctx context.Context, e *batch.Env, args []string) error {
	if o.Batch.DryRun {
		return o.dryRun(ctx, e, args)
	}
	job, err := o.Job(e, args)
	if err != nil {
		return err
	}
	target := o.Output
	if o.matrixAlone(e) {
		target.Path = o.Matrix
	}
	return o.Batch.Run(ctx, e, job, target)
}

// Job returns the work of scoring files: an item for each pair, or view of a pair.
func (o *Options) Job(e *batch.Env, args []string) (*batch.Job, error) {
	args, err := verb.ExpandPaths(args)
	if err != nil {
		return nil, err
	}
	if err := o.complete(e, args); err != nil {
		return nil, err
	}
	if o.Moments {
		return o.momentsJob(e, args)
	}
	return o.pairsJob(e)
}

// Memory implements verb.Forecaster.
func (o *Options) Memory(_ context.Context, e *batch.Env, args []string) (int64, error) {
	job, err := o.Job(e, args)
	if err != nil || job.Memory == nil {
		return 0, err
	}
	return job.Memory(1)
}

// complete checks the options against each other and works out what to score.
func (o *Options) complete(e *batch.Env, args []string) error {
	if o.Pool && o.Per != "" {
		return batch.Usagef("--pool and --per exclude each other")
	}
	if err := o.Inference.check(); err != nil {
		return err
	}
	if err := o.Repeats.complete(o); err != nil {
		return err
	}
	var err error
	if o.named, err = verb.ParseMeasures(o.Measures, e.Seed); err != nil {
		return err
	}
	if err := o.HeldOut.Check(o.named); err != nil {
		return err
	}
	if err := o.checkMatrix(e); err != nil {
		return err
	}
	o.pairs = nil
	switch {
	case o.Moments && (o.List != "" || o.AllPairs || o.Per != "" || len(args) == 0):
		return batch.Usagef("--moments scores the pieces of one pair, want their files and neither --list, --all-pairs nor --per")
	case o.Moments && o.Inference.Units.Named():
		return batch.Usagef("%s names samples, which --moments does not have", o.Inference.Units.Option())
	case o.Moments && o.HeldOut.Given():
		return batch.Usagef("--train and --test name samples, which --moments does not have")
	case o.HeldOut.Given() && (o.Inference.Permutations > 0 || len(o.Repeats.More) > 0 || o.Inference.Units.Groups != ""):
		return batch.Usagef("--train and --test go without --permutations, ceilings and --groups: one given split has no interval, null or p value")
	case o.Moments && o.Batch.DryRun:
		return batch.Usagef("--dry-run has nothing to say of --moments: the files are read already")
	case o.Moments:
	case o.List != "" && (len(args) > 0 || o.AllPairs):
		return batch.Usagef("--list names the pairs, want neither files nor --all-pairs beside it")
	case o.List != "":
		o.pairs, err = listedPairs(e, o.List)
	case len(args) < 2:
		return batch.Usagef("%s, want a reference X and at least one Y", data.Counted(len(args), "file"))
	case len(slices.DeleteFunc(slices.Clone(args), func(path string) bool { return !batch.IsStdin(path) })) > 1:
		return batch.Usagef("standard input can be only one of the files")
	case o.AllPairs:
		args = verb.InNaturalOrder(args)
		if twice := verb.Repeated(args); twice != "" && o.Matrix != "" {
			return batch.Usagef("%s is given twice: each system has one place", twice)
		}
		o.systems = args
		o.pairs = slices.DeleteFunc(allPairs(args), func(p Pair) bool { return len(o.measuresOf(p)) == 0 })
	default:
		for _, y := range args[1:] {
			o.pairs = append(o.pairs, Pair{X: args[0], Y: y})
		}
	}
	if err != nil || o.Moments {
		return err
	}
	if err := o.Inference.Units.Read(&o.Input); err != nil {
		return err
	}
	if err := o.HeldOut.Read(e); err != nil {
		return err
	}
	o.Input.Beside(o.Inference.Units.Files())
	return o.Input.Of(o.inputPaths()...)
}

// joint reports whether p values are corrected for the views of a pair, which makes them
// one item.
func (o *Options) joint() bool { return o.Per != "" && o.Inference.Permutations > 0 }

// banded reports whether the items are bands of the matrix of all pairs.
func (o *Options) banded() bool { return o.AllPairs && o.Per == "" }

// maxMemory is the limit in bytes, less what the program itself takes.
func (o *Options) maxMemory() int64 {
	if o.MaxMemory == 0 {
		return math.MaxInt64
	}
	return verb.DataLimit(o.MaxMemory)
}

// commonReference returns the X of all pairs, if they have but one.
func (o *Options) commonReference() (string, bool) {
	if len(o.pairs) == 0 {
		return "", false
	}
	x := o.pairs[0].X
	other := slices.ContainsFunc(o.pairs, func(p Pair) bool { return p.X != x })
	return x, !other
}

// measuresOf returns the measures that a pair is scored by.
func (o *Options) measuresOf(p Pair) []measures.Named {
	if !p.mirrored {
		return o.named
	}
	return slices.DeleteFunc(slices.Clone(o.named), func(m measures.Named) bool { return m.Card().Symmetric })
}

// table is the table of the scores.
func (o *Options) table() result.Of[result.Score] {
	t := result.Scores
	if o.Per != "" {
		columns := []string{o.Per}
		if o.joint() {
			columns = append(columns, "p_adj")
			if o.Per == perTime {
				columns = append(columns, "p_cluster")
			}
		}
		t = t.With(columns...)
	}
	if o.hasTargets() {
		t = t.With("target")
	}
	if _, ok := o.commonReference(); ok {
		t.Schema = t.SpareFirst("x")
	}
	return t
}
