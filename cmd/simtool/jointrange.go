package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"

	"simtool/internal/batch"
	"simtool/internal/data"
	"simtool/internal/io"
	"simtool/internal/measures"
	"simtool/internal/synth/frontier"
	"simtool/internal/synth/optimize"
)

// blockLevels is how many levels go on from each other. Blocks are the units of work
// of jobs and shards, so their results must not depend on these.
const blockLevels = 10

// jointRange does what the options ask for.
func (a *app) jointRange(ctx context.Context, o *rangeOptions, args []string) error {
	columns := []string{"measure_a", "measure_b", "a", "b_min", "b_max", "residual_min", "residual_max", "certified", "bound_min", "bound_max", "note"}
	work := a.traceRanges
	switch {
	case o.given.set:
		columns, work = []string{"given", "threshold", "measure", "lo", "hi", "residual", "certified"}, a.traceGiven
	case o.grid > 0:
		columns, work = []string{"measure_a", "measure_b", "target_a", "target_b", "a", "b", "residual", "converged", "steps"}, a.chaseTargets
	}
	out, err := a.openResult(&o.output, tableSpec{schema: "simtool.joint-range/v1", columns: columns, notes: []string{"note"}, inputs: args})
	if err != nil {
		return err
	}
	defer out.abort()
	p, sources, err := a.rangeProblem(o, args)
	if err != nil {
		return err
	}
	saved := &savedItems{}
	if o.output.toFile() {
		if saved, err = a.openSavedItems(o.output.path, o.resume, sources); err != nil {
			return err
		}
	}
	err = work(ctx, o, p, saved, out)
	if err != nil && saved.empty() {
		saved.remove()
	} else if err != nil && ctx.Err() != nil && o.output.toFile() {
		return &checkpointError{saved.directory, context.Cause(ctx)}
	}
	if undefined, ok := errors.AsType[*measures.UndefinedError](err); ok {
		err = &data.InputError{Found: undefined.Reason, Err: err}
	}
	if err != nil {
		return err
	}
	if err := out.commit(sources, nil); err != nil {
		return err
	}
	saved.remove()
	return nil
}

// block is a unit of work: consecutive levels of a pair.
type block struct {
	pair   [2]measures.Named
	levels []float64
}

// savedRange is what a checkpoint keeps of a row: all but the measures, which
// the block knows.
type savedRange struct {
	Level    float64
	Min, Max *frontier.Extreme
	Bounds   [2]float64
}

// traceBlock finds the ranges of a block, unless a checkpoint has them.
func traceBlock(ctx context.Context, p frontier.Problem, b block, saved *savedItems, item int) ([]frontier.Row, error) {
	var kept []savedRange
	done, err := saved.load(item, &kept)
	if err != nil {
		return nil, err
	}
	if done {
		rows := make([]frontier.Row, len(kept))
		for i, k := range kept {
			rows[i] = frontier.Row{A: b.pair[0], B: b.pair[1], Level: k.Level, Min: k.Min, Max: k.Max, Bounds: k.Bounds}
		}
		return rows, nil
	}
	rows, err := p.Trace(ctx, b.pair[0], b.pair[1], b.levels)
	if err != nil {
		return nil, err
	}
	for _, r := range rows {
		kept = append(kept, savedRange{r.Level, r.Min, r.Max, r.Bounds})
	}
	return rows, saved.store(item, kept)
}

// trace finds the ranges of blocks in parallel and hands the rows to emit in their
// order.
func (a *app) trace(ctx context.Context, p frontier.Problem, blocks []block, saved *savedItems, emit func(frontier.Row) error) error {
	total := 0
	for _, b := range blocks {
		total += len(b.levels)
	}
	progress := a.startProgress("levels", total, false)
	defer progress.close()
	return batch.Ordered(ctx, a.global.jobs, len(blocks),
		func(ctx context.Context, i int) (rows []frontier.Row, err error) {
			defer guard(&err)
			rows, err = traceBlock(ctx, p, blocks[i], saved, i)
			progress.add(len(blocks[i].levels))
			return rows, err
		},
		func(_ int, rows []frontier.Row) error {
			for _, row := range rows {
				if err := emit(row); err != nil {
					return err
				}
			}
			return nil
		})
}

// traceRanges writes a row for each pair and level.
func (a *app) traceRanges(ctx context.Context, o *rangeOptions, p frontier.Problem, saved *savedItems, out *result) error {
	var blocks []block
	for _, pair := range o.pairs(false) {
		levels, err := o.levelsOf(pair[0])
		if err != nil {
			return err
		}
		for at := 0; at < len(levels); at += blockLevels {
			blocks = append(blocks, block{pair, levels[at:min(at+blockLevels, len(levels))]})
		}
	}
	first, end := o.shardOf(len(blocks))
	known := map[string]reach{}
	missing, total := 0, 0
	var arrays []dataio.NamedArray
	err := a.trace(ctx, p, blocks[first:end], saved, func(r frontier.Row) error {
		total++
		note := any(nil)
		cells := [4]any{}
		if r.Min == nil || r.Max == nil {
			text, err := unreached(ctx, p, r, known)
			if err != nil {
				return err
			}
			note = text
		}
		for i, e := range []*frontier.Extreme{r.Min, r.Max} {
			if e == nil {
				continue
			}
			cells[i], cells[2+i] = e.B, e.Residual
			if o.data != "" {
				name := levelName([2]measures.Named{r.A, r.B}, r.Level, []string{"min", "max"}[i])
				arrays = append(arrays, matrixArray(name, e.Y))
				if p.Both {
					arrays = append(arrays, matrixArray(name+".x", e.X))
				}
			}
		}
		certified := r.Certified(p.Tolerance)
		if !certified && note == nil {
			missing++
		}
		return out.row(r.A.Name, r.B.Name, r.Level, cells[0], cells[1], cells[2], cells[3], certified, infinite(r.Bounds[0]), infinite(r.Bounds[1]), note)
	})
	if err != nil {
		return err
	}
	if missing > 0 {
		a.warn("%d of %d levels have a residual above %g: more --restarts may help, unless the range has no end there", missing, total, p.Tolerance)
	}
	if o.data == "" {
		return nil
	}
	if !p.Both {
		arrays = append(arrays, matrixArray("x", p.X))
	}
	return out.files.add(o.data, func(w io.Writer) error { return dataio.EncodeNPZ(w, dataio.Float64, arrays) })
}

