package score

import (
	"context"
	"slices"
	"sync"

	"simtool/internal/batch"
	"simtool/internal/collection"
	"simtool/internal/inference"
	"simtool/internal/measures"
)

// tileRows is the number of rows of the matrix whose inner products are computed at once.
const tileRows = 64

// matrix holds what is computed for all pairs at once: for each kind of vectors the inner
// products of the rows in work with all systems.
type matrix struct {
	index    map[*measures.System]int
	products []*collection.Products
	spans    [][2]int // rows of the tiles, which follow each other

	mu    sync.Mutex
	tiles []*collection.Tile // of the rows of spans[at]
	at    int
}

// compareAll compares the pairs of an item.
func (s *scorer) compareAll(ctx context.Context, it scoreItem) ([]scoreRow, error) {
	if it.band == nil {
		return s.compareOrExplain(ctx, it)
	}
	s.matrix.prepare(it.band[0].i, it.band[len(it.band)-1].i+1)
	jobs := max(1, min(s.env.Jobs, len(it.band)))
	s.jobs = max(1, s.env.Jobs/jobs)
	var rows []scoreRow
	err := batch.Ordered(ctx, jobs, len(it.band),
		func(ctx context.Context, i int) (rows []scoreRow, err error) {
			defer batch.Guard(&err)
			return s.compareOrExplain(ctx, scoreItem{pair: it.band[i], at: -1})
		},
		func(_ int, one []scoreRow) error {
			rows = append(rows, one...)
			return nil
		})
	return rows, err
}

// newMatrix reads the systems of items and forms their vectors, or returns nil where none
// of the measures has vectors, the samples of the systems may not correspond as they
// stand, or there is not the memory. What it does follows from the options and the files
// alone, and not from the part of the items that is done.
func (s *scorer) newMatrix(items []scoreItem) *matrix {
	o := s.options
	if !slices.ContainsFunc(o.named, hasVectors) || !o.Input.Policy().Refuses() || s.anyStreamed() {
		return nil
	}
	paths := o.inputPaths()
	first := len(paths)
	for _, it := range items {
		for _, p := range it.band {
			first = min(first, p.i)
		}
	}
	s.inputs.share(paths)
	kinds := s.vectors(paths)
	kinds = s.affordable(kinds, s.footprints(), len(paths))
	if len(kinds) == 0 {
		return nil
	}
	systems := make([]*measures.System, len(paths))
	m := &matrix{index: map[*measures.System]int{}, at: -1}
	_ = batch.Ordered(context.Background(), s.env.Jobs, len(paths)-first,
		func(_ context.Context, k int) (*measures.System, error) {
			in := s.inputs.hold(paths[first+k])
			if in.err != nil {
				return nil, nil //nolint:nilerr // the pairs of the file say what is wrong
			}
			system, err := in.keptSystem()
			if err != nil || system.Samples() != kinds[0].samples {
				return nil, nil //nolint:nilerr // as above
			}
			return system, nil
		},
		func(k int, system *measures.System) error {
			if systems[first+k] = system; system != nil {
				m.index[system] = first + k
			}
			return nil
		})
	for _, k := range kinds {
		m.products = append(m.products, collection.NewProducts(k.vectors, systems, s.env.Jobs))
	}
	m.spans = tileSpans(items)
	return m
}

// tileSpans groups the rows of items to tiles.
func tileSpans(items []scoreItem) (spans [][2]int) {
	for _, it := range items {
		lo, hi := it.band[0].i, it.band[len(it.band)-1].i+1
		if last := len(spans) - 1; last >= 0 && spans[last][1] == lo && hi-spans[last][0] <= tileRows {
			spans[last][1] = hi
			continue
		}
		spans = append(spans, [2]int{lo, hi})
	}
	return spans
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
	for _, path := range paths {
		in := s.inputs.hold(path)
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

// affordable returns the kinds of vectors for which there is memory beside the data.
func (s *scorer) affordable(kinds []kind, sizes map[string]footprint, systems int) []kind {
	left := s.options.maxMemory()
	for _, f := range sizes {
		left -= 2 * f.values()
	}
	var some []kind
	for _, k := range kinds {
		if need := collection.Bytes(k.vectors, systems, min(tileRows, systems)); need <= left {
			some = append(some, k)
			left -= need
		}
	}
	return some
}

// prepare computes the products of some rows, which items take in order.
func (m *matrix) prepare(lo, hi int) {
	if m == nil {
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	at := slices.IndexFunc(m.spans, func(span [2]int) bool { return span[0] <= lo && hi <= span[1] })
	if at < 0 || at == m.at {
		return
	}
	m.tiles, m.at = nil, at
	for _, p := range m.products {
		m.tiles = append(m.tiles, p.Tile(m.spans[at][0], m.spans[at][1]))
	}
}

// tell makes what is known of two systems known to a pair of them.
func (m *matrix) tell(pair *measures.Pair) {
	if m == nil {
		return
	}
	i, iok := m.index[pair.X]
	j, jok := m.index[pair.Y]
	if !iok || !jok {
		return
	}
	for _, t := range m.tiles {
		t.Tell(pair, min(i, j), max(i, j), i > j)
	}
}
