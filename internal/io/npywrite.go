package dataio

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"

	"simtool/internal/data"
)

// npyHeaderBytes renders a version 1 header for a row-major array, padded to a
// multiple of 64 bytes so that the body is aligned for memory mapping. npyio's
// own writer pads to odd lengths and knows no 3-d arrays.
func npyHeaderBytes(descr string, shape ...int) []byte {
	dims := make([]string, len(shape))
	for i, d := range shape {
		dims[i] = strconv.Itoa(d)
	}
	tuple := strings.Join(dims, ", ")
	if len(shape) == 1 {
		tuple += ","
	}
	dict := fmt.Sprintf("{'descr': '%s', 'fortran_order': False, 'shape': (%s), }", descr, tuple)
	const prefix = len(npyMagic) + 4
	dict += strings.Repeat(" ", 63-(prefix+len(dict))%64) + "\n"

	var b bytes.Buffer
	b.WriteString(npyMagic + "\x01\x00")
	b.Write(binary.LittleEndian.AppendUint16(nil, uint16(len(dict))))
	b.WriteString(dict)
	return b.Bytes()
}

// Precision is the element type of the arrays that are written.
type Precision int

// The precisions.
const (
	Float64 Precision = iota // every value exactly
	Float32                  // half the size; values rounded to nearest
)

// EncodeNPY writes values, row-major in the given shape, to w as a .npy array
// in little-endian order. It panics unless the shape has len(values) elements.
func EncodeNPY(w io.Writer, p Precision, values []float64, shape ...int) error {
	size := 1
	for _, d := range shape {
		size *= d
	}
	if size != len(values) {
		panic(fmt.Sprintf("dataio: %d values for shape %s", len(values), data.ShapeString(shape)))
	}
	descr, width := "<f8", 8
	if p == Float32 {
		descr, width = "<f4", 4
	}
	if _, err := w.Write(npyHeaderBytes(descr, shape...)); err != nil {
		return err
	}
	buf := make([]byte, 0, min(chunk, len(values))*width)
	for len(values) > 0 {
		n := min(chunk, len(values))
		buf = buf[:0]
		for _, v := range values[:n] {
			if p == Float32 {
				buf = binary.LittleEndian.AppendUint32(buf, math.Float32bits(float32(v)))
			} else {
				buf = binary.LittleEndian.AppendUint64(buf, math.Float64bits(v))
			}
		}
		if _, err := w.Write(buf); err != nil {
			return err
		}
		values = values[n:]
	}
	return nil
}
