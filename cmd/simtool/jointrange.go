package main

import (
	"bytes"
	"context"
	"encoding/gob"
	"errors"
	"fmt"
	"io"
	"math"
	"sync"

	"simtool/internal/data"
	"simtool/internal/io"
	"simtool/internal/measures"
	"simtool/internal/synth/frontier"
)

// blockLevels is how many levels go on from each other. Blocks are items, and what
// comes of an item must not depend on how they are divided.
const blockLevels = 10

// A rangeRun is a run of simtool joint-range.
type rangeRun struct {
	a        *app
	o        *rangeOptions
	problem  func() (*rangeProblem, error) // read or made once, when it is needed
	progress *progress

	mu    sync.Mutex
	known map[string]reach // of measures, found out when needed
}

// rangeProblem is the data whose scores are looked at.
type rangeProblem struct {
	frontier.Problem
	sources []data.Source
}

// jointRange does what the options ask for.
func (a *app) jointRange(ctx context.Context, o *rangeOptions, args []string) error {
	r := &rangeRun{a: a, o: o, known: map[string]reach{}, problem: sync.OnceValues(func() (*rangeProblem, error) {
		p, sources, err := a.rangeProblem(o, args)
		return &rangeProblem{p, sources}, inputError(err)
	})}
	plan := r.ranges
	switch {
	case o.given.set:
		plan = r.given
	case o.grid > 0:
		plan = r.targets
	}
	s, err := plan()
	if err != nil {
		return err
	}
	s.table.schema, s.table.notes, s.table.inputs = "simtool.joint-range/v1", []string{"note"}, args
	s.jobs = a.global.jobs
	s.memory = func(atOnce int) (int64, error) { return r.memory(args, atOnce) }
	defer r.progress.close()
	return a.sweepTo(ctx, s, &o.output, &o.batch)
}

// inputError makes a score that data do not have the fault of the data.
func inputError(err error) error {
	if undefined, ok := errors.AsType[*measures.UndefinedError](err); ok {
		return &data.InputError{Found: undefined.Reason, Err: err}
	}
	return err
}

// begins returns a sweep.begin that makes the problem ready and expects steps of
// progress for each item.
func (r *rangeRun) begins(what string, steps func(item int) int) func([]int) error {
	r.progress = r.a.startProgress(what, 0, false)
	return func(items []int) error {
		for _, i := range items {
			r.progress.expect(steps(i))
		}
		_, err := r.problem()
		return err
	}
}

// block is consecutive levels of a pair.
type block struct {
	pair   [2]measures.Named
	levels []float64
}

// key names a block. Levels follow from the settings; the number tells apart what
// is asked for twice.
func (b block) key(i int) string {
	return fmt.Sprintf("%d\t%s\t%s\t%v", i, b.pair[0].Name, b.pair[1].Name, b.levels)
}

// sweepOf returns the sweep over blocks, of each of which rows makes a part of the
// table.
func (r *rangeRun) sweepOf(blocks []block, rows func(ctx context.Context, p frontier.Problem, found []frontier.Row) (*itemResult, error)) *sweep {
	s := &sweep{what: "ranges", begin: r.begins("levels", func(i int) int { return len(blocks[i].levels) })}
	for i, b := range blocks {
		s.keys = append(s.keys, b.key(i))
	}
	s.work = func(ctx context.Context, i int) (*itemResult, error) {
		p, err := r.problem()
		if err != nil {
			return nil, err
		}
		b := blocks[i]
		found, err := p.Trace(ctx, b.pair[0], b.pair[1], b.levels)
		if err != nil {
			return nil, inputError(err)
		}
		r.progress.add(len(b.levels))
		item, err := rows(ctx, p.Problem, found)
		if err != nil {
			return nil, inputError(err)
		}
		item.sources = p.sources
		return item, nil
	}
	return s
}

// Columns of ranges that are asked for again.
const (
	rangeCertified = 7
	rangeNote      = 10
)

// ranges is a row for each pair and level.
func (r *rangeRun) ranges() (*sweep, error) {
	var blocks []block
	for _, pair := range r.o.pairs(false) {
		levels, err := r.o.levelsOf(pair[0])
		if err != nil {
			return nil, err
		}
		for at := 0; at < len(levels); at += blockLevels {
			blocks = append(blocks, block{pair, levels[at:min(at+blockLevels, len(levels))]})
		}
	}
	s := r.sweepOf(blocks, r.rangeRows)
	s.table.columns = []string{"measure_a", "measure_b", "a", "b_min", "b_max", "residual_min", "residual_max", "certified", "bound_min", "bound_max", "note"}
	if r.o.data != "" {
		s.beside = []string{r.o.data}
	}
	missing, total := 0, 0
	var ends []dataio.NamedArray
	s.each = func(_ int, item *itemResult) error {
		for _, row := range item.rows {
			total++
			if row[rangeCertified] == false && row[rangeNote] == nil {
				missing++
			}
		}
		if r.o.data == "" {
			return nil
		}
		arrays, err := decodeArrays(item.extra)
		ends = append(ends, arrays...)
		return err
	}
	s.finish = func(files *fileSet) error {
		if missing == 0 && r.o.data == "" {
			return nil
		}
		p, err := r.problem()
		if err != nil {
			return err
		}
		if missing > 0 {
			r.a.warn("%d of %d levels have a residual above %g: more --restarts may help, unless the range has no end there", missing, total, p.Tolerance)
		}
		if r.o.data == "" {
			return nil
		}
		if !p.Both {
			ends = append(ends, matrixArray("x", p.X))
		}
		return files.add(r.o.data, func(w io.Writer) error { return dataio.EncodeArchive(w, r.o.data, dataio.Float64, ends) })
	}
	return s, nil
}

