package pcsensitivity

import (
	"context"
	"errors"
	"fmt"
	"math"
	"path/filepath"
	"slices"

	"simtool/internal/batch"
	"simtool/internal/data"
	"simtool/internal/linalg"
	"simtool/internal/measures"
	"simtool/internal/result"
	"simtool/internal/synth/optimize"
	"simtool/internal/synth/sensitivity"
	"simtool/internal/verb"
)

// run is the work on one dataset.
type run struct {
	env    *batch.Env
	o      *Options
	ref    *sensitivity.Reference
	source data.Source
	bar    batch.Progress
}

// Job returns the work on a dataset: an item for each change of each set of
// components or, for the order of learning, for each measure.
func (o *Options) Job(e *batch.Env, args []string) (*batch.Job, error) {
	if err := o.complete(e, args); err != nil {
		return nil, err
	}
	d, err := o.Input.Reader(e, o.Output.ToFile())(args[0])
	if err != nil {
		return nil, err
	}
	verb.Doubt(e, d, false)
	if d, err = o.Input.OneWithoutMissing(e, d); err != nil {
		return nil, err
	}
	r := &run{env: e, o: o, source: d.Origin()}
	c, err := sensitivity.Decompose(d, o.Keep)
	if err != nil {
		return nil, err
	}
	if r.ref, err = sensitivity.NewReference(c); err != nil {
		return nil, err
	}
	plan, what := r.changes, "changes"
	switch {
	case o.Slopes:
		plan = r.slopes
	case o.Order:
		plan, what = r.learningOrder, "measures"
	}
	j, err := plan()
	if err != nil {
		return nil, err
	}
	j.Noun, j.Inputs, j.AtOnce, j.Memory = "rows", args, e.Jobs, r.memory
	r.bar = e.StartProgress(what, 0, false)
	j.Begin = func(items []int) error {
		r.bar.Expect(len(items))
		return nil
	}
	j.Close = func() { r.bar.Close() }
	return j, nil
}

// points returns the job over all changes of all sets. item makes an item of the
// scores after a change.
func (r *run) points(item func(plan sensitivity.Plan, points []sensitivity.Point) *batch.Item) (*batch.Job, error) {
	sets, err := r.o.sets(r.ref.Components)
	if err != nil {
		return nil, err
	}
	j := &batch.Job{}
	for _, plan := range r.o.plans {
		for _, set := range sets {
			j.Keys = append(j.Keys, fmt.Sprintf("%d\t%s\t%s", len(j.Keys), plan.Change, set))
		}
	}
	j.Work = func(_ context.Context, i int) (*batch.Item, error) {
		defer linalg.Working()()
		plan := r.o.plans[i/len(sets)]
		points, err := r.ref.Score(plan, sets[i%len(sets)])
		if err != nil {
			return nil, err
		}
		r.bar.Add(1)
		out := item(plan, points)
		out.Sources = []data.Source{r.source}
		return out, nil
	}
	return j, nil
}

// changes is a row for each change, set and measure. A measure without a score is a
// row with an error.
func (r *run) changes() (*batch.Job, error) {
	j, err := r.points(func(plan sensitivity.Plan, points []sensitivity.Point) *batch.Item {
		item := &batch.Item{}
		for _, p := range points {
			if p.Err != nil {
				item.Failed++
			}
			item.Rows = append(item.Rows, result.Sensitivities.Cells(result.Sensitivity{
				Measure: p.Measure, Change: plan.Change.String(), PC: p.Set.String(), Variance: p.Variance, Explained: p.Explained,
				Score: p.Score, Theory: p.Theory, SD: p.SD, N: p.N, Error: batch.RowText(p.Err),
			}))
		}
		return item
	})
	if j != nil {
		j.Schema = result.Sensitivities.Schema
	}
	return j, err
}

// line is what a slope is fitted to: the points of a measure under a change.
type line struct{ change, measure string }

// slopePoint is a component that a slope is fitted to.
type slopePoint struct{ explained, score float64 }

// slopes is a row for each change and measure. They follow from all points, and so
// come with the last.
func (r *run) slopes() (*batch.Job, error) {
	j, err := r.points(func(plan sensitivity.Plan, points []sensitivity.Point) *batch.Item {
		var kept [][]any
		for _, p := range points {
			if p.Err == nil {
				kept = append(kept, []any{plan.Change.String(), p.Measure, p.Explained, p.Score})
			}
		}
		return &batch.Item{Extra: batch.EncodeRows(kept)}
	})
	if err != nil {
		return nil, err
	}
	j.Schema = result.Slopes.Schema
	points := map[line][]slopePoint{}
	j.Each = func(i int, item *batch.Item) error {
		if err := addPoints(points, item.Extra); err != nil {
			return &data.InputError{Path: filepath.Join(batch.CheckpointOf(r.o.Output.Path), batch.LogFile), Found: fmt.Sprintf("the item %q with points of no slope", j.Keys[i]), Wanted: "want what an interrupted run left", Err: err}
		}
		if i < len(j.Keys)-1 {
			return nil
		}
		return r.fitSlopes(item, points)
	}
	return j, nil
}

