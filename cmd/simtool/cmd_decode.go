package main

import (
	"context"

	"github.com/spf13/cobra"

	"simtool/internal/data"
	"simtool/internal/io"
	"simtool/internal/synth/probe"
)

// decodeOptions say what to decode from what.
type decodeOptions struct {
	labels       labelOptions
	permutations int
	input        inputOptions
	output       outputOptions
}

func newDecodeCommand(a *app) *cobra.Command {
	o := &decodeOptions{}
	cmd := &cobra.Command{
		Use:   "decode X --labels FILE",
		Short: "Decode the labels of the conditions from a recording",
		Long: `Measure how well labels can be read from X by multinomial logistic regression
(l2 penalty as in scikit-learn, C = 1) on stratified held-out folds, in each
time bin by itself. The folds are the same in every bin.

A result has one row per label and time bin, with the columns

    label time accuracy chance p n classes folds

where chance is the accuracy of guessing the most frequent class and p comes
from --permutations shuffles of the labels (empty for none). The row without a
time is the mean over bins.`,
		Example: `simtool decode recording.npy --labels conditions.csv
simtool decode recording.npy --labels conditions.csv --label choice --permutations 200 -o decoding.csv`,
		RunE: a.action(func(ctx context.Context, args []string) error {
			if len(args) != 1 {
				return usagef("%s, want one", counted(len(args), "file"))
			}
			if o.labels.file == "" {
				return usagef("want --labels FILE")
			}
			return a.decode(ctx, o, args[0])
		}),
	}
	fs := cmd.Flags()
	o.labels.register(fs)
	fs.IntVar(&o.permutations, "permutations", 0, "shuffles of the labels that p values are computed from; 0 for none")
	o.input.register(fs)
	o.output.register(a, fs, dataio.Formats())
	return withExits(cmd, exitInvalid)
}

func (a *app) decode(ctx context.Context, o *decodeOptions, path string) error {
	if o.permutations < 0 {
		return configf("", "--permutations %d: want at least 0", o.permutations)
	}
	out, err := a.openResult(&o.output, tableSpec{
		schema:  "simtool.decode/v1",
		columns: []string{"label", "time", "accuracy", "chance", "p", "n", "classes", "folds"},
		inputs:  []string{path, o.labels.file},
	})
	if err != nil {
		return err
	}
	defer out.abort()
	d, err := a.reader(o.input, o.output.toFile())(path)
	if err != nil {
		return err
	}
	source := d.Source
	labels, err := readLabels(o.labels, d)
	if err != nil {
		return err
	}
	systems, err := a.withoutMissing(o.input, data.Conditions, []*data.Dataset{d}, data.AlongTable("labels", &labels))
	if err != nil {
		return err
	}
	d = systems[0]
	decoders, err := a.decoders(o.labels, labels, d)
	if err != nil {
		return err
	}
	bar := a.startProgress("labels", len(decoders), false)
	defer bar.close()
	for _, decoder := range decoders {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		decoding, err := decoder.Decode(d.Matrix(), nil)
		if err != nil {
			return err
		}
		significance := probe.Significance{Bins: make([]float64, len(decoding.Bins))}
		if o.permutations > 0 {
			if significance, err = decoder.Test(d.Matrix(), decoding, o.permutations); err != nil {
				return err
			}
		}
		if err := decodeRows(out, decoder, decoding, significance, o.permutations > 0); err != nil {
			return err
		}
		bar.add(1)
	}
	return out.commit([]data.Source{source, labels.Source}, nil)
}

// decodeRows writes the rows of one label: the mean, then each time bin where
// there are several.
func decodeRows(out *result, decoder *probe.Decoder, decoding probe.Decoding, s probe.Significance, tested bool) error {
	row := func(time any, accuracy, p float64) error {
		var pCell any
		if tested {
			pCell = p
		}
		return out.row(decoder.Name, time, accuracy, decoder.Chance(), pCell, decoder.Conditions(), len(decoder.Levels), decoder.Folds)
	}
	if err := row(nil, decoding.Accuracy, s.P); err != nil || len(decoding.Bins) == 1 {
		return err
	}
	for t, accuracy := range decoding.Bins {
		if err := row(t, accuracy, s.Bins[t]); err != nil {
			return err
		}
	}
	return nil
}
