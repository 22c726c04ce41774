package dataio

import (
	"errors"
	"fmt"
	"io"

	"simtool/internal/data"
)

// npyRows opens an array whose samples lie one after the other.
func npyRows(in *input, o Options) (*rowBody, error) {
	h, err := readNPYHeader(in.r)
	if err != nil {
		return nil, err
	}
	if body := in.size - h.length; in.size >= 0 && body != h.bodyBytes() {
		return nil, wrongBody(h, fmt.Sprint(body))
	}
	l, err := newLayout(h.shape, h.fortran, o.Axes)
	if err != nil {
		return nil, err
	}
	if !l.identity() {
		return nil, &data.InputError{
			Found:  "samples that do not lie one after the other (" + h.describe() + ")",
			Wanted: "want a row-major array, time × condition × neuron, to read block by block",
			Hint:   "save it with numpy.ascontiguousarray first",
		}
	}
	r := &rowBody{shape: h.shape, dtype: h.dtype.name(), accuracy: data.PrecisionOf(h.dtype.name()), features: 1}
	if len(h.shape) > 1 {
		r.features = h.shape[len(h.shape)-1]
	}
	r.samples = h.count / r.features
	r.end = func() error { return in.atEnd("nothing after the array") }
	if h.dtype.kind != 'f' {
		body := newBody(in.r, h)
		r.read = func(b *RowBlock) error {
			b.values = resize(b.values, b.rows*r.features)
			return body.read(b.values)
		}
		return r, nil
	}
	float := newFloatBody(nil, h.dtype)
	if in.file != nil && in.size >= 0 && unroundedBody(in.file, h, r.accuracy) {
		r.accuracy = data.Precision{Stored: data.Integer}
	}
	r.read = func(b *RowBlock) error {
		b.raw = resize(b.raw, b.rows*r.features*h.dtype.size)
		b.decode = float.decode
		_, err := io.ReadFull(in.r, b.raw)
		if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
			return wrongBody(h, "fewer")
		}
		return err
	}
	return r, nil
}

// unroundedBody reports whether the numbers of an array were not rounded when they were
// stored (data.Exactness), as reading all at once finds out. It looks at few of them unless
// that is so.
func unroundedBody(file io.ReaderAt, h npyHeader, p data.Precision) bool {
	e := p.Exactness()
	body := newFloatBody(io.NewSectionReader(file, h.length, h.bodyBytes()), h.dtype)
	values := make([]float64, chunk)
	for left := h.count; left > 0; {
		values = values[:min(left, chunk)]
		if body.read(values) != nil || !e.Add(values) {
			return false
		}
		left -= len(values)
	}
	return e.Holds()
}
