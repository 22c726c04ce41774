package main

import (
	"context"
	"strings"

	"simtool/internal/data"
	"simtool/internal/io"
	"simtool/internal/measures"
)

// rowSource makes a file a source of samples for measures.
type rowSource struct{ *dataio.Rows }

// Next implements measures.RowSource.
func (s rowSource) Next(rows int, reuse measures.RowBlock) (measures.RowBlock, error) {
	block, _ := reuse.(*dataio.RowBlock)
	return s.Rows.Next(rows, block)
}

// openPair opens two inputs for reading block by block.
func (a *app) openPair(o inputOptions, p pathPair, hash bool) (x, y *dataio.Rows, err error) {
	options := readOptions(o, hash)
	if x, err = dataio.OpenRows(p.x, options); err != nil {
		return nil, nil, err
	}
	if y, err = dataio.OpenRows(p.y, options); err != nil {
		x.Close()
		return nil, nil, err
	}
	return x, y, nil
}

// compareStreamed is compare for a pair that is read once, block by block.
func (s *scorer) compareStreamed(ctx context.Context, p pathPair) ([]scoreRow, error) {
	named := s.options.measuresOf(p)
	x, y, err := s.a.openPair(s.options.input, p, s.hash)
	if err != nil {
		return nil, err
	}
	defer x.Close()
	defer y.Close()
	stream := &measures.Stream{X: rowSource{x}, Y: rowSource{y}, Bounds: foldBounds(named, x.Samples()), Workers: s.jobs}
	segments, err := stream.Run(ctx)
	if err != nil {
		return nil, err
	}
	pair, err := measures.NewMomentPair(p.x, p.y, segments)
	if err != nil {
		return nil, err
	}
	for path, r := range map[string]*dataio.Rows{p.x: x, p.y: y} {
		source, err := r.Source()
		if err != nil {
			return nil, err
		}
		s.shelf.note(path, source)
	}
	frame := scoreRow{pair: p, n: pair.Samples(), p: pair.X.Width(), q: pair.Y.Width()}
	return s.scores(ctx, pair, named, frame, s.jobs)
}

// foldBounds returns the samples at which segments must end for the measures to
// find their folds.
func foldBounds(named []measures.Named, n int) []int {
	lists := [][]int{{n}}
	for _, m := range named {
		if k := m.Card().Folds; k > 0 && k <= n {
			lists = append(lists, data.FoldBounds(n, k))
		}
	}
	return measures.JoinBounds(lists...)
}

// scoreMoments scores the pieces of one pair that simtool moments wrote.
func (a *app) scoreMoments(ctx context.Context, o *scoreOptions, paths []string) error {
	var files []*momentsFile
	for _, path := range paths {
		f, err := readMoments(path)
		if err != nil {
			return err
		}
		files = append(files, f)
	}
	whole, err := joinMoments(files)
	if err != nil {
		return err
	}
	name := strings.Join(paths, "+")
	pair, err := measures.NewMomentPair(name+":x", name+":y", whole.Segments())
	if err != nil {
		return err
	}
	o.pairs = []pathPair{{x: name + ":x", y: name + ":y"}}
	var sources []data.Source
	for _, path := range paths {
		source, err := dataio.FileSource(path)
		if err != nil {
			return err
		}
		sources = append(sources, source)
	}
	if err := o.batch.complete(a, o.output.target()); err != nil {
		return err
	}
	s := a.newScorer(o, false)
	defer s.close()
	s.share(1)
	frame := scoreRow{pair: o.pairs[0], n: pair.Samples(), p: pair.X.Width(), q: pair.Y.Width()}
	return a.sweepTo(ctx, &sweep{
		table: scoreTableSpec(o, paths),
		what:  "scores",
		keys:  []string{name},
		jobs:  1,
		work: func(ctx context.Context, _ int) (*itemResult, error) {
			rows, err := s.scores(ctx, pair, o.named, frame, s.jobs)
			r := s.resultOf(rows, o.pairs[0])
			r.sources = sources
			return r, err
		},
	}, &o.output, &o.batch)
}
