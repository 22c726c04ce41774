package measures

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"sync"

	"gonum.org/v1/gonum/mat"

	"simtool/internal/data"
	"simtool/internal/linalg"
)

// RowSource delivers the samples of a system in their order, a block at a time,
// so that data need not fit in memory.
type RowSource interface {
	// Name returns the name of the source in messages.
	Name() string
	// Samples returns the total number of samples.
	Samples() int
	// Width returns the number of features.
	Width() int
	// Precision returns that of the numbers.
	Precision() data.Precision
	// Next returns the next rows samples. It may reuse the memory of a block
	// that it returned before; nil is always allowed. It is called by one
	// goroutine at a time.
	Next(rows int, reuse RowBlock) (RowBlock, error)
}

// RowBlock is some samples, not yet decoded.
type RowBlock interface {
	// Decode writes the samples row by row. Several goroutines may decode
	// different blocks at the same time.
	Decode(dst []float64)
}

// Stream reads two systems once and adds up the moments of their samples.
type Stream struct {
	X, Y RowSource
	// Bounds are the samples at which segments end, increasing; the last is the
	// number of samples. data.FoldBounds returns the bounds of folds.
	Bounds   []int
	Workers  int            // goroutines that decode and multiply; at least 1
	Progress func(rows int) // called after rows more samples; may be nil
	// Added is called after samples have been added to the sums. The sums are then
	// in order and can be stored; Added must not write to them. An error ends the
	// run. Added may be nil.
	Added func(*Sums) error
}

const (
	// pieceValues is the size of a piece, which is decoded and then multiplied. It
	// is small enough to stay in cache in between. A piece has at least pieceRows
	// samples, because products with few terms are slow.
	pieceValues = 1 << 16
	pieceRows   = 256
	// blockValues is the size of one system's part of a block. The pieces of a block
	// are added up before they are merged with earlier sums.
	blockValues = 1 << 19
)

// blockShape returns the samples of a full piece and the pieces of a full block. They
// depend on the widths of the systems alone.
func blockShape(p, q int) (rows, pieces int) {
	rows = max(1, pieceValues/(p+q)/pieceRows) * pieceRows
	return rows, max(1, blockValues/max(p, q)/rows)
}

// Segments are the moments of consecutive runs of samples.
type Segments struct {
	Moments   []*linalg.Moments
	Bounds    []int // sample at which each ends
	Identical bool  // every sample of the two systems is the same to the bit

	PrecisionX, PrecisionY data.Precision // of the samples
}

// JoinBounds merges lists of bounds.
func JoinBounds(lists ...[]int) []int {
	all := slices.Concat(lists...)
	slices.Sort(all)
	return slices.Compact(all)
}

// block is one piece of work: samples of one leaf, in pieces.
type block struct {
	index, rows int
	first       int // position of the first sample
	pieces      []piece
	moments     *linalg.Moments
	same        bool
	err         error
}

// piece is some of the samples of a block.
type piece struct {
	rows int
	x, y RowBlock
}

// Run reads the stream and returns the moments of its segments. They do not depend
// on Workers.
func (s *Stream) Run(ctx context.Context) (*Segments, error) {
	p, q := s.X.Width(), s.Y.Width()
	sums := NewSums(NewSumOrder(p, q, s.Bounds), 0, p, q)
	if err := s.AddTo(ctx, sums, sums.Order.Samples()); err != nil {
		return nil, err
	}
	return sums.Segments(), nil
}

// AddTo adds the samples up to last, the end of a leaf, to sums whose order has the
// bounds of the stream. The sources must be at the sample where the sums end. After an
// error the sums are those of the complete leaves.
func (s *Stream) AddTo(ctx context.Context, sums *Sums, last int) error {
	if n, m := s.X.Samples(), s.Y.Samples(); n != m {
		return data.Samples.Unequal(data.Extent{Path: s.Y.Name(), Samples: m, Width: s.Y.Width()}, data.Extent{Path: s.X.Name(), Samples: n, Width: s.X.Width()})
	}
	p, q := s.X.Width(), s.Y.Width()
	sums.PrecisionX, sums.PrecisionY = s.X.Precision(), s.Y.Precision()
	reader := newBlockReader(s, sums, last)
	workers := max(1, s.Workers)
	defer linalg.Waiting()()
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	finished := make(chan *block, workers)
	blocks := workers + 2
	free := make(chan *block, blocks)
	for range blocks {
		free <- &block{moments: linalg.NewMoments(p, q), pieces: make([]piece, reader.pieces)}
	}
	var wait sync.WaitGroup
	for range workers {
		wait.Go(func() { s.work(ctx, reader, free, finished) })
	}
	go func() {
		wait.Wait()
		close(finished)
	}()
	err := s.merge(sums, free, finished, cancel)
	for range finished { // let the workers end
	}
	if err == nil {
		err = context.Cause(ctx)
	}
	return err
}

