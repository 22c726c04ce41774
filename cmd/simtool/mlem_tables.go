package main

import (
	"encoding/json"
	"fmt"
	"io"
	"math"
	"os"

	"simtool/internal/mlem"
	"simtool/internal/stats"
)

// newFitted renders what was fitted to a representation. Where there are several,
// rows end with its name.
func newFitted(r *mlem.Result, ceiling *mlem.Ceiling, several bool) *fitted {
	model, err := json.Marshal(r.Model)
	must(err)
	f := &fitted{name: r.Name, Model: model, KKT: r.KKT, Warnings: r.Warnings}
	var weights, importance, scores [][]any
	for _, w := range r.Weights {
		lo, hi := bounds(w.Interval)
		weights = append(weights, []any{w.A, w.B, w.Weight, lo, hi})
	}
	for _, i := range r.Importance {
		lo, hi := bounds(i.Interval)
		importance = append(importance, []any{text(i.Feature), text(i.Group), i.Value, i.SD, lo, hi, positive(i.P), i.N, string(i.Method)})
	}
	for _, s := range r.Scores {
		if s.Split == "held-out" {
			f.Summary = "no held-out score"
			if s.Defined() {
				f.Summary = fmt.Sprintf("held-out Spearman %.3f", s.Spearman)
			}
		}
		lo, hi := bounds(s.Interval)
		scores = append(scores, []any{known(s.Fold), s.Split, defined(s.Spearman), defined(s.Pearson), defined(s.R2), s.Stimuli, s.Pairs, positive(s.SE), lo, hi, positive(s.P)})
	}
	if ceiling != nil {
		for _, c := range []struct {
			split string
			value float64
		}{{"noise ceiling, lower", ceiling.Lower}, {"noise ceiling, upper", ceiling.Upper}} {
			scores = append(scores, []any{nil, c.split, c.value, nil, nil, nil, nil, nil, nil, nil, nil})
		}
	}
	f.rows = [][][]any{weights, importance, scores}
	for _, rows := range f.rows {
		f.Counts = append(f.Counts, len(rows))
		for i := range rows {
			if several {
				rows[i] = append(rows[i], r.Name)
			}
		}
	}
	return f
}

// fitTables returns the tables of fits: weights, importances and scores.
func fitTables(fits []*fitted, several bool) []namedTable {
	var last []string
	if several {
		last = []string{"representation"}
	}
	table := func(name string, columns ...string) namedTable {
		return newNamedTable(name+".csv", "simtool.mlem."+name+"/v1", append(columns, last...)...)
	}
	tables := []namedTable{
		table("weights", "feature_a", "feature_b", "weight", "lo", "hi"),
		table("importance", "feature", "group", "importance", "sd", "lo", "hi", "p", "n", "method"),
		table("scores", "fold", "split", "spearman", "pearson", "r2", "n_stimuli", "n_pairs", "se", "lo", "hi", "p"),
	}
	for i := range tables {
		for _, f := range fits {
			tables[i].add(f.rows[i])
		}
	}
	return tables
}

// writeFits writes the tables, and a model for each representation.
func writeFits(files *fileSet, d *resultDir, tables []namedTable, fits []*fitted, several bool) error {
	if err := os.MkdirAll(d.path, 0o777); err != nil {
		return err
	}
	if err := d.writeTables(files, tables); err != nil {
		return err
	}
	models := map[string]json.RawMessage{}
	for _, f := range fits {
		models[f.name] = f.Model
	}
	return files.add(d.join(modelFile), func(w io.Writer) error {
		if several {
			return encodeModels(w, models)
		}
		return encodeModels(w, fits[0].Model)
	})
}

// encodeModels writes one model, or several under their names.
func encodeModels(w io.Writer, models any) error {
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	return e.Encode(models)
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
