package dataio

import (
	"errors"
	"fmt"
	"io"
	"slices"

	"simtool/internal/data"
)

// Rows reads the samples of a recording in their order, a block at a time, so
// that it need not fit in memory: .npy arrays whose samples lie one after the
// other in the file, and text. Its shape is known from the start; text is
// therefore read twice.
type Rows struct {
	in     *input
	format string
	dtype  string
	shape  []int // in the file
	n, p   int
	at     int
	read   func(b *RowBlock) error // fills a block of b.rows samples
	end    func() error            // checks that nothing follows
}

// RowBlock holds some samples as they were read. Different blocks may be
// decoded at the same time.
type RowBlock struct {
	rows   int
	raw    []byte    // floats as stored, or
	values []float64 // samples that had to be decoded to be read
	decode func(dst []float64, raw []byte)
}

// OpenRows opens a recording for reading by blocks. 3-d arrays are time ×
// condition × neuron, pooled into time·condition samples. It refuses what
// cannot be read in one pass with little memory: column-major arrays, other
// orders of the axes, archives, and standard input where it is text. The caller
// closes the result.
func OpenRows(path string, o Options) (*Rows, error) {
	in, err := openInput(path, o)
	if err != nil {
		return nil, err
	}
	r := &Rows{in: in}
	if err := r.open(path, o); err != nil {
		in.close()
		return nil, in.fail(err)
	}
	return r, nil
}

func (r *Rows) open(path string, o Options) error {
	f, err := r.in.format()
	if err != nil {
		return err
	}
	if err := f.checkColumns(o); err != nil {
		return err
	}
	r.format = f.name
	switch {
	case f == &npyFormat:
		return r.openNPY(o)
	case f.comma != 0:
		return r.openText(path, f, o)
	}
	return &data.InputError{
		Found:  "an archive",
		Wanted: "want .npy, .csv or .tsv to read block by block",
		Hint:   "unpack the array to a .npy file",
	}
}

func (r *Rows) openNPY(o Options) error {
	h, err := readNPYHeader(r.in.r)
	if err != nil {
		return err
	}
	if body := r.in.size - h.length; r.in.size >= 0 && body != h.bodyBytes() {
		return wrongBody(h, fmt.Sprint(body))
	}
	l, err := newLayout(h.shape, h.fortran, o.Axes)
	if err != nil {
		return err
	}
	if !l.identity() {
		return &data.InputError{
			Found:  "samples that do not lie one after the other (" + h.describe() + ")",
			Wanted: "want a row-major array, time × condition × neuron, to read block by block",
			Hint:   "save it with numpy.ascontiguousarray first",
		}
	}
	if h.count == 0 {
		return &data.InputError{Found: "empty array of shape " + data.ShapeString(h.shape), Wanted: "want at least one element"}
	}
	r.p = 1
	if len(h.shape) > 1 {
		r.p = h.shape[len(h.shape)-1]
	}
	r.n, r.shape, r.dtype = h.count/r.p, h.shape, h.dtype.name()
	r.end = func() error { return r.in.atEnd("nothing after the array") }
	if h.dtype.kind != 'f' {
		body := newBody(r.in.r, h)
		r.read = func(b *RowBlock) error {
			b.values = resize(b.values, b.rows*r.p)
			return body.read(b.values)
		}
		return nil
	}
	float := newFloatBody(nil, h.dtype)
	r.read = func(b *RowBlock) error {
		b.raw = resize(b.raw, b.rows*r.p*h.dtype.size)
		b.decode = float.decode
		_, err := io.ReadFull(r.in.r, b.raw)
		if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
			return wrongBody(h, "fewer")
		}
		return err
	}
	return nil
}

// openText counts the lines first: folds need to know how many samples there
// are before they read one.
func (r *Rows) openText(path string, f *inputFormat, o Options) error {
	if r.in.file == nil {
		return &data.InputError{
			Found:  "text on standard input",
			Wanted: "want a file to read block by block, for it is read twice",
		}
	}
	t, err := openText(r.in, f.comma, o, false)
	if err != nil {
		return err
	}
	width := t.width
	for {
		_, err := t.next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return err
		}
		r.n++
	}
	if r.n == 0 {
		return &data.InputError{Found: "a header and no data", Wanted: "want one line for each sample"}
	}
	counted := r.in
	if r.in, err = openInput(path, o); err != nil {
		r.in = counted
		return err
	}
	counted.close()
	if t, err = openText(r.in, f.comma, o, false); err != nil {
		return err
	}
	chosen, err := selectColumns(t, o.Columns)
	if err != nil {
		return err
	}
	if err := checkIndexColumn(t, o); err != nil {
		return err
	}
	r.p, r.shape, r.dtype = len(chosen), []int{r.n, width}, "text"
	r.end = func() error {
		if _, err := t.next(); !errors.Is(err, io.EOF) {
			return &data.InputError{Found: "a file that grew while it was read", Wanted: "want a file that stays as it is"}
		}
		return nil
	}
	r.read = func(b *RowBlock) error {
		b.values = b.values[:0]
		for i := range b.rows {
			record, err := t.next()
			if err != nil {
				return err
			}
			if r.at == 0 && i == 0 {
				if err := checkLabels(t, record, chosen, o); err != nil {
					return err
				}
			}
			for _, j := range chosen {
				v, err := t.number(record, j, o)
				if err != nil {
					return err
				}
				b.values = append(b.values, v)
			}
		}
		return nil
	}
	return nil
}

// Name returns the path as the user wrote it.
func (r *Rows) Name() string { return r.in.path() }

// Samples returns how many samples there are.
func (r *Rows) Samples() int { return r.n }

// Width returns the number of features.
func (r *Rows) Width() int { return r.p }

// Shape returns the shape of the array in the file.
func (r *Rows) Shape() []int { return slices.Clone(r.shape) }

// Next reads the next rows samples into reuse, or into a new block if that is
// nil. It returns io.EOF when fewer are left. The last read also makes sure
// that nothing follows the data.
func (r *Rows) Next(rows int, reuse *RowBlock) (*RowBlock, error) {
	if rows > r.n-r.at {
		return nil, io.EOF
	}
	b := reuse
	if b == nil {
		b = &RowBlock{}
	}
	b.rows = rows
	if err := r.read(b); err != nil {
		return nil, r.in.fail(err)
	}
	r.at += rows
	if r.at == r.n {
		if err := r.end(); err != nil {
			return nil, r.in.fail(err)
		}
	}
	return b, nil
}

// Skip passes over rows samples.
func (r *Rows) Skip(rows int) error {
	const step = 4096
	var b *RowBlock
	for rows > 0 {
		k := min(rows, step)
		var err error
		if b, err = r.Next(k, b); err != nil {
			return err
		}
		rows -= k
	}
	return nil
}

// Decode writes the samples of the block row by row into dst.
func (b *RowBlock) Decode(dst []float64) {
	if b.decode != nil {
		b.decode(dst, b.raw)
		return
	}
	copy(dst, b.values)
}

// Source describes the recording. Where Options.Hash was set it reads what is
// left of the input and waits for the digest.
func (r *Rows) Source() (data.Source, error) {
	if r.in.meter.sha != nil {
		if _, err := io.Copy(io.Discard, r.in.r); err != nil {
			return data.Source{}, r.in.fail(err)
		}
	}
	return r.in.source(r.format, r.dtype, r.shape)
}

// Close releases the input.
func (r *Rows) Close() { r.in.close() }

// resize returns a slice of n elements that reuses s where it is large enough.
func resize[T any](s []T, n int) []T {
	if cap(s) < n {
		return make([]T, n)
	}
	return s[:n]
}
