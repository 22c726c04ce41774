package score

import (
	"context"
	"strings"

	"gonum.org/v1/gonum/mat"

	"simtool/internal/batch"
	"simtool/internal/data"
	"simtool/internal/inference"
	"simtool/internal/io"
	"simtool/internal/measures"
	"simtool/internal/verb"
	"simtool/internal/verb/moments"
)

// heldShare is the share of the memory that the samples of a system may take which is read
// block by block, where something needs them in memory.
const heldShare = 4

// compareStreamed is compare for a pair that is read block by block: once for the scores,
// and again for what stands beside them. open opens both files.
func (s *scorer) compareStreamed(ctx context.Context, p Pair, open func(hash bool) (x, y openRows, err error)) ([]scoreRow, error) {
	named := s.options.measuresOf(p)
	pair, err := s.streamedPair(ctx, p, named, open)
	if err != nil {
		return nil, err
	}
	frame := scoreRow{pair: p, n: pair.Samples(), p: pair.X.Width(), q: pair.Y.Width()}
	return s.scores(ctx, pair, named, framed{frame, "", verb.SampleLabels{Kind: inference.Kind(s.options.Inference.Units.By)}, others{}, [2][]string{}}, s.jobs)
}

// streamedPair reads a pair block by block.
func (s *scorer) streamedPair(ctx context.Context, p Pair, named []measures.Named, open func(hash bool) (x, y openRows, err error)) (*measures.Pair, error) {
	x, y, err := open(s.hash)
	if err != nil {
		return nil, err
	}
	defer x.Close()
	defer y.Close()
	stream := &measures.Stream{X: x, Y: y, Bounds: measures.SegmentBounds(named, x.Samples()), Workers: s.jobs}
	segments, err := stream.Run(ctx)
	if err != nil {
		return nil, err
	}
	pair, err := measures.NewStreamedPair(p.X, p.Y, segments, x.Shape(), y.Shape(), rereader(open), s.options.maxMemory()/heldShare)
	if err != nil {
		return nil, err
	}
	for path, r := range map[string]openRows{p.X: x, p.Y: y} {
		source, err := r.Source()
		if err != nil {
			return nil, err
		}
		s.inputs.note(path, source)
	}
	return pair, nil
}

// rereader reads a pair again, block by block.
func rereader(open func(hash bool) (x, y openRows, err error)) measures.Reread {
	return func(do func(first int, x, y *mat.Dense) error) error {
		x, y, err := open(false)
		if err != nil {
			return err
		}
		defer x.Close()
		defer y.Close()
		return measures.ReadBlocks(x, y, do)
	}
}

// momentsJob scores the pieces of one pair that simtool moments wrote.
func (o *Options) momentsJob(e *batch.Env, paths []string) (*batch.Job, error) {
	var files []*moments.File
	for _, path := range paths {
		f, err := moments.Read(path)
		if err != nil {
			return nil, err
		}
		files = append(files, f)
	}
	whole, err := moments.Join(files)
	if err != nil {
		return nil, err
	}
	name := strings.Join(paths, "+")
	pair, err := measures.NewMomentPair(name+":x", name+":y", whole.Segments())
	if err != nil {
		return nil, err
	}
	o.pairs = []Pair{{X: name + ":x", Y: name + ":y"}}
	var sources []data.Source
	for _, path := range paths {
		source, err := dataio.FileSource(path)
		if err != nil {
			return nil, err
		}
		sources = append(sources, source)
	}
	s := newScorer(e, o, false)
	s.share(1)
	frame := scoreRow{pair: o.pairs[0], n: pair.Samples(), p: pair.X.Width(), q: pair.Y.Width()}
	return &batch.Job{
		Schema: s.table.Schema,
		Noun:   "scores",
		Keys:   []string{name},
		Inputs: paths,
		AtOnce: 1,
		Work: func(ctx context.Context, _ int) (*batch.Item, error) {
			rows, err := s.scores(ctx, pair, o.named, framed{frame, "", verb.SampleLabels{Kind: inference.Kind(o.Inference.Units.By)}, others{}, [2][]string{}}, s.jobs)
			r := s.itemOf(rows, o.pairs)
			r.Sources = sources
			return r, err
		},
		Close: s.close,
	}, nil
}
