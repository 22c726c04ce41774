package main

import (
	"context"
	"fmt"
	"io"
	"math"
	"os"
	"slices"

	"simtool/internal/batch"
	"simtool/internal/data"
	"simtool/internal/io"
	"simtool/internal/synth/optimize"
	"simtool/internal/synth/probe"
)

// optimize runs the restarts of the shard and writes the directory of results.
func (a *app) optimize(ctx context.Context, o *optimizeOptions, path string) error {
	d, shard := optimizedDir(o.directory), o.batch.shard.Shard
	print := a.fingerprint(nil)
	print.Items = restartDigest(path, o.restarts)
	inputs := o.inputs(path)
	if o.batch.dryRun {
		return a.dryOptimize(o, d, print, path)
	}
	done, replace, err := a.enter(d, print, o.batch.resume, o.force, inputs)
	if err != nil {
		return err
	}
	if done != nil {
		(&checkpoint{directory: checkpointOf(d.path)}).remove() // of which a killed run may have left something
		config, best, _, err := readOutcomes(done, []string{d.path})
		if err != nil {
			return err
		}
		return outcomeOf(config, best)
	}
	files := a.newFileSet(replace, inputs)
	files.single = d.manifest()
	defer files.abort()
	x, config, sources, err := a.optimizeProblem(o, path)
	if err != nil {
		return err
	}
	config.Only = make([]int, shard.Len(config.Restarts))
	for k := range config.Only {
		config.Only[k] = shard.Item(k)
	}
	a.warnEmpty(d, shard, config.Restarts)
	saved, err := a.openCheckpoint(checkpointOf(o.directory), o.batch.resume, config.Restarts, sources)
	if err != nil {
		return err
	}
	if err := saved.lock(); err != nil {
		return err
	}
	outcomes, err := a.runRestarts(ctx, &config, x, saved, o.timing)
	if err != nil {
		return named(undefinedInput(err), path)
	}
	return a.writeOptimized(files, d, o, &config, x, outcomes, saved, print.Items, sources)
}

// inputs lists the files that are read, "" for those that are not.
func (o *optimizeOptions) inputs(path string) []string { return []string{path, o.init, o.labels.file} }

// optimizeProblem reads the reference and works out how to optimise towards it.
func (a *app) optimizeProblem(o *optimizeOptions, path string) (x *data.Dataset, config optimize.Config, sources []data.Source, err error) {
	if x, err = a.reader(o.input, true)(path); err != nil {
		return nil, config, nil, err
	}
	if config, err = o.config(a); err != nil {
		return nil, config, nil, err
	}
	if x, sources, err = a.optimizeInputs(o, x, &config); err != nil {
		return nil, config, nil, err
	}
	if err := config.Validate(x); err != nil {
		if is[*data.InputError](err) {
			return nil, config, nil, named(err, o.init)
		}
		return nil, config, nil, configf("", "%s", err)
	}
	return x, config, sources, nil
}

// optimizeInputs reads the files beside the reference x, and puts what they say
// into c. Where samples of x are left out, theirs are too.
func (a *app) optimizeInputs(o *optimizeOptions, x *data.Dataset, c *optimize.Config) (*data.Dataset, []data.Source, error) {
	sources := []data.Source{x.Source}
	systems, unit := []*data.Dataset{x}, data.Samples
	var start *data.Dataset
	var labels *data.Table
	var along []data.Along
	var err error
	if o.init != "" {
		if start, err = a.reader(o.input, true)(o.init); err != nil {
			return nil, nil, err
		}
		sources, start = append(sources, start.Source), start.Pooled()
		// A result of an earlier run is of the samples that were kept then.
		if start.Samples() == x.Samples() {
			systems = append(systems, start)
		}
	}
	if o.labels.file != "" {
		if labels, err = readLabels(o.labels, x); err != nil {
			return nil, nil, err
		}
		sources, unit, along = append(sources, labels.Source), data.Conditions, []data.Along{data.AlongTable("labels", &labels)}
	}
	if systems, err = a.withoutMissing(o.input, unit, systems, along...); err != nil {
		return nil, nil, err
	}
	x = systems[0]
	if start != nil {
		if len(systems) > 1 {
			start = systems[1]
		}
		if n := start.Samples(); n != x.Samples() {
			return nil, nil, data.Samples.Unequal(o.init, n, x.Source.Path, x.Samples())
		}
		c.Start = start.Matrix()
	}
	if o.components {
		if c.PCs, err = probe.NewPCAnalysis(x.Matrix()); err != nil {
			return nil, nil, named(err, x.Source.Path)
		}
	}
	if labels != nil {
		if c.Decoders, err = a.decoders(o.labels, labels, x); err != nil {
			return nil, nil, err
		}
	}
	return x, sources, nil
}

