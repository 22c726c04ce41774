package main

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"

	"simtool/internal/batch"
	"simtool/internal/data"
	"simtool/internal/measures"
	"simtool/internal/synth/optimize"
	"simtool/internal/synth/sensitivity"
)

// A sensitivityRun is a run of simtool pc-sensitivity.
type sensitivityRun struct {
	a        *app
	o        *sensitivityOptions
	ref      *sensitivity.Reference
	source   data.Source
	progress *progress
}

func (a *app) sensitivity(ctx context.Context, o *sensitivityOptions, path string) error {
	d, err := a.reader(o.input, o.output.toFile())(path)
	if err != nil {
		return err
	}
	r := &sensitivityRun{a: a, o: o, source: d.Source}
	if d, err = a.oneWithoutMissing(o.input, d); err != nil {
		return err
	}
	c, err := sensitivity.Decompose(d, o.keep)
	if err != nil {
		return err
	}
	if r.ref, err = sensitivity.NewReference(c); err != nil {
		return err
	}
	plan := r.changes
	switch {
	case o.slopes:
		plan = r.slopes
	case o.order:
		plan = r.learningOrder
	}
	s, err := plan()
	if err != nil {
		return err
	}
	s.table.schema, s.table.notes, s.table.inputs = "simtool.pc-sensitivity/v1", []string{"error"}, []string{path}
	s.what, s.jobs, s.memory = "rows", a.global.jobs, r.memory
	defer r.progress.close()
	return a.sweepTo(ctx, s, &o.output, &o.batch)
}

// begins returns a sweep.begin that expects a step of progress for each item.
func (r *sensitivityRun) begins(what string) func([]int) error {
	r.progress = r.a.startProgress(what, 0, false)
	return func(items []int) error {
		r.progress.expect(len(items))
		return nil
	}
}

// points returns the sweep over all changes of all sets. item makes an item of the
// scores after a change.
func (r *sensitivityRun) points(item func(plan sensitivity.Plan, points []sensitivity.Point) *itemResult) (*sweep, error) {
	sets, err := r.o.sets(r.ref.Components)
	if err != nil {
		return nil, err
	}
	s := &sweep{begin: r.begins("changes")}
	for _, plan := range r.o.plans {
		for _, set := range sets {
			s.keys = append(s.keys, fmt.Sprintf("%d\t%s\t%s", len(s.keys), plan.Change, set))
		}
	}
	s.work = func(_ context.Context, i int) (*itemResult, error) {
		plan := r.o.plans[i/len(sets)]
		points, err := r.ref.Score(plan, sets[i%len(sets)])
		if err != nil {
			return nil, err
		}
		r.progress.add(1)
		result := item(plan, points)
		result.sources = []data.Source{r.source}
		return result, nil
	}
	return s, nil
}

// changes is a row for each change, set and measure.
func (r *sensitivityRun) changes() (*sweep, error) {
	s, err := r.points(func(plan sensitivity.Plan, points []sensitivity.Point) *itemResult {
		item := &itemResult{}
		for _, p := range points {
			if p.Err != nil {
				item.failed++
			}
			item.rows = append(item.rows, []any{
				p.Measure, plan.Change.String(), p.Set.String(), p.Variance, p.Explained,
				defined(p.Score), defined(p.Theory), defined(p.SD), p.N, explained(p.Err),
			})
		}
		return item
	})
	if s != nil {
		s.table.columns = []string{"measure", "change", "pc", "variance", "explained_variance", "score", "theory", "sd", "n", "error"}
	}
	return s, err
}

