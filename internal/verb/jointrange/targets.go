package jointrange

import (
	"context"
	"fmt"
	"math"
	"strconv"

	"simtool/internal/batch"
	"simtool/internal/linalg"
	"simtool/internal/measures"
	"simtool/internal/result"
	"simtool/internal/synth/frontier"
	"simtool/internal/synth/optimize"
	"simtool/internal/verb"
)

// reached is the residual at which a target counts as reached.
const reached = 1e-2

// aim is a target for a pair of measures.
type aim struct {
	pair   [2]measures.Named
	target frontier.Target
	number int
}

// targets is a row for each pair and target of --grid.
func (r *run) targets() (*batch.Job, func(item int) int, error) {
	var aims []aim
	j := &batch.Job{Schema: result.Targets.Schema, Noun: "targets"}
	for _, pair := range r.o.pairs(false) {
		for i, target := range frontier.Border(r.o.Grid) {
			j.Keys = append(j.Keys, fmt.Sprintf("%d\t%s\t%s\t%v", len(aims), pair[0].Name, pair[1].Name, target))
			aims = append(aims, aim{pair, target, i})
		}
	}
	if r.o.Paths != "" {
		j.Companions = []*batch.Companion{{Setting: "paths", Path: r.o.Paths, Schema: result.Paths.Schema}}
	}
	j.Work = func(ctx context.Context, i int) (*batch.Item, error) {
		defer linalg.Working()()
		p, err := r.problem()
		if err != nil {
			return nil, err
		}
		a := aims[i]
		path, err := p.PathTo(ctx, a.pair[0], a.pair[1], a.target, strconv.Itoa(a.number), r.o.Steps, optimize.DefaultAdam())
		if err != nil {
			return nil, verb.UndefinedInput(err)
		}
		r.bar.Add(1)
		item := targetItem(a, path)
		item.Sources = p.sources
		if r.o.Paths != "" {
			item.Pieces = []batch.Piece{{Rows: pathRows(a, path)}}
		}
		return item, nil
	}
	j.Explain = func(i int, err error) [][]any {
		a, nan := aims[i], math.NaN()
		return [][]any{result.Targets.Cells(result.Target{
			MeasureA: a.pair[0].Name, MeasureB: a.pair[1].Name, TargetA: a.target.A, TargetB: a.target.B,
			A: nan, B: nan, Residual: nan, Error: batch.RowText(err),
		})}
	}
	return j, func(int) int { return 1 }, nil
}

// targetItem is the row of a target.
func targetItem(a aim, path *frontier.Path) *batch.Item {
	end := path.End()
	return &batch.Item{Rows: [][]any{result.Targets.Cells(result.Target{
		MeasureA: a.pair[0].Name, MeasureB: a.pair[1].Name, TargetA: path.A, TargetB: path.B, A: end.A, B: end.B,
		Residual: path.Residual, Converged: path.Residual <= reached, Steps: len(path.Scores) - 1,
	})}}
}

// pathRows are the steps towards a target.
func pathRows(a aim, path *frontier.Path) [][]any {
	var rows [][]any
	for k, at := range path.Scores {
		rows = append(rows, result.Paths.Cells(result.PathStep{
			MeasureA: a.pair[0].Name, MeasureB: a.pair[1].Name, TargetA: path.A, TargetB: path.B, Step: k, A: at.A, B: at.B,
		}))
	}
	return rows
}
