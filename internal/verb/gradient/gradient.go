// Package gradient differentiates a score with respect to the data.
package gradient

import (
	"context"

	"gonum.org/v1/gonum/mat"

	"simtool/internal/batch"
	"simtool/internal/data"
	"simtool/internal/io"
	"simtool/internal/linalg"
	"simtool/internal/measures"
	"simtool/internal/result"
	"simtool/internal/verb"
	"simtool/internal/verb/setting"
)

// Options say what to differentiate.
type Options struct {
	Measure string
	Wrt     string // the system that varies, "x" or "y"
	Input   verb.Input
	Output  batch.Output
}

// New returns the command with its defaults.
func New() *Options { return &Options{Measure: "cka", Wrt: "y"} }

// Settings implements verb.Command.
func (o *Options) Settings() *setting.Set {
	s := &setting.Set{}
	s.String(&o.Measure, "measure", "m", "`MEASURE` to differentiate").Complete = setting.Measure
	s.Choice(&o.Wrt, "wrt", "", "the system that varies", "y", "x")
	o.Input.Register(s)
	o.Input.RegisterPairing(s)
	verb.RegisterFile(s, &o.Output)
	return s
}

// Run implements verb.Command.
func (o *Options) Run(_ context.Context, e *batch.Env, args []string) error {
	if len(args) != 2 {
		return batch.Usagef("%s, want X and Y", data.Counted(len(args), "file"))
	}
	m, err := measures.Parse(o.Measure)
	if err != nil {
		return verb.MeasureError(err)
	}
	d, ok := measures.AsDifferentiable(m)
	if !ok {
		return batch.Configf(`"simtool measures" lists those that have one`, "--measure %s: this measure has no gradient", o.Measure)
	}
	if err := batch.WantSuffix(o.Output.Path, dataio.ArraySuffixes()...); err != nil {
		return err
	}
	files, target, err := e.OpenArray(&o.Output, "a .npy array", args)
	if err != nil {
		return err
	}
	defer files.Abort()
	x, y, sources, err := o.read(e, args)
	if err != nil {
		return err
	}
	pair, err := verb.NewPair(x, y)
	if err != nil {
		return err
	}
	// The score itself is more exact near identity than the objective.
	score, err := m.Score(pair)
	if err != nil {
		return verb.UndefinedInput(err)
	}
	fixed, varies := x, y
	if o.Wrt == "x" {
		fixed, varies, d = y, x, d.Flip()
	}
	g, err := differentiate(d, fixed, varies)
	if err != nil {
		return err
	}
	if err := dataio.EncodeArray(target, o.Output.Path, dataio.Float64, g.RawMatrix().Data, varies.Shape...); err != nil {
		return err
	}
	if err := files.Commit(sources, nil); err != nil || !o.Output.ToFile() {
		return err
	}
	return printRow(e, result.Gradient{
		X: args[0], Y: args[1], Measure: o.Measure, Wrt: o.Wrt, Value: score.Value, GradNorm: linalg.Norm(g),
		N: varies.Samples(), P: x.Width(), Q: y.Width(),
	})
}

// read reads both systems and leaves the samples with missing values out of both.
func (o *Options) read(e *batch.Env, paths []string) (x, y *data.Dataset, sources []data.Source, err error) {
	if err := o.Input.Of(paths...); err != nil {
		return nil, nil, nil, err
	}
	read := o.Input.Reader(e, o.Output.ToFile())
	if x, err = read(paths[0]); err != nil {
		return nil, nil, nil, err
	}
	if y, err = read(paths[1]); err != nil {
		return nil, nil, nil, err
	}
	sources = []data.Source{x.Source, y.Source}
	if x, y, err = o.Input.Join(e, x, y); err != nil {
		return nil, nil, nil, err
	}
	systems, err := o.Input.WithoutMissing(e, data.Samples, []*data.Dataset{x, y})
	if err != nil {
		return nil, nil, nil, err
	}
	return systems[0], systems[1], sources, nil
}

// differentiate returns the derivative of a score with respect to a dataset.
func differentiate(d measures.Differentiable, fixed, varies *data.Dataset) (*mat.Dense, error) {
	reference, err := measures.NewSystem(fixed)
	if err != nil {
		return nil, err
	}
	objective, err := d.Bind(reference, varies.Width())
	if err != nil {
		return nil, verb.UndefinedInput(err)
	}
	g := mat.NewDense(varies.Samples(), varies.Width(), nil)
	_, err = objective.Gradient(g, varies.Matrix())
	return g, verb.UndefinedInput(err)
}

// printRow prints the score beside the gradient.
func printRow(e *batch.Env, row result.Gradient) error {
	format := dataio.CSV
	if e.Terminal {
		format = dataio.Text
	}
	out, err := e.OpenTable(&batch.Output{Path: "-", Format: string(format)}, result.Gradients.Schema, nil)
	if err != nil {
		return err
	}
	defer out.Abort()
	if err := out.Row(result.Gradients.Cells(row)...); err != nil {
		return err
	}
	return out.Commit(nil, nil)
}
