package score

import (
	"context"
	"slices"

	"simtool/internal/batch"
	"simtool/internal/collection"
	"simtool/internal/inference"
	"simtool/internal/io"
	"simtool/internal/measures"
)

// matrix scores all pairs in blocks of rows and columns: the systems of a block are read
// once for it, and where scores follow from inner products of vectors, those of the block
// are one matrix product. Where there is the memory, the vectors of all systems are kept.
type matrix struct {
	scorer  *scorer
	kinds   []kind
	samples int // of a system that has vectors
	paths   []string
	plan    blockPlan
	ahead   *ahead   // the rows, span by span, where not all systems are kept
	kept    *side    // all systems, nil where they are too many
	spans   [][2]int // rows of the tiles of kept systems
	tile    [2]int   // of these, that which is computed

	tiles         []*collection.Tile         // of the block in work
	rows, columns map[*measures.System]place // of its systems
	before        [2][]*collection.Products  // of earlier blocks, whose memory is used again
}

// side are systems of a block, held, with their vectors.
type side struct {
	numbers  []int // of the systems among all, growing
	inputs   []*input
	index    map[*measures.System]int // in numbers
	products []*collection.Products   // by kind
}

// place is where a system stands: its number among all, and its row or column of a tile.
type place struct{ number, at int }

// compareAll compares the pairs of an item.
func (s *scorer) compareAll(ctx context.Context, it scoreItem) ([]scoreRow, error) {
	switch {
	case it.band == nil:
		return s.compareOrExplain(ctx, it)
	case s.tiles != nil:
		return s.tiles.ahead.of(ctx, it.band)
	}
	return s.matrix.compare(ctx, it.band)
}

func all(n int) []int { return numbers(0, n) }

// numbers returns those from lo on and before hi.
func numbers(lo, hi int) []int {
	out := make([]int, hi-lo)
	for i := range out {
		out[i] = lo + i
	}
	return out
}

// pairsAtOnce is the number of pairs that a goroutine takes at once.
const pairsAtOnce = 32

// comparePairs compares some of the pairs, and puts the rows of each in its place.
func (s *scorer) comparePairs(ctx context.Context, pairs []Pair, some []int, rows [][]scoreRow) error {
	jobs := s.fitting(max(1, min(s.env.Jobs, len(some))))
	s.jobs = max(1, s.env.Jobs/jobs)
	step := max(1, min(pairsAtOnce, len(some)/jobs))
	return batch.Ordered(ctx, jobs, (len(some)+step-1)/step,
		func(ctx context.Context, i int) (_ struct{}, err error) {
			defer batch.Guard(&err)
			for _, k := range some[i*step : min(len(some), (i+1)*step)] {
				if rows[k], err = s.compareOrExplain(ctx, scoreItem{pair: pairs[k], at: -1}); err != nil {
					return struct{}{}, err
				}
			}
			return struct{}{}, nil
		},
		func(int, struct{}) error { return nil })
}

// newMatrix prepares for the bands of items. How many rows and columns are in work at once
// follows from the options and the files alone, and not from the part of the items that is
// done.
func (s *scorer) newMatrix(items []scoreItem) *matrix {
	o := s.options
	m := &matrix{scorer: s, paths: o.systems}
	s.inputs.share(m.paths)
	sizes := s.footprints()
	if o.Input.Policy().Refuses() && slices.ContainsFunc(o.named, hasVectors) {
		m.kinds = s.vectors(m.paths)
	}
	m.plan, m.kinds = s.needs(m.kinds, sizes).plan()
	for _, k := range m.kinds {
		m.samples = k.samples
	}
	dataio.GrowLess(m.plan.vectors)
	m.before = [2][]*collection.Products{make([]*collection.Products, len(m.kinds)), make([]*collection.Products, len(m.kinds))}
	first := len(m.paths)
	for _, it := range items {
		for _, p := range it.band {
			first = min(first, p.i)
		}
	}
	if m.plan.whole {
		m.kept = m.side(numbers(first, len(m.paths)), 1)
		m.spans = tileSpans(items, m.plan.rows)
	} else {
		s.inputs.budget = 0 // blocks hold what they need
		m.ahead = newAhead(items, m.plan.rows, m.compareSpan)
	}
	return m
}

