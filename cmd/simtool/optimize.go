package main

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"simtool/internal/data"
	"simtool/internal/io"
	"simtool/internal/synth/optimize"
	"simtool/internal/synth/probe"
)

// optimize runs all restarts and writes the directory of results.
func (a *app) optimize(ctx context.Context, o *optimizeOptions, path string) error {
	inputs := []string{path, o.init, o.labels.file}
	if err := o.checkDirectory(inputs); err != nil {
		return err
	}
	files := a.newFileSet(o.force, inputs)
	files.single = filepath.Join(o.directory, "manifest.json")
	defer files.abort()
	x, err := a.reader(o.input, true)(path)
	if err != nil {
		return err
	}
	source := x.Source
	if x, err = a.withoutMissing(o.input, x); err != nil {
		return err
	}
	config, sources, err := o.config(a, x)
	if err != nil {
		return err
	}
	if err := config.Validate(x); err != nil {
		if is[*data.InputError](err) {
			return named(err, o.init)
		}
		return configf("", "%s", err)
	}
	sources = append([]data.Source{source}, sources...)
	saved, err := a.openCheckpoint(o.directory+".ckpt", o.resume, config.Restarts, sources)
	if err != nil {
		return err
	}
	config.Resume = saved.states
	bar := a.startProgress("iterations", config.MaxIter*config.Restarts, false)
	defer bar.close()
	recorders := make([]*trajectory, config.Restarts)
	for i := range recorders {
		if recorders[i], err = saved.trajectory(i, config.Goal, bar); err != nil {
			return err
		}
		defer recorders[i].close()
	}
	config.Recorder = func(i int) optimize.Recorder { return recorders[i] }
	outcomes, err := optimize.Run(ctx, x, config)
	if err != nil {
		saved.removeIfEmpty()
		return named(undefinedInput(err), path)
	}
	for i, r := range recorders {
		if err := r.flush(); err != nil {
			return err
		}
		if outcomes[i] == nil || outcomes[i].Reason == optimize.Interrupted {
			return &checkpointError{saved.directory, context.Cause(ctx)}
		}
	}
	bar.close()
	return a.writeOptimized(files, o, &config, x, outcomes, saved, sources)
}

// optimizedFiles are the files that a run may write besides snapshots.
var optimizedFiles = []string{"trajectory.csv", "outcomes.csv", "y.npy", "pc_r2.csv", "pc_thresholds.csv", "decoding.csv", "also.csv", "manifest.json"}

// checkDirectory refuses, before any work, a place where the results cannot be
// written or would replace what must stay.
func (o *optimizeOptions) checkDirectory(inputs []string) error {
	if o.directory == "-" {
		return usagef("the results are a directory, want --output DIR and not standard output")
	}
	if info, err := os.Stat(o.directory); err == nil && !info.IsDir() {
		return configf("", "%s: a file, want a directory", o.directory)
	}
	for _, name := range optimizedFiles {
		path := filepath.Join(o.directory, name)
		info, err := os.Stat(path)
		if err != nil {
			continue
		}
		if !o.force {
			return configf("--force replaces it", "%s: exists already", path)
		}
		for _, in := range inputs {
			if other, err := os.Stat(in); err == nil && os.SameFile(info, other) {
				return configf("", "%s: is an input, want another directory", path)
			}
		}
	}
	return nil
}

