// Package labels reads labels of the conditions of a recording, and makes decoders of
// them, for the commands that decode.
package labels

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"simtool/internal/batch"
	"simtool/internal/data"
	"simtool/internal/io"
	"simtool/internal/synth/probe"
	"simtool/internal/verb"
	"simtool/internal/verb/setting"
)

// Options say which labels are decoded and how.
type Options struct {
	File    string   // "" for no labels
	Columns []string // of the file, nil for all that can be decoded
	Numbers []string // columns that are predicted as numbers, beside those with decimals

	predicts bool // the command predicts numbers
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
	case o.File == "" && (len(o.Columns) > 0 || len(o.Numbers) > 0 || o.Folds != defaults.Folds || o.Strength != defaults.Strength):
		return batch.Configf("", "--label, --folds and --strength go with --labels FILE")
	case o.Folds < 2 || !(o.Strength > 0):
		return batch.Configf("", "--folds %d and --strength %g: want at least 2 folds and a positive strength", o.Folds, o.Strength)
	}
	return nil
}

// Read reads the labels that are decoded, one row for each condition of a recording
// as it is in its file. axes is the order in which the axes of 3-d data were read.
func (o *Options) Read(d *data.Dataset, axes string) (*data.Table, error) {
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
			Hint:   turned(d, rows, axes),
		}
	}
	return labels, nil
}

// turned is the remedy where labels fit another axis of a recording than that of the
// conditions, "" where they fit none.
func turned(d *data.Dataset, rows int, axes string) string {
	if !d.Is3D() {
		if rows == d.Width() {
			return fmt.Sprintf("%s has %d features: if its columns are the conditions, save it transposed, numpy.save(path, x.T)", d.Source.Path, rows)
		}
		return ""
	}
	for k, name := range []string{"t", "", "n"} {
		if name != "" && d.Shape[k] == rows {
			swapped := strings.NewReplacer(name, "c", "c", name).Replace(axes)
			return fmt.Sprintf("--axes %s takes the axis of %d for the conditions", swapped, rows)
		}
	}
	return ""
}

// inOrder puts the labels in the order of the recording where both name the
// conditions.
func (o *Options) inOrder(table *data.Table, d *data.Dataset) (*data.Table, error) {
	_, rows, err := data.ByName.Order(d.Source.Path, d.Names, table.Source.Path, table.NamesAmong(d.Names, d.Source.Names))
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
	var left, why []string // names of columns that are not decoded, and why
	for _, c := range labels.Columns {
		decoder, err := probe.NewDecoder(c, bins, config)
		refused, ofColumn := data.AsInputError(err)
		switch {
		case err == nil:
			decoders = append(decoders, decoder)
		case len(o.Columns) > 0 || !ofColumn:
			if ofColumn && o.predicts && c.Kind != data.Categorical && c.Missing() == 0 {
				refused.Hint = "--continuous " + c.Name + " predicts it as a number"
			}
			return nil, batch.Named(err, o.File)
		default:
			left, why = append(left, strconv.Quote(c.Name)), append(why, err.Error())
		}
	}
	const named = 2
	if len(left) > named {
		e.Warn("%s: %d columns are not decoded (%s, …), such as: %s", o.File, len(left), strings.Join(left[:named], ", "), why[0])
	} else {
		for _, w := range why {
			e.Warn("%s: not decoded: %s", o.File, w)
		}
	}
	if len(decoders) == 0 {
		return nil, &data.InputError{Path: o.File, Found: "no column with classes to tell apart", Wanted: "want at least one label", Err: &NoLabelsError{}}
	}
	return slices.Clip(decoders), nil
}

// NoLabelsError is the cause of the error where no column can be decoded.
type NoLabelsError struct{}

func (*NoLabelsError) Error() string { return "no labels" }

// RegisterNumbers declares the option for commands that predict numbers too.
func (o *Options) RegisterNumbers(s *setting.Set) {
	o.predicts = true
	s.Strings(&o.Numbers, "continuous", "", "`COLUMNS` of --labels to predict as numbers (default: columns with decimals of which some occur once)")
}

// Regressors returns one regressor for each column that is predicted as numbers, and a
// table of the other columns.
func (o *Options) Regressors(e *batch.Env, labels *data.Table, d *data.Dataset) (regressors []*probe.Regressor, others *data.Table, err error) {
	_, bins := conditionsOf(d)
	for _, name := range o.Numbers {
		if _, err := labels.Column(name); err != nil {
			return nil, nil, err
		}
	}
	rest := *labels
	rest.Columns = nil
	config := probe.DecoderConfig{Folds: o.Folds, C: o.Strength, Seed: e.Seed}
	for _, c := range labels.Columns {
		if !slices.Contains(o.Numbers, c.Name) && !probe.IsContinuous(c) {
			rest.Columns = append(rest.Columns, c)
			continue
		}
		r, err := probe.NewRegressor(c, bins, config)
		if err != nil {
			return nil, nil, batch.Named(err, o.File)
		}
		regressors = append(regressors, r)
	}
	return regressors, &rest, nil
}