// rangeRows makes rows of what was found at the levels of a block.
func (r *rangeRun) rangeRows(ctx context.Context, p frontier.Problem, found []frontier.Row) (*itemResult, error) {
	item := &itemResult{}
	var arrays []dataio.NamedArray
	for _, row := range found {
		note := any(nil)
		cells := [4]any{}
		if row.Min == nil || row.Max == nil {
			text, err := r.unreached(ctx, p, row)
			if err != nil {
				return nil, err
			}
			note = text
		}
		for i, e := range []*frontier.Extreme{row.Min, row.Max} {
			if e == nil {
				continue
			}
			cells[i], cells[2+i] = e.B, e.Residual
			name := levelName([2]measures.Named{row.A, row.B}, row.Level, []string{"min", "max"}[i])
			arrays = append(arrays, matrixArray(name, e.Y))
			if p.Both {
				arrays = append(arrays, matrixArray(name+".x", e.X))
			}
		}
		item.rows = append(item.rows, []any{
			row.A.Name, row.B.Name, row.Level, cells[0], cells[1], cells[2], cells[3], row.Certified(p.Tolerance), infinite(row.Bounds[0]), infinite(row.Bounds[1]), note,
		})
	}
	if r.o.data != "" {
		item.extra = encodeArrays(arrays)
	}
	return item, nil
}

// encodeArrays makes bytes of arrays for a checkpoint, and decodeArrays undoes it.
func encodeArrays(arrays []dataio.NamedArray) []byte {
	var b bytes.Buffer
	must(gob.NewEncoder(&b).Encode(arrays))
	return b.Bytes()
}

func decodeArrays(b []byte) (arrays []dataio.NamedArray, err error) {
	err = gob.NewDecoder(bytes.NewReader(b)).Decode(&arrays)
	return arrays, err
}

// reach is the scores that data can have by a measure.
type reach struct {
	low, high float64
	converged bool
}

// unreached says why a level has no range: no data have such a score, or none were
// found. It keeps what it has found out about a measure.
func (r *rangeRun) unreached(ctx context.Context, p frontier.Problem, row frontier.Row) (string, error) {
	if p.Both {
		return "no data of this level were found", nil
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	of, ok := r.known[row.A.Name]
	if !ok {
		var err error
		if of.low, of.high, of.converged, err = p.Reach(ctx, row.A); err != nil {
			return "", err
		}
		r.known[row.A.Name] = of
	}
	switch {
	case of.converged && row.Level > of.high+p.Tolerance:
		return fmt.Sprintf("out of reach: %s is at most %.4g", row.A.Name, of.high), nil
	case of.converged && row.Level < of.low-p.Tolerance:
		return fmt.Sprintf("out of reach: %s is at least %.4g", row.A.Name, of.low), nil
	}
	return "no data of this level were found", nil
}

// infinite is a number for a table, empty where there is no bound.
func infinite(v float64) any {
	if math.IsInf(v, 0) {
		return nil
	}
	return v
}

// givenLevels are the levels at which conditional ranges are looked for, as shares
// of the way from the threshold to the best score. That score itself is left out:
// it is an optimum, where a level has no direction.
var givenLevels = []float64{0, 0.25, 0.5, 0.75, 0.95}

// given is the range of each measure given each other one.
func (r *rangeRun) given() (*sweep, error) {
	var blocks []block
	threshold := r.o.given.value
	for _, pair := range r.o.pairs(true) {
		b := block{pair: pair}
		for _, share := range givenLevels {
			b.levels = append(b.levels, threshold+share*(pair[0].Card().Max-threshold))
		}
		blocks = append(blocks, b)
	}
	s := r.sweepOf(blocks, func(_ context.Context, p frontier.Problem, found []frontier.Row) (*itemResult, error) {
		return &itemResult{rows: [][]any{givenRow(p, threshold, found)}}, nil
	})
	s.table.columns = []string{"given", "threshold", "measure", "lo", "hi", "residual", "certified"}
	return s, nil
}

// givenRow joins the ranges of one measure at the levels of another.
func givenRow(p frontier.Problem, threshold float64, found []frontier.Row) []any {
	a, b := found[0].A, found[0].B
	var low, high *frontier.Extreme
	for _, row := range found {
		if e := row.Min; e != nil && (low == nil || e.B < low.B) {
			low = e
		}
		if e := row.Max; e != nil && (high == nil || e.B > high.B) {
			high = e
		}
	}
	if low == nil || high == nil {
		return []any{a.Name, threshold, b.Name, nil, nil, nil, false}
	}
	if _, width := p.X.Dims(); p.Width >= width && a.Card().Identity == a.Card().Max && b.Card().Identity >= high.B {
		high = &frontier.Extreme{B: b.Card().Identity} // of Y = X
	}
	residual := max(low.Residual, high.Residual)
	return []any{a.Name, threshold, b.Name, low.B, high.B, residual, residual <= p.Tolerance}
}