// addPoints adds the points that an item kept to those of their lines.
func addPoints(points map[line][]slopePoint, kept []byte) error {
	rows, err := batch.DecodeRows(kept)
	if err != nil {
		return err
	}
	for _, row := range rows {
		if len(row) != 4 {
			return fmt.Errorf("%d values of a point", len(row))
		}
		change, ok := row[0].(string)
		measure, ok2 := row[1].(string)
		explained, ok3 := row[2].(float64)
		score, ok4 := row[3].(float64)
		if !ok || !ok2 || !ok3 || !ok4 {
			return fmt.Errorf("the point %v", row)
		}
		of := line{change, measure}
		points[of] = append(points[of], slopePoint{explained, score})
	}
	return nil
}

// fitSlopes adds the rows of slopes to the last item.
func (r *run) fitSlopes(item *batch.Item, points map[line][]slopePoint) error {
	for _, plan := range r.o.plans {
		for _, m := range r.o.named {
			unchanged, err := r.ref.Unchanged(m)
			if _, undefined := errors.AsType[*measures.UndefinedError](err); err != nil && !undefined {
				return err
			}
			of := line{plan.Change.String(), m.Name}
			var shares, losses []float64
			for _, p := range points[of] {
				shares, losses = append(shares, p.explained), append(losses, math.Abs(unchanged-p.score))
			}
			row := result.Slope{Measure: m.Name, Change: of.change, Exponent: math.NaN(), SE: math.NaN(), N: len(losses)}
			if slope, ok := sensitivity.FitSlope(shares, losses); ok {
				row.Exponent, row.SE, row.N = slope.Exponent, slope.Error, slope.N
			} else {
				item.Failed++
				row.Error = "fewer than two components of different variance that have a loss: nothing to fit"
			}
			item.Rows = append(item.Rows, result.Slopes.Cells(row))
		}
	}
	return nil
}

// learningOrder is a row for each measure and component.
func (r *run) learningOrder() (*batch.Job, error) {
	method, err := optimize.FindMethod(r.o.Method)
	if err != nil {
		return nil, batch.Configf("", "--method: %s", err)
	}
	j := &batch.Job{Schema: result.LearningOrders.Schema}
	for i, m := range r.o.named {
		j.Keys = append(j.Keys, fmt.Sprintf("%d\t%s", i, m.Name))
	}
	j.Work = func(ctx context.Context, i int) (*batch.Item, error) {
		defer linalg.Working()()
		m := r.o.named[i]
		t := sensitivity.Trajectory{Method: method, MaxIter: r.o.MaxIter, Stop: math.NaN(), Draws: r.o.Repeats, Seed: r.env.Seed}
		if card := m.Card(); card.HigherIsCloser && card.Max == 1 {
			t.Stop = 0.999
		}
		l, err := r.ref.Learning(ctx, m, t)
		if err != nil {
			return nil, batch.Named(verb.UndefinedInput(err), r.source.Path)
		}
		r.bar.Add(1)
		return &batch.Item{Rows: learningRows(m.Name, l), Sources: []data.Source{r.source}}, nil
	}
	j.Explain = func(i int, err error) [][]any {
		nan := math.NaN()
		return [][]any{result.LearningOrders.Cells(result.LearningOrder{
			Measure: r.o.named[i].Name, Explained: nan, Push: nan, Threshold: nan, Iteration: nan, Agreement: nan, Error: batch.RowText(err),
		})}
	}
	return j, nil
}

// learningRows are the rows of one measure.
func learningRows(measure string, l *sensitivity.Learning) [][]any {
	negative := slices.Clone(l.Push)
	for j := range negative {
		negative[j] = -negative[j]
	}
	predicted, observed := places(negative), places(l.Iteration)
	var rows [][]any
	for j := range l.Push {
		rows = append(rows, result.LearningOrders.Cells(result.LearningOrder{
			Measure: measure, PC: sensitivity.Single(j).String(), Explained: l.Explained[j], Push: l.Push[j], Predicted: predicted[j],
			Threshold: l.Threshold[j], Iteration: l.Iteration[j], Observed: observed[j], Agreement: l.Agreement,
		}))
	}
	return rows
}

// places ranks values from 1 for the smallest; NaN has the place 0, which is none.
func places(values []float64) []int {
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
	out := make([]int, len(values))
	for place, i := range order {
		out[i] = place + 1
	}
	return out
}
