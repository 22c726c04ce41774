package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"
	"gonum.org/v1/gonum/mat"

	"simtool/internal/data"
	"simtool/internal/io"
	"simtool/internal/linalg"
	"simtool/internal/measures"
)

// gradientOptions say what to differentiate.
type gradientOptions struct {
	measure string
	wrt     string
	input   inputOptions
	output  outputOptions
}

func newGradientCommand(a *app) *cobra.Command {
	o := &gradientOptions{}
	cmd := &cobra.Command{
		Use:   "gradient X Y",
		Short: "Differentiate a score with respect to the data",
		Long: `Compute the derivative of the score of Y against the reference X with respect
to every entry of Y (or, with --wrt x, of X), and write it as a .npy array of
the shape of that file: so that a measure can serve as a loss elsewhere. When
the array goes to a file, standard output gets a row with the score and the
norm of the gradient.

Gradients are analytic. Where a score has a kink they are subgradients, and at
identical systems they are 0. "simtool measures" lists the measures that have
one.`,
		Example: `simtool gradient recording.npy model.npy -m cka -o gradient.npy
simtool gradient recording.npy model.npy -m linreg:cv=5 --wrt x -o gradient_x.npy`,
		RunE: a.action(func(_ context.Context, args []string) error {
			if len(args) != 2 {
				return usagef("%s, want X and Y", counted(len(args), "file"))
			}
			return a.gradient(o, pathPair{x: args[0], y: args[1]})
		}),
	}
	fs := cmd.Flags()
	fs.StringVarP(&o.measure, "measure", "m", "cka", "`MEASURE` to differentiate")
	choiceVar(fs, &o.wrt, "wrt", "y", "the system that varies", "y", "x")
	o.input.register(fs)
	o.output.registerFile(fs)
	completeMeasure(cmd, "measure")
	return withExits(cmd, exitInvalid)
}

func (a *app) gradient(o *gradientOptions, p pathPair) error {
	m, err := measures.Parse(o.measure)
	if err != nil {
		return measureError(err)
	}
	d, ok := measures.AsDifferentiable(m)
	if !ok {
		return configf(`"simtool measures" lists those that have one`, "--measure %s: this measure has no gradient", o.measure)
	}
	if err := wantSuffix(o.output.path, dataio.ArraySuffixes()...); err != nil {
		return err
	}
	files, target, err := a.openArray(&o.output, "a .npy array", []string{p.x, p.y})
	if err != nil {
		return err
	}
	defer files.abort()
	read := a.reader(o.input, o.output.toFile())
	x, err := read(p.x)
	if err != nil {
		return err
	}
	y, err := read(p.y)
	if err != nil {
		return err
	}
	sources := []data.Source{x.Source, y.Source}
	systems, err := a.withoutMissing(o.input, data.Samples, []*data.Dataset{x, y})
	if err != nil {
		return err
	}
	x, y = systems[0], systems[1]
	pair, err := newPair(x, y)
	if err != nil {
		return err
	}
	// The score itself is more exact near identity than the objective.
	score, err := m.Score(pair)
	if err != nil {
		return undefinedInput(err)
	}
	fixed, varies := x, y
	if o.wrt == "x" {
		fixed, varies, d = y, x, d.Flip()
	}
	g, err := differentiate(d, fixed, varies)
	if err != nil {
		return err
	}
	if err := dataio.EncodeArray(target, o.output.path, dataio.Float64, g.RawMatrix().Data, varies.Shape...); err != nil {
		return err
	}
	if err := files.commit(sources, nil); err != nil || !o.output.toFile() {
		return err
	}
	return a.gradientRow(o, p, score.Value, linalg.Norm(g), varies.Samples(), x.Width(), y.Width())
}

// differentiate returns the derivative of a score with respect to a dataset.
func differentiate(d measures.Differentiable, fixed, varies *data.Dataset) (*mat.Dense, error) {
	reference, err := measures.NewSystem(fixed)
	if err != nil {
		return nil, err
	}
	objective, err := d.Bind(reference, varies.Width())
	if err != nil {
		return nil, undefinedInput(err)
	}
	g := mat.NewDense(varies.Samples(), varies.Width(), nil)
	_, err = objective.Gradient(g, varies.Matrix())
	return g, undefinedInput(err)
}

// undefinedInput makes data without a score invalid input, where there is no
// row to say so.
func undefinedInput(err error) error {
	if undefined, ok := errors.AsType[*measures.UndefinedError](err); ok {
		return &data.InputError{Found: undefined.Reason, Err: err}
	}
	return err
}

// gradientRow prints the score beside the gradient.
func (a *app) gradientRow(o *gradientOptions, pair pathPair, value, norm float64, n, p, q int) error {
	format := dataio.CSV
	if a.outTTY {
		format = dataio.Text
	}
	out, err := a.openResult(&outputOptions{path: "-", format: fmt.Sprint(format)}, tableSpec{
		schema:  "simtool.gradient/v1",
		columns: []string{"x", "y", "measure", "wrt", "value", "grad_norm", "n", "p", "q"},
	})
	if err != nil {
		return err
	}
	defer out.abort()
	if err := out.row(pair.x, pair.y, o.measure, o.wrt, value, norm, n, p, q); err != nil {
		return err
	}
	return out.commit(nil, nil)
}