// reach is the scores that data can have by a measure.
type reach struct {
	low, high float64
	converged bool
}

// unreached says why a level has no range: no data have such a score, or none were
// found. It keeps what it has found out about a measure.
func unreached(ctx context.Context, p frontier.Problem, r frontier.Row, known map[string]reach) (string, error) {
	if p.Both {
		return "no data of this level were found", nil
	}
	of, ok := known[r.A.Name]
	if !ok {
		var err error
		if of.low, of.high, of.converged, err = p.Reach(ctx, r.A); err != nil {
			return "", err
		}
		known[r.A.Name] = of
	}
	switch {
	case of.converged && r.Level > of.high+p.Tolerance:
		return fmt.Sprintf("out of reach: %s is at most %.4g", r.A.Name, of.high), nil
	case of.converged && r.Level < of.low-p.Tolerance:
		return fmt.Sprintf("out of reach: %s is at least %.4g", r.A.Name, of.low), nil
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

// traceGiven writes the range of each measure given each other one.
func (a *app) traceGiven(ctx context.Context, o *rangeOptions, p frontier.Problem, saved *savedItems, out *result) error {
	var blocks []block
	for _, pair := range o.pairs(true) {
		b := block{pair: pair}
		for _, share := range givenLevels {
			b.levels = append(b.levels, o.given.value+share*(pair[0].Card().Max-o.given.value))
		}
		blocks = append(blocks, b)
	}
	first, end := o.shardOf(len(blocks))
	rows := 0
	var low, high *frontier.Extreme
	return a.trace(ctx, p, blocks[first:end], saved, func(r frontier.Row) error {
		if e := r.Min; e != nil && (low == nil || e.B < low.B) {
			low = e
		}
		if e := r.Max; e != nil && (high == nil || e.B > high.B) {
			high = e
		}
		if rows++; rows%len(givenLevels) != 0 {
			return nil
		}
		defer func() { low, high = nil, nil }()
		if low == nil || high == nil {
			return out.row(r.A.Name, o.given.value, r.B.Name, nil, nil, nil, false)
		}
		if _, width := p.X.Dims(); p.Width >= width && r.A.Card().Identity == r.A.Card().Max && r.B.Card().Identity >= high.B {
			high = &frontier.Extreme{B: r.B.Card().Identity} // of Y = X
		}
		residual := max(low.Residual, high.Residual)
		return out.row(r.A.Name, o.given.value, r.B.Name, low.B, high.B, residual, residual <= p.Tolerance)
	})
}

// chaseTargets writes a row for each pair and target.
func (a *app) chaseTargets(ctx context.Context, o *rangeOptions, p frontier.Problem, saved *savedItems, out *result) error {
	type item struct {
		pair   [2]measures.Named
		target frontier.Target
		number int
	}
	var items []item
	for _, pair := range o.pairs(false) {
		for i, target := range frontier.Border(o.grid) {
			items = append(items, item{pair, target, i})
		}
	}
	first, end := o.shardOf(len(items))
	items = items[first:end]
	var paths dataio.TableWriter
	if o.paths != "" {
		f, err := out.files.create(o.paths)
		if err != nil {
			return err
		}
		paths = dataio.NewTableWriter(f, dataio.CSV, "simtool.joint-range-paths/v1", dataio.TableOptions{})
		if err := paths.Begin([]string{"measure_a", "measure_b", "target_a", "target_b", "step", "a", "b"}); err != nil {
			return err
		}
	}
	progress := a.startProgress("targets", len(items), false)
	defer progress.close()
	err := batch.Ordered(ctx, a.global.jobs, len(items),
		func(ctx context.Context, i int) (path *frontier.Path, err error) {
			defer guard(&err)
			it := items[i]
			path = &frontier.Path{}
			if done, err := saved.load(i, path); done || err != nil {
				return path, err
			}
			if path, err = p.Chase(ctx, it.pair[0], it.pair[1], it.target, strconv.Itoa(it.number), o.steps, optimize.DefaultAdam()); err != nil {
				return nil, err
			}
			return path, saved.store(i, path)
		},
		func(i int, path *frontier.Path) error {
			progress.add(1)
			a, b, s := items[i].pair[0].Name, items[i].pair[1].Name, path.End()
			if paths != nil {
				for k, at := range path.Scores {
					if err := paths.Row(a, b, path.A, path.B, k, at.A, at.B); err != nil {
						return err
					}
				}
			}
			return out.row(a, b, path.A, path.B, s.A, s.B, path.Residual, path.Residual <= chaseTolerance, len(path.Scores)-1)
		})
	if err != nil || paths == nil {
		return err
	}
	return paths.Close()
}

// chaseTolerance is the residual at which a target counts as reached.
const chaseTolerance = 1e-2
