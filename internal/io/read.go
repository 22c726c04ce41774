package dataio

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"simtool/internal/data"
)

// array is what a format reads: values in the order of the dataset.
type array struct {
	values    []float64
	shape     []int // of values
	fileShape []int
	dtype     string
	features  []string // names of the last axis, or nil
}

// inputFormat is one format of recordings.
type inputFormat struct {
	name     string
	suffixes []string
	sniff    func(head []byte) bool // recognises the content when the name says nothing
	read     func(in *input, o Options) (*array, error)
	comma    rune // between the fields of a text format, else 0
}

// inputFormats lists every format of recordings. Content is tried in this
// order, so the most particular comes first.
var inputFormats = []*inputFormat{&npyFormat, &npzFormat, &tsvFormat, &csvFormat}

// sniffLength is how much of a file is looked at to recognise it.
const sniffLength = 4096

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
	f, err := in.format()
	if err != nil {
		return nil, err
	}
	if err := f.checkColumns(o); err != nil {
		return nil, err
	}
	a, err := f.read(in, o)
	if err != nil {
		return nil, err
	}
	d, err := data.New(a.values, a.shape...)
	if err != nil {
		return nil, err
	}
	d.Features = a.features
	if d.Source, err = in.source(f.name, a.dtype, a.fileShape); err != nil {
		return nil, err
	}
	if o.Missing == MissingRefuse {
		return d, d.CheckFinite()
	}
	return d, nil
}

// format chooses the format by the suffix, else by the content.
func (in *input) format() (*inputFormat, error) {
	base := strings.TrimSuffix(strings.ToLower(in.name), ".gz")
	for _, f := range inputFormats {
		for _, suffix := range f.suffixes {
			if strings.HasSuffix(base, suffix) {
				return f, nil
			}
		}
	}
	head, err := in.r.Peek(sniffLength)
	if len(head) == 0 {
		if errors.Is(err, io.EOF) {
			return nil, &data.InputError{Found: "an empty file", Wanted: "want " + inputNames()}
		}
		return nil, err
	}
	for _, f := range inputFormats {
		if f.sniff(head) {
			return f, nil
		}
	}
	found := foreignName(head)
	if found == "" {
		found = fmt.Sprintf("data of an unknown format (it begins with %.8q)", head)
	}
	return nil, &data.InputError{Found: found, Wanted: "want " + inputNames(), Hint: "convert it in Python: numpy.save('x.npy', x)"}
}

// inputNames lists the formats for messages.
func inputNames() string {
	names := make([]string, len(inputFormats))
	for i, f := range inputFormats {
		names[i] = f.name
	}
	return orList(names)
}