// slopes is a row for each change and measure. They follow from all points, and so
// come with the last.
func (r *sensitivityRun) slopes() (*sweep, error) {
	s, err := r.points(func(plan sensitivity.Plan, points []sensitivity.Point) *itemResult {
		var kept [][]any
		for _, p := range points {
			if p.Err == nil {
				kept = append(kept, []any{plan.Change.String(), p.Measure, p.Explained, p.Score})
			}
		}
		return &itemResult{extra: batch.EncodeRows(kept)}
	})
	if err != nil {
		return nil, err
	}
	s.table.columns = []string{"measure", "change", "exponent", "se", "n", "error"}
	type line struct{ change, measure string }
	type point struct{ explained, score float64 }
	points := map[line][]point{}
	s.each = func(i int, item *itemResult) error {
		kept, err := batch.DecodeRows(item.extra)
		if err != nil {
			return err
		}
		for _, p := range kept {
			of := line{p[0].(string), p[1].(string)}
			points[of] = append(points[of], point{p[2].(float64), p[3].(float64)})
		}
		if i < len(s.keys)-1 {
			return nil
		}
		for _, plan := range r.o.plans {
			for _, m := range r.o.named {
				unchanged, err := r.ref.Unchanged(m)
				if err != nil && !is[*measures.UndefinedError](err) {
					return err
				}
				of := line{plan.Change.String(), m.Name}
				var shares, losses []float64
				for _, p := range points[of] {
					shares, losses = append(shares, p.explained), append(losses, math.Abs(unchanged-p.score))
				}
				slope, ok := sensitivity.FitSlope(shares, losses)
				row := []any{m.Name, of.change, slope.Exponent, defined(slope.Error), slope.N, nil}
				if !ok {
					item.failed++
					row = []any{m.Name, of.change, nil, nil, len(losses), "fewer than two components with a loss: nothing to fit"}
				}
				item.rows = append(item.rows, row)
			}
		}
		return nil
	}
	return s, nil
}

// learningOrder is a row for each measure and component.
func (r *sensitivityRun) learningOrder() (*sweep, error) {
	method, err := optimize.FindMethod(r.o.method)
	must(err) // the flag takes no other
	s := &sweep{begin: r.begins("measures")}
	s.table.columns = []string{"measure", "pc", "explained_variance", "push", "predicted", "threshold", "iteration", "observed", "agreement"}
	for i, m := range r.o.named {
		s.keys = append(s.keys, fmt.Sprintf("%d\t%s", i, m.Name))
	}
	s.work = func(ctx context.Context, i int) (*itemResult, error) {
		m := r.o.named[i]
		t := sensitivity.Trajectory{Method: method, MaxIter: r.o.maxIter, Stop: math.NaN(), Draws: r.o.repeats, Seed: r.a.global.seed}
		if card := m.Card(); card.HigherIsCloser && card.Max == 1 {
			t.Stop = 0.999
		}
		l, err := r.ref.Learning(ctx, m, t)
		if undefined, ok := errors.AsType[*measures.UndefinedError](err); ok {
			return nil, &data.InputError{Path: r.source.Path, Found: undefined.Reason, Err: err}
		}
		if err != nil {
			return nil, err
		}
		r.progress.add(1)
		negative := slices.Clone(l.Push)
		for j := range negative {
			negative[j] = -negative[j]
		}
		predicted, observed := places(negative), places(l.Iteration)
		item := &itemResult{sources: []data.Source{r.source}}
		for j := range l.Push {
			item.rows = append(item.rows, []any{
				m.Name, sensitivity.Single(j).String(), l.Explained[j], l.Push[j], predicted[j],
				defined(l.Threshold[j]), defined(l.Iteration[j]), observed[j], defined(l.Agreement),
			})
		}
		return item, nil
	}
	return s, nil
}

// places ranks values from 1 for the smallest; NaN has no place.
func places(values []float64) []any {
	order := make([]int, 0, len(values))
	for i, v := range values {
		if !math.IsNaN(v) {
			order = append(order, i)
		}
	}
	slices.SortStableFunc(order, func(i, j int) int {
		switch {
		case values[i] < values[j]:
			return -1
		case values[i] > values[j]:
			return 1
		}
		return 0
	})
	out := make([]any, len(values))
	for place, i := range order {
		out[i] = place + 1
	}
	return out
}

// explained is an error for a table, empty for none.
func explained(err error) any {
	if err == nil {
		return nil
	}
	return rowError(err)
}
