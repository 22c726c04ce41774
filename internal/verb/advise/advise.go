// Package advise looks at recordings and models before they are scored, and says which
// measures mean something for them and what to report.
package advise

import (
	"context"
	"fmt"
	"math"
	"slices"

	"simtool/internal/batch"
	"simtool/internal/data"
	"simtool/internal/inference"
	"simtool/internal/measures"
	"simtool/internal/result"
	"simtool/internal/verb"
	"simtool/internal/verb/setting"
)

// Options say what to look at.
type Options struct {
	Measures []string
	Level    float64
	Units    verb.Units
	Input    verb.Input
	Output   batch.Output

	named []measures.Named
}

// New returns the command with its defaults.
func New() *Options {
	return &Options{Measures: []string{"default"}, Level: 0.95, Units: verb.NewUnits()}
}

// Settings implements verb.Command.
func (o *Options) Settings() *setting.Set {
	s := &setting.Set{}
	m := s.Strings(&o.Measures, "measures", "m", "measures to advise on, a `LIST` separated by commas")
	m.Default, m.Complete = "default", setting.MeasureList
	s.Float(&o.Level, "level", "", "level of the intervals")
	o.Units.Register(s)
	o.Input.Register(s)
	o.Input.RegisterPairing(s)
	verb.RegisterTable(s, &o.Output)
	return s
}

// Schema implements verb.Tabular.
func (o *Options) Schema(*batch.Env, []string) (*result.Schema, error) {
	return result.Advices.Schema, nil
}

// Run implements verb.Command.
func (o *Options) Run(ctx context.Context, e *batch.Env, args []string) error {
	args, err := verb.ExpandPaths(args)
	if err != nil {
		return err
	}
	if len(args) == 0 {
		return batch.Usagef("no file, want X and, if there are any, models Y")
	}
	if !(o.Level > 0 && o.Level < 1) {
		return batch.Configf("", "--level %g: want a number between 0 and 1, such as 0.95", o.Level)
	}
	if o.named, err = verb.ParseMeasures(o.Measures, e.Seed); err != nil {
		return err
	}
	if err := o.Units.Read(&o.Input); err != nil {
		return err
	}
	o.Input.Beside(o.Units.Files())
	if err := o.Input.Of(args...); err != nil {
		return err
	}
	out, err := e.OpenTable(&o.Output, result.Advices.Schema, append(slices.Clone(args), o.Units.Files()...))
	if err != nil {
		return err
	}
	defer out.Abort()
	a := &adviser{options: o, env: e, write: func(row result.Advice) error { return out.Row(result.Advices.Cells(row)...) }}
	if err := a.all(ctx, args); err != nil {
		return err
	}
	return out.Commit(append(a.sources, o.Units.Sources()...), nil)
}

// adviser writes the rows of a call.
type adviser struct {
	options *Options
	env     *batch.Env
	write   func(result.Advice) error
	sources []data.Source
}

// all advises on a reference, and on each model beside it.
func (a *adviser) all(ctx context.Context, paths []string) error {
	read := a.options.Input.Reader(a.env, a.options.Output.ToFile())
	var x *data.Dataset
	for i, path := range paths {
		d, err := read(path)
		if err != nil {
			return err
		}
		a.sources = append(a.sources, d.Origin())
		if err := a.file(d); err != nil {
			return err
		}
		if i == 0 {
			x = d
		} else if err := a.pair(ctx, path, x, d); err != nil {
			return err
		}
	}
	if len(paths) == 1 {
		return a.pair(ctx, paths[0], x, x)
	}
	return nil
}

// row writes one advice.
func (a *adviser) row(about string, v inference.Advice) error {
	return a.write(result.Advice{
		About: about, Topic: v.Topic, Level: string(v.Level), Null: v.Null, Finding: v.Finding, Remedy: v.Remedy,
	})
}