// merge adds finished blocks to their leaves, and these to the sums, in the order
// of the samples.
func (s *Stream) merge(sums *Sums, free chan<- *block, finished <-chan *block, cancel context.CancelCauseFunc) error {
	fail := func(err error) error {
		cancel(err)
		return err
	}
	p, q := s.X.Width(), s.Y.Width()
	waiting := map[int]*block{}
	next := 0
	var leaf Node // the part of the leaf that is complete
	same := p == q
	for b := range finished {
		if b.err != nil {
			return fail(b.err)
		}
		waiting[b.index] = b
		for {
			b, ok := waiting[next]
			if !ok {
				break
			}
			delete(waiting, next)
			next++
			if !b.moments.Finite() {
				return fail(s.notFinite(b))
			}
			if leaf.Moments == nil {
				leaf = Node{First: b.first, Moments: b.moments}
				b.moments = sums.memory(p, q)
			} else {
				leaf.Moments.Merge(b.moments)
			}
			leaf.Last = b.first + b.rows
			same = same && b.same
			if leaf.Last == sums.Order.nodeEnd(leaf.First, 1) {
				sums.Identical = sums.Identical && same
				sums.add(leaf)
				leaf = Node{}
				if s.Added != nil {
					if err := s.Added(sums); err != nil {
						return fail(err)
					}
				}
			}
			if s.Progress != nil {
				s.Progress(b.rows)
			}
			free <- b
		}
	}
	return nil
}

// work decodes and multiplies blocks until there are no more.
func (s *Stream) work(ctx context.Context, reader *blockReader, free <-chan *block, finished chan<- *block) {
	defer linalg.Working()()
	p, q := s.X.Width(), s.Y.Width()
	xs, ys := make([]float64, reader.rows*p), make([]float64, reader.rows*q)
	total := linalg.NewMomentSum(p, q)
	for {
		var b *block
		select {
		case b = <-free:
		case <-ctx.Done():
			return
		}
		err := reader.next(b)
		if errors.Is(err, io.EOF) {
			return
		}
		b.err = err
		if err == nil {
			b.same = p == q
			total.Reset()
			for _, piece := range b.pieces {
				x, y := xs[:piece.rows*p], ys[:piece.rows*q]
				piece.x.Decode(x)
				piece.y.Decode(y)
				b.same = b.same && slices.Equal(x, y)
				total.Add(mat.NewDense(piece.rows, p, x), mat.NewDense(piece.rows, q, y))
			}
			total.MomentsTo(b.moments)
		}
		select {
		case finished <- b:
		case <-ctx.Done():
			return
		}
		if err != nil {
			return
		}
	}
}

// blockReader reads the blocks of a stream in order, one goroutine at a time.
type blockReader struct {
	stream *Stream
	order  SumOrder
	rows   int // samples of a full piece
	pieces int // pieces of a full block
	last   int // sample at which to end

	mu    sync.Mutex
	index int
	at    int // first sample not yet read
	leaf  int // end of the present leaf
	err   error
}

func newBlockReader(s *Stream, sums *Sums, last int) *blockReader {
	r := &blockReader{stream: s, order: sums.Order, at: sums.Last, leaf: sums.Last, last: last}
	r.rows, r.pieces = blockShape(s.X.Width(), s.Y.Width())
	return r
}

func (r *blockReader) next(b *block) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.err != nil {
		return r.err
	}
	if r.at == r.last {
		r.err = io.EOF
		return r.err
	}
	if r.at == r.leaf {
		r.leaf = r.order.nodeEnd(r.at, 1)
	}
	b.index, b.first, b.rows = r.index, r.at, 0
	b.pieces = b.pieces[:0]
	for left := r.leaf - r.at; left > 0 && len(b.pieces) < r.pieces; {
		b.pieces = b.pieces[:len(b.pieces)+1]
		piece := &b.pieces[len(b.pieces)-1]
		piece.rows = min(r.rows, left)
		if piece.x, r.err = r.stream.X.Next(piece.rows, piece.x); r.err == nil {
			piece.y, r.err = r.stream.Y.Next(piece.rows, piece.y)
		}
		if r.err != nil {
			if errors.Is(r.err, io.EOF) {
				r.err = io.ErrUnexpectedEOF
			}
			return r.err
		}
		left -= piece.rows
		b.rows += piece.rows
	}
	r.index++
	r.at += b.rows
	return nil
}

// notFinite reports a block with values that are not finite.
func (s *Stream) notFinite(b *block) error {
	name := s.X.Name()
	for _, v := range b.moments.MeanY {
		if v-v != 0 {
			name = s.Y.Name()
		}
	}
	for _, v := range b.moments.MeanX {
		if v-v != 0 {
			name = s.X.Name()
		}
	}
	return &data.InputError{
		Path:   name,
		Found:  fmt.Sprintf("NaN or infinite values in samples %d to %d", b.first, b.first+b.rows-1),
		Wanted: "want finite numbers",
	}
}
