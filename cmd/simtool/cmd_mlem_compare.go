package main

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"gonum.org/v1/gonum/mat"

	"simtool/internal/data"
	"simtool/internal/io"
	"simtool/internal/mlem"
)

// compareOptions say which methods are compared on what.
type compareOptions struct {
	stimuli stimulusOptions
	neural  neuralOptions
	methods []string
	truth   string
	folds   int
	output  outputOptions
}

func newMLEMCompareCommand(a *app) *cobra.Command {
	o := &compareOptions{}
	names, about := mlem.Methods()
	var list strings.Builder
	for i, name := range names {
		fmt.Fprintf(&list, "\n%s: %s.\n", name, strings.TrimSuffix(about[i], "."))
	}
	cmd := &cobra.Command{
		Use:   "compare",
		Short: "Compare MLEM with other ways to find what is encoded",
		Long: `Apply several methods to one representation, with the same folds of held-out
stimuli, and compare how well each recovers a known metric (--truth, a square
table of weights), and how well it predicts distances of held-out stimuli.
` + list.String(),
		Example: `simtool mlem simulate --stimuli 40 --features 4 -o sim
simtool mlem compare --features sim/features.csv --neural sim/y.npy --truth sim/w_true.csv --methods mlem,rsa`,
		RunE: a.action(func(ctx context.Context, args []string) error {
			if len(args) > 0 {
				return usagef("%s, want them behind --features and --neural", counted(len(args), "file"))
			}
			return a.compareMLEM(ctx, o, names)
		}),
	}
	fs := cmd.Flags()
	o.stimuli.register(fs)
	o.neural.register(fs, "patterns, stimuli × units, `FILE`; several are repeats")
	fs.StringSliceVar(&o.methods, "methods", nil, "methods to compare, a `LIST` separated by commas (default: all)")
	fs.StringVar(&o.truth, "truth", "", "true weights, features × features with a header, `FILE`")
	fs.IntVar(&o.folds, "folds", mlem.DefaultOptions().Folds, "parts of the stimuli that are held out in turn")
	o.output.register(a, fs, dataio.Formats())
	completeWords(cmd, "methods", names)
	return withExits(cmd, exitInvalid)
}

func (a *app) compareMLEM(ctx context.Context, o *compareOptions, names []string) error {
	if len(o.methods) == 0 {
		o.methods = names
	}
	for _, m := range o.methods {
		if !slices.Contains(names, m) {
			near, _ := data.Nearest(m, names)
			return configf(didYouMean(near), "--methods: unknown method %q, want %s", m, wordList(names))
		}
	}
	out, err := a.openResult(&o.output, tableSpec{
		schema:  "simtool.mlem.compare/v1",
		columns: []string{"method", "cosine", "spearman", "weighted_tau", "frobenius", "held_out_spearman", "seconds", "detail"},
		notes:   []string{"detail"},
		inputs:  append([]string{o.stimuli.file, o.truth}, o.neural.files...),
	})
	if err != nil {
		return err
	}
	defer out.abort()
	if err := a.survey(&o.neural); err != nil {
		return err
	}
	s, err := a.readStimuli(&o.stimuli, o.neural.kept)
	if err != nil {
		return err
	}
	options := mlem.DefaultOptions()
	options.Folds, options.Groups, options.SplitBy = o.folds, s.groups, s.splitBy
	options.Seed, options.Jobs = a.global.seed, a.global.jobs
	if err := options.Check(s.features); err != nil {
		return settingError(err)
	}
	r, err := a.readRepeats(&o.neural, s.features.Stimuli())
	if err != nil {
		return err
	}
	sources := append(s.sources, r.sources...)
	var truth *mat.Dense
	if o.truth != "" {
		w, source, err := readTruth(o.truth, s.features.Names())
		if err != nil {
			return err
		}
		truth, sources = w, append(sources, source)
	}
	bar := a.startProgress("methods", len(o.methods), false)
	defer bar.close()
	seen := map[string]bool{}
	warn := func(warnings []string) {
		for _, w := range warnings {
			if !seen[w] {
				a.warn("%s", w)
			}
			seen[w] = true
		}
	}
	warn(s.warnings)
	// One method at a time, so that results appear as they come.
	for _, method := range o.methods {
		comparisons, err := mlem.Compare(ctx, s.features, r.y, r.neural[0], []string{method}, truth, options)
		if err != nil {
			return err
		}
		warn(comparisons[0].Warnings)
		if err := compareRow(out, comparisons[0]); err != nil {
			return err
		}
		bar.add(1)
	}
	return out.commit(sources, nil)
}

func compareRow(out *result, c *mlem.Comparison) error {
	recovery := make([]any, 4)
	if c.Recovery != nil {
		recovery = []any{c.Recovery.Cosine, defined(c.Recovery.Spearman), defined(c.Recovery.WeightedTau), c.Recovery.Frobenius}
	}
	var heldOut any
	if c.HeldOut != nil {
		heldOut = *c.HeldOut
	}
	return out.row(append(append([]any{c.Method}, recovery...), heldOut, c.Seconds, text(c.Detail))...)
}

// readTruth reads a square table of true weights. With a header its columns, and
// its rows in the same order, are put into the order of the features.
func readTruth(path string, features []string) (*mat.Dense, data.Source, error) {
	d, err := dataio.Read(path, dataio.Options{Hash: true})
	if err != nil {
		return nil, data.Source{}, err
	}
	if d.Samples() != d.Width() || d.Width() < len(features) || d.Features == nil && d.Width() != len(features) {
		return nil, data.Source{}, &data.InputError{
			Path: path, Found: data.ShapeString(d.Shape) + " weights",
			Wanted: fmt.Sprintf("want a square table of the %d features %s", len(features), strings.Join(features, ", ")),
		}
	}
	if d.Features == nil {
		return d.Matrix(), d.Source, nil
	}
	truth := mat.NewDense(len(features), len(features), nil)
	at := make([]int, len(features))
	for i, name := range features {
		if at[i] = slices.Index(d.Features, name); at[i] < 0 {
			return nil, data.Source{}, &data.InputError{Path: path, Found: fmt.Sprintf("no column %q", name), Wanted: "want one for every feature"}
		}
	}
	for i := range features {
		for j := range features {
			truth.Set(i, j, d.Matrix().At(at[i], at[j]))
		}
	}
	return truth, d.Source, nil
}
