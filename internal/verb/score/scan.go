package score

import (
	"context"
	"io"
	"slices"
	"sync"

	"simtool/internal/data"
	"simtool/internal/measures"
)

// scan lets many pairs read the same files block by block at the same time, each file once
// for all of them. The pairs go through the rows together: rows are kept from the fastest
// of them to the slowest, who are never far apart, because the fastest waits.
//
// A pair may read more than once, as what stands beside a score does. Each time is a round
// of all pairs: it begins when every pair that is not done wants to read, and nobody reads.
type scan struct {
	open func(path string, hash bool) (openRows, error)
	rows int // of a part of a file that is read at once

	mu       sync.Mutex
	changed  *sync.Cond
	ctx      context.Context //nolint:containedctx // of the work that waits here, which ends with it
	alive    int             // pairs that are not done
	reading  int             // of which so many read
	requests []*scanRequest  // for the next round
	slots    chan struct{}   // held by pairs that compute
}

// openRows are the rows of a file, open.
type openRows interface {
	measures.RowSource
	Shape() []int
	Source() (data.Source, error)
	Close()
}

// scanRequest is the wish of a pair to read in the next round.
type scanRequest struct {
	by    *scanPair
	paths [2]string
	hash  bool
	rows  []*scanRows // nil until the round begins
	err   error
}

// scanPair is a pair of a scan.
type scanPair struct {
	scan  *scan
	holds bool // a slot
	done  bool
}

// newScan returns a scan for so many pairs, of which so many compute at once. A part of a
// file has so many rows.
func newScan(ctx context.Context, pairs, jobs, rows int, open func(path string, hash bool) (openRows, error)) (s *scan, stop func()) {
	s = &scan{ctx: ctx, open: open, rows: rows, alive: pairs, slots: make(chan struct{}, jobs)}
	s.changed = sync.NewCond(&s.mu)
	end := context.AfterFunc(ctx, func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.changed.Broadcast()
	})
	return s, func() { end() }
}

// pair begins the work of a pair, and end ends it.
func (s *scan) pair() *scanPair {
	s.slots <- struct{}{}
	return &scanPair{scan: s, holds: true}
}

func (p *scanPair) end() {
	s := p.scan
	s.mu.Lock()
	defer s.mu.Unlock()
	p.done = true
	p.release()
	s.alive--
	s.begin()
}

// release lets another pair compute, and reports whether this one did.
func (p *scanPair) release() bool {
	held := p.holds
	if p.holds = false; held {
		<-p.scan.slots
	}
	return held
}

// await waits, with the lock, for a change, while another pair may compute.
func (p *scanPair) await() error {
	s := p.scan
	if s.ctx.Err() != nil {
		return context.Cause(s.ctx)
	}
	held := p.release()
	s.changed.Wait()
	if held {
		s.mu.Unlock()
		s.slots <- struct{}{}
		s.mu.Lock()
		if p.holds = true; p.done {
			p.release()
		}
	}
	return nil
}

// openPair opens two files for a pair, in the next round.
func (p *scanPair) openPair(x, y string, hash bool) (xs, ys openRows, err error) {
	s := p.scan
	s.mu.Lock()
	defer s.mu.Unlock()
	r := &scanRequest{by: p, paths: [2]string{x, y}, hash: hash}
	s.requests = append(s.requests, r)
	s.begin()
	for r.rows == nil && r.err == nil {
		if err := p.await(); err != nil {
			return nil, nil, err
		}
	}
	if r.err != nil {
		return nil, nil, r.err
	}
	return r.rows[0], r.rows[1], nil
}

// begin begins a round if it is time.
func (s *scan) begin() {
	wanting := map[*scanPair]bool{}
	hash := false
	for _, r := range s.requests {
		wanting[r.by] = true
		hash = hash || r.hash
	}
	if s.reading > 0 || len(s.requests) == 0 || len(wanting) < s.alive {
		return
	}
	files := map[string]*scanFile{}
	for _, r := range s.requests {
		for _, path := range r.paths {
			if files[path] == nil {
				f := &scanFile{scan: s}
				f.rows, f.err = s.open(path, hash)
				files[path] = f
			}
			if r.err = files[path].err; r.err != nil {
				break
			}
		}
		if r.err != nil {
			continue
		}
		for _, path := range r.paths {
			rows := &scanRows{by: r.by, file: files[path]}
			files[path].readers = append(files[path].readers, rows)
			r.rows = append(r.rows, rows)
			s.reading++
		}
	}
	for _, f := range files {
		if f.rows != nil && len(f.readers) == 0 {
			f.rows.Close()
		}
	}
	s.requests = nil
	s.changed.Broadcast()
}

