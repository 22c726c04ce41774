// Package decode measures how well labels can be read from a recording.
package decode

import (
	"context"
	"errors"
	"math"

	"simtool/internal/batch"
	"simtool/internal/data"
	"simtool/internal/result"
	"simtool/internal/synth/probe"
	"simtool/internal/verb"
	"simtool/internal/verb/labels"
	"simtool/internal/verb/setting"
)

// Options say which labels to decode and from what.
type Options struct {
	Labels       labels.Options
	Permutations int // of the labels, for p values; 0 for none
	Input        verb.Input
	Output       batch.Output
}

// New returns the command with its defaults.
func New() *Options { return &Options{Labels: labels.New()} }

// Settings implements verb.Command.
func (o *Options) Settings() *setting.Set {
	s := &setting.Set{}
	o.Labels.Register(s)
	o.Labels.RegisterNumbers(s)
	s.Int(&o.Permutations, "permutations", "", "shuffles of the labels that p values are computed from; 0 for none")
	o.Input.Register(s)
	verb.RegisterTable(s, &o.Output)
	return s
}

// Schema implements verb.Tabular.
func (o *Options) Schema(_ *batch.Env, args []string) (*result.Schema, error) {
	return result.Decodings.Schema, o.check(args)
}

// check refuses options that cannot be meant.
func (o *Options) check(args []string) error {
	switch {
	case len(args) != 1:
		return batch.Usagef("%s, want one", data.Counted(len(args), "file"))
	case o.Labels.File == "":
		return batch.Usagef("want --labels FILE")
	case o.Permutations < 0:
		return batch.Configf("", "--permutations %d: want at least 0", o.Permutations)
	}
	return o.Labels.Check()
}

// Run implements verb.Command.
func (o *Options) Run(ctx context.Context, e *batch.Env, args []string) error {
	if err := o.check(args); err != nil {
		return err
	}
	path := args[0]
	out, err := e.OpenTable(&o.Output, result.Decodings.Schema, []string{path, o.Labels.File})
	if err != nil {
		return err
	}
	defer out.Abort()
	in, err := o.read(e, path)
	if err != nil {
		return err
	}
	var tasks []func() ([]result.Decoding, error)
	for _, decoder := range in.decoders {
		tasks = append(tasks, func() ([]result.Decoding, error) { return o.decode(decoder, in.recording) })
	}
	for _, regressor := range in.regressors {
		tasks = append(tasks, func() ([]result.Decoding, error) { return o.predict(regressor, in.recording) })
	}
	progress := e.StartProgress("labels", len(tasks), false)
	defer progress.Close()
	for _, task := range tasks {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		rows, err := task()
		if err != nil {
			return err
		}
		for _, row := range rows {
			if err := out.Row(result.Decodings.Cells(row)...); err != nil {
				return err
			}
		}
		progress.Add(1)
	}
	return out.Commit(in.sources, nil)
}

// reading is what a run decodes.
type reading struct {
	recording  *data.Dataset
	decoders   []*probe.Decoder   // of classes
	regressors []*probe.Regressor // of numbers
	sources    []data.Source
}

// read reads the recording and the labels, and makes decoders of them.
func (o *Options) read(e *batch.Env, path string) (*reading, error) {
	d, err := o.Input.Reader(e, o.Output.ToFile())(path)
	if err != nil {
		return nil, err
	}
	verb.Doubt(e, d, false)
	table, err := o.Labels.Read(d, o.Input.Axes)
	if err != nil {
		return nil, err
	}
	kept, err := o.Input.Keep(e, data.Conditions, []*data.Dataset{d}, data.AlongTable("labels", &table))
	if err != nil {
		return nil, err
	}
	in := &reading{recording: kept.Systems[0], sources: append(kept.Sources(), table.Source)}
	var classes *data.Table
	if in.regressors, classes, err = o.Labels.Regressors(e, table, in.recording); err != nil {
		return nil, err
	}
	if len(classes.Columns) > 0 {
		in.decoders, err = o.Labels.Decoders(e, classes, in.recording)
		if _, none := errors.AsType[*labels.NoLabelsError](err); none && len(in.regressors) > 0 {
			err = nil
		}
	}
	return in, err
}

// Memory implements verb.Forecaster: the recording, and for the label that takes most
// the fits at once, of time bins or of permutations.
func (o *Options) Memory(_ context.Context, e *batch.Env, args []string) (int64, error) {
	if err := o.check(args); err != nil {
		return 0, err
	}
	in, err := o.read(e, args[0])
	if err != nil {
		return 0, err
	}
	q, most := in.recording.Width(), int64(0)
	for _, r := range in.regressors {
		most = max(most, int64(min(e.Jobs, r.Bins()))*r.FitBytes(q)+8*int64(r.Conditions()*(1+o.Permutations)*3))
	}
	for _, decoder := range in.decoders {
		work := int64(min(e.Jobs, decoder.Bins())) * decoder.FitBytes(q)
		if o.Permutations > 0 {
			work = max(work, int64(min(e.Jobs, o.Permutations))*(decoder.FitBytes(q)+decoder.MemoryBytes(q)))
		}
		most = max(most, work+decoder.MemoryBytes(q))
	}
	return batch.WithGarbage(8*int64(in.recording.Samples())*int64(q) + most), nil
}

// decode decodes one label and returns its rows: the mean, then each time bin where
// there are several.
func (o *Options) decode(decoder *probe.Decoder, d *data.Dataset) ([]result.Decoding, error) {
	decoding, err := decoder.Decode(d.Matrix(), nil)
	if err != nil {
		return nil, err
	}
	p, pOfBin := math.NaN(), func(int) float64 { return math.NaN() }
	if o.Permutations > 0 {
		test, err := decoder.Test(d.Matrix(), decoding, o.Permutations)
		if err != nil {
			return nil, err
		}
		p, pOfBin = test.P, func(t int) float64 { return test.Bins[t] }
	}
	row := result.Decoding{
		Label: decoder.Name, Time: -1, Accuracy: decoding.Accuracy, Chance: decoder.Chance(), PValue: p,
		N: decoder.Conditions(), Classes: len(decoder.Levels), Folds: decoder.Folds, Balanced: decoding.Balanced, R2: math.NaN(),
	}
	rows := []result.Decoding{row}
	if len(decoding.Bins) == 1 {
		return rows, nil
	}
	for t, accuracy := range decoding.Bins {
		row.Time, row.Accuracy, row.Balanced, row.PValue = t, accuracy, decoding.BalancedBins[t], pOfBin(t)
		rows = append(rows, row)
	}
	return rows, nil
}

// predict predicts one label of numbers and returns its rows as decode does.
func (o *Options) predict(r *probe.Regressor, d *data.Dataset) ([]result.Decoding, error) {
	got, err := r.Decode(d.Matrix(), o.Permutations)
	if err != nil {
		return nil, err
	}
	nan := math.NaN()
	row := result.Decoding{
		Label: r.Name, Time: -1, Accuracy: nan, Balanced: nan, Chance: r.Chance(), R2: got.R2, PValue: nan, N: r.Conditions(), Folds: r.Folds,
	}
	if o.Permutations > 0 {
		row.PValue = got.Test.P
	}
	rows := []result.Decoding{row}
	if len(got.Bins) == 1 {
		return rows, nil
	}
	for t, r2 := range got.Bins {
		row.Time, row.R2 = t, r2
		if o.Permutations > 0 {
			row.PValue = got.Test.Bins[t]
		}
		rows = append(rows, row)
	}
	return rows, nil
}
