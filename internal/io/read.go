package dataio

import (
	"strings"

	"simtool/internal/data"
)

// Read reads a recording or a matrix of activations.
//
// The path is a file, "file.npz:key", or "-" for standard input; gzip is undone
// wherever it is found. The suffix decides the format, the content where there
// is no known suffix. Arrays of 1 and 2 dimensions are samples (× features),
// arrays of 3 are time × condition × neuron unless o.Axes says otherwise; text
// is samples × features. The dataset owns its values: row-major float64,
// converted exactly from every type but integers beyond 2⁵³.
//
// Errors are *data.InputError.
func Read(path string, o Options) (*data.Dataset, error) {
	in, err := openInput(path, o)
	if err != nil {
		return nil, err
	}
	defer in.close()
	d, err := read(in, o)
	if err != nil {
		return nil, in.fail(err)
	}
	return d, nil
}

func read(in *input, o Options) (*data.Dataset, error) {
	f, err := in.format(o)
	if err != nil {
		return nil, err
	}
	a, err := f.read(in, o)
	if err != nil {
		return nil, err
	}
	if err := in.nameSamples(a, f, o); err != nil {
		return nil, err
	}
	d, err := data.New(a.values, a.shape...)
	if err != nil {
		return nil, err
	}
	d.Features, d.Names, d.Precision = a.features, a.names, a.precision.Of(a.values)
	d = d.AlignLabels()
	if d.Source, err = in.source(f.name, a.dtype, a.fileShape); err != nil {
		return nil, err
	}
	if d.Source.Names = a.namesFrom; a.names == nil && d.Names != nil {
		d.Source.Names = "header"
	}
	if o.Missing == MissingRefuse {
		err := d.CheckFinite()
		if e, ok := data.AsInputError(err); ok && o.Bare && strings.Contains(e.Hint, "--missing") {
			e.Hint = "fill in what is missing, or leave such samples out of the files"
		}
		return d, err
	}
	return d, nil
}