// scanFile is a file in a round.
type scanFile struct {
	scan    *scan
	rows    openRows
	err     error
	readers []*scanRows
	parts   [][]float64 // decoded rows, a part of scan.rows each, from part first on
	first   int
	busy    bool // somebody reads the next part
	block   measures.RowBlock

	told   bool
	source data.Source
	unread error // of source
}

// scanRows are the rows of a file for one pair.
type scanRows struct {
	by     *scanPair
	file   *scanFile
	at     int
	closed bool
}

// Name implements measures.RowSource.
func (r *scanRows) Name() string { return r.file.rows.Name() }

// Samples implements measures.RowSource.
func (r *scanRows) Samples() int { return r.file.rows.Samples() }

// Width implements measures.RowSource.
func (r *scanRows) Width() int { return r.file.rows.Width() }

// Precision implements measures.RowSource.
func (r *scanRows) Precision() data.Precision { return r.file.rows.Precision() }

// Shape is that of the file.
func (r *scanRows) Shape() []int { return r.file.rows.Shape() }

// Source describes the file, of which all rows have been read.
func (r *scanRows) Source() (data.Source, error) {
	f := r.file
	f.scan.mu.Lock()
	defer f.scan.mu.Unlock()
	if !f.told {
		f.told = true
		f.source, f.unread = f.rows.Source()
	}
	return f.source, f.unread
}

// Close ends the reading of a pair.
func (r *scanRows) Close() {
	s, f := r.file.scan, r.file
	s.mu.Lock()
	defer s.mu.Unlock()
	if r.closed {
		return
	}
	r.closed = true
	f.readers = slices.DeleteFunc(f.readers, func(o *scanRows) bool { return o == r })
	if len(f.readers) == 0 {
		f.rows.Close()
	}
	f.forget()
	s.reading--
	s.begin()
	s.changed.Broadcast()
}

// scanBlock is rows of a file, in pieces of its parts.
type scanBlock [][]float64

// Decode implements measures.RowBlock.
func (b scanBlock) Decode(to []float64) {
	for _, piece := range b {
		to = to[copy(to, piece):]
	}
}

// Next implements measures.RowSource.
func (r *scanRows) Next(rows int, _ measures.RowBlock) (measures.RowBlock, error) {
	f, width := r.file, r.Width()
	if rows > r.Samples()-r.at {
		return nil, io.EOF
	}
	f.scan.mu.Lock()
	defer f.scan.mu.Unlock()
	var out scanBlock
	ahead := rows/f.scan.rows + 3
	for rows > 0 {
		part, err := f.part(r.by, r.at/f.scan.rows, ahead)
		if err != nil {
			return nil, err
		}
		from := r.at % f.scan.rows
		n := min(rows, f.scan.rows-from)
		out = append(out, part[from*width:(from+n)*width])
		r.at, rows = r.at+n, rows-n
		if from+n == f.scan.rows && f.forget() {
			f.scan.changed.Broadcast()
		}
	}
	return out, nil
}

// part returns a part, of which the slowest reader may be no more than so many behind.
func (f *scanFile) part(by *scanPair, k, ahead int) ([]float64, error) {
	for {
		switch next := f.first + len(f.parts); {
		case f.err != nil:
			return nil, f.err
		case k < next:
			return f.parts[k-f.first], nil
		case !f.busy && next-f.slowest() < ahead:
			f.read(next)
			f.scan.changed.Broadcast()
			continue
		}
		if err := by.await(); err != nil {
			return nil, err
		}
	}
}

// read reads the next part, without the lock.
func (f *scanFile) read(next int) {
	f.busy = true
	f.scan.mu.Unlock()
	rows := min(f.scan.rows, f.rows.Samples()-next*f.scan.rows)
	block, err := f.rows.Next(rows, f.block)
	var part []float64
	if err == nil {
		part = make([]float64, rows*f.rows.Width())
		block.Decode(part)
	}
	f.scan.mu.Lock()
	f.busy, f.block, f.err = false, block, err
	if err == nil {
		f.parts = append(f.parts, part)
	}
}

// slowest is the part that the slowest reader is in.
func (f *scanFile) slowest() int {
	least := f.first + len(f.parts)
	for _, r := range f.readers {
		least = min(least, r.at/f.scan.rows)
	}
	return least
}

// forget lets go of the parts that all readers are past, and reports whether there are any.
func (f *scanFile) forget() bool {
	past := f.slowest() - f.first
	f.parts = slices.Delete(f.parts, 0, past)
	f.first += past
	return past > 0
}
