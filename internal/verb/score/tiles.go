package score

import (
	"context"
	"sync"

	"simtool/internal/batch"
	"simtool/internal/inference"
	"simtool/internal/measures"
	"simtool/internal/verb"
)

// tiles scores the pairs of a matrix of which some are too large for the memory: those of
// some rows and some columns at once, as many as there is memory for, in one pass of their
// files block by block. Pairs that cannot be read so are scored one by one.
type tiles struct {
	scorer *scorer
	plan   tilePlan
	ahead  *ahead
}

// tilePlan says how many rows and columns are in work at once.
type tilePlan struct {
	rows, columns int
	part          int // rows of a part of a file
	bytes         int64
}

const (
	// tileShare is the share of the memory that the pairs of a tile may take: the rest is
	// for what the collector has not yet found.
	tileShare = 2
	// mostInTile bounds the pairs of a tile.
	mostInTile = 4096
	// partValues is the size of a part of a file, of which a few are kept.
	partValues, keptParts = 1 << 18, 4
)

// planTiles divides the matrix of so many systems of these sizes.
func (s *scorer) planTiles(sizes map[string]footprint) tilePlan {
	o := s.options
	most, width := int64(1), int64(1)
	for _, p := range o.pairs {
		if s.streamable(p) {
			x, y := sizes[p.X], sizes[p.Y]
			most, width = max(most, s.streamWork(o.measuresOf(p), x, y)), max(width, x.p, y.p)
		}
	}
	files := int64(8 * partValues * keptParts)
	limit := max(0, o.maxMemory()-batch.ProgramMemory) / tileShare
	directions := 1
	if len(o.pairs) > len(o.systems)*(len(o.systems)+1)/2 {
		directions = 2
	}
	need := func(rows, columns int) int64 {
		return int64(rows)*int64(columns*directions)*most + int64(rows+columns)*files + o.aheadBytes(rows)
	}
	fits := func(rows, columns int) bool { return rows*columns <= mostInTile && need(rows, columns) <= limit }
	t := tilePlan{rows: 1, columns: 1, part: int(max(256, partValues/width))}
	for side := 2; side <= len(o.systems) && fits(side, side); side++ {
		t.rows, t.columns = side, side
	}
	for t.columns < len(o.systems) && fits(t.rows, t.columns+1) {
		t.columns++
	}
	t.bytes = need(t.rows, t.columns)
	return t
}

// streamWork bounds the bytes of a pair that is read block by block: its moments, those of
// its units, and its samples where random pairings take them in memory.
func (s *scorer) streamWork(named []measures.Named, x, y footprint) int64 {
	d := measures.Dims{N: x.n, P: x.p, Q: y.p, Times: x.times}
	work := s.options.streamBytes(named, x, y)
	if s.options.Inference.Mode == string(inference.None) {
		return work
	}
	left, beside, held := s.options.beside(named, x, y), int64(0), int64(0)
	for _, m := range named {
		need := measures.EstimateBytes(m, d) - x.values() - y.values()
		if s.options.Inference.Over != string(inference.Stimuli) {
			need += measures.NeuronBytes(m, d)
		}
		if need <= left {
			beside = max(beside, need)
		}
		if _, exact := measures.As[measures.NullMean](m); !exact || s.options.Inference.Permutations > 0 {
			held = max(x.values(), y.values())
		}
	}
	if held <= s.options.maxMemory()/heldShare {
		beside += held
	}
	return work + beside
}

// streamBytes bounds the bytes that the scores of such a pair take.
func (o *Options) streamBytes(named []measures.Named, x, y footprint) int64 {
	n, p, q := int(x.n), int(x.p), int(y.p)
	return measures.NewSumOrder(p, q, measures.SegmentBounds(named, n)).Memory(p, q, 0, n, 1) + o.pairWork(named, x, y)
}

// newTiles prepares for the bands of items.
func (s *scorer) newTiles(items []scoreItem) *tiles {
	t := &tiles{scorer: s, plan: s.planTiles(s.footprints())}
	t.ahead = newAhead(items, t.plan.rows, t.compareSpan)
	return t
}

// compareSpan compares the pairs of a span with so many columns at a time.
func (t *tiles) compareSpan(ctx context.Context, s *span) error {
	systems := len(t.scorer.options.systems)
	for left := s.rows[0]; left < systems; left += t.plan.columns {
		if err := t.tile(ctx, s, s.with(numbers(left, min(left+t.plan.columns, systems)))); err != nil {
			return err
		}
	}
	return nil
}

// tile compares some pairs of a span at the same time.
func (t *tiles) tile(ctx context.Context, span *span, some []int) error {
	s := t.scorer
	var streamed, others []int
	for _, k := range some {
		if s.streamable(span.pairs[k]) {
			streamed = append(streamed, k)
		} else {
			others = append(others, k)
		}
	}
	if err := s.comparePairs(ctx, span.pairs, others, span.found); err != nil {
		return err
	}
	if len(streamed) == 0 {
		return nil
	}
	s.jobs = max(1, s.env.Jobs/len(streamed))
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	scan, stop := newScan(ctx, len(streamed), max(1, min(s.env.Jobs, len(streamed))), t.plan.part, func(path string, hash bool) (openRows, error) {
		return s.options.Input.OpenRows(path, hash)
	})
	defer stop()
	var wait sync.WaitGroup
	for _, k := range streamed {
		wait.Go(func() {
			var err error
			if span.found[k], err = s.compareInScan(ctx, scan, span.pairs[k]); err != nil {
				cancel(err)
			}
		})
	}
	wait.Wait()
	return context.Cause(ctx)
}

// compareInScan compares a pair of a scan.
func (s *scorer) compareInScan(ctx context.Context, scan *scan, p Pair) (rows []scoreRow, err error) {
	defer batch.Guard(&err)
	mine := scan.pair()
	defer mine.end()
	return s.orExplain(scoreItem{pair: p, at: -1}, func() ([]scoreRow, error) {
		return s.compareStreamed(ctx, p, func(hash bool) (x, y openRows, err error) { return mine.openPair(p.X, p.Y, hash) })
	})
}

// openAlone opens the files of a pair that reads them alone.
func (s *scorer) openAlone(p Pair) func(hash bool) (x, y openRows, err error) {
	return func(hash bool) (openRows, openRows, error) {
		x, y, err := s.options.Input.OpenPair(s.env, p.X, p.Y, hash)
		if err != nil {
			return nil, nil, err
		}
		return verb.RowSource{Rows: x}, verb.RowSource{Rows: y}, nil
	}
}
