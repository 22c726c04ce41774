package verbmlem

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"

	"simtool/internal/batch"
	"simtool/internal/data"
	"simtool/internal/mlem"
	"simtool/internal/result"
	"simtool/internal/stats"
)

// fitted is what becomes of a representation.
type fitted struct {
	name     string
	Sources  []data.Source
	Model    json.RawMessage
	Summary  string  // of the held-out score, "" where nothing was held out
	KKT      float64 // violation of the optimality conditions
	Warnings []string
	Counts   []int // rows of each table

	rows [][][]any // of each table: weights, importance, scores
	err  error     // why there is neither a model nor weights, nil for a fit
}

// fitTables are the tables of fits, in the order of fitted.rows.
type fitTables struct {
	weights    result.Of[result.Weight]
	importance result.Of[result.Importance]
	scores     result.Of[result.FitScore]
}

// tablesOf returns the tables: where there are several representations, a column has
// their names.
func tablesOf(several bool) fitTables {
	if several {
		const column = "representation"
		return fitTables{result.Weights.With(column), result.Importances.With(column), result.FitScores.With(column)}
	}
	return fitTables{result.Weights, result.Importances, result.FitScores}
}

// newFitted renders what was fitted to a representation, which is one of several or
// the only one.
func newFitted(r *mlem.Result, ceiling *mlem.Ceiling, several bool) *fitted {
	model, err := json.Marshal(r.Model)
	if err != nil {
		panic(err) // only a fault of ours makes a model that is no JSON
	}
	f := &fitted{name: r.Name, Model: model, KKT: r.KKT, Warnings: r.Warnings}
	tables := tablesOf(several)
	var weights, importance, scores [][]any
	for _, w := range r.Weights {
		lo, hi := bounds(w.Interval)
		weights = append(weights, tables.weights.Cells(result.Weight{FeatureA: w.A, FeatureB: w.B, Weight: w.Weight, Lo: lo, Hi: hi, Representation: r.Name}))
	}
	for _, i := range r.Importance {
		lo, hi := bounds(i.Interval)
		importance = append(importance, tables.importance.Cells(result.Importance{
			Feature: i.Feature, Group: i.Group, Importance: i.Value, SD: i.SD, Lo: lo, Hi: hi,
			PValue: result.Positive(i.P), N: i.N, Method: string(i.Method), Representation: r.Name,
		}))
	}
	for _, s := range r.Scores {
		if s.Split == "held-out" {
			f.Summary = "no held-out score"
			if s.Defined() {
				f.Summary = fmt.Sprintf("held-out Spearman %.3f", s.Spearman)
			}
		}
		lo, hi := bounds(s.Interval)
		scores = append(scores, tables.scores.Cells(result.FitScore{
			Fold: s.Fold, Split: s.Split, Spearman: s.Spearman, Pearson: s.Pearson, R2: s.R2, Stimuli: s.Stimuli, Pairs: s.Pairs,
			SE: result.Positive(s.SE), Lo: lo, Hi: hi, PValue: result.Positive(s.P), Representation: r.Name,
		}))
	}
	if ceiling != nil {
		for _, c := range []struct {
			split string
			value float64
		}{{"noise ceiling, lower", ceiling.Lower}, {"noise ceiling, upper", ceiling.Upper}} {
			row := noScore(r.Name)
			row.Split, row.Spearman = c.split, c.value
			scores = append(scores, tables.scores.Cells(row))
		}
	}
	f.rows = [][][]any{weights, importance, scores}
	for _, rows := range f.rows {
		f.Counts = append(f.Counts, len(rows))
	}
	return f
}

// newFailed is one of several representations that cannot be read or fitted.
func newFailed(name string, err error) *fitted {
	row := noScore(name)
	row.Error = batch.RowText(err)
	return &fitted{name: name, err: err, rows: [][][]any{nil, nil, {tablesOf(true).scores.Cells(row)}}}
}

// noScore is a row of scores without numbers.
func noScore(name string) result.FitScore {
	nan := math.NaN()
	return result.FitScore{Spearman: nan, Pearson: nan, R2: nan, SE: nan, Lo: nan, Hi: nan, PValue: nan, Representation: name}
}

// bounds are the ends of an interval, NaN where there is none.
func bounds(i stats.Interval) (lo, hi float64) {
	if i == (stats.Interval{}) {
		return math.NaN(), math.NaN()
	}
	return i.Lo, i.Hi
}

// encode makes bytes of a fit for a checkpoint: a line of JSON, and the rows.
func (f *fitted) encode() []byte {
	head, err := json.Marshal(f)
	if err != nil {
		panic(err) // as in newFitted
	}
	var rows [][]any
	for _, part := range f.rows {
		rows = append(rows, part...)
	}
	return append(append(head, '\n'), batch.EncodeRows(rows)...)
}

// decodeFitted undoes encode.
func decodeFitted(name string, value []byte) (*fitted, error) {
	f := &fitted{name: name}
	head, tail, _ := bytes.Cut(value, []byte{'\n'})
	if err := json.Unmarshal(head, f); err != nil {
		return nil, fmt.Errorf("the checkpoint of %q: %w", name, err)
	}
	rows, err := batch.DecodeRows(tail)
	if err != nil {
		return nil, fmt.Errorf("the checkpoint of %q: %w", name, err)
	}
	for _, n := range f.Counts {
		if n < 0 || n > len(rows) {
			return nil, fmt.Errorf("the checkpoint of %q: fewer rows than it says", name)
		}
		f.rows, rows = append(f.rows, rows[:n]), rows[n:]
	}
	return f, nil
}
