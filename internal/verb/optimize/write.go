package optimize

import (
	"context"
	"io"
	"math"
	"os"
	"slices"

	"simtool/internal/batch"
	"simtool/internal/io"
	"simtool/internal/result"
	"simtool/internal/synth/optimize"
	"simtool/internal/synth/probe"
)

// Names in the directory of an optimisation.
const (
	trajectoryFile = "trajectory.csv"
	outcomesFile   = "outcomes.csv"
	dataFile       = "y.npy"
	pcR2File       = "pc_r2.csv"
	thresholdsFile = "pc_thresholds.csv"
	decodingFile   = "decoding.csv"
	alsoFile       = "also.csv"
	snapshotFolder = "snapshots"
)

// directoryAt is the directory of an optimisation.
func directoryAt(path string) *batch.Directory {
	return &batch.Directory{
		Path: path, Schema: "simtool.optimize/v1", Item: "restart",
		Files: []string{trajectoryFile, outcomesFile, dataFile, pcR2File, thresholdsFile, decodingFile, alsoFile, snapshotFolder + "/r*-i*.npy"},
	}
}

// write writes all files of the result, and removes the checkpoint when they have
// their names.
func (r *optimization) write(ctx context.Context, files *batch.FileSet, outcomes []*optimize.Outcome, saved *checkpoint) error {
	c, d := &r.config, r.directory
	if err := os.MkdirAll(d.Path, 0o777); err != nil {
		return err
	}
	ending := endingOf(c, outcomes)
	if best := ending.best; best != nil { // an empty part has none
		shape := slices.Clone(r.x.Shape)
		_, shape[len(shape)-1] = best.Y.Dims()
		if err := files.Add(d.Join(dataFile), func(w io.Writer) error {
			return dataio.EncodeNPY(w, dataio.Float64, best.Y.RawMatrix().Data, shape...)
		}); err != nil {
			return err
		}
	}
	if err := saved.snapshots(files, d, r.x.Shape); err != nil {
		return err
	}
	trajectories := batch.NewItemTable(trajectoryFile, trajectoryTable(r.Timing).Schema)
	err := files.Add(d.Join(trajectoryFile), func(w io.Writer) error { return saved.joinTrajectories(w, trajectories, c.Only) })
	if err != nil {
		return err
	}
	places := map[*optimize.Outcome]place{}
	for _, out := range outcomes {
		if places[out], err = r.placeOf(ctx, out); err != nil {
			return err
		}
	}
	tables, err := r.tables(ending, outcomes, places)
	if err != nil {
		return err
	}
	if err := d.WriteTables(files, tables); err != nil {
		return err
	}
	d.Describe(files, r.keys, r.control.Shard, append(tables, trajectories))
	status := ending.status()
	if err := d.Commit(files, r.sources, status); err != nil {
		return err
	}
	saved.remove()
	if best := ending.best; best != nil {
		r.env.Summary("%s reached %.6g after %d iterations (%s)%s; the results are in %s", c.Goal, best.Score, best.Iterations, best.Reason, places[best], d.Path)
	}
	return status
}

