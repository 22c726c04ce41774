package jointrange

import (
	"context"
	"fmt"
	"sync"

	"gonum.org/v1/gonum/mat"

	"simtool/internal/batch"
	"simtool/internal/data"
	"simtool/internal/linalg"
	"simtool/internal/measures"
	"simtool/internal/synth/frontier"
	"simtool/internal/synth/sensitivity"
	"simtool/internal/verb"
)

// levelsAtOnce is how many levels go on from each other. Such blocks are items, and
// what comes of an item must not depend on how they are divided.
const levelsAtOnce = 10

// run is the work on one problem.
type run struct {
	env     *batch.Env
	o       *Options
	problem func() (*problem, error) // read or made once, when it is needed
	bar     batch.Progress

	mu    sync.Mutex
	known map[string]reach // of measures, found out when needed
	nulls map[string]float64
}

// problem is the data whose scores are looked at.
type problem struct {
	frontier.Problem
	sources []data.Source
	alone   *measures.Pair // X with itself
}

// Job returns the work: an item for each block of levels of a pair of measures, or
// for each target.
func (o *Options) Job(e *batch.Env, args []string) (*batch.Job, error) {
	if err := o.complete(e, args); err != nil {
		return nil, err
	}
	r := &run{env: e, o: o, known: map[string]reach{}, nulls: map[string]float64{}, problem: sync.OnceValues(func() (*problem, error) {
		p, err := o.read(e, args)
		return p, verb.UndefinedInput(err)
	})}
	plan, what := r.ranges, "levels"
	switch {
	case o.Given.IsSet:
		plan = r.given
	case o.Grid > 0:
		plan, what = r.targets, "targets"
	}
	j, steps, err := plan()
	if err != nil {
		return nil, err
	}
	j.Inputs, j.AtOnce = args, e.Jobs
	j.Memory = func(atOnce int) (int64, error) { return r.memory(args, atOnce) }
	r.bar = e.StartProgress(what, 0, false)
	j.Begin = func(items []int) error {
		for _, i := range items {
			r.bar.Expect(steps(i))
		}
		_, err := r.problem()
		return err
	}
	j.Close = func() { r.bar.Close() }
	return j, nil
}

// read reads or makes X and says what is free.
func (o *Options) read(e *batch.Env, args []string) (*problem, error) {
	p := &problem{}
	var d *data.Dataset
	if o.Shape != "" {
		n, width, q, err := parseShape(o.Shape)
		if err != nil {
			return nil, err
		}
		p.Problem = frontier.DefaultProblem(frontier.Random(n, width, e.Seed))
		p.Width = q
	} else {
		var err error
		if d, err = o.Input.Reader(e, o.Output.ToFile())(args[0]); err != nil {
			return nil, err
		}
		verb.Doubt(e, d, false)
		if d, err = o.Input.OneWithoutMissing(e, d); err != nil {
			return nil, err
		}
		p.sources = []data.Source{d.Origin()}
		c, err := sensitivity.Decompose(d, o.Keep)
		if err != nil {
			return nil, err
		}
		x := mat.DenseCopyOf(d.Matrix())
		if o.Keep > 0 {
			x = c.Scores()
		}
		p.Problem = frontier.DefaultProblem(x)
	}
	if o.Width > 0 {
		p.Width = o.Width
	}
	p.Both, p.Restarts, p.Seed = o.Free == "both", o.Restarts, e.Seed
	var err error
	p.alone, err = alone(d, p.X)
	return p, err
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

// blocksJob returns the job over blocks. item makes rows of what was found at the
// levels of a block.
func (r *run) blocksJob(blocks []block, item func(ctx context.Context, p frontier.Problem, found []frontier.Row) (*batch.Item, error)) *batch.Job {
	j := &batch.Job{Noun: "ranges"}
	for i, b := range blocks {
		j.Keys = append(j.Keys, b.key(i))
	}
	j.Work = func(ctx context.Context, i int) (*batch.Item, error) {
		defer linalg.Working()()
		p, err := r.problem()
		if err != nil {
			return nil, err
		}
		b := blocks[i]
		found, err := p.Trace(ctx, b.pair[0], b.pair[1], b.levels)
		if err != nil {
			return nil, verb.UndefinedInput(err)
		}
		r.bar.Add(len(b.levels))
		out, err := item(ctx, p.Problem, found)
		if err != nil {
			return nil, verb.UndefinedInput(err)
		}
		out.Sources = p.sources
		return out, nil
	}
	return j
}
