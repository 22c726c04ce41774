package optimize

import (
	"errors"
	"fmt"
	"io"
	"math"
	"path/filepath"
	"slices"
	"strconv"

	"simtool/internal/batch"
	"simtool/internal/data"
	"simtool/internal/io"
	"simtool/internal/result"
	"simtool/internal/synth/optimize"
	"simtool/internal/verb"
)

// NotConvergedError says that the score asked for was not reached.
type NotConvergedError struct {
	Wanted float64
	Best   *optimize.Outcome
}

func (e *NotConvergedError) Error() string {
	return fmt.Sprintf("the score %g was not reached: %.6g after %d iterations (%s); the result is written",
		e.Wanted, e.Best.Score, e.Best.Iterations, e.Best.Reason)
}

// Status implements batch.Outcome.
func (e *NotConvergedError) Status() int { return batch.StatusNotConverged }

// ending is how restarts ended.
type ending struct {
	config   *optimize.Config  // the goal and what was asked for, at least
	best     *optimize.Outcome // nil where none has run to its end
	at       int               // index of the directory that has it
	restarts int
	failed   int
}

func endingOf(c *optimize.Config, outcomes []*optimize.Outcome) *ending {
	e := &ending{config: c, best: c.Best(outcomes), restarts: len(outcomes)}
	for _, out := range outcomes {
		if out.Err != nil {
			e.failed++
		}
	}
	return e
}

// status is the error with which a run ends in spite of having a result, nil for
// none. That the best of its restarts has not reached what was asked for says more
// than that others failed.
func (e *ending) status() error {
	var status error
	if e.failed > 0 {
		status = &batch.PartialError{Failed: e.failed, Total: e.restarts, Items: "restarts"}
	}
	for _, wanted := range []float64{e.config.Stop, e.config.Target} {
		if e.best != nil && !math.IsNaN(wanted) && e.best.Reason != optimize.ReachedStop {
			status = &NotConvergedError{wanted, e.best}
		}
	}
	return status
}

// readEnding reads what was asked for from a manifest, and how the restarts ended
// from the tables in directories.
func readEnding(m *dataio.Manifest, directories []string) (*ending, error) {
	goal, err := optimize.ParseGoal(fmt.Sprint(m.Config["measure"]))
	if err != nil {
		return nil, verb.MeasureError(err)
	}
	c := optimize.DefaultConfig(goal)
	for name, to := range map[string]*float64{"target": &c.Target, "stop": &c.Stop} {
		if *to = math.NaN(); m.Config[name] == nil {
			continue
		}
		if *to, err = strconv.ParseFloat(fmt.Sprint(m.Config[name]), 64); err != nil {
			return nil, &data.InputError{Path: directories[0], Found: fmt.Sprintf("a manifest with the %s %v", name, m.Config[name]), Wanted: "want the part as it was written"}
		}
	}
	var outcomes []*optimize.Outcome
	directory := map[*optimize.Outcome]int{}
	for i, path := range directories {
		some, err := readOutcomes(filepath.Join(path, outcomesFile))
		if err != nil {
			return nil, err
		}
		for _, out := range some {
			directory[out] = i
		}
		outcomes = append(outcomes, some...)
	}
	slices.SortFunc(outcomes, func(a, b *optimize.Outcome) int { return a.Restart - b.Restart })
	e := endingOf(&c, outcomes)
	e.at = directory[e.best]
	return e, nil
}

// readOutcomes reads a table of outcomes.
func readOutcomes(path string) ([]*optimize.Outcome, error) {
	table, err := dataio.OpenTable(path, dataio.Options{})
	if err != nil {
		return nil, err
	}
	defer func() { _ = table.Close() }()
	if got, want := table.Columns(), result.Outcomes.Names(); !slices.Equal(got, want) {
		return nil, &data.InputError{Path: path, Found: fmt.Sprintf("columns %q", got), Wanted: fmt.Sprintf("want %q", want)}
	}
	var outcomes []*optimize.Outcome
	for {
		cells, err := table.Next()
		if errors.Is(err, io.EOF) {
			return outcomes, nil
		}
		if err != nil {
			return nil, err
		}
		row, err := result.Outcomes.Scan(table.Columns(), cells)
		if err != nil {
			return nil, &data.InputError{Path: path, Found: fmt.Sprintf("the outcome %v", cells), Wanted: "want the table as it was written", Err: err}
		}
		out := &optimize.Outcome{
			Restart: row.Restart, Score: row.Score, Iterations: row.Iterations, Evaluations: row.Evaluations, Reason: optimize.Reason(row.Reason),
		}
		if row.Error != "" {
			out.Err = errors.New(row.Error)
		}
		outcomes = append(outcomes, out)
	}
}
