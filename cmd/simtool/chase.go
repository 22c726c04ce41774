package main

import (
	"bufio"
	"context"
	"fmt"
	"strconv"

	"simtool/internal/batch"
	"simtool/internal/io"
	"simtool/internal/measures"
	"simtool/internal/synth/frontier"
	"simtool/internal/synth/optimize"
)

// chaseTolerance is the residual at which a target counts as reached.
const chaseTolerance = 1e-2

// chase is a target for a pair of measures.
type chase struct {
	pair   [2]measures.Named
	target frontier.Target
	number int
}

// targets is a row for each pair and target of --grid.
func (r *rangeRun) targets() (*sweep, error) {
	var items []chase
	s := &sweep{what: "targets", begin: r.begins("targets", func(int) int { return 1 })}
	s.table.columns = []string{"measure_a", "measure_b", "target_a", "target_b", "a", "b", "residual", "converged", "steps"}
	for _, pair := range r.o.pairs(false) {
		for i, target := range frontier.Border(r.o.grid) {
			s.keys = append(s.keys, fmt.Sprintf("%d\t%s\t%s\t%v", len(items), pair[0].Name, pair[1].Name, target))
			items = append(items, chase{pair, target, i})
		}
	}
	s.work = func(ctx context.Context, i int) (*itemResult, error) {
		p, err := r.problem()
		if err != nil {
			return nil, err
		}
		it := items[i]
		path, err := p.Chase(ctx, it.pair[0], it.pair[1], it.target, strconv.Itoa(it.number), r.o.steps, optimize.DefaultAdam())
		if err != nil {
			return nil, inputError(err)
		}
		r.progress.add(1)
		a, b, end := it.pair[0].Name, it.pair[1].Name, path.End()
		item := &itemResult{sources: p.sources, rows: [][]any{{
			a, b, path.A, path.B, end.A, end.B, path.Residual, path.Residual <= chaseTolerance, len(path.Scores) - 1,
		}}}
		if r.o.paths != "" {
			var steps [][]any
			for k, at := range path.Scores {
				steps = append(steps, []any{a, b, path.A, path.B, k, at.A, at.B})
			}
			item.extra = batch.EncodeRows(steps)
		}
		return item, nil
	}
	if r.o.paths != "" {
		r.writePaths(s)
	}
	return s, nil
}

// writePaths lets a sweep write the way to each target to a file.
func (r *rangeRun) writePaths(s *sweep) {
	s.beside = []string{r.o.paths}
	var paths dataio.TableWriter
	var buffer *bufio.Writer
	s.open = func(files *fileSet) error {
		f, err := files.create(r.o.paths)
		if err != nil {
			return err
		}
		buffer = bufio.NewWriterSize(f, 1<<16)
		paths = dataio.NewTableWriter(buffer, dataio.CSV, "simtool.joint-range-paths/v1", dataio.TableOptions{})
		return paths.Begin([]string{"measure_a", "measure_b", "target_a", "target_b", "step", "a", "b"})
	}
	s.each = func(_ int, item *itemResult) error {
		steps, err := batch.DecodeRows(item.extra)
		if err != nil {
			return err
		}
		for _, row := range steps {
			if err := paths.Row(row...); err != nil {
				return err
			}
		}
		return nil
	}
	s.finish = func(*fileSet) error {
		if err := paths.Close(); err != nil {
			return err
		}
		return buffer.Flush()
	}
}
