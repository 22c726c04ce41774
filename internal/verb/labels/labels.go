// Package labels reads labels of the conditions of a recording, and makes decoders of
// them, for the commands that decode.
package labels

import (
	"slices"

	"simtool/internal/batch"
	"simtool/internal/data"
	"simtool/internal/io"
	"simtool/internal/synth/probe"
	"simtool/internal/verb"
	"simtool/internal/verb/setting"
)

// Options say which labels are decoded and how.
type Options struct {
	File     string   // "" for no labels
	Columns  []string // of the file, nil for all that can be decoded
	Folds    int
	NA       verb.NA // cells that count as missing
	Strength float64 // inverse strength C of the penalty
}

// New returns the default options, without labels.
func New() Options {
	d := probe.DefaultDecoder()
	return Options{Folds: d.Folds, Strength: d.C}
}

// Register declares the options.
func (o *Options) Register(s *setting.Set) {
	s.String(&o.File, "labels", "", "`FILE` with one row of labels for each condition (each sample of 2-d data) and their names in the first line")
	s.Strings(&o.Columns, "label", "", "`COLUMNS` of --labels to decode (default: every column that has classes to tell apart)")
	o.NA.Register(s)
	s.Int(&o.Folds, "folds", "", "stratified folds of the cross-validation")
	s.Float(&o.Strength, "strength", "", "inverse strength `C` of the l2 penalty, as in scikit-learn")
}

// Check refuses options that nothing can be decoded by, and those that say how to
// decode where no labels are.
func (o *Options) Check() error {
	defaults := New()
	switch {
	case o.File == "" && (len(o.Columns) > 0 || o.Folds != defaults.Folds || o.Strength != defaults.Strength):
		return batch.Configf("", "--label, --folds and --strength go with --labels FILE")
	case o.Folds < 2 || !(o.Strength > 0):
		return batch.Configf("", "--folds %d and --strength %g: want at least 2 folds and a positive strength", o.Folds, o.Strength)
	}
	return nil
}

// Read reads the labels that are decoded, one row for each condition of a recording
// as it is in its file.
func (o *Options) Read(d *data.Dataset) (*data.Table, error) {
	table, err := dataio.ReadFeatures(o.File, dataio.Options{Hash: true, Markers: o.NA.Markers()})
	if err != nil {
		return nil, err
	}
	if table, err = o.inOrder(table, d); err != nil {
		return nil, err
	}
	labels := &data.Table{Columns: table.Columns, RowNames: table.RowNames, Source: table.Source}
	if len(o.Columns) > 0 {
		labels.Columns = nil
		for _, name := range o.Columns {
			c, err := table.Column(name)
			if err != nil {
				return nil, err
			}
			labels.Columns = append(labels.Columns, c)
		}
	}
	conditions, _ := conditionsOf(d)
	if rows := table.Rows(); rows != conditions {
		return nil, &data.InputError{
			Path: o.File, Found: data.ShapeString([]int{rows, len(table.Columns)}) + " labels",
			Wanted: "want one row for each of the " + data.ShapeString([]int{conditions}) + " conditions of " + d.Source.Path,
		}
	}
	return labels, nil
}

// inOrder puts the labels in the order of the recording where both name the
// conditions.
func (o *Options) inOrder(table *data.Table, d *data.Dataset) (*data.Table, error) {
	_, rows, err := data.ByName.Order(d.Source.Path, d.Names, table.Source.Path, table.RowNames)
	if e, ok := data.AsInputError(err); ok {
		e.Hint = "give both the same samples, or labels without names of rows"
	}
	if err != nil || rows == nil {
		return table, err
	}
	return table.Select(rows), nil
}

// conditionsOf returns how many conditions a recording has, each sample being one of
// 2-d data, and the number of time bins.
func conditionsOf(d *data.Dataset) (conditions, bins int) {
	if d.Is3D() {
		return d.Shape[1], d.Shape[0]
	}
	return d.Samples(), 1
}

// Decoders returns one decoder for each label of the conditions of a recording. A
// column that was not asked for and cannot be decoded is left out with a warning.
func (o *Options) Decoders(e *batch.Env, labels *data.Table, d *data.Dataset) ([]*probe.Decoder, error) {
	_, bins := conditionsOf(d)
	config := probe.DecoderConfig{Folds: o.Folds, C: o.Strength, Seed: e.Seed}
	var decoders []*probe.Decoder
	for _, c := range labels.Columns {
		decoder, err := probe.NewDecoder(c, bins, config)
		_, ofColumn := data.AsInputError(err)
		switch {
		case err == nil:
			decoders = append(decoders, decoder)
		case len(o.Columns) > 0 || !ofColumn:
			return nil, batch.Named(err, o.File)
		default:
			e.Warn("%s: not decoded: %s", o.File, err)
		}
	}
	if len(decoders) == 0 {
		return nil, &data.InputError{Path: o.File, Found: "no column with classes to tell apart", Wanted: "want at least one label"}
	}
	return slices.Clip(decoders), nil
}