// tables returns the tables of how restarts ended and of what was looked at along the
// way, restart by restart. Those that failed are in the first alone.
func (r *optimization) tables(ending *ending, outcomes []*optimize.Outcome, places map[*optimize.Outcome]place) ([]*batch.ItemTable, error) {
	c := &r.config
	outcomesTable := batch.NewItemTable(outcomesFile, result.Outcomes.Schema)
	for _, out := range outcomes {
		outcomesTable.Add([][]any{result.Outcomes.Cells(outcomeRow(out, ending.best, places[out]))})
	}
	tables := []*batch.ItemTable{outcomesTable}
	add := func(name string, schema *result.Schema, rows func(out *optimize.Outcome) [][]any) {
		t := batch.NewItemTable(name, schema)
		for _, out := range outcomes {
			if out.Err != nil {
				t.Add(nil)
			} else {
				t.Add(rows(out))
			}
		}
		tables = append(tables, t)
	}
	if c.PCs != nil {
		explained := c.PCs.Explained()
		add(pcR2File, result.PCR2.Schema, func(out *optimize.Outcome) [][]any { return componentRows(explained, out) })
		add(thresholdsFile, result.PCThresholds.Schema, func(out *optimize.Outcome) [][]any {
			return thresholdRows(c.Goal.String(), explained, out)
		})
	}
	if len(c.Decoders) > 0 {
		reference := make([]float64, len(c.Decoders))
		for i, d := range c.Decoders {
			of, err := d.Decode(r.x.Matrix(), nil)
			if err != nil {
				return nil, err
			}
			reference[i] = of.Accuracy
		}
		add(decodingFile, result.OptimizeDecodings.Schema, func(out *optimize.Outcome) [][]any {
			return decodingRows(c.Decoders, reference, out)
		})
	}
	if len(c.Also) > 0 {
		add(alsoFile, result.OptimizeAlso.Schema, func(out *optimize.Outcome) [][]any { return alsoRows(c, out) })
	}
	return tables, nil
}

func outcomeRow(out, best *optimize.Outcome, at place) result.Outcome {
	return result.Outcome{
		Restart: out.Restart, Score: out.Score, Iterations: out.Iterations, Evaluations: out.Evaluations, Reason: string(out.Reason),
		InY: yesNo(out == best), Error: batch.RowText(out.Err), Null: at.null, Calibrated: at.calibrated,
	}
}

func yesNo(yes bool) string {
	if yes {
		return "yes"
	}
	return "no"
}

func componentRows(explained []float64, out *optimize.Outcome) (rows [][]any) {
	for _, r := range out.Records {
		for i, f := range explained {
			rows = append(rows, result.PCR2.Cells(result.ComponentR2{
				Iteration: r.Iteration, Score: r.Score, PC: i + 1, Explained: f, R2: r.R2[i], R2Orthogonal: r.R2Orthogonal[i], Restart: out.Restart,
			}))
		}
	}
	return rows
}

func thresholdRows(goal string, explained []float64, out *optimize.Outcome) (rows [][]any) {
	for i, f := range explained {
		rows = append(rows, result.PCThresholds.Cells(result.ComponentThreshold{
			Measure: goal, PC: i + 1, Explained: f, Restart: out.Restart,
			Threshold:           crossing(out, func(r optimize.Record) float64 { return r.R2[i] }),
			ThresholdOrthogonal: crossing(out, func(r optimize.Record) float64 { return r.R2Orthogonal[i] }),
		}))
	}
	return rows
}

// crossing returns the score at which a quantity is half-way from its start to 1, or
// NaN if it never is or was 1 from the start.
func crossing(out *optimize.Outcome, quantity func(optimize.Record) float64) float64 {
	scores, values := make([]float64, len(out.Records)), make([]float64, len(out.Records))
	for i, r := range out.Records {
		scores[i], values[i] = r.Score, quantity(r)
	}
	if score, ok := probe.Threshold(scores, values, 0.5); ok {
		return score
	}
	return math.NaN()
}

func decodingRows(decoders []*probe.Decoder, reference []float64, out *optimize.Outcome) (rows [][]any) {
	for i, d := range decoders {
		for _, r := range out.Records {
			rows = append(rows, result.OptimizeDecodings.Cells(result.OptimizeDecoding{
				Iteration: r.Iteration, Score: r.Score, Label: d.Name, Accuracy: r.Decodings[i].Accuracy,
				Reference: reference[i], Chance: d.Chance(), Restart: out.Restart,
			}))
		}
	}
	return rows
}

func alsoRows(c *optimize.Config, out *optimize.Outcome) (rows [][]any) {
	for _, r := range out.Records {
		for i, m := range c.Also {
			rows = append(rows, result.OptimizeAlso.Cells(result.OtherScore{
				Iteration: r.Iteration, Score: r.Score, Measure: m.Name, Value: r.Also[i], Restart: out.Restart,
			}))
		}
	}
	return rows
}
