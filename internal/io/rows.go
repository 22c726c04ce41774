package dataio

import (
	"io"
	"slices"
	"strings"

	"simtool/internal/data"
)

// Rows reads the samples of a recording in their order, a block at a time, so
// that it need not fit in memory: .npy arrays whose samples lie one after the
// other in the file, and text. Its shape is known from the start; text is
// therefore read twice.
type Rows struct {
	in     *input
	format string
	body   *rowBody
	at     int // samples that were read
}

// rowBody is what a format makes of a recording that is read block by block.
type rowBody struct {
	shape     []int // in the file
	dtype     string
	accuracy  data.Precision
	samples   int
	features  int
	names     []string                // of the samples, or of the conditions of 3-d data, or nil
	namesFrom string                  // where the names stand
	read      func(b *RowBlock) error // fills a block of b.rows samples
	end       func() error            // checks that nothing follows
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
	if err := r.open(o); err != nil {
		in.close()
		return nil, in.fail(err)
	}
	return r, nil
}

func (r *Rows) open(o Options) error {
	f, err := r.in.format(o)
	if err != nil {
		return err
	}
	if f.rows == nil {
		return f.refuseRows()
	}
	r.format = f.name
	if r.body, err = f.rows(r.in, o); err != nil {
		return err
	}
	a := &array{shape: r.body.shape, names: r.body.names, namesFrom: r.body.namesFrom}
	if err := r.in.nameSamples(a, f, o); err != nil {
		return err
	}
	r.body.names, r.body.namesFrom = a.names, a.namesFrom
	return nil
}

// refuseRows says which formats can be read block by block, where this cannot.
func (f *inputFormat) refuseRows() error {
	e := &data.InputError{
		Found:  "a " + f.suffixes[0] + " file",
		Wanted: "want " + orList(suffixesOf(func(f *inputFormat) bool { return f.rows != nil })) + " to read block by block",
		Hint:   "save the array as a .npy file",
	}
	if f.keys != nil {
		e.Found, e.Hint = "an archive", "unpack the array to a .npy file, and names of its samples to a file_names.txt beside it"
	}
	return e
}

// ShapeOf returns the shape that the header of an array announces, of which nothing
// else is read; nil where that is no array, or takes more to tell.
func ShapeOf(path string, o Options) []int {
	in, err := openInput(path, Options{Stdin: o.Stdin})
	if err != nil {
		return nil
	}
	defer in.close()
	var r io.Reader = in.r
	switch f := formatOf(in.name); {
	case f == &npzFormat && in.size >= 0:
		z, _, err := openNPZ(in)
		if err != nil {
			return nil
		}
		keys := npzKeys(z)
		i := slices.Index(keys, strings.TrimSuffix(in.key, ".npy"))
		if i < 0 {
			i = len(keys) - 1
			if names := namesMember(keys); names == i {
				i--
			}
			if i < 0 {
				return nil
			}
		}
		member, err := z.File[i].Open()
		if err != nil {
			return nil
		}
		defer func() { _ = member.Close() }()
		r = member
	case f != &npyFormat:
		return nil
	}
	h, err := readNPYHeader(r)
	if err != nil {
		return nil
	}
	return h.shape
}

// Name returns the path as the user wrote it.
func (r *Rows) Name() string { return r.in.path() }

// Samples returns how many samples there are.
func (r *Rows) Samples() int { return r.body.samples }

// Width returns the number of features.
func (r *Rows) Width() int { return r.body.features }

// Precision returns that of the numbers, before one is read.
func (r *Rows) Precision() data.Precision { return r.body.accuracy }

// Shape returns the shape of the array in the file.
func (r *Rows) Shape() []int { return slices.Clone(r.body.shape) }

// Names returns the names of the samples, of the conditions of 3-d data, or nil.
func (r *Rows) Names() []string { return r.body.names }

// Next reads the next rows samples into reuse, or into a new block if that is
// nil. It returns io.EOF when fewer are left. The last read also makes sure
// that nothing follows the data.
func (r *Rows) Next(rows int, reuse *RowBlock) (*RowBlock, error) {
	if rows > r.body.samples-r.at {
		return nil, io.EOF
	}
	b := reuse
	if b == nil {
		b = &RowBlock{}
	}
	b.rows = rows
	if err := r.body.read(b); err != nil {
		return nil, r.in.fail(err)
	}
	r.at += rows
	if r.at == r.body.samples {
		if err := r.body.end(); err != nil {
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
	s, err := r.in.source(r.format, r.body.dtype, r.body.shape)
	s.Names = r.body.namesFrom
	return s, err
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
