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
	Level        float64
	Input        verb.Input
	Output       batch.Output
}

// New returns the command with its defaults.
func New() *Options { return &Options{Labels: labels.New(), Level: 0.95} }

// Settings implements verb.Command.
func (o *Options) Settings() *setting.Set {
	s := &setting.Set{}
	o.Labels.Register(s)
	o.Labels.RegisterNumbers(s)
	s.Int(&o.Permutations, "permutations", "", "shuffles of the labels over conditions for pvalue, p_adj and null; 0 for none")
	s.Float(&o.Level, "level", "", "level of the intervals")
	o.Input.Register(s)
	verb.RegisterTable(s, &o.Output)
	return s
}

// Schema implements verb.Tabular.
func (o *Options) Schema(_ *batch.Env, args []string) (*result.Schema, error) {
	return o.table().Schema, o.check(args)
}

// table is the table of the results: with permutations it has what they say of runs of
// time bins.
func (o *Options) table() result.Of[result.Decoding] {
	if o.Permutations == 0 {
		return result.Decodings
	}
	return result.Decodings.With("p_cluster")
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
	case !(o.Level > 0 && o.Level < 1):
		return batch.Configf("", "--level %g: want a number between 0 and 1, such as 0.95", o.Level)
	}
	return o.Labels.Check()
}

// Run implements verb.Command.
func (o *Options) Run(ctx context.Context, e *batch.Env, args []string) error {
	if err := o.check(args); err != nil {
		return err
	}
	path := args[0]
	out, err := e.OpenTable(&o.Output, o.table().Schema, []string{path, o.Labels.File})
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
			if err := out.Row(o.table().Cells(row)...); err != nil {
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
	got, err := decoder.Decode(d.Matrix(), nil)
	if err != nil {
		return nil, err
	}
	var test probe.Significance
	if o.Permutations > 0 {
		if test, err = decoder.Test(d.Matrix(), got, o.Permutations); err != nil {
			return nil, err
		}
	}
	mean, bins := decoder.Intervals(got, o.Level)
	row := result.Decoding{
		Label: decoder.Name, Chance: decoder.Chance(), N: decoder.Conditions(), Classes: len(decoder.Levels), Folds: decoder.Folds,
	}
	return o.rows(len(got.Bins), mean, bins, test, func(t int) result.Decoding {
		row.Accuracy, row.Balanced, row.R2 = got.Accuracy, got.Balanced, math.NaN()
		if t >= 0 {
			row.Accuracy, row.Balanced = got.Bins[t], got.BalancedBins[t]
		}
		return row
	}), nil
}

// predict predicts one label of numbers and returns its rows as decode does.
func (o *Options) predict(r *probe.Regressor, d *data.Dataset) ([]result.Decoding, error) {
	got, err := r.Decode(d.Matrix(), o.Permutations)
	if err != nil {
		return nil, err
	}
	mean, bins := r.Intervals(got, o.Level)
	row := result.Decoding{Label: r.Name, Accuracy: math.NaN(), Balanced: math.NaN(), Chance: r.Chance(), N: r.Conditions(), Folds: r.Folds}
	return o.rows(len(got.Bins), mean, bins, got.Test, func(t int) result.Decoding {
		row.R2 = got.R2
		if t >= 0 {
			row.R2 = got.Bins[t]
		}
		return row
	}), nil
}

// rows completes the row of the mean over time bins (-1), and those of the bins where there
// are several.
func (o *Options) rows(count int, mean probe.Interval, bins []probe.Interval, test probe.Significance, of func(t int) result.Decoding) []result.Decoding {
	complete := func(t int, i probe.Interval, p, adjusted, cluster, null float64) result.Decoding {
		row := of(t)
		row.Time, row.Lo, row.Hi, row.SE = t, i.Lo, i.Hi, i.SE
		row.PValue, row.PAdj, row.PCluster, row.Null = math.NaN(), math.NaN(), math.NaN(), math.NaN()
		if o.Permutations > 0 {
			row.PValue, row.PAdj, row.PCluster, row.Null = p, adjusted, cluster, null
		}
		return row
	}
	// One test needs no correction.
	rows := []result.Decoding{complete(-1, mean, test.P, test.P, math.NaN(), test.Null)}
	if count == 1 {
		return rows
	}
	for t, i := range bins {
		if o.Permutations == 0 {
			rows = append(rows, complete(t, i, 0, 0, 0, 0))
			continue
		}
		rows = append(rows, complete(t, i, test.Bins[t], test.Adjusted[t], test.Clusters[t], test.NullBins[t]))
	}
	return rows
}