// pair advises on a model beside the reference, or on the reference beside a model of its
// own geometry.
func (a *adviser) pair(ctx context.Context, about string, x, y *data.Dataset) error {
	xs, ys := x, y
	var err error
	if x != y {
		if xs, ys, err = a.options.Input.Join(a.env, x, y); err != nil {
			return err
		}
	}
	labels, err := a.options.Units.Labels(x, xs, ys)
	if err != nil {
		return err
	}
	systems, err := a.options.Input.WithoutMissing(a.env, data.Samples, []*data.Dataset{xs, ys}, labels.Along()...)
	if err != nil {
		return err
	}
	pair, err := a.systems(systems, x == y)
	if err != nil {
		return err
	}
	labels.KeepTogether(pair)
	design := labels.Structure().Design(pair)
	for _, v := range inference.AdviseRows(pair, design) {
		if err := a.row(about, v); err != nil {
			return err
		}
	}
	options := inference.Options{Mode: inference.AutoMode, Level: a.options.Level, Seed: a.env.Seed}
	var fit []measures.Named
	for _, m := range verb.HoldOutConditions(a.options.named, xs, ys, a.env.Seed) {
		if err := ctx.Err(); err != nil {
			return err
		}
		v, err := inference.AdviseMeasure(ctx, pair, m, design, options)
		if err != nil {
			return err
		}
		if v.Level != inference.Caution {
			fit = append(fit, m)
		}
		if err := a.row(about, v); err != nil {
			return err
		}
	}
	report := inference.Advice{Topic: "report", Level: inference.Good, Null: math.NaN(), Finding: inference.Methods(fit, design, options, a.env.Version)}
	if len(fit) == 0 {
		report.Level, report.Finding = inference.Caution, "no measure of those asked for means much for these data"
		report.Remedy = "record more samples, or fewer features"
	}
	return a.row(about, report)
}

// systems makes the pair.
func (a *adviser) systems(d []*data.Dataset, same bool) (*measures.Pair, error) {
	if !same {
		return verb.NewPair(d[0], d[1])
	}
	s, err := measures.NewSystem(d[0])
	if err != nil {
		return nil, err
	}
	return measures.NewPair(s, s)
}

// file says what a file is.
func (a *adviser) file(d *data.Dataset) error {
	blank := math.NaN()
	shape := inference.Advice{Topic: "shape", Level: inference.Good, Null: blank, Finding: describe(d)}
	switch n, p := d.Samples(), d.Width(); {
	case constant(d):
		shape.Level = inference.Caution
		shape.Remedy = "every sample has the same values: there is nothing to compare"
	case n <= p:
		shape.Level = inference.Note
		shape.Remedy = "there are no more samples than features: most measures are high whatever the model is; use an estimator without bias or held-out folds"
	case n < 5*p:
		shape.Remedy = "fewer than five samples for each feature: read corrected rather than the value"
	}
	if err := a.row(d.Source.Path, shape); err != nil {
		return err
	}
	if missing := countMissing(d.Values); missing > 0 {
		v := inference.Advice{Topic: "missing", Level: inference.Note, Null: blank, Finding: fmt.Sprintf("%d of %d values are missing", missing, len(d.Values)), Remedy: "--missing says what to do with them"}
		if err := a.row(d.Source.Path, v); err != nil {
			return err
		}
	}
	if like := d.Likeness(); like.Text != "" {
		if err := a.row(d.Source.Path, inference.Advice{Topic: "kind", Level: inference.Caution, Null: blank, Finding: like.Text}); err != nil {
			return err
		}
	}
	return nil
}

// describe says what a dataset holds.
func describe(d *data.Dataset) string {
	text := fmt.Sprintf("%d samples × %d features", d.Samples(), d.Width())
	if d.Is3D() {
		text = fmt.Sprintf("%d times × %d conditions × %d neurons, which are %s", d.Shape[0], d.Shape[1], d.Shape[2], text)
	}
	if d.Source.DType != "" {
		text += ", stored as " + d.Source.DType
	}
	if d.Names != nil {
		text += ", with names"
	} else {
		text += ", without names: rows are paired by position"
	}
	return text
}

// constant reports whether all samples have the same values, and none is missing.
func constant(d *data.Dataset) bool {
	p := d.Width()
	for i := p; i < len(d.Values); i += p {
		if !slices.Equal(d.Values[i:i+p], d.Values[:p]) {
			return false
		}
	}
	return countMissing(d.Values) == 0
}

func countMissing(values []float64) int {
	count := 0
	for _, v := range values {
		if math.IsNaN(v) {
			count++
		}
	}
	return count
}
