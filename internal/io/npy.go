package dataio

import (
	"errors"
	"fmt"
	"io"

	"simtool/internal/data"
)

// npyFormat reads one NumPy array of real numbers: versions 1 to 3; float16,
// float32, float64, all integers and bool; both byte orders; row- and
// column-major; 1 to 3 dimensions.
var npyFormat = inputFormat{
	name:     "npy",
	title:    "a NumPy array",
	suffixes: []string{".npy"},
	magic:    npyMagic,
	read:     readWholeNPY,
	rows:     npyRows,
	write: func(w io.Writer, p Precision, arrays []NamedArray) error {
		return EncodeNPY(w, p, arrays[0].Values, arrays[0].Shape...)
	},
}

// readWholeNPY reads the array of a .npy file, and nothing may follow it.
func readWholeNPY(in *input, o Options) (*array, error) {
	src := npySource{r: in.r, size: in.size, certain: in.size >= 0}
	if src.certain {
		src.file = in.file
		return readNPY(src, o.Axes)
	}
	a, err := readNPY(src, o.Axes)
	if err != nil {
		return nil, err
	}
	return a, in.atEnd("nothing after the array")
}

// npySource is where an array is read from.
type npySource struct {
	r       io.Reader
	size    int64       // bytes of header and body together; -1 when unknown
	certain bool        // those bytes are known to be there and not only claimed
	file    io.ReaderAt // the same bytes at random; nil where there is no such access
}

// readNPY reads one array, which must take up exactly src.size bytes where that
// is known.
func readNPY(src npySource, axes string) (*array, error) {
	h, err := readNPYHeader(src.r)
	if err != nil {
		return nil, err
	}
	body := src.size - h.length
	if src.size >= 0 && body != h.bodyBytes() {
		return nil, wrongBody(h, fmt.Sprint(body))
	}
	l, err := newLayout(h.shape, h.fortran, axes)
	if err != nil {
		return nil, err
	}
	values, err := readBody(src, h, l)
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return nil, wrongBody(h, "fewer")
	}
	if err != nil {
		return nil, err
	}
	return &array{values: values, shape: l.shape, fileShape: h.shape, dtype: h.dtype.name(), precision: data.PrecisionOf(h.dtype.name())}, nil
}

// wrongBody reports a body that is shorter or longer than its header announces.
func wrongBody(h npyHeader, have string) error {
	return &data.InputError{
		Found:  have + " bytes of data after the header",
		Wanted: fmt.Sprintf("want %d for %s", h.bodyBytes(), h.describe()),
	}
}
