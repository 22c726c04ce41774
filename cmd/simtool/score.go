package main

import (
	"context"
	"slices"

	"simtool/internal/batch"
	"simtool/internal/data"
	"simtool/internal/io"
)

const scoreSchema = "simtool.score/v1"

// score scores all pairs and writes the rows in their order.
func (a *app) score(ctx context.Context, o *scoreOptions) error {
	if err := o.batch.complete(a, o.output.target()); err != nil {
		return err
	}
	s := a.newScorer(o, o.output.toFile() || a.nested != nil)
	defer s.close()
	streams := a.outTTY && !o.output.toFile() && o.output.format != string(dataio.Text)
	items := s.items()
	s.share(o.batch.shard.Len(len(items)))
	if n := a.nested; n != nil && n.weigh {
		n.memory = estimate(o, s.footprints(), 1)
	}
	return a.sweepTo(ctx, &sweep{
		table: scoreTableSpec(o, inputPaths(o.pairs)),
		what:  "scores",
		keys:  keysOf(items),
		jobs:  s.itemJobs,
		begin: func(left []int) error {
			mine := make([]scoreItem, len(left))
			for k, i := range left {
				mine[k] = items[i]
			}
			return s.begin(mine, streams)
		},
		work: func(ctx context.Context, i int) (*itemResult, error) {
			rows, err := s.compareOrExplain(ctx, items[i])
			return s.resultOf(rows, items[i].pair), err
		},
	}, &o.output, &o.batch)
}

// scoreTableSpec describes the table of scores.
func scoreTableSpec(o *scoreOptions, inputs []string) tableSpec {
	spare := []string{"q", "p", "n"}
	if _, ok := o.commonReference(); ok {
		spare = append([]string{"x"}, spare...)
	}
	return tableSpec{schema: scoreSchema, columns: columnsOf(o), notes: []string{"warning", "error"}, spare: spare, inputs: inputs}
}

// resultOf makes the rows of an item a part of the table.
func (s *scorer) resultOf(rows []scoreRow, p pathPair) *itemResult {
	r := &itemResult{sources: s.shelf.sourcesOf([]string{p.x, p.y})}
	for i := range rows {
		if rows[i].err != nil {
			r.failed++
		}
		r.rows = append(r.rows, rows[i].cells(s.options.per))
	}
	return r
}

// scoreTable scores all pairs and returns the rows as a table. Rows with an
// error are no error here.
func (a *app) scoreTable(ctx context.Context, o *scoreOptions) (*dataio.Table, []data.Source, error) {
	s := a.newScorer(o, true)
	defer s.close()
	items := s.items()
	s.share(len(items))
	if err := s.begin(items, false); err != nil {
		return nil, nil, err
	}
	table := &dataio.Table{Schema: scoreSchema, Columns: columnsOf(o)}
	err := batch.Ordered(ctx, s.itemJobs, len(items),
		func(ctx context.Context, i int) (rows []scoreRow, err error) {
			defer guard(&err)
			return s.compareOrExplain(ctx, items[i])
		},
		func(_ int, rows []scoreRow) error {
			for i := range rows {
				table.Rows = append(table.Rows, rows[i].cells(o.per))
			}
			return nil
		})
	return table, s.shelf.sourcesOf(inputPaths(o.pairs)), err
}

// newScorer returns a scorer of the options' pairs. hash says whether the digests
// of the inputs are wanted.
func (a *app) newScorer(o *scoreOptions, hash bool) *scorer {
	read := a.reader(o.input, hash)
	if a.nested != nil && a.nested.inputs != nil {
		read = a.nested.inputs.reader(o.input, read)
	}
	return &scorer{a: a, options: o, hash: hash, shelf: newShelf(read), progress: a.startProgress("scores", 0, true)}
}

// share divides --jobs among so many items at once and the work within each.
func (s *scorer) share(items int) {
	jobs := s.a.global.jobs
	s.itemJobs = max(1, min(jobs, items))
	s.jobs = jobs / s.itemJobs
}

// begin prepares for items. streams says that rows appear on the terminal as they
// come.
func (s *scorer) begin(items []scoreItem, streams bool) error {
	o := s.options
	expected := 0
	for _, it := range items {
		s.shelf.expect(it.pair)
		expected += len(o.measuresOf(it.pair))
	}
	s.progress = s.a.startProgress("scores", expected, streams)
	if x, ok := o.commonReference(); ok && !s.anyStreamed() {
		// Without its reference nothing can be scored.
		s.reference = s.shelf.hold(x)
		return s.reference.err
	}
	return nil
}

// close ends the progress bar.
func (s *scorer) close() { s.progress.close() }

// compareOrExplain is compare, but one of several pairs that cannot be compared
// becomes rows with the reason.
func (s *scorer) compareOrExplain(ctx context.Context, it scoreItem) ([]scoreRow, error) {
	rows, err := s.compare(ctx, it)
	if len(s.options.pairs) > 1 && (is[*data.InputError](err) || is[*memoryError](err)) {
		rows = s.failedRows(it, err)
		s.progress.add(len(rows))
		return rows, nil
	}
	return rows, err
}

func columnsOf(o *scoreOptions) []string {
	if o.per == "" {
		return scoreColumns
	}
	return append(slices.Clone(scoreColumns), o.per)
}

// inputPaths returns the distinct files of pairs in the order in which they
// come up.
func inputPaths(pairs []pathPair) []string {
	var paths []string
	seen := map[string]bool{}
	for _, p := range pairs {
		for _, path := range []string{p.x, p.y} {
			if !seen[path] {
				seen[path] = true
				paths = append(paths, path)
			}
		}
	}
	return paths
}
