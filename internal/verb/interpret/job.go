package interpret

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strconv"
	"sync"

	"gonum.org/v1/gonum/mat"

	"simtool/internal/batch"
	"simtool/internal/data"
	"simtool/internal/inference"
	"simtool/internal/linalg"
	"simtool/internal/measures"
	"simtool/internal/result"
	"simtool/internal/synth/frontier"
	"simtool/internal/synth/optimize"
	"simtool/internal/synth/probe"
	"simtool/internal/verb"
)

// closeEnough is the distance from a score at which optimised data count as having it.
const closeEnough = 1e-3

// recording is the reference with what is looked for in it.
type recording struct {
	x        *data.Dataset
	sources  []data.Source
	pcs      *probe.PCAnalysis
	decoders []*probe.Decoder
	alone    *measures.Pair // X beside itself: a model of the same geometry
	design   inference.Design
}

// run is the work of a call.
type run struct {
	env  *batch.Env
	o    *Options
	read func() (*recording, error)
}

// Job returns the work: an item for each score.
func (o *Options) Job(e *batch.Env, args []string) (*batch.Job, error) {
	if err := o.complete(e, args); err != nil {
		return nil, err
	}
	r := &run{env: e, o: o, read: sync.OnceValues(func() (*recording, error) {
		x, err := o.readRecording(e, args[0])
		return x, verb.UndefinedInput(err)
	})}
	bar := e.StartProgress("scores", 0, false)
	j := &batch.Job{Schema: result.Interpretations.Schema, Noun: "rows", Inputs: slices.Concat([]string{o.Labels.File}, args, o.Units.Files()), AtOnce: e.Jobs}
	for i, t := range o.targets {
		j.Keys = append(j.Keys, fmt.Sprintf("%d\t%s\t%g", i, t.named.Name, t.score))
	}
	j.Memory = func(atOnce int) (int64, error) { return r.memory(args[0], atOnce) }
	j.Begin = func(items []int) error {
		bar.Expect(len(items))
		_, err := r.read()
		return err
	}
	j.Work = func(ctx context.Context, i int) (*batch.Item, error) {
		defer linalg.Working()()
		defer bar.Add(1)
		return r.item(ctx, i)
	}
	j.Explain = func(i int, err error) [][]any {
		row := r.row(o.targets[i], "error", "")
		row.Error = batch.RowText(err)
		return [][]any{result.Interpretations.Cells(row)}
	}
	j.Each = func(_ int, item *batch.Item) error {
		if len(item.Extra) > 0 {
			e.Summary("%s", item.Extra)
		}
		return nil
	}
	j.Close = bar.Close
	return j, nil
}

// readRecording reads the reference and its labels.
func (o *Options) readRecording(e *batch.Env, path string) (*recording, error) {
	x, err := o.Input.Reader(e, true)(path)
	if err != nil {
		return nil, err
	}
	verb.Doubt(e, x, false)
	r := &recording{sources: []data.Source{x.Source}}
	var table *data.Table
	var along []data.Along
	unit := data.Samples
	if o.Labels.File != "" {
		if table, err = o.Labels.Read(x, o.Input.Axes); err != nil {
			return nil, err
		}
		r.sources, unit, along = append(r.sources, table.Source), data.Conditions, []data.Along{data.AlongTable("labels", &table)}
	}
	named, err := o.Units.Labels(x, x, x)
	if err != nil {
		return nil, err
	}
	kept, err := o.Input.WithoutMissing(e, unit, []*data.Dataset{x}, append(along, named.Along()...)...)
	if err != nil {
		return nil, err
	}
	r.x = kept[0]
	r.sources[0] = r.x.Origin()
	if table != nil {
		if r.decoders, err = o.Labels.Decoders(e, table, r.x); err != nil {
			return nil, err
		}
	}
	if r.pcs, err = probe.NewPCAnalysis(r.x); err != nil {
		return nil, batch.Named(err, path)
	}
	s, err := measures.NewSystem(r.x)
	if err != nil {
		return nil, err
	}
	if r.alone, err = measures.NewPair(s, s); err != nil {
		return nil, err
	}
	named.KeepTogether(r.alone)
	r.design = named.Structure().Design(r.alone)
	r.sources = append(r.sources, o.Units.Sources()...)
	return r, nil
}

