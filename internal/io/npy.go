package dataio

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"simtool/internal/data"
)

// npyFormat reads one NumPy array of real numbers: versions 1 to 3; float16,
// float32, float64, all integers and bool; both byte orders; row- and
// column-major; 1 to 3 dimensions.
var npyFormat = inputFormat{
	name:     "npy",
	suffixes: []string{".npy"},
	sniff:    func(head []byte) bool { return strings.HasPrefix(string(head), npyMagic) },
	read: func(in *input, o Options) (*array, error) {
		if in.key != "" {
			return nil, &data.InputError{Path: in.name, Found: fmt.Sprintf("one array, not an archive with a key %q", in.key), Wanted: "want the path alone"}
		}
		a, err := readNPY(in.r, in.size, true, o.Axes)
		if err != nil {
			return nil, err
		}
		return a, in.atEnd("nothing after the array")
	},
}

// readNPY reads one array from r. When size is not negative the array must take
// up exactly size bytes; certain says that those bytes are known to exist, and
// not only claimed.
func readNPY(r io.Reader, size int64, certain bool, axes string) (*array, error) {
	h, err := readNPYHeader(r)
	if err != nil {
		return nil, err
	}
	body := size - h.length
	if size >= 0 && body != h.bodyBytes() {
		return nil, wrongBody(h, fmt.Sprint(body))
	}
	l, err := newLayout(h.shape, h.fortran, axes)
	if err != nil {
		return nil, err
	}
	values, err := readBody(r, h, l, certain && size >= 0)
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return nil, wrongBody(h, "fewer")
	}
	if err != nil {
		return nil, err
	}
	return &array{values: values, shape: l.shape, fileShape: h.shape, dtype: h.dtype.name()}, nil
}

// wrongBody reports a body that is shorter or longer than its header announces.
func wrongBody(h npyHeader, have string) error {
	return &data.InputError{
		Found:  have + " bytes of data after the header",
		Wanted: fmt.Sprintf("want %d for %s", h.bodyBytes(), h.describe()),
	}
}
