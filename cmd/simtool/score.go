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
	out, err := a.openResult(&o.output, scoreSchema, columnsOf(o), paths)
	if err != nil {
		return err
	}
	defer out.abort()

	s := &scorer{options: o, shelf: newShelf(a.reader(o.input, o.output.toFile()), o.pairs)}
	if x, ok := o.commonReference(); ok {
		// Without its reference nothing can be scored.
		in := s.shelf.hold(x)
		defer s.shelf.put(in)
		if in.err != nil {
			return in.err
		}
	}
	jobs := int(a.global.jobs)
	pairJobs := min(jobs, len(o.pairs))
	s.jobs = max(1, jobs/pairJobs)

	expected := 0
	for _, p := range o.pairs {
		expected += len(o.measuresOf(p))
	}
	s.progress = a.startProgress("scores", expected, a.outTTY && !o.output.toFile() && o.output.format != string(dataio.Text))
	defer s.progress.close()

	failed, total := 0, 0
	err = batch.Ordered(ctx, pairJobs, len(o.pairs),
		func(ctx context.Context, i int) (rows []scoreRow, err error) {
			defer guard(&err)
			return s.compareOrExplain(ctx, o.pairs[i])
		},
		func(_ int, rows []scoreRow) error {
			for i := range rows {
				total++
				if rows[i].err != nil {
					failed++
				}
				if err := out.row(rows[i].cells(o.per)...); err != nil {
					return err
				}
			}
			return nil
		})
	if err != nil {
		return err
	}
	s.progress.close()
	var outcome error
	if failed > 0 {
		outcome = &partialError{failed: failed, total: total, items: "scores"}
	}
	if err := out.commit(s.shelf.sourcesOf(paths), outcome); err != nil {
		return err
	}
	return outcome
}

// compareOrExplain is compare, but one of several pairs that cannot be compared
// becomes rows with the reason.
func (s *scorer) compareOrExplain(ctx context.Context, p pathPair) ([]scoreRow, error) {
	rows, err := s.compare(ctx, p)
	if len(s.options.pairs) > 1 && is[*data.InputError](err) {
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
