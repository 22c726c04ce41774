package score

import (
	"context"
	"slices"
	"sync"

	"simtool/internal/batch"
	"simtool/internal/data"
	"simtool/internal/io"
	"simtool/internal/verb"
)

// pairsJob scores all pairs.
func (o *Options) pairsJob(e *batch.Env) (*batch.Job, error) {
	s := newScorer(e, o, o.Output.ToFile() || e.Collect != nil)
	streams := e.Terminal && !o.Output.ToFile() && o.Output.Format != string(dataio.Text)
	items := s.items()
	part, err := o.Batch.Part(e)
	if err != nil {
		return nil, err
	}
	s.share(part.Len(len(items)))
	square := o.square(e)
	job := &batch.Job{
		Schema: s.table.Schema,
		Noun:   "scores",
		Keys:   keysOf(items),
		Inputs: slices.Concat(o.inputPaths(), o.Inference.Units.Files(), o.HeldOut.Files()),
		AtOnce: s.itemJobs,
		Memory: func(atOnce int) (int64, error) {
			sizes := s.footprints()
			return max(s.estimate(sizes, atOnce), s.about(sizes, atOnce)), nil
		},
		Begin: func(left []int) error {
			mine := make([]scoreItem, len(left))
			for k, i := range left {
				mine[k] = items[i]
			}
			return s.begin(mine, streams)
		},
		Work: func(ctx context.Context, i int) (*batch.Item, error) {
			rows, err := s.compareAll(ctx, items[i])
			if err != nil || square == nil {
				return s.itemOf(rows, items[i].pairs()), err
			}
			item := s.itemOf(rows, items[i].pairs())
			item.Pieces = []batch.Piece{s.pieceOf(rows)}
			return item, nil
		},
		Close: s.close,
	}
	if square != nil {
		job.Companions = []*batch.Companion{square}
	}
	return job, nil
}

// itemOf makes the rows of an item a part of the table.
func (s *scorer) itemOf(rows []scoreRow, pairs []Pair) *batch.Item {
	sources := s.inputs.sourcesOf(append(inputPaths(pairs), s.options.Repeats.paths...))
	r := &batch.Item{Sources: append(sources, s.options.labelSources()...)}
	for i := range rows {
		if rows[i].err != nil {
			r.Failed++
		}
		r.Rows = append(r.Rows, s.table.Cells(rows[i].row(s.options.Per)))
	}
	return r
}

// Table scores all pairs and returns the rows as a table, with the inputs that were
// read. Rows with an error are no error here.
func (o *Options) Table(ctx context.Context, e *batch.Env, args []string) (*dataio.Table, []data.Source, error) {
	if err := o.complete(e, args); err != nil {
		return nil, nil, err
	}
	s := newScorer(e, o, true)
	defer s.close()
	items := s.items()
	s.share(len(items))
	if err := s.begin(items, false); err != nil {
		return nil, nil, err
	}
	table := &dataio.Table{Schema: s.table.Name, Columns: s.table.Names()}
	err := batch.Ordered(ctx, s.itemJobs, len(items),
		func(ctx context.Context, i int) (rows []scoreRow, err error) {
			defer batch.Guard(&err)
			return s.compareAll(ctx, items[i])
		},
		func(_ int, rows []scoreRow) error {
			for i := range rows {
				table.Rows = append(table.Rows, s.table.Cells(rows[i].row(o.Per)))
			}
			return nil
		})
	return table, append(s.inputs.sourcesOf(o.inputPaths()), o.labelSources()...), err
}

// labelSources describes the files that say something of the samples.
func (o *Options) labelSources() []data.Source {
	return append(o.Inference.Units.Sources(), o.HeldOut.Sources()...)
}

