package extrapolate

import (
	"context"
	"errors"
	"fmt"
	"math"
	"runtime"
	"slices"
	"strings"

	"simtool/internal/batch"
	"simtool/internal/data"
	"simtool/internal/inference"
	"simtool/internal/linalg"
	"simtool/internal/measures"
	"simtool/internal/result"
	"simtool/internal/verb"
)

// item is a measure and what the number of varies.
type item struct {
	measure measures.Named
	along   string
}

// run is the work on one pair.
type run struct {
	env     *batch.Env
	o       *Options
	paths   []string
	x, y    *data.Dataset
	sources []data.Source
	pair    *measures.Pair
	design  inference.Design
	labels  verb.SampleLabels
	items   []item
	bar     batch.Progress
}

// Job returns the work: an item for each measure and what varies.
func (o *Options) Job(e *batch.Env, args []string) (*batch.Job, error) {
	if err := o.complete(e, args); err != nil {
		return nil, err
	}
	r := &run{env: e, o: o, paths: args}
	if err := r.read(); err != nil {
		return nil, err
	}
	for _, m := range o.named {
		for _, along := range o.Along {
			if along == alongNeurons && data.TakesDistances(m.Name) && len(o.Along) > 1 {
				continue // dissimilarities have none; asked for alone it is an error
			}
			r.items = append(r.items, item{m, along})
		}
	}
	r.bar = e.StartProgress("scores", 0, false)
	j := &batch.Job{
		Schema: result.Extrapolations.Schema, Noun: "rows", Inputs: append(slices.Clone(args), o.Units.Files()...),
		AtOnce: 1, // subsets are scored several at once
		Memory: func(int) (int64, error) { return r.memory(), nil },
		Begin: func(items []int) error {
			r.bar.Expect(len(items) * (2*o.Draws + 1))
			return nil
		},
		Work:  r.work,
		Close: func() { r.bar.Close() },
	}
	for i, it := range r.items {
		j.Keys = append(j.Keys, fmt.Sprintf("%d\t%s\t%s", i, it.measure.Name, it.along))
	}
	return j, nil
}

// read reads both systems, joins their rows, and leaves missing values out.
func (r *run) read() error {
	o := r.o
	takes := !slices.ContainsFunc(o.named, func(m measures.Named) bool { return !data.TakesDistances(m.Name) })
	read := o.Input.Reader(r.env, o.Output.ToFile())
	var files [2]*data.Dataset
	for i, path := range r.paths {
		d, err := read(path)
		if err != nil {
			return err
		}
		verb.Doubt(r.env, d, takes)
		files[i] = d
	}
	x, y, err := o.Input.Join(r.env, files[0], files[1])
	if err != nil {
		return err
	}
	labels, err := o.Units.Labels(files[0], x, y)
	if err != nil {
		return err
	}
	kept, err := o.Input.Keep(r.env, data.Samples, []*data.Dataset{x, y}, labels.Along()...)
	if err != nil {
		return err
	}
	r.x, r.y, r.sources = kept.Systems[0], kept.Systems[1], append(kept.Sources(), o.Units.Sources()...)
	if r.pair, err = verb.NewPair(r.x, r.y); err != nil {
		return err
	}
	labels.KeepTogether(r.pair)
	r.design, r.labels = labels.Structure().Design(r.pair), labels
	return nil
}

// work follows the score of an item.
func (r *run) work(ctx context.Context, i int) (*batch.Item, error) {
	defer linalg.Working()()
	it := r.items[i]
	s := &inference.Subject{
		Measure: it.measure, X: r.x, Y: r.y, Pair: r.pair,
		Distances: data.TakesDistances(it.measure.Name), Advance: r.bar.Add,
	}
	o := inference.Extrapolate{Design: r.design, Draws: r.o.Draws, Level: r.o.Level, Over: inference.Over(r.o.Over), Seed: r.env.Seed}
	follow := s.OverNeurons
	if it.along == alongStimuli {
		follow = s.OverStimuli
	}
	f, err := follow(ctx, o)
	out := &batch.Item{Sources: r.sources}
	row := result.Extrapolation{X: r.paths[0], Y: r.paths[1], Measure: it.measure.Name, Along: it.along}
	if _, undefined := errors.AsType[*measures.UndefinedError](err); undefined {
		nan := math.NaN()
		row.N, row.P, row.Q = -1, -1, -1
		row.Value, row.SD, row.Corrected, row.Lo, row.Hi, row.SE = nan, nan, nan, nan, nan, nan
		row.Error = batch.RowText(err)
		out.Rows, out.Failed = [][]any{result.Extrapolations.Cells(row)}, 1
		return out, nil
	}
	if err != nil {
		return nil, err
	}
	for _, pt := range f.Points {
		row.Point, row.N, row.P, row.Q, row.Draws = string(pt.Kind), pt.N, pt.P, pt.Q, pt.Draws
		row.Value, row.SD, row.Corrected, row.Lo, row.Hi, row.SE = pt.Value, pt.SD, pt.Corrected, pt.Lo, pt.Hi, pt.SE
		row.Note, row.Warning = batch.OneLine(pt.Missing), ""
		if pt.Kind == inference.All { // what is to be said of the score
			row.Note = strings.Join(slices.DeleteFunc(append([]string{r.labels.FoldNote(it.measure)}, f.Notes...), func(s string) bool { return s == "" }), "; ")
			row.Warning = strings.Join(r.warnings(it.measure, f.Warnings), "; ")
		}
		out.Rows = append(out.Rows, result.Extrapolations.Cells(row))
	}
	return out, nil
}

// warnings are those of a score, whatever its numbers.
func (r *run) warnings(m measures.Named, of []string) []string {
	lines := slices.Concat([]string{m.Note}, of, measures.Cautions(m, r.pair))
	return slices.DeleteFunc(lines, func(s string) bool { return s == "" })
}

// memory bounds the data, and copies of half of them with their scores, several at once.
func (r *run) memory() int64 {
	n, p, q := int64(r.x.Samples()), int64(r.x.Width()), int64(r.y.Width())
	times := int64(1)
	if r.x.Is3D() {
		times = int64(r.x.Shape[0])
	}
	score := measures.ScoreBytes(r.o.named, measures.Dims{N: n, P: p, Q: q, Times: times})
	values := 8 * n * (p + q)
	beside := int64(0)
	for _, m := range r.o.named {
		d := measures.Dims{N: n, P: p, Q: q, Times: times}
		beside = max(beside, measures.EstimateBytes(m, d)+measures.NeuronBytes(m, d))
	}
	return batch.WithGarbage(2*values + score + beside + int64(runtime.GOMAXPROCS(0))*(score+values/2))
}