// runRestarts goes on with the restarts of a checkpoint until they end.
func (a *app) runRestarts(ctx context.Context, c *optimize.Config, x *data.Dataset, saved *checkpoint, timing bool) ([]*optimize.Outcome, error) {
	c.Resume = saved.states
	bar := a.startProgress("iterations", c.MaxIter*len(c.Only), false)
	defer bar.close()
	recorders := make([]*trajectory, c.Restarts)
	for _, i := range c.Only {
		var err error
		if recorders[i], err = saved.trajectory(i, c.Goal, bar, timing); err != nil {
			return nil, err
		}
		defer recorders[i].close()
	}
	c.Recorder = func(i int) optimize.Recorder { return recorders[i] }
	outcomes, err := optimize.Run(ctx, x, *c)
	if err != nil {
		saved.removeIfEmpty()
		return nil, err
	}
	var ended []*optimize.Outcome
	for _, i := range c.Only {
		if err := recorders[i].flush(); err != nil {
			return nil, err
		}
		if outcomes[i] == nil || outcomes[i].Reason == optimize.Interrupted {
			return nil, a.stopped(context.Cause(ctx))
		}
		ended = append(ended, outcomes[i])
	}
	return ended, nil
}

// restartDigest is the digest of the items of an optimisation towards a file.
func restartDigest(path string, restarts int) string {
	var keys []string
	for i := range restarts {
		keys = append(keys, fmt.Sprintf("%s\t%d", path, i))
	}
	return batch.Digest(keys)
}

// optimizedDir is the directory of an optimisation.
func optimizedDir(path string) *resultDir {
	return &resultDir{
		path: path, schema: "simtool.optimize/v1", item: "restart",
		files: []string{
			"trajectory.csv", outcomesFile, dataFile, "pc_r2.csv", "pc_thresholds.csv", "decoding.csv", "also.csv",
			snapshotFolder + "/r*-i*.npy",
		},
	}
}

// Names in the directory of an optimisation.
const (
	outcomesFile   = "outcomes.csv"
	dataFile       = "y.npy"
	snapshotFolder = "snapshots"
)

// writeOptimized writes all files of the result, and removes the checkpoint
// when they have their names.
func (a *app) writeOptimized(files *fileSet, d *resultDir, o *optimizeOptions, c *optimize.Config, x *data.Dataset, outcomes []*optimize.Outcome, saved *checkpoint, digest string, sources []data.Source) error {
	if err := os.MkdirAll(d.path, 0o777); err != nil {
		return err
	}
	best := c.Best(outcomes)
	if best != nil { // an empty part has none
		shape := slices.Clone(x.Shape)
		_, shape[len(shape)-1] = best.Y.Dims()
		if err := files.add(d.join(dataFile), func(w io.Writer) error {
			return dataio.EncodeNPY(w, dataio.Float64, best.Y.RawMatrix().Data, shape...)
		}); err != nil {
			return err
		}
		if err := saved.snapshots(files, d, shape); err != nil {
			return err
		}
	}
	trajectories := namedTable{name: "trajectory.csv"}
	err := files.add(d.join(trajectories.name), func(w io.Writer) (err error) {
		trajectories.rows, err = saved.joinTrajectories(w, c.Only, o.timing)
		return err
	})
	if err != nil {
		return err
	}
	tables, err := optimizedTables(c, x, outcomes)
	if err != nil {
		return err
	}
	if err := d.writeTables(files, tables); err != nil {
		return err
	}
	files.manifest.Batch = d.batchInfo(c.Restarts, digest, o.batch.shard.Shard, append(tables, trajectories))
	outcome := outcomeOf(c, best)
	if err := d.commit(files, sources, outcome); err != nil {
		return err
	}
	saved.remove()
	if best != nil {
		a.summary("%s reached %.6g after %d iterations (%s); the results are in %s", c.Goal, best.Score, best.Iterations, best.Reason, d.path)
	}
	return outcome
}

