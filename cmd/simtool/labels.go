package main

import (
	"slices"

	"github.com/spf13/pflag"

	"simtool/internal/data"
	"simtool/internal/io"
	"simtool/internal/synth/probe"
)

// labelOptions say what is decoded.
type labelOptions struct {
	file    string
	columns []string
	folds   int
	c       float64
}

func (o *labelOptions) register(fs *pflag.FlagSet) {
	defaults := probe.DefaultDecoder()
	fs.StringVar(&o.file, "labels", "", "`FILE` with one row of labels for each condition (each sample of 2-d data) and their names in the first line")
	fs.StringSliceVar(&o.columns, "label", nil, "`COLUMNS` of --labels to decode (default: every column that has classes to tell apart)")
	fs.IntVar(&o.folds, "folds", defaults.Folds, "stratified folds of the cross-validation")
	fs.Float64Var(&o.c, "strength", defaults.C, "inverse strength `C` of the l2 penalty, as in scikit-learn")
}

// readLabels reads the labels that are decoded, one row for each condition of a
// recording as it is in its file.
func readLabels(o labelOptions, d *data.Dataset) (*data.Table, error) {
	table, err := dataio.ReadFeatures(o.file, dataio.Options{Hash: true})
	if err != nil {
		return nil, err
	}
	if o.folds < 2 || !(o.c > 0) {
		return nil, configf("", "--folds %d and --strength %g: want at least 2 folds and a positive strength", o.folds, o.c)
	}
	labels := &data.Table{Columns: table.Columns, Source: table.Source}
	if len(o.columns) > 0 {
		labels.Columns = nil
		for _, name := range o.columns {
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
			Path: o.file, Found: data.ShapeString([]int{rows, len(table.Columns)}) + " labels",
			Wanted: "want one row for each of the " + data.ShapeString([]int{conditions}) + " conditions of " + d.Source.Path,
		}
	}
	return labels, nil
}

// conditionsOf returns what labels are of, the samples of 2-d data, and the
// number of time bins.
func conditionsOf(d *data.Dataset) (conditions, bins int) {
	if d.Is3D() {
		return d.Shape[1], d.Shape[0]
	}
	return d.Samples(), 1
}

// decoders returns one decoder for each label of the conditions of a recording. A
// column that was not asked for and cannot be decoded is left out with a warning.
func (a *app) decoders(o labelOptions, labels *data.Table, d *data.Dataset) ([]*probe.Decoder, error) {
	_, bins := conditionsOf(d)
	config := probe.DecoderConfig{Folds: o.folds, C: o.c, Seed: a.global.seed}
	var decoders []*probe.Decoder
	for _, c := range labels.Columns {
		decoder, err := probe.NewDecoder(c, bins, config)
		switch {
		case err == nil:
			decoders = append(decoders, decoder)
		case len(o.columns) > 0 || !is[*data.InputError](err):
			return nil, named(err, o.file)
		default:
			a.warn("%s: not decoded: %s", o.file, err)
		}
	}
	if len(decoders) == 0 {
		return nil, &data.InputError{Path: o.file, Found: "no column with classes to tell apart", Wanted: "want at least one label"}
	}
	return slices.Clip(decoders), nil
}

// named gives an InputError the name of its file.
func named(err error, path string) error {
	if e, ok := data.AsInputError(err); ok && e.Path == "" {
		e.Path = path
	}
	return err
}
