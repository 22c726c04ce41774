package main

import (
	"context"
	"slices"

	"simtool/internal/batch"
	"simtool/internal/data"
	"simtool/internal/io"
)

const scoreSchema = "simtool.score/v1"

// score scores all pairs and writes the rows in their order as they come.
func (a *app) score(ctx context.Context, o *scoreOptions) error {
	paths := inputPaths(o.pairs)
	s := a.newScorer(o, o.output.toFile())
	streams := a.outTTY && !o.output.toFile() && o.output.format != string(dataio.Text)
	return a.writeScores(o, paths, func(emit func(*scoreRow) error) ([]data.Source, error) {
		err := s.run(ctx, streams, emit)
		return s.shelf.sourcesOf(paths), err
	})
}

// writeScores opens the result, lets work emit its rows, and completes it. work
// returns the inputs that it read.
func (a *app) writeScores(o *scoreOptions, paths []string, work func(emit func(*scoreRow) error) ([]data.Source, error)) error {
	spare := []string{"q", "p", "n"}
	if _, ok := o.commonReference(); ok {
		spare = append([]string{"x"}, spare...)
	}
	out, err := a.openResult(&o.output, tableSpec{
		schema: scoreSchema, columns: columnsOf(o), notes: []string{"warning", "error"}, spare: spare, inputs: paths,
	})
	if err != nil {
		return err
	}
	defer out.abort()
	failed, total := 0, 0
	sources, err := work(func(row *scoreRow) error {
		total++
		if row.err != nil {
			failed++
		}
		return out.row(row.cells(o.per)...)
	})
	if err != nil {
		return err
	}
	var outcome error
	if failed > 0 {
		outcome = &partialError{failed: failed, total: total, items: "scores"}
	}
	if err := out.commit(sources, outcome); err != nil {
		return err
	}
	return outcome
}

// scoreTable scores all pairs and returns the rows as a table. Rows with an
// error are no error here.
func (a *app) scoreTable(ctx context.Context, o *scoreOptions) (*dataio.Table, []data.Source, error) {
	s := a.newScorer(o, true)
	table := &dataio.Table{Schema: scoreSchema, Columns: columnsOf(o)}
	err := s.run(ctx, false, func(row *scoreRow) error {
		table.Rows = append(table.Rows, row.cells(o.per))
		return nil
	})
	return table, s.shelf.sourcesOf(inputPaths(o.pairs)), err
}

// newScorer returns the scorer of the options' pairs. hash says whether the
// digests of the inputs are wanted.
func (a *app) newScorer(o *scoreOptions, hash bool) *scorer {
	jobs := a.global.jobs
	pairJobs := min(jobs, len(o.pairs))
	return &scorer{a: a, options: o, hash: hash, shelf: newShelf(a.reader(o.input, hash), o.pairs), pairJobs: pairJobs, jobs: jobs / pairJobs}
}

// run scores all pairs and hands the rows to emit in their order. streams says
// that emit writes to the terminal as it goes.
func (s *scorer) run(ctx context.Context, streams bool, emit func(*scoreRow) error) error {
	o := s.options
	if x, ok := o.commonReference(); ok && !s.anyStreamed() {
		// Without its reference nothing can be scored.
		in := s.shelf.hold(x)
		defer s.shelf.put(in)
		if in.err != nil {
			return in.err
		}
	}
	expected := 0
	for _, p := range o.pairs {
		expected += len(o.measuresOf(p))
	}
	s.progress = s.a.startProgress("scores", expected, streams)
	defer s.progress.close()
	return batch.Ordered(ctx, s.pairJobs, len(o.pairs),
		func(ctx context.Context, i int) (rows []scoreRow, err error) {
			defer guard(&err)
			return s.compareOrExplain(ctx, o.pairs[i])
		},
		func(_ int, rows []scoreRow) error {
			for i := range rows {
				if err := emit(&rows[i]); err != nil {
					return err
				}
			}
			return nil
		})
}

// compareOrExplain is compare, but one of several pairs that cannot be compared
// becomes rows with the reason.
func (s *scorer) compareOrExplain(ctx context.Context, p pathPair) ([]scoreRow, error) {
	rows, err := s.compare(ctx, p)
	if len(s.options.pairs) > 1 && (is[*data.InputError](err) || is[*memoryError](err)) {
		rows = s.failedRows(p, err)
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