// outcomeOf is the error of a run that did not reach what was asked for, nil for
// one that did or that had nothing to do.
func outcomeOf(c *optimize.Config, best *optimize.Outcome) error {
	var outcome error
	for _, wanted := range []float64{c.Stop, c.Target} {
		if best != nil && !math.IsNaN(wanted) && best.Reason != optimize.ReachedStop {
			outcome = &notConverged{wanted, best}
		}
	}
	return outcome
}

// outcomeColumns are those of outcomes.csv.
var outcomeColumns = []string{"restart", "score", "iterations", "evaluations", "reason", "in_y"}

// optimizedTables returns the tables of what was looked at along the way, restart
// by restart. The column restart comes last, so that those before it are the same
// for one restart and for many.
func optimizedTables(c *optimize.Config, x *data.Dataset, outcomes []*optimize.Outcome) ([]namedTable, error) {
	best := c.Best(outcomes)
	tables := []namedTable{newNamedTable(outcomesFile, "simtool.optimize.outcomes/v1", outcomeColumns...)}
	rows := []func(*optimize.Outcome) [][]any{func(out *optimize.Outcome) [][]any {
		return [][]any{{out.Restart, out.Score, out.Iterations, out.Evaluations, string(out.Reason), yesNo(out == best)}}
	}}
	table := func(name string, of func(*optimize.Outcome) [][]any, columns ...string) {
		tables = append(tables, newNamedTable(name+".csv", "simtool.optimize."+name+"/v1", append(columns, "restart")...))
		rows = append(rows, of)
	}
	if c.PCs != nil {
		explained := c.PCs.Explained()
		table("pc_r2", func(out *optimize.Outcome) (rows [][]any) {
			for _, r := range out.Records {
				for i, f := range explained {
					rows = append(rows, []any{r.Iteration, r.Score, i + 1, f, r.R2[i], r.R2Orthogonal[i], out.Restart})
				}
			}
			return rows
		}, "iteration", "score", "pc", "explained_variance", "r2", "r2_orthogonal")
		table("pc_thresholds", func(out *optimize.Outcome) (rows [][]any) {
			for i, f := range explained {
				rows = append(rows, []any{
					c.Goal.String(), i + 1, f,
					crossing(out, func(r optimize.Record) float64 { return r.R2[i] }),
					crossing(out, func(r optimize.Record) float64 { return r.R2Orthogonal[i] }),
					out.Restart,
				})
			}
			return rows
		}, "measure", "pc", "explained_variance", "score_at_threshold", "score_at_threshold_orthogonal")
	}
	if len(c.Decoders) > 0 {
		reference := make([]float64, len(c.Decoders))
		for i, d := range c.Decoders {
			of, err := d.Decode(x.Matrix(), nil)
			if err != nil {
				return nil, err
			}
			reference[i] = of.Accuracy
		}
		table("decoding", func(out *optimize.Outcome) (rows [][]any) {
			for i, d := range c.Decoders {
				for _, r := range out.Records {
					rows = append(rows, []any{r.Iteration, r.Score, d.Name, r.Decodings[i].Accuracy, reference[i], d.Chance(), out.Restart})
				}
			}
			return rows
		}, "iteration", "score", "label", "accuracy", "reference_accuracy", "chance")
	}
	if len(c.Also) > 0 {
		table("also", func(out *optimize.Outcome) (rows [][]any) {
			for _, r := range out.Records {
				for i, m := range c.Also {
					rows = append(rows, []any{r.Iteration, r.Score, m.Name, defined(r.Also[i]), out.Restart})
				}
			}
			return rows
		}, "iteration", "score", "measure", "value")
	}
	for i, of := range rows {
		for _, out := range outcomes {
			tables[i].add(of(out))
		}
	}
	return tables, nil
}

// crossing returns the score at which a quantity is half-way from its start to
// 1, or nil if it never is or was 1 from the start.
func crossing(out *optimize.Outcome, quantity func(optimize.Record) float64) any {
	scores, values := make([]float64, len(out.Records)), make([]float64, len(out.Records))
	for i, r := range out.Records {
		scores[i], values[i] = r.Score, quantity(r)
	}
	if score, ok := probe.Threshold(scores, values, 0.5); ok {
		return score
	}
	return nil
}
