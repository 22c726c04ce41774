package dataio

import (
	"io"
	"runtime"
	"sync"
)

const (
	// growth is the number of elements that are allocated on trust before any
	// of them has been read.
	growth = 1 << 20
	// share is the least number of elements that is worth a goroutine.
	share = 1 << 20
)

// readBody reads the array that h announces and puts it into the dataset's
// order. When src is certain the values are allocated at once; else they grow
// with what arrives, so that a lying header costs nothing.
func readBody(src npySource, h npyHeader, l layout) ([]float64, error) {
	each := int64(placedBytes)
	if !src.certain {
		each = growingBytes
	}
	if err := allowNumbers(h.count, each); err != nil {
		return nil, err
	}
	if !src.certain {
		return readGrowing(newBody(src.r, h), h, l)
	}
	GrowLess(8 * int64(h.count))
	values := make([]float64, h.count)
	onLargePages(values)
	if n := workers(h, l); n > 1 && src.file != nil {
		return values, readShares(values, src.file, h, l, n)
	}
	return values, readInto(values, newBody(src.r, h), l, 0, h.count)
}

// readInto reads n elements, the first of which is number from in the order of
// storage, to their places in values.
func readInto(values []float64, body bodyReader, l layout, from, n int) error {
	if l.identity() {
		return body.read(values[from : from+n])
	}
	buf := make([]float64, l.piece())
	for end := from + n; from < end; from += len(buf) {
		buf = buf[:min(len(buf), end-from)]
		if err := body.read(buf); err != nil {
			return err
		}
		l.scatter(values, buf, from)
	}
	return nil
}

// workers is how many goroutines read an array: one for each share of it and
// processor, and no more than leave their buffers an eighth of its size.
func workers(h npyHeader, l layout) int {
	n := min(runtime.GOMAXPROCS(0), h.count/share)
	if !l.identity() {
		n = min(n, h.count/8/l.piece())
	}
	return n
}

// readShares reads consecutive shares of a file side by side. Half of the time
// to load an array goes into the kernel's first touch of its memory, which the
// processors can share as well.
func readShares(values []float64, file io.ReaderAt, h npyHeader, l layout, n int) error {
	pieces := (h.count + l.piece() - 1) / l.piece()
	errs := make([]error, n)
	var wg sync.WaitGroup
	for w := range n {
		from := min(w*pieces/n*l.piece(), h.count)
		to := min((w+1)*pieces/n*l.piece(), h.count)
		wg.Go(func() {
			part := h
			part.count = to - from
			at := h.length + int64(from)*int64(h.dtype.size)
			section := io.NewSectionReader(file, at, part.bodyBytes())
			errs[w] = readInto(values, newBody(section, part), l, from, part.count)
		})
	}
	wg.Wait()
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// readGrowing reads what is not known to be there.
func readGrowing(body bodyReader, h npyHeader, l layout) ([]float64, error) {
	values := make([]float64, 0, min(growth, h.count))
	for len(values) < h.count {
		if len(values) == cap(values) {
			grown := make([]float64, len(values), min(2*cap(values), h.count))
			copy(grown, values)
			values = grown
		}
		from := len(values)
		values = values[:min(from+chunk, cap(values))]
		if err := body.read(values[from:]); err != nil {
			return nil, err
		}
	}
	if l.identity() {
		return values, nil
	}
	placed := make([]float64, h.count)
	l.scatter(placed, values, 0)
	return placed, nil
}