// row is a row of a score without numbers.
func (r *run) row(t target, aspect, item string) result.Interpretation {
	nan := math.NaN()
	return result.Interpretation{Measure: t.named.Name, Score: t.score, Aspect: aspect, Item: item, Value: nan, Lo: nan, Hi: nan, Reference: nan}
}

// item interprets a score.
func (r *run) item(ctx context.Context, i int) (*batch.Item, error) {
	x, err := r.read()
	if err != nil {
		return nil, err
	}
	t := r.o.targets[i]
	item := &batch.Item{Sources: x.sources}
	add := func(rows ...result.Interpretation) {
		for _, row := range rows {
			if row.Error != "" {
				item.Failed++
			}
			item.Rows = append(item.Rows, result.Interpretations.Cells(row))
		}
	}
	place, err := r.place(ctx, x, t)
	if err != nil {
		return nil, err
	}
	add(place)
	ys, err := r.dataOf(ctx, x, t)
	if err != nil {
		return nil, verb.UndefinedInput(err)
	}
	if len(ys) == 0 {
		row := r.row(t, "component", "")
		row.Error = fmt.Sprintf("none of %d starts came within %g of the score", r.o.Starts, closeEnough)
		add(row)
	} else {
		components, err := r.components(x, t, ys)
		if err != nil {
			return nil, err
		}
		add(components...)
		labels, err := r.labels(x, t, ys)
		if err != nil {
			return nil, err
		}
		add(labels...)
		item.Extra = []byte(sentence(t, place, components, labels))
	}
	for _, m := range r.o.also {
		if m.Name == t.named.Name {
			continue
		}
		row, err := r.rangeOf(ctx, x, t, m)
		if err != nil {
			return nil, err
		}
		add(row)
	}
	if len(ys) > 0 {
		rows, err := r.needed(ctx, x, t, ys[0])
		if err != nil {
			return nil, err
		}
		add(rows...)
	}
	return item, ctx.Err()
}

// null returns the expected score of random pairings of data with the geometry of X.
func (r *run) null(ctx context.Context, x *recording, m measures.Named) (float64, float64, error) {
	s, err := m.Score(x.alone)
	if err != nil {
		return 0, 0, verb.UndefinedInput(err)
	}
	null, _, err := inference.Expected(ctx, x.alone, m, s.Value, x.design, inference.Options{Mode: inference.AutoMode, Level: r.o.Level, Seed: r.env.Seed})
	return null, s.Value, err
}

// place says how far the score is on the way from random pairings to identity.
func (r *run) place(ctx context.Context, x *recording, t target) (result.Interpretation, error) {
	row := r.row(t, "place", "")
	null, best, err := r.null(ctx, x, t.named)
	if err != nil {
		return row, err
	}
	row.Reference = null
	if !math.IsNaN(t.ceiling) {
		best, row.Hi = t.ceiling, t.ceiling
		row.Note = "measured from random pairings to the noise ceiling of the recording"
	}
	if row.Value = (t.score - null) / (best - null); math.IsInf(row.Value, 0) || best == null {
		row.Value = math.NaN()
	}
	switch {
	case math.IsNaN(row.Value):
		row.Note = "random pairings score as well as identical data, or their score is not known"
	case row.Value <= 0.05:
		row.Note = "hardly above random pairings of data with the geometry of X"
	}
	return row, nil
}

