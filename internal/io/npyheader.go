package dataio

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"

	"simtool/internal/data"
)

// npyMagic begins every .npy file.
const npyMagic = "\x93NUMPY"

// maxNPYHeader caps the header: 4 GB is what the format allows, and 200 bytes
// is what arrays of numbers need.
const maxNPYHeader = 1 << 16

// dtype is the element type of an array in a file.
type dtype struct {
	kind byte // 'f' float, 'i' signed, 'u' unsigned, 'b' bool
	size int  // bytes per element
	big  bool // big-endian
}

// name is NumPy's name of the type, byte order aside.
func (d dtype) name() string {
	switch d.kind {
	case 'b':
		return "bool"
	case 'u':
		return fmt.Sprintf("uint%d", 8*d.size)
	case 'i':
		return fmt.Sprintf("int%d", 8*d.size)
	}
	return fmt.Sprintf("float%d", 8*d.size)
}

// npyHeader is the header of a .npy file.
type npyHeader struct {
	dtype   dtype
	fortran bool
	shape   []int // 1 to 3 positive dimensions
	count   int   // their product
	length  int64 // bytes of the file before the body
}

// bodyBytes is the size of the body that the header announces.
func (h npyHeader) bodyBytes() int64 { return int64(h.count) * int64(h.dtype.size) }

// describe renders what the header announces, e.g. "600 × 100 float64".
func (h npyHeader) describe() string { return data.ShapeString(h.shape) + " " + h.dtype.name() }

// readNPYHeader reads the header of a .npy file of format version 1, 2 or 3:
//
//	"\x93NUMPY", major, minor, length (2 bytes in version 1, else 4, little-endian),
//	then a Python dictionary with the keys descr, fortran_order and shape, padded
//	with spaces.
//
// See numpy.lib.format. It accepts the dictionary in any order and spacing and
// refuses everything else, in particular what npyio would misread or panic on.
func readNPYHeader(r io.Reader) (npyHeader, error) {
	text, length, err := readNPYDict(r)
	if err != nil {
		return npyHeader{}, err
	}
	h, err := parseNPYHeader(text)
	h.length = length
	return h, err
}

// readNPYDict reads a header as far as the text of its dictionary, and returns that
// with the length of the header.
func readNPYDict(r io.Reader) (dict string, headerBytes int64, err error) {
	var head [12]byte
	if _, err := io.ReadFull(r, head[:8]); err != nil {
		return "", 0, notNPY(head[:], err)
	}
	if string(head[:6]) != npyMagic {
		return "", 0, notNPY(head[:], nil)
	}
	width := 4
	switch head[6] {
	case 1:
		width = 2
	case 2, 3:
	default:
		return "", 0, &data.InputError{
			Found:  fmt.Sprintf(".npy format version %d.%d", head[6], head[7]),
			Wanted: "want version 1, 2 or 3",
		}
	}
	if _, err := io.ReadFull(r, head[8:8+width]); err != nil {
		return "", 0, err
	}
	length := int(binary.LittleEndian.Uint16(head[8:]))
	if width == 4 {
		n := binary.LittleEndian.Uint32(head[8:])
		if n > maxNPYHeader {
			return "", 0, &data.InputError{
				Found:  fmt.Sprintf(".npy header of %d bytes", n),
				Wanted: fmt.Sprintf("want at most %d", maxNPYHeader),
			}
		}
		length = int(n)
	}
	text := make([]byte, length)
	if _, err := io.ReadFull(r, text); err != nil {
		return "", 0, err
	}
	return string(text), int64(8 + width + length), nil
}

// notNPY says what stands where the magic number should.
func notNPY(head []byte, err error) error {
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return err
	}
	e := &data.InputError{Found: "not a NumPy array", Wanted: fmt.Sprintf("want a file that begins with %q", npyMagic)}
	switch {
	case errors.Is(err, io.EOF):
		e.Found = "an empty file"
	case foreignName(head) != "":
		e.Found = foreignName(head)
	}
	return e
}