// side holds some systems, and forms their vectors in the memory of before[which].
func (m *matrix) side(numbers []int, which int) *side {
	s := m.scorer
	out := &side{numbers: numbers, inputs: make([]*input, len(numbers)), index: map[*measures.System]int{}}
	systems := make([]*measures.System, len(numbers))
	_ = batch.Ordered(context.Background(), s.env.Jobs, len(numbers),
		func(_ context.Context, k int) (*measures.System, error) {
			in := s.inputs.hold(m.paths[numbers[k]])
			out.inputs[k] = in
			if in.err != nil || m.kinds == nil {
				return nil, nil //nolint:nilerr // the pairs of the file say what is wrong
			}
			system, err := in.keptSystem()
			if err != nil || system.Samples() != m.samples {
				return nil, nil //nolint:nilerr // as above
			}
			return system, nil
		},
		func(k int, system *measures.System) error {
			if systems[k] = system; system != nil {
				out.index[system] = k
			}
			return nil
		})
	for i, k := range m.kinds {
		p := collection.NewProducts(k.vectors, systems, s.env.Jobs, m.before[which][i])
		m.before[which][i] = p.Spare()
		out.products = append(out.products, p)
	}
	return out
}

// release lets go of the systems of a side, and of the block in work.
func (m *matrix) release(side *side) {
	m.tiles, m.rows, m.columns = nil, nil, nil
	for _, in := range side.inputs {
		m.scorer.inputs.put(in)
	}
}

// compare compares the pairs of a band, and returns their rows in order.
func (m *matrix) compare(ctx context.Context, band []Pair) ([]scoreRow, error) {
	if m.ahead != nil {
		return m.ahead.of(ctx, band)
	}
	found := make([][]scoreRow, len(band))
	for at := 0; at < len(band); {
		lo, end := band[at].i, at
		for end < len(band) && band[end].i < lo+m.plan.rows {
			end++
		}
		if err := m.keptRows(lo, band[end-1].i+1); err != nil {
			return nil, err
		}
		if err := m.scorer.comparePairs(ctx, band[at:end], all(end-at), found[at:end]); err != nil {
			return nil, err
		}
		at = end
	}
	return slices.Concat(found...), nil
}

// compareSpan compares the pairs of a span: its rows with each other, and with the other
// columns block by block, of which each is formed one time.
func (m *matrix) compareSpan(ctx context.Context, s *span) error {
	rows := m.side(s.rows, 0)
	defer m.release(rows)
	if err := m.compareBlock(ctx, s, rows, rows); err != nil {
		return err
	}
	for from := s.rows[0]; from < len(m.paths); {
		var others []int
		for ; from < len(m.paths) && len(others) < m.plan.columns; from++ {
			if _, among := slices.BinarySearch(s.rows, from); !among {
				others = append(others, from)
			}
		}
		if others == nil {
			break
		}
		columns := m.side(others, 1)
		err := m.compareBlock(ctx, s, rows, columns)
		m.release(columns)
		if err != nil {
			return err
		}
	}
	return nil
}

// compareBlock compares those pairs of a span that are of its rows and some columns.
func (m *matrix) compareBlock(ctx context.Context, s *span, rows, columns *side) error {
	if err := m.block(rows, columns, 0, len(rows.numbers), 0, len(columns.numbers)); err != nil {
		return err
	}
	return m.scorer.comparePairs(ctx, s.pairs, s.with(columns.numbers), s.found)
}

// keptRows computes the products of a tile of rows, those from lo to hi among them, with all
// later systems, unless they are known.
func (m *matrix) keptRows(lo, hi int) error {
	if m.tile[0] <= lo && hi <= m.tile[1] {
		return nil
	}
	m.tile = [2]int{lo, hi}
	for _, span := range m.spans {
		if span[0] <= lo && hi <= span[1] {
			m.tile = span
		}
	}
	first := m.kept.numbers[0]
	return m.block(m.kept, m.kept, m.tile[0]-first, m.tile[1]-first, m.tile[0]-first, len(m.kept.numbers))
}

// tileSpans groups the rows of items, as far as they follow each other, to tiles of up to so
// many.
func tileSpans(items []scoreItem, most int) (spans [][2]int) {
	for _, it := range items {
		lo, hi := it.band[0].i, it.band[len(it.band)-1].i+1
		if last := len(spans) - 1; last >= 0 && spans[last][1] == lo && hi-spans[last][0] <= most {
			spans[last][1] = hi
			continue
		}
		spans = append(spans, [2]int{lo, hi})
	}
	return spans
}

