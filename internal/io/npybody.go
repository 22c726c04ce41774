package dataio

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"math"
	"unsafe"

	"github.com/sbinet/npyio/npy"
)

// chunk is how many elements are decoded at a time.
const chunk = 8192

// bodyReader decodes the elements of a .npy body in the order of storage.
type bodyReader interface {
	// read fills dst with the next elements.
	read(dst []float64) error
}

// newBody returns the decoder of the body that h announces. Floats are decoded
// here, because recordings are floats and npyio's element-wise reads cost seven
// times what NumPy takes, because it does not convert float32, and because its
// float16 has no subnormals. Integers and bools go through npyio, behind a
// canonical header that it cannot misread.
func newBody(r io.Reader, h npyHeader) bodyReader {
	if h.dtype.kind == 'f' {
		return newFloatBody(r, h.dtype)
	}
	switch h.dtype.name() {
	case "bool":
		return newIntBody(r, h, func(v bool) float64 {
			if v {
				return 1
			}
			return 0
		})
	case "int8":
		return newIntBody(r, h, func(v int8) float64 { return float64(v) })
	case "int16":
		return newIntBody(r, h, func(v int16) float64 { return float64(v) })
	case "int32":
		return newIntBody(r, h, func(v int32) float64 { return float64(v) })
	case "int64":
		return newIntBody(r, h, func(v int64) float64 { return float64(v) })
	case "uint8":
		return newIntBody(r, h, func(v uint8) float64 { return float64(v) })
	case "uint16":
		return newIntBody(r, h, func(v uint16) float64 { return float64(v) })
	case "uint32":
		return newIntBody(r, h, func(v uint32) float64 { return float64(v) })
	case "uint64":
		return newIntBody(r, h, func(v uint64) float64 { return float64(v) })
	}
	panic("dataio: no decoder for " + h.dtype.name())
}

// floatBody decodes IEEE 754 numbers of 2, 4 or 8 bytes.
type floatBody struct {
	r     io.Reader
	size  int
	order binary.ByteOrder
	buf   []byte
}

func newFloatBody(r io.Reader, d dtype) *floatBody {
	b := &floatBody{r: r, size: d.size, order: binary.LittleEndian, buf: make([]byte, chunk*d.size)}
	if d.big {
		b.order = binary.BigEndian
	}
	return b
}

func (b *floatBody) read(dst []float64) error {
	if b.size == 8 && b.order == binary.LittleEndian && littleEndian {
		_, err := io.ReadFull(b.r, bytesOf(dst))
		return err
	}
	for len(dst) > 0 {
		n := min(len(dst), chunk)
		buf := b.buf[:n*b.size]
		if _, err := io.ReadFull(b.r, buf); err != nil {
			return err
		}
		b.decode(dst[:n], buf)
		dst = dst[n:]
	}
	return nil
}

func (b *floatBody) decode(dst []float64, buf []byte) {
	switch native := b.order == binary.LittleEndian && littleEndian; {
	case b.size == 8 && native:
		copy(dst, as[float64](buf))
	case b.size == 8:
		for i := range dst {
			dst[i] = math.Float64frombits(b.order.Uint64(buf[8*i:]))
		}
	case b.size == 4 && native:
		for i, v := range as[float32](buf)[:len(dst)] {
			dst[i] = float64(v)
		}
	case b.size == 4:
		for i := range dst {
			dst[i] = float64(math.Float32frombits(b.order.Uint32(buf[4*i:])))
		}
	default:
		for i := range dst {
			dst[i] = float16(b.order.Uint16(buf[2*i:]))
		}
	}
}

// littleEndian says how this machine stores numbers.
var littleEndian = binary.NativeEndian.Uint16([]byte{1, 0}) == 1

// as views bytes as numbers in the order of this machine, which takes a third of
// the time of putting them together. buf starts where an allocation does, so that
// it is aligned for any number.
func as[T float32 | float64](buf []byte) []T {
	var zero T
	return unsafe.Slice((*T)(unsafe.Pointer(unsafe.SliceData(buf))), len(buf)/int(unsafe.Sizeof(zero)))
}

// bytesOf views numbers as bytes in the order of this machine.
func bytesOf(values []float64) []byte {
	return unsafe.Slice((*byte)(unsafe.Pointer(unsafe.SliceData(values))), 8*len(values))
}

// float16 converts an IEEE 754 half: 1 sign bit, 5 of exponent (bias 15), 10 of
// fraction. Every half is a float64 exactly.
func float16(bits uint16) float64 {
	sign := 1.0
	if bits&0x8000 != 0 {
		sign = -1
	}
	exponent, fraction := int(bits>>10&0x1f), float64(bits&0x3ff)
	switch exponent {
	case 0: // zero and subnormals
		return sign * math.Ldexp(fraction, -24)
	case 0x1f:
		if fraction != 0 {
			return math.NaN()
		}
		return math.Inf(int(sign))
	}
	return sign * math.Ldexp(1024+fraction, exponent-25)
}

// intBody decodes integers and bools with npyio, a chunk at a time. Whole
// numbers beyond 2⁵³ are rounded to the nearest float64.
type intBody[T any] struct {
	r       *npy.Reader
	buf     []T
	convert func(T) float64
}

func newIntBody[T any](r io.Reader, h npyHeader, convert func(T) float64) bodyReader {
	order := "<"
	switch {
	case h.dtype.size == 1:
		order = "|"
	case h.dtype.big:
		order = ">"
	}
	header := npyHeaderBytes(fmt.Sprintf("%s%c%d", order, h.dtype.kind, h.dtype.size), h.count)
	// npyio reads element by element, so what it reads from is buffered, and
	// limited, for the buffer must not swallow what follows the body.
	body := io.LimitReader(r, h.bodyBytes())
	nr, err := npy.NewReader(bufio.NewReaderSize(io.MultiReader(bytes.NewReader(header), body), bufferSize))
	if err != nil {
		panic("dataio: npyio refuses a canonical header: " + err.Error())
	}
	return &intBody[T]{r: nr, buf: make([]T, min(chunk, h.count)), convert: convert}
}

func (b *intBody[T]) read(dst []float64) error {
	for len(dst) > 0 {
		buf := b.buf[:min(len(dst), len(b.buf))]
		if err := b.r.Read(&buf); err != nil {
			return err
		}
		for i, v := range buf {
			dst[i] = b.convert(v)
		}
		dst = dst[len(buf):]
	}
	return nil
}