// parseNPYHeader parses the dictionary of a .npy header.
func parseNPYHeader(text string) (npyHeader, error) {
	p := &literalParser{rest: text}
	fields, err := p.dict()
	if err != nil {
		return npyHeader{}, &data.InputError{
			Found:  "malformed .npy header (" + err.Error() + ")",
			Wanted: "want {'descr': …, 'fortran_order': …, 'shape': …}",
		}
	}
	h := npyHeader{}
	for _, key := range []string{"descr", "fortran_order", "shape"} {
		if _, ok := fields[key]; !ok {
			return h, &data.InputError{Found: ".npy header without " + key, Wanted: "want descr, fortran_order and shape"}
		}
	}
	if len(fields) != 3 {
		return h, &data.InputError{Found: fmt.Sprintf(".npy header with %d keys", len(fields)), Wanted: "want descr, fortran_order and shape only"}
	}
	fortran, ok := fields["fortran_order"].(bool)
	if !ok {
		return h, &data.InputError{Found: fmt.Sprintf("fortran_order %v in the .npy header", fields["fortran_order"]), Wanted: "want True or False"}
	}
	h.fortran = fortran
	if h.dtype, err = parseDType(fields["descr"]); err != nil {
		return h, err
	}
	return h, h.setShape(fields["shape"])
}

// setShape checks the shape and its size in bytes.
func (h *npyHeader) setShape(v any) error {
	dims, ok := v.([]any)
	if !ok {
		return &data.InputError{Found: fmt.Sprintf("shape %v in the .npy header", v), Wanted: "want a tuple of sizes"}
	}
	h.shape = make([]int, len(dims))
	h.count = 1
	for i, d := range dims {
		n, ok := d.(int)
		if !ok || n < 0 {
			return &data.InputError{Found: fmt.Sprintf("size %v in the shape of the .npy header", d), Wanted: "want whole numbers from 0 up"}
		}
		h.shape[i] = n
		if n > 0 && h.count > math.MaxInt/16/n {
			return &data.InputError{Found: "shape " + data.ShapeString(h.shape[:i+1]) + "…", Wanted: "want an array that can exist in memory"}
		}
		h.count *= n
	}
	switch {
	case len(dims) == 0:
		return &data.InputError{Found: "a single number", Wanted: "want an array of 1 to 3 dimensions"}
	case len(dims) > 3:
		return &data.InputError{
			Found:  fmt.Sprintf("%d-dimensional array of shape %s", len(dims), data.ShapeString(h.shape)),
			Wanted: "want samples × features or time × condition × neuron",
			Hint:   "reshape it in Python: numpy.save(path, x.reshape(len(x), -1))",
		}
	case h.count == 0:
		return &data.InputError{Found: "empty array of shape " + data.ShapeString(h.shape), Wanted: "want at least one element"}
	}
	return nil
}

// parseDType understands the descr of real numbers: an optional byte order (<,
// >, =, |), a kind and a size.
func parseDType(v any) (dtype, error) {
	descr, ok := v.(string)
	if !ok {
		return dtype{}, badDType("a structured dtype (record array)", "save one field, e.g. numpy.save(path, x['rate'])")
	}
	rest := descr
	d := dtype{}
	if rest != "" && strings.IndexByte("<>=|", rest[0]) >= 0 {
		d.big = rest[0] == '>'
		rest = rest[1:]
	}
	if rest == "" {
		return d, badDType(fmt.Sprintf("dtype %q", descr), "")
	}
	d.kind = rest[0]
	size, err := strconv.Atoi(rest[1:])
	sizes := map[byte][]int{'f': {2, 4, 8}, 'i': {1, 2, 4, 8}, 'u': {1, 2, 4, 8}, 'b': {1}}
	if err == nil && strconv.Itoa(size) == rest[1:] {
		for _, known := range sizes[d.kind] {
			if size == known {
				d.size = size
				return d, nil
			}
		}
	}
	const convert = "convert it in Python: numpy.save(path, x.astype('float64'))"
	switch {
	case d.kind == 'O':
		return d, badDType("an array of Python objects (dtype object)", convert)
	case d.kind == 'c':
		return d, badDType(fmt.Sprintf("complex numbers (dtype %s)", descr), "save the real part or the magnitude")
	case strings.IndexByte("USa", d.kind) >= 0:
		return d, badDType(fmt.Sprintf("text (dtype %s)", descr), "")
	case strings.IndexByte("Mm", d.kind) >= 0:
		return d, badDType(fmt.Sprintf("dates or durations (dtype %s)", descr), convert)
	case d.kind == 'f' && err == nil:
		return d, badDType(fmt.Sprintf("floats of %s bytes (dtype %s)", rest[1:], descr), convert)
	}
	return d, badDType(fmt.Sprintf("dtype %q", descr), "")
}

func badDType(found, hint string) error {
	return &data.InputError{Found: found, Wanted: "want float16, float32, float64, an integer type or bool", Hint: hint}
}