// removeStale removes what an earlier run left in the directory and this one
// does not replace, so that the results of two runs are not mixed.
func (o *optimizeOptions) removeStale(files *fileSet) error {
	stale, err := filepath.Glob(filepath.Join(o.directory, "snapshots", "r*-i*.npy"))
	if err != nil {
		return err
	}
	for _, name := range optimizedFiles {
		stale = append(stale, filepath.Join(o.directory, name))
	}
	for _, path := range stale {
		if slices.Contains(files.paths, path) {
			continue
		}
		if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}

// writeOptimized writes all files of the result, and removes the checkpoint
// when they have their names.
func (a *app) writeOptimized(files *fileSet, o *optimizeOptions, c *optimize.Config, x *data.Dataset, outcomes []*optimize.Outcome, saved *checkpoint, sources []data.Source) error {
	if err := os.MkdirAll(o.directory, 0o777); err != nil {
		return err
	}
	best := c.Best(outcomes)
	var outcome error
	for _, wanted := range []float64{c.Stop, c.Target} {
		if !math.IsNaN(wanted) && best.Reason != optimize.ReachedStop {
			outcome = &notConverged{wanted, best}
		}
	}
	shape := append([]int(nil), x.Shape...)
	_, shape[len(shape)-1] = best.Y.Dims()
	if err := files.add(filepath.Join(o.directory, "y.npy"), func(w io.Writer) error {
		return dataio.EncodeNPY(w, dataio.Float64, best.Y.RawMatrix().Data, shape...)
	}); err != nil {
		return err
	}
	if err := saved.snapshots(files, o.directory, shape); err != nil {
		return err
	}
	if err := files.add(filepath.Join(o.directory, "trajectory.csv"), saved.joinTrajectories); err != nil {
		return err
	}
	tables, err := optimizedTables(c, x, outcomes)
	if err != nil {
		return err
	}
	for _, t := range tables {
		if err := files.add(filepath.Join(o.directory, t.name), func(w io.Writer) error {
			return t.Write(w, dataio.CSV, dataio.TableOptions{})
		}); err != nil {
			return err
		}
	}
	if err := o.removeStale(files); err != nil {
		return err
	}
	if err := files.commit(sources, outcome); err != nil {
		return err
	}
	a.summary("%s reached %.6g after %d iterations (%s); the results are in %s", c.Goal, best.Score, best.Iterations, best.Reason, o.directory)
	saved.remove()
	return outcome
}

// namedTable is a table with the name of its file.
type namedTable struct {
	name string
	*dataio.Table
}

// optimizedTables returns the tables of what was looked at along the way. The
// column restart comes last, so that those before it are the same for one
// restart and for many.
func optimizedTables(c *optimize.Config, x *data.Dataset, outcomes []*optimize.Outcome) ([]namedTable, error) {
	ends := &dataio.Table{Schema: "simtool.optimize.outcomes/v1", Columns: []string{"restart", "score", "iterations", "evaluations", "reason", "in_y"}}
	for _, out := range outcomes {
		ends.Rows = append(ends.Rows, []any{out.Restart, out.Score, out.Iterations, out.Evaluations, string(out.Reason), yesNo(out == c.Best(outcomes))})
	}
	tables := []namedTable{{"outcomes.csv", ends}}
	table := func(name string, columns ...string) *dataio.Table {
		t := &dataio.Table{Schema: "simtool.optimize." + strings.TrimSuffix(name, ".csv") + "/v1", Columns: append(columns, "restart")}
		tables = append(tables, namedTable{name, t})
		return t
	}
	if c.PCs != nil {
		explained := c.PCs.Explained()
		r2 := table("pc_r2.csv", "iteration", "score", "pc", "explained_variance", "r2", "r2_orthogonal")
		thresholds := table("pc_thresholds.csv", "measure", "pc", "explained_variance", "score_at_threshold", "score_at_threshold_orthogonal")
		for _, out := range outcomes {
			for _, r := range out.Records {
				for i, f := range explained {
					r2.Rows = append(r2.Rows, []any{r.Iteration, r.Score, i + 1, f, r.R2[i], r.R2Orthogonal[i], out.Restart})
				}
			}
			for i, f := range explained {
				thresholds.Rows = append(thresholds.Rows, []any{
					c.Goal.String(), i + 1, f,
					crossing(out, func(r optimize.Record) float64 { return r.R2[i] }),
					crossing(out, func(r optimize.Record) float64 { return r.R2Orthogonal[i] }),
					out.Restart,
				})
			}
		}
	}
	if len(c.Decoders) > 0 {
		t := table("decoding.csv", "iteration", "score", "label", "accuracy", "reference_accuracy", "chance")
		for i, d := range c.Decoders {
			reference, err := d.Decode(x.Matrix(), nil)
			if err != nil {
				return nil, err
			}
			for _, out := range outcomes {
				for _, r := range out.Records {
					t.Rows = append(t.Rows, []any{r.Iteration, r.Score, d.Name, r.Decodings[i].Accuracy, reference.Accuracy, d.Chance(), out.Restart})
				}
			}
		}
	}
	if len(c.Also) > 0 {
		t := table("also.csv", "iteration", "score", "measure", "value")
		for _, out := range outcomes {
			for _, r := range out.Records {
				for i, m := range c.Also {
					var value any
					if v := r.Also[i]; !math.IsNaN(v) {
						value = v
					}
					t.Rows = append(t.Rows, []any{r.Iteration, r.Score, m.Name, value, out.Restart})
				}
			}
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
