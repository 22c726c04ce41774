package main

import (
	"context"
	"math"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"simtool/internal/io"
	"simtool/internal/measures"
)

// scoreOptions say what to score and how.
type scoreOptions struct {
	measures []string
	list     string
	allPairs bool
	pool     bool
	per      string
	moments  bool
	memory   bytesValue
	input    inputOptions
	output   outputOptions
	batch    batchOptions

	pairs []pathPair       // from the arguments or the list
	named []measures.Named // from measures
}

func newScoreCommand(a *app) *cobra.Command {
	o := &scoreOptions{}
	cmd := &cobra.Command{
		Use:   "score X Y [Y...]",
		Short: "Score how similar models are to a recording",
		Long: `Compare each Y with the reference X, by one or more measures of similarity.

X and Y are ` + dataio.InputList() + ` files, gzipped or not; "-"
is standard input ("-:key" an array of an npz). Patterns such as "models/*.npy"
stand for the files that they match, also in quotes. Rows are samples: both must hold the same stimuli in the
same order. Arrays of 3 dimensions are time × condition × neuron (--axes names
another order) and are pooled into time·condition samples unless --per asks
for a score per time bin or per condition.

Measures are separated by commas and have parameters behind colons, as in
"cka,rsa:rdm=correlation:compare=spearman"; "default" stands for the core
measures and "all" for every family. "simtool measures" lists them.

A result has one row per pair and measure, with the columns

    x y measure value lo hi n p q warning error

where n counts samples, p the features of X and q those of Y. With --per a
last column, time or condition, holds the index, counted from 0. Rows come in
the order of the pairs, whatever --jobs is.

With --all-pairs each file is compared with each later one; measures that are
not symmetric are scored in both directions. --list reads pairs from a file,
two columns separated by a comma, a tab or spaces; blank lines and lines that
begin with # are skipped, relative paths start from the current directory, and
of two patterns each file of the one is compared with each of the other.

Large pairs are read once, block by block, in little memory when every measure
asked for works from second moments ("simtool measures" says which do).
Otherwise a pair that would need more than --max-memory is an error that says
how much. --moments scores what simtool moments made of pieces of a recording.

A single pair that cannot be compared is an error. Among several pairs it is a
row with an error, and the others are scored.`,
		Example: `simtool score recording.npy model.npy
simtool score recording.npy models/*.npy -m cka,procrustes -o scores.csv
simtool score rec.npy model.npy --per time -m cka --format jsonl
simtool score --all-pairs layers/*.npy -m all -j 8 -o scores.json
cat model.npy | simtool score recording.npy - -m default`,
		RunE: a.action(func(ctx context.Context, args []string) error {
			args, err := expandPaths(args)
			if err != nil {
				return err
			}
			if err := o.complete(a, args); err != nil {
				return err
			}
			if o.batch.dryRun {
				return a.dryScore(ctx, o)
			}
			if o.moments {
				return a.scoreMoments(ctx, o, args)
			}
			return a.score(ctx, o)
		}),
	}
	o.register(a, cmd.Flags())
	completeMeasures(cmd, "measures")
	return withExits(cmd, exitPartial, exitInvalid, exitCheckpoint)
}

func (o *scoreOptions) register(a *app, fs *pflag.FlagSet) {
	fs.StringSliceVarP(&o.measures, "measures", "m", []string{"default"}, "measures to score by, a `LIST` separated by commas")
	fs.Lookup("measures").DefValue = "default" // without the brackets of a list
	fs.StringVar(&o.list, "list", "", "read pairs from `FILE` instead of the arguments")
	fs.BoolVar(&o.allPairs, "all-pairs", false, "compare every file with every later one")
	fs.BoolVar(&o.pool, "pool", false, "pool time × condition into samples (the default)")
	choiceVar(fs, &o.per, "per", "", "score each time bin, or each condition, by itself", "time", "condition")
	fs.BoolVar(&o.moments, "moments", false, "the files are what simtool moments wrote: add the pieces of one recording up and score it")
	fs.Var(&o.memory, "max-memory", "most memory that a pair may take, such as 4G (default: four fifths of the machine's)")
	a.auto[fs.Lookup("max-memory")] = a.chooseMemory
	o.input.register(fs)
	o.output.register(a, fs, dataio.Formats())
	o.batch.register(fs, "pairs")
}

// complete checks the options against each other and works out what to score.
func (o *scoreOptions) complete(a *app, args []string) error {
	if o.pool && o.per != "" {
		return usagef("--pool and --per exclude each other")
	}
	var err error
	if o.named, err = measures.ParseList(joinList(o.measures), a.global.seed); err != nil {
		return measureError(err)
	}
	switch {
	case o.moments && (o.list != "" || o.allPairs || o.per != "" || len(args) == 0):
		return usagef("--moments scores the pieces of one pair, want their files and neither --list, --all-pairs nor --per")
	case o.moments && o.batch.dryRun:
		return usagef("--dry-run has nothing to say of --moments: the files are read already")
	case o.moments:
	case o.list != "" && (len(args) > 0 || o.allPairs):
		return usagef("--list names the pairs, want neither files nor --all-pairs beside it")
	case o.list != "":
		o.pairs, err = a.listedPairs(o.list)
	case len(args) < 2:
		return usagef("%s, want a reference X and at least one Y", counted(len(args), "file"))
	case len(slices.DeleteFunc(slices.Clone(args), func(path string) bool { return !isStdin(path) })) > 1:
		return usagef("standard input can be only one of the files")
	case o.allPairs:
		o.pairs = slices.DeleteFunc(allPairs(args), func(p pathPair) bool { return len(o.measuresOf(p)) == 0 })
	default:
		for _, y := range args[1:] {
			o.pairs = append(o.pairs, pathPair{x: args[0], y: y})
		}
	}
	return err
}

// maxMemory is --max-memory in bytes; commands without that flag have no limit.
func (o *scoreOptions) maxMemory() int64 {
	if o.memory == 0 {
		return math.MaxInt64
	}
	return int64(o.memory)
}

// commonReference returns the X of all pairs, if they have but one.
func (o *scoreOptions) commonReference() (string, bool) {
	x := o.pairs[0].x
	other := slices.ContainsFunc(o.pairs, func(p pathPair) bool { return p.x != x })
	return x, !other
}

// measuresOf returns the measures that a pair is scored by.
func (o *scoreOptions) measuresOf(p pathPair) []measures.Named {
	if !p.mirrored {
		return o.named
	}
	return slices.DeleteFunc(slices.Clone(o.named), func(m measures.Named) bool { return m.Card().Symmetric })
}

// joinList undoes the splitting of a list flag.
func joinList(words []string) string { return strings.Join(words, ",") }
