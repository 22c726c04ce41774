package verbmlem

import (
	"context"

	"gonum.org/v1/gonum/mat"

	"simtool/internal/batch"
	"simtool/internal/io"
	"simtool/internal/verb"
	"simtool/internal/verb/setting"
)

// PredictOptions say for what stimuli a model predicts distances.
type PredictOptions struct {
	Applied Applied
	Output  batch.Output
}

// NewPredict returns the command with its defaults.
func NewPredict() *PredictOptions { return &PredictOptions{} }

// Settings implements verb.Command.
func (o *PredictOptions) Settings() *setting.Set {
	s := &setting.Set{}
	o.Applied.Register(s)
	verb.RegisterFile(s, &o.Output)
	return s
}

// Run implements verb.Command.
func (o *PredictOptions) Run(_ context.Context, e *batch.Env, args []string) error {
	if err := wantModel(args); err != nil {
		return err
	}
	if err := batch.WantSuffix(o.Output.Path, dataio.ArraySuffixes()...); err != nil {
		return err
	}
	files, target, err := e.OpenArray(&o.Output, "a .npy array", []string{args[0], o.Applied.File})
	if err != nil {
		return err
	}
	defer files.Abort()
	model, table, sources, err := o.Applied.read(e, args[0])
	if err != nil {
		return err
	}
	features, err := o.Applied.encode(e, model, table)
	if err != nil {
		return err
	}
	predicted, err := model.Predict(features)
	if err != nil {
		return err
	}
	n := features.Stimuli()
	if err := dataio.EncodeArray(target, o.Output.Path, dataio.Float64, square(predicted, n).RawMatrix().Data, n, n); err != nil {
		return err
	}
	return files.Commit(sources, nil)
}

// square makes a symmetric matrix with a zero diagonal of the values of all pairs of
// n stimuli, row by row.
func square(pairs []float64, n int) *mat.Dense {
	m := mat.NewDense(n, n, nil)
	at := 0
	for i := range n {
		for j := i + 1; j < n; j++ {
			m.Set(i, j, pairs[at])
			m.Set(j, i, pairs[at])
			at++
		}
	}
	return m
}