// dataOf optimises datasets to the score, by Adam as in the published runs. Where these
// end short of it L-BFGS goes on.
func (r *run) dataOf(ctx context.Context, x *recording, t target) ([]*mat.Dense, error) {
	goal, err := optimize.ParseGoal(t.named.Name)
	if err != nil {
		return nil, err
	}
	config := optimize.DefaultConfig(goal)
	config.Target, config.Restarts, config.Seed, config.Jobs, config.KeepFailed = t.score, r.o.Starts, r.env.Seed, 1, true
	outcomes, err := optimize.Run(ctx, x.x, config)
	if err != nil || ctx.Err() != nil {
		return nil, err
	}
	config.Method, config.Restarts = optimize.DefaultLBFGS(), 1
	var ys []*mat.Dense
	for _, o := range outcomes {
		if o.Err != nil {
			continue
		}
		if math.Abs(o.Score-t.score) > closeEnough {
			config.Start = o.Y
			further, err := optimize.Run(ctx, x.x, config)
			if err != nil || ctx.Err() != nil {
				return nil, err
			}
			o = further[0]
		}
		if o.Err == nil && math.Abs(o.Score-t.score) <= closeEnough {
			ys = append(ys, o.Y)
		}
	}
	return ys, nil
}

// spreadOf returns the mean, the smallest and the largest value.
func spreadOf(values []float64) (mean, lo, hi float64) {
	lo, hi = math.Inf(1), math.Inf(-1)
	for _, v := range values {
		mean += v / float64(len(values))
		lo, hi = min(lo, v), max(hi, v)
	}
	return mean, lo, hi
}

// components says how well each principal component can be read from data of the score.
func (r *run) components(x *recording, t target, ys []*mat.Dense) ([]result.Interpretation, error) {
	explained := x.pcs.Explained()
	count := min(r.o.Components, len(explained))
	values := make([][]float64, count)
	for _, y := range ys {
		linear, _, err := x.pcs.R2(y)
		if err != nil {
			return nil, err
		}
		for k := range values {
			values[k] = append(values[k], linear[k])
		}
	}
	rows := make([]result.Interpretation, count)
	for k := range rows {
		rows[k] = r.row(t, "component", strconv.Itoa(k+1))
		rows[k].Value, rows[k].Lo, rows[k].Hi = spreadOf(values[k])
		rows[k].Reference = explained[k]
	}
	if n, q := ys[0].Dims(); q >= n-1 && count > 0 {
		rows[0].Note = "data with as many features as samples predict every component"
	}
	return rows, nil
}

// labels says how well each label can be decoded from data of the score.
func (r *run) labels(x *recording, t target, ys []*mat.Dense) ([]result.Interpretation, error) {
	var rows []result.Interpretation
	for _, d := range x.decoders {
		var values []float64
		for _, y := range ys {
			decoding, err := d.Decode(y, nil)
			if err != nil {
				return nil, err
			}
			values = append(values, decoding.Accuracy)
		}
		row := r.row(t, "label", d.Name)
		row.Value, row.Lo, row.Hi = spreadOf(values)
		row.Reference = d.Chance()
		rows = append(rows, row)
	}
	return rows, nil
}

// rangeOf finds the scores by another measure that data of the score can have.
func (r *run) rangeOf(ctx context.Context, x *recording, t target, m measures.Named) (result.Interpretation, error) {
	row := r.row(t, "range", m.Name)
	problem := frontier.DefaultProblem(mat.DenseCopyOf(x.x.Matrix()))
	problem.Seed = r.env.Seed
	found, err := problem.Trace(ctx, t.named, m, []float64{t.score})
	if err != nil {
		return row, verb.UndefinedInput(err)
	}
	if ctx.Err() != nil {
		return row, ctx.Err()
	}
	if row.Reference, _, err = r.null(ctx, x, m); err != nil {
		return row, err
	}
	f := found[0]
	if f.Min != nil {
		row.Lo = f.Min.B
	}
	if f.Max != nil {
		row.Hi = f.Max.B
	}
	switch {
	case f.Min == nil || f.Max == nil:
		row.Note = "no data of this score were found"
	case !f.Certified(problem.Tolerance):
		row.Note = "the ends are not certified: the range may be wider"
	}
	return row, nil
}
