package main

import (
	"encoding/json"
	"io"
	"math"
	"os"
	"path/filepath"

	"simtool/internal/data"
	"simtool/internal/io"
	"simtool/internal/mlem"
	"simtool/internal/stats"
)

// writeFits writes the directory of results of one or more representations.
// Tables of several have a last column that names the representation, and there
// is a model for each.
func (a *app) writeFits(directory string, force bool, results []*mlem.Result, ceiling *mlem.Ceiling, sources []data.Source) error {
	if err := os.MkdirAll(directory, 0o777); err != nil {
		return err
	}
	files := a.newFileSet(force, nil)
	files.single = filepath.Join(directory, "manifest.json")
	defer files.abort()
	tables := fitTables(results, ceiling)
	for _, t := range tables {
		if err := files.add(filepath.Join(directory, t.name), func(w io.Writer) error {
			return t.Write(w, dataio.CSV, dataio.TableOptions{})
		}); err != nil {
			return err
		}
	}
	var models any = results[0].Model
	if len(results) > 1 {
		byName := map[string]*mlem.Model{}
		for _, r := range results {
			byName[r.Name] = r.Model
		}
		models = byName
	}
	if err := files.add(filepath.Join(directory, "model.json"), func(w io.Writer) error {
		e := json.NewEncoder(w)
		e.SetIndent("", "  ")
		return e.Encode(models)
	}); err != nil {
		return err
	}
	return files.commit(sources, nil)
}

// fitTables renders weights, importances and scores.
func fitTables(results []*mlem.Result, ceiling *mlem.Ceiling) []namedTable {
	weights := &dataio.Table{Schema: "simtool.mlem.weights/v1", Columns: []string{"feature_a", "feature_b", "weight", "lo", "hi"}}
	importance := &dataio.Table{Schema: "simtool.mlem.importance/v1", Columns: []string{"feature", "group", "importance", "sd", "lo", "hi", "p", "n", "method"}}
	scores := &dataio.Table{Schema: "simtool.mlem.scores/v1", Columns: []string{"fold", "split", "spearman", "pearson", "r2", "n_stimuli", "n_pairs", "se", "lo", "hi", "p"}}
	several := len(results) > 1
	if several {
		for _, t := range []*dataio.Table{weights, importance, scores} {
			t.Columns = append(t.Columns, "representation")
		}
	}
	for _, r := range results {
		add := func(t *dataio.Table, cells ...any) {
			if several {
				cells = append(cells, r.Name)
			}
			t.Rows = append(t.Rows, cells)
		}
		for _, w := range r.Weights {
			lo, hi := bounds(w.Interval)
			add(weights, w.A, w.B, w.Weight, lo, hi)
		}
		for _, i := range r.Importance {
			lo, hi := bounds(i.Interval)
			add(importance, text(i.Feature), text(i.Group), i.Value, i.SD, lo, hi, positive(i.P), i.N, string(i.Method))
		}
		for _, s := range r.Scores {
			lo, hi := bounds(s.Interval)
			add(scores, known(s.Fold), s.Split, defined(s.Spearman), defined(s.Pearson), defined(s.R2), s.Stimuli, s.Pairs, positive(s.SE), lo, hi, positive(s.P))
		}
	}
	if ceiling != nil {
		for _, c := range []struct {
			split string
			value float64
		}{{"noise ceiling, lower", ceiling.Lower}, {"noise ceiling, upper", ceiling.Upper}} {
			scores.Rows = append(scores.Rows, []any{nil, c.split, c.value, nil, nil, nil, nil, nil, nil, nil, nil})
		}
	}
	return []namedTable{{"weights.csv", weights}, {"importance.csv", importance}, {"scores.csv", scores}}
}

// bounds are the cells of an interval, empty where there is none.
func bounds(i stats.Interval) (lo, hi any) {
	if i == (stats.Interval{}) {
		return nil, nil
	}
	return i.Lo, i.Hi
}

// defined is the cell of a number that is NaN where it does not exist.
func defined(v float64) any {
	if math.IsNaN(v) {
		return nil
	}
	return v
}

// positive is the cell of a number that is 0 where it was not computed, and NaN
// where it does not exist.
func positive(v float64) any {
	if !(v > 0) {
		return nil
	}
	return v
}
