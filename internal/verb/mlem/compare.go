package verbmlem

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strings"

	"gonum.org/v1/gonum/mat"

	"simtool/internal/batch"
	"simtool/internal/data"
	"simtool/internal/io"
	"simtool/internal/mlem"
	"simtool/internal/result"
	"simtool/internal/verb"
	"simtool/internal/verb/setting"
)

// CompareOptions say which methods are compared on what.
type CompareOptions struct {
	Stimuli Stimuli
	Neural  Neural
	Methods []string // nil for all
	Truth   string   // file of the true weights, "" for none
	Folds   int      // parts of the stimuli that are held out in turn
	Output  batch.Output
}

// NewCompare returns the command with its defaults.
func NewCompare() *CompareOptions { return &CompareOptions{Folds: mlem.DefaultOptions().Folds} }

// Settings implements verb.Command.
func (o *CompareOptions) Settings() *setting.Set {
	s := &setting.Set{}
	o.Stimuli.Register(s)
	o.Neural.Register(s, repeatsUsage)
	names, _ := mlem.Methods()
	s.Strings(&o.Methods, "methods", "", "methods to compare, a `LIST` separated by commas (default: all but banded, forest, compat and compat-i, which take long)").Suggest = names
	s.String(&o.Truth, "truth", "", "true weights, features × features with a header, `FILE`")
	s.Int(&o.Folds, "folds", "", "parts of the stimuli that are held out in turn")
	verb.RegisterTable(s, &o.Output)
	return s
}

// Schema implements verb.Tabular.
func (o *CompareOptions) Schema(_ *batch.Env, args []string) (*result.Schema, error) {
	_, err := o.methods(args)
	return result.Comparisons.Schema, err
}

// methods are those to compare.
func (o *CompareOptions) methods(args []string) ([]string, error) {
	if len(args) > 0 {
		return nil, batch.Usagef("%s, want them behind --features and --neural", data.Counted(len(args), "file"))
	}
	names, _ := mlem.Methods()
	if len(o.Methods) == 0 {
		return slices.DeleteFunc(names, func(name string) bool {
			return strings.HasPrefix(name, "compat") || name == "banded" || name == "forest"
		}), nil
	}
	for _, m := range o.Methods {
		if !slices.Contains(names, m) {
			near, _ := data.Nearest(m, names)
			return nil, batch.Configf(verb.DidYouMean(near), "--methods: unknown method %q, want %s", m, data.WordList(names))
		}
	}
	return o.Methods, nil
}

// Run implements verb.Command.
func (o *CompareOptions) Run(ctx context.Context, e *batch.Env, args []string) error {
	methods, err := o.methods(args)
	if err != nil {
		return err
	}
	out, err := e.OpenTable(&o.Output, result.Comparisons.Schema, append([]string{o.Stimuli.File, o.Truth}, o.Neural.Files...))
	if err != nil {
		return err
	}
	defer out.Abort()
	s, p, err := readStimuli(e, &o.Stimuli, &o.Neural, nil, false)
	if err != nil {
		return err
	}
	options := mlem.DefaultOptions()
	options.Folds, options.Groups, options.SplitBy = o.Folds, s.groups, s.splitBy
	options.Stratify = s.stratify
	options.Seed, options.Jobs = e.Seed, e.Jobs
	if err := options.Check(s.features); err != nil {
		return verb.SettingError(err)
	}
	r, y, err := p.readOne(true)
	if err != nil {
		return err
	}
	sources := append(s.sources, r.sources...)
	var truth *mat.Dense
	if o.Truth != "" {
		w, source, err := readTruth(o.Truth, s.features.Names())
		if err != nil {
			return err
		}
		truth, sources = w, append(sources, source)
	}
	bar := e.StartProgress("methods", len(methods), false)
	defer bar.Close()
	warned := map[string]bool{}
	warn := func(warnings []string) {
		var others []string
		for _, w := range warnings {
			if !warned[w] {
				others = append(others, w)
			}
			warned[w] = true
		}
		e.WarnAll(others)
	}
	warn(s.warnings)
	// One method at a time, so that results appear as they come.
	for _, method := range methods {
		comparisons, err := mlem.Compare(ctx, s.features, r.y, y, []string{method}, truth, options)
		if err != nil {
			return err
		}
		warn(comparisons[0].Warnings)
		if err := out.Row(result.Comparisons.Cells(comparisonRow(comparisons[0]))...); err != nil {
			return err
		}
		bar.Add(1)
	}
	return out.Commit(sources, nil)
}

func comparisonRow(c *mlem.Comparison) result.Comparison {
	row := result.Comparison{Method: c.Method, HeldOut: orNaN(c.HeldOut), Seconds: c.Seconds, Detail: c.Detail}
	row.Cosine, row.Spearman, row.WeightedTau, row.Frobenius = recovered(c.Recovery)
	return row
}

// recovered is how well a metric was recovered, NaN where there is none.
func recovered(r *mlem.Recovery) (cosine, spearman, weightedTau, frobenius float64) {
	if r == nil {
		nan := math.NaN()
		return nan, nan, nan, nan
	}
	return r.Cosine, r.Spearman, r.WeightedTau, r.Frobenius
}

func orNaN(v *float64) float64 {
	if v == nil {
		return math.NaN()
	}
	return *v
}

// readTruth reads a square table of true weights. With a header its columns, and
// its rows in the same order, are put into the order of the features.
func readTruth(path string, features []string) (*mat.Dense, data.Source, error) {
	d, err := dataio.Read(path, dataio.Options{Hash: true, Bare: true})
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
