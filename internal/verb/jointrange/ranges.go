package jointrange

import (
	"context"
	"fmt"
	"math"
	"strconv"

	"simtool/internal/batch"
	"simtool/internal/io"
	"simtool/internal/measures"
	"simtool/internal/result"
	"simtool/internal/synth/frontier"
	"simtool/internal/verb"
)

// ranges is a row for each pair and level.
func (r *run) ranges() (*batch.Job, func(item int) int, error) {
	var blocks []block
	for _, pair := range r.o.pairs(false) {
		levels, err := r.o.levelsOf(pair[0])
		if err != nil {
			return nil, nil, err
		}
		for at := 0; at < len(levels); at += levelsAtOnce {
			blocks = append(blocks, block{pair, levels[at:min(at+levelsAtOnce, len(levels))]})
		}
	}
	j := r.blocksJob(blocks, r.rangeItem)
	j.Schema = result.Ranges.Schema
	if r.o.SaveData != "" {
		j.Companions = []*batch.Companion{{Setting: "save-data", Path: r.o.SaveData, Last: r.reference}}
	}
	j.Explain = func(i int, err error) [][]any {
		var rows [][]any
		for _, level := range blocks[i].levels {
			row := noRange(blocks[i].pair, level)
			row.Error = batch.RowText(err)
			rows = append(rows, result.Ranges.Cells(row))
		}
		return rows
	}
	uncertain, total := 0, 0
	j.Each = func(_ int, item *batch.Item) error {
		for _, row := range item.Rows {
			total++
			if j.Schema.Cell(row, "certified") == false && j.Schema.Cell(row, "note") == nil && j.Schema.Cell(row, "error") == nil {
				uncertain++
			}
		}
		return nil
	}
	j.Finish = func() error {
		if uncertain == 0 {
			return nil
		}
		p, err := r.problem()
		if err != nil {
			return err
		}
		r.env.Warn("%d of %d levels have a residual above %g: more --restarts may help, unless the range has no end there", uncertain, total, p.Tolerance)
		return nil
	}
	return j, func(i int) int { return len(blocks[i].levels) }, nil
}

// reference is X as the last array of --save-data, where it is the same for all
// levels.
func (r *run) reference() ([]dataio.NamedArray, error) {
	p, err := r.problem()
	if err != nil || p.Both {
		return nil, err
	}
	return []dataio.NamedArray{verb.MatrixArray("x", p.X)}, nil
}

// noRange is a row without a range.
func noRange(pair [2]measures.Named, level float64) result.Range {
	nan := math.NaN()
	return result.Range{
		MeasureA: pair[0].Name, MeasureB: pair[1].Name, A: level,
		BMin: nan, BMax: nan, ResidualMin: nan, ResidualMax: nan, BoundMin: nan, BoundMax: nan,
		NullA: nan, NullB: nan,
	}
}

// rangeItem makes rows of what was found at the levels of a block.
func (r *run) rangeItem(ctx context.Context, p frontier.Problem, found []frontier.Row) (*batch.Item, error) {
	item := &batch.Item{}
	var arrays []dataio.NamedArray
	for _, f := range found {
		pair := [2]measures.Named{f.A, f.B}
		row := noRange(pair, f.Level)
		var err error
		if row.NullA, row.NullB, err = r.nullsOf(ctx, pair); err != nil {
			return nil, err
		}
		row.Certified = f.Certified(p.Tolerance)
		row.BoundMin, row.BoundMax = result.Finite(f.Bounds[0]), result.Finite(f.Bounds[1])
		if f.Min == nil || f.Max == nil {
			note, err := r.unreached(ctx, p, f)
			if err != nil {
				return nil, err
			}
			row.Note = note
		}
		if e := f.Min; e != nil {
			if endless(f.B, e, p.Tolerance) {
				row.Note = unbounded + " below"
				e = &frontier.Extreme{B: math.NaN(), Residual: math.NaN(), X: e.X, Y: e.Y}
			}
			row.BMin, row.ResidualMin = e.B, e.Residual
			arrays = append(arrays, endArrays(p, pair, f.Level, "min", e)...)
		}
		if e := f.Max; e != nil {
			if endless(f.B, e, p.Tolerance) {
				row.Note = unbounded + " above"
				e = &frontier.Extreme{B: math.NaN(), Residual: math.NaN(), X: e.X, Y: e.Y}
			}
			row.BMax, row.ResidualMax = e.B, e.Residual
			arrays = append(arrays, endArrays(p, pair, f.Level, "max", e)...)
		}
		item.Rows = append(item.Rows, result.Ranges.Cells(row))
	}
	if r.o.SaveData != "" {
		item.Pieces = []batch.Piece{{Arrays: arrays}}
	}
	return item, nil
}

// unbounded is the note of a range of which an end is missing because there is none.
const unbounded = "unbounded"

// endless reports whether a search ran away: it ended at no optimum, at a score beyond
// all meaning, of a measure whose scale has no end there. The number is an accident of
// where it was stopped.
func endless(m measures.Named, e *frontier.Extreme, tolerance float64) bool {
	const beyond = 1e3
	card := m.Card()
	if e.Residual <= tolerance {
		return false
	}
	return math.IsInf(card.Min, -1) && e.B < -beyond || math.IsInf(card.Max, 1) && card.HigherIsCloser && e.B > beyond
}

// endArrays are the data at an end of a range.
func endArrays(p frontier.Problem, pair [2]measures.Named, level float64, end string, e *frontier.Extreme) []dataio.NamedArray {
	name := fmt.Sprintf("%s.%s.%s.%s", pair[0].Name, pair[1].Name, strconv.FormatFloat(level, 'g', 6, 64), end)
	arrays := []dataio.NamedArray{verb.MatrixArray(name, e.Y)}
	if p.Both {
		arrays = append(arrays, verb.MatrixArray(name+".x", e.X))
	}
	return arrays
}

// reach is the scores that data can have by a measure.
type reach struct {
	low, high float64
	converged bool
}

// unreached says why a level has no range: no data have such a score, or none were
// found. It keeps what it has found out about a measure.
func (r *run) unreached(ctx context.Context, p frontier.Problem, row frontier.Row) (string, error) {
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