// block computes the products of the rows lo to hi of a side with the columns from to to of
// another.
func (m *matrix) block(rows, columns *side, lo, hi, from, to int) (err error) {
	defer batch.Guard(&err)
	m.tiles, m.rows, m.columns = nil, rows.places(lo, hi), columns.places(from, to)
	for i := range m.kinds {
		m.tiles = append(m.tiles, collection.Between(rows.products[i].Of(lo, hi), columns.products[i].Of(from, to)))
	}
	return nil
}

// places returns where the systems lo to hi of a side stand.
func (s *side) places(lo, hi int) map[*measures.System]place {
	out := map[*measures.System]place{}
	for system, k := range s.index {
		if lo <= k && k < hi {
			out[system] = place{s.numbers[k], k - lo}
		}
	}
	return out
}

// tell makes what is known of two systems known to a pair of them. The one with the lower
// number is the row. A pair of a system with itself, whose score needs its matrices, is then
// apart: a pair of two systems does not.
func (m *matrix) tell(pair *measures.Pair) {
	if m == nil || m.tiles == nil {
		return
	}
	i, iok := m.rows[pair.X]
	j, jok := m.columns[pair.Y]
	mirrored := !iok || !jok || i.number > j.number
	if mirrored {
		i, iok = m.rows[pair.Y]
		j, jok = m.columns[pair.X]
	}
	if !iok || !jok {
		return
	}
	for _, t := range m.tiles {
		t.Tell(pair, i.at, j.at, mirrored)
	}
	if len(m.tiles) > 0 {
		pair.Apart()
	}
}

// kind is a kind of vectors for systems of so many samples.
type kind struct {
	vectors *measures.Vectors
	samples int
}

func hasVectors(m measures.Named) bool {
	_, ok := measures.As[measures.InnerProduct](m)
	return ok
}

// vectors returns the kinds of vectors of the measures, each once, for units as the first
// two files that can be read have them.
func (s *scorer) vectors(paths []string) []kind {
	pair, design := s.typical(paths)
	if pair == nil {
		return nil
	}
	d := pair.Dims()
	if mean, ok := meanWidth(s.footprints(), d.N); ok {
		d.P, d.Q = mean, mean
	}
	var kinds []kind
	var seen []any
	for _, m := range s.options.named {
		inner, ok := measures.As[measures.InnerProduct](m)
		if !ok {
			continue
		}
		var units *measures.Units
		if design != nil && s.options.Inference.Over == string(inference.Stimuli) {
			units = design.UnitsOf(pair, m, inference.Mode(s.options.Inference.Mode))
		}
		v, ok := inner.Vectors(d, units)
		if ok && !slices.Contains(seen, v.Key) {
			seen = append(seen, v.Key)
			kinds = append(kinds, kind{v, int(d.N)})
		}
	}
	return kinds
}

// typical returns a pair of the first two files that can be read, and its design, nil
// where there is none.
func (s *scorer) typical(paths []string) (*measures.Pair, *inference.Design) {
	var first *input
	var held []*input
	defer func() {
		for _, in := range held {
			s.inputs.put(in)
		}
	}()
	for _, path := range paths {
		in := s.inputs.hold(path)
		held = append(held, in)
		if in.err != nil {
			continue
		}
		if first == nil {
			first = in
			continue
		}
		x, y, err := s.aligned(first, in)
		if err != nil {
			continue
		}
		labels, err := s.labels(first.data, x.data, y.data)
		if err != nil {
			continue
		}
		xs, err := x.keptSystem()
		if err != nil {
			first = in
			continue
		}
		ys, err := y.keptSystem()
		if err != nil {
			continue
		}
		pair, err := measures.NewPair(xs, ys)
		if err != nil {
			continue
		}
		return pair, s.design(pair, framed{labels: labels})
	}
	return nil, nil
}

// keptSystem is the system of all samples of an input that pairs share.
func (in *input) keptSystem() (s *measures.System, err error) {
	defer batch.Guard(&err)
	return in.system(view{})
}

// meanWidth returns the mean number of features of systems with n samples.
func meanWidth(sizes map[string]footprint, n int64) (int64, bool) {
	total, count := int64(0), int64(0)
	for _, f := range sizes {
		if f.n == n {
			total, count = total+f.p, count+1
		}
	}
	if count == 0 {
		return 0, false
	}
	return total / count, true
}