// newScorer returns a scorer of the options' pairs. hash says whether the digests
// of the inputs are wanted.
func newScorer(e *batch.Env, o *Options, hash bool) *scorer {
	read := o.Input.Reader(e, hash)
	if o.Read != nil {
		read = o.Read
	} else if e.Collect != nil && e.Collect.Read != nil {
		alone := read
		read = func(path string) (*data.Dataset, error) {
			return e.Collect.Read(path+" "+o.Input.Key(), func() (*data.Dataset, error) { return alone(path) })
		}
	}
	s := &scorer{env: e, options: o, table: o.table(), hash: hash, inputs: newInputs(read), progress: e.StartProgress("scores", 0, true)}
	if s.limited() {
		s.inputs.budget = min(s.inputs.budget, o.maxMemory()/4)
	}
	if x, ok := o.commonReference(); ok && len(o.Repeats.paths) > 0 {
		s.inputs.recording, s.inputs.reference = s.recording, x
	}
	return s
}

// share divides the jobs among so many items at once and the work within each.
func (s *scorer) share(items int) {
	s.itemJobs = s.fitting(max(1, min(s.env.Jobs, items)))
	if s.options.banded() {
		s.itemJobs = 1 // whose pairs are shared out
	}
	s.jobs = s.env.Jobs / s.itemJobs
}

// begin prepares for items. streams says that rows appear on the terminal as they
// come.
func (s *scorer) begin(items []scoreItem, streams bool) error {
	o := s.options
	expected := 0
	for _, it := range items {
		for _, p := range it.pairs() {
			s.inputs.expect(p)
			expected += len(o.measuresOf(p))
		}
	}
	s.progress = s.env.StartProgress("scores", expected, streams)
	if x, ok := o.commonReference(); ok && !s.anyStreamed() {
		defer s.readAhead(items)()
		// Without its reference nothing can be scored.
		s.reference = s.inputs.hold(x)
		return s.reference.err
	}
	switch {
	case !o.banded():
	case s.anyStreamed():
		s.tiles = s.newTiles(items)
	default:
		s.matrix = s.newMatrix(items)
	}
	return nil
}

// readAhead begins to read the other file of a single pair, if that is text that takes a
// while, beside the reference. It returns a function that waits for it.
func (s *scorer) readAhead(items []scoreItem) (wait func()) {
	const long = 1 << 20
	if len(items) != 1 || s.env.Jobs < 2 || items[0].band != nil {
		return func() {}
	}
	p := items[0].pair
	if p.X == p.Y || !verb.IsText(p.Y) || verb.FileSize(p.Y) < long {
		return func() {}
	}
	var reading sync.WaitGroup
	reading.Go(func() { s.inputs.put(s.inputs.hold(p.Y)) })
	return reading.Wait
}

// close ends the progress bar.
func (s *scorer) close() { s.progress.Close() }

// compareOrExplain is compare, but one of several pairs that cannot be compared
// becomes rows with the reason.
func (s *scorer) compareOrExplain(ctx context.Context, it scoreItem) ([]scoreRow, error) {
	return s.orExplain(it, func() ([]scoreRow, error) { return s.compare(ctx, it) })
}

// orExplain is compareOrExplain for a way to compare the pair of an item.
func (s *scorer) orExplain(it scoreItem, compare func() ([]scoreRow, error)) ([]scoreRow, error) {
	rows, err := compare()
	if s.options.severalPairs() && batch.OfItem(err) {
		rows = s.failedRows(it, err)
		s.progress.Add(len(rows))
		return rows, nil
	}
	return rows, err
}

// severalPairs reports whether there are several pairs of different files, of which one
// that cannot be compared is a row with an error.
func (o *Options) severalPairs() bool {
	if !o.AllPairs {
		return len(o.pairs) > 1
	}
	return len(o.pairs) > 0 && o.pairs[len(o.pairs)-1].i > 1
}

// inputPaths returns the distinct files of pairs in the order in which they
// come up.
func inputPaths(pairs []Pair) []string {
	var paths []string
	seen := map[string]bool{}
	for _, p := range pairs {
		for _, path := range []string{p.X, p.Y} {
			if !seen[path] {
				seen[path] = true
				paths = append(paths, path)
			}
		}
	}
	return paths
}
