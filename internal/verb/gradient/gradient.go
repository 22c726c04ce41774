// Package gradient differentiates a score with respect to the data.
package gradient

import (
	"context"
	"slices"

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
	given, err := o.read(e, args)
	if err != nil {
		return err
	}
	x, y := given.kept.Systems[0], given.kept.Systems[1]
	pair, err := verb.NewPair(x, y)
	if err != nil {
		return err
	}
	// The score itself is more exact near identity than the objective.
	score, err := m.Score(pair)
	if err != nil {
		return verb.UndefinedInput(err)
	}
	fixed, varies, system := x, y, 1
	if o.Wrt == "x" {
		fixed, varies, system, d = y, x, 0, d.Flip()
	}
	g, err := differentiate(d, fixed, varies)
	if err != nil {
		return err
	}
	values, err := o.whole(given, system, g)
	if err != nil {
		return err
	}
	if err := dataio.EncodeArray(target, o.Output.Path, dataio.Float64, values, given.files[system].Shape...); err != nil {
		return err
	}
	if err := files.Commit(given.kept.Sources(), nil); err != nil || !o.Output.ToFile() {
		return err
	}
	return printRow(e, result.Gradient{
		X: args[0], Y: args[1], Measure: o.Measure, Wrt: o.Wrt, Value: score.Value, GradNorm: linalg.Norm(g),
		N: varies.Samples(), P: x.Width(), Q: y.Width(),
	})
}

// given are the systems as they are compared, and as they are in their files.
type given struct {
	files  []*data.Dataset
	joined []*data.Dataset // rows that belong together
	kept   *data.Kept      // without missing values
}

// read reads both systems, and leaves the samples with missing values out of both.
func (o *Options) read(e *batch.Env, paths []string) (*given, error) {
	if err := o.Input.Of(paths...); err != nil {
		return nil, err
	}
	g := &given{}
	read := o.Input.Reader(e, o.Output.ToFile())
	for _, path := range paths {
		d, err := read(path)
		if err != nil {
			return nil, err
		}
		verb.Doubt(e, d, data.TakesDistances(o.Measure))
		g.files = append(g.files, d)
	}
	x, y, err := o.Input.Join(e, g.files[0], g.files[1])
	if err != nil {
		return nil, err
	}
	g.joined = []*data.Dataset{x, y}
	g.kept, err = o.Input.Keep(e, data.Samples, g.joined)
	return g, err
}

// whole puts the gradient with respect to a system into the shape and order of its
// file. The score does not depend on what is left out: its derivative there is 0.
func (o *Options) whole(g *given, system int, gradient *mat.Dense) ([]float64, error) {
	joined := g.kept.Restore(gradient.RawMatrix().Data, g.kept.Systems[system], g.joined[system], 0)
	if g.joined[system] == g.files[system] {
		return joined, nil
	}
	// What is done to the rows of the file is done to the numbers of its values.
	numbered := slices.Clone(g.files)
	at := *g.files[system]
	at.Values = make([]float64, len(at.Values))
	for i := range at.Values {
		at.Values[i] = float64(i)
	}
	numbered[system] = &at
	x, y, err := o.Input.Pairing().Join(numbered[0], numbered[1])
	if err != nil {
		return nil, err
	}
	values := make([]float64, len(at.Values))
	for i, position := range []*data.Dataset{x, y}[system].Values {
		values[int(position)] = joined[i]
	}
	return values, nil
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
