package main

import (
	"context"
	"io"
	"math"
	"os"
	"path/filepath"
	"strings"

	"simtool/internal/data"
	"simtool/internal/io"
	"simtool/internal/synth/optimize"
	"simtool/internal/synth/probe"
)

// optimize runs all restarts and writes the directory of results.
func (a *app) optimize(ctx context.Context, o *optimizeOptions, path string) error {
	if err := o.refuseExisting(); err != nil {
		return err
	}
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
		return undefinedInput(err)
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
	return a.writeOptimized(o, &config, x, outcomes, saved, sources)
}

// refuseExisting returns an error if there are results that may not be
// replaced.
func (o *optimizeOptions) refuseExisting() error {
	if _, err := os.Stat(filepath.Join(o.directory, "y.npy")); err == nil && !o.force {
		return configf("--force replaces it", "%s: exists already", filepath.Join(o.directory, "y.npy"))
	}
	return nil
}

// writeOptimized writes all files of the result, and removes the checkpoint
// when they have their names.
func (a *app) writeOptimized(o *optimizeOptions, c *optimize.Config, x *data.Dataset, outcomes []*optimize.Outcome, saved *checkpoint, sources []data.Source) error {
	if err := os.MkdirAll(o.directory, 0o777); err != nil {
		return err
	}
	files := a.newFileSet(o.force, nil)
	files.single = filepath.Join(o.directory, "manifest.json")
	defer files.abort()
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
	for _, t := range optimizedTables(c, x, outcomes) {
		if err := files.add(filepath.Join(o.directory, t.name), func(w io.Writer) error {
			return t.Write(w, dataio.CSV, dataio.TableOptions{})
		}); err != nil {
			return err
		}
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
func optimizedTables(c *optimize.Config, x *data.Dataset, outcomes []*optimize.Outcome) []namedTable {
	var tables []namedTable
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
			var reference any
			if decoding, err := d.Decode(x.Matrix(), nil); err == nil {
				reference = decoding.Accuracy
			}
			for _, out := range outcomes {
				for _, r := range out.Records {
					t.Rows = append(t.Rows, []any{r.Iteration, r.Score, d.Name, r.Decodings[i].Accuracy, reference, d.Chance(), out.Restart})
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
	return tables
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
