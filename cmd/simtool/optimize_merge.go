package main

import (
	"errors"
	"fmt"
	"io"
	"maps"
	"math"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"

	"simtool/internal/data"
	"simtool/internal/io"
	"simtool/internal/synth/optimize"
)

// optimizedMerger puts the restarts of an optimisation together: the data are those
// of the restart that ended best of all.
type optimizedMerger struct {
	config *optimize.Config
	best   *optimize.Outcome // nil if there are no restarts
	part   int               // that has it
}

func (m *optimizedMerger) dir(path string) *resultDir { return optimizedDir(path) }

func (m *optimizedMerger) begin(parts []*part) (err error) {
	var directories []string
	for _, p := range parts {
		directories = append(directories, p.path)
	}
	m.config, m.best, m.part, err = readOutcomes(parts[0].manifest, directories)
	return err
}

func (m *optimizedMerger) edit(table string, cells []any) {
	if table == outcomesFile {
		cells[len(cells)-1] = yesNo(m.best != nil && cells[0] == strconv.Itoa(m.best.Restart))
	}
}

func (m *optimizedMerger) finish(parts []*part, files *fileSet, d *resultDir) (outcome, err error) {
	for i, p := range parts {
		for _, name := range slices.Sorted(maps.Keys(outputsIn(p.manifest))) {
			snapshot := path.Dir(name) == snapshotFolder
			switch {
			case !snapshot && name != dataFile:
				continue // a table
			case !snapshot && i != m.part:
				// Another has better data, but this part must be as it was, too.
				err = p.copyTo(io.Discard, name, files.manifest)
			default:
				if err = os.MkdirAll(filepath.Dir(d.join(name)), 0o777); err == nil {
					err = files.add(d.join(name), func(w io.Writer) error { return p.copyTo(w, name, files.manifest) })
				}
			}
			if err != nil {
				return nil, err
			}
		}
	}
	return outcomeOf(m.config, m.best), nil
}

// readOutcomes reads what was asked for from a manifest, and how the restarts ended
// from the tables in directories. It returns the one that ended best and which
// directory has it.
func readOutcomes(m *dataio.Manifest, directories []string) (config *optimize.Config, best *optimize.Outcome, at int, err error) {
	goal, err := optimize.ParseGoal(fmt.Sprint(m.Config["measure"]))
	if err != nil {
		return nil, nil, 0, measureError(err)
	}
	c := optimize.DefaultConfig(goal)
	for name, to := range map[string]*float64{"target": &c.Target, "stop": &c.Stop} {
		if *to = math.NaN(); m.Config[name] == nil {
			continue
		}
		if *to, err = strconv.ParseFloat(fmt.Sprint(m.Config[name]), 64); err != nil {
			return nil, nil, 0, &data.InputError{Path: directories[0], Found: fmt.Sprintf("a manifest with the %s %v", name, m.Config[name]), Wanted: "want the part as it was written"}
		}
	}
	var outcomes []*optimize.Outcome
	directory := map[*optimize.Outcome]int{}
	for i, path := range directories {
		some, err := readOutcomesOf(filepath.Join(path, outcomesFile))
		if err != nil {
			return nil, nil, 0, err
		}
		for _, out := range some {
			directory[out] = i
		}
		outcomes = append(outcomes, some...)
	}
	slices.SortFunc(outcomes, func(a, b *optimize.Outcome) int { return a.Restart - b.Restart })
	best = c.Best(outcomes)
	return &c, best, directory[best], nil
}

// readOutcomesOf reads a table of outcomes, as far as it says what Best wants to know.
func readOutcomesOf(path string) ([]*optimize.Outcome, error) {
	table, err := dataio.OpenTable(path, dataio.Options{})
	if err != nil {
		return nil, err
	}
	defer func() { _ = table.Close() }()
	if got := table.Columns(); !slices.Equal(got, outcomeColumns) {
		return nil, &data.InputError{Path: path, Found: fmt.Sprintf("columns %q", got), Wanted: fmt.Sprintf("want %q", outcomeColumns)}
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
		out := &optimize.Outcome{Reason: optimize.Reason(fmt.Sprint(cells[4]))}
		var errs [3]error
		out.Restart, errs[0] = strconv.Atoi(fmt.Sprint(cells[0]))
		out.Score, errs[1] = strconv.ParseFloat(fmt.Sprint(cells[1]), 64)
		out.Iterations, errs[2] = strconv.Atoi(fmt.Sprint(cells[2]))
		if err := errors.Join(errs[:]...); err != nil {
			return nil, &data.InputError{Path: path, Found: fmt.Sprintf("the outcome %v", cells), Wanted: "want the table as it was written", Err: err}
		}
		outcomes = append(outcomes, out)
	}
}
