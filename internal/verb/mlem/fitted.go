package verbmlem

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"slices"

	"simtool/internal/batch"
	"simtool/internal/data"
	"simtool/internal/io"
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
	Counts   []int    // rows of each table
	Tests    []tested `json:",omitempty"`

	rows [][][]any // of each table: weights, importance, scores
	err  error     // why there is neither a model nor weights, nil for a fit
}

// fitTables are the tables of fits, in the order of fitted.rows.
type fitTables struct {
	weights    result.Of[result.Weight]
	importance result.Of[result.Importance]
	scores     result.Of[result.FitScore]
}

// tables returns the tables: where there are several representations or repeats, a column
// has their names or numbers.
func (f *fits) tables() fitTables {
	var columns, importance, scores []string
	if f.several() {
		columns = []string{"representation"}
	}
	if f.Windows.Per != "" {
		columns = append(columns, "time")
	}
	importance, scores = slices.Clone(columns), slices.Clone(columns)
	if f.Windows.Per != "" && f.options.Null > 0 {
		importance, scores = append(importance, "p_adj", "p_cluster"), append(scores, "p_adj", "p_cluster")
	}
	if f.options.Score != mlem.ScoreSpearman {
		importance = append(importance, "score")
	}
	if f.options.Repeats > 1 {
		scores = append(scores, "repeat")
	}
	return fitTables{result.Weights.With(columns...), result.Importances.With(importance...), result.FitScores.With(scores...)}
}

// newFitted renders what was fitted to a representation.
func (f *fits) newFitted(r *mlem.Result) *fitted {
	model, err := dataio.EncodeJSON(r.Model, "", true) // levels may be no UTF-8
	if err != nil {
		panic(err) // only a fault of ours makes a model that is no JSON
	}
	tables, by := f.tables(), f.options.Score
	time := f.windows[r.Name].from
	out := &fitted{name: r.Name, Model: bytes.TrimSpace(model), KKT: r.KKT, Warnings: r.Warnings, Tests: f.testsOf(r)}
	if f.RowEffects == rowsYes && !r.RowEffects {
		out.Warnings = append(out.Warnings, fmt.Sprintf("--row-effects yes: pairs count alike. Effects of single stimuli are told apart where all pairs are fitted to, without --objective spearman; of more than %d stimuli for squared lengths and features without missing values", mlem.RowStimuli))
	}
	var weights, importance, scores [][]any
	for _, w := range r.Weights {
		lo, hi := bounds(w.Interval)
		weights = append(weights, tables.weights.Cells(result.Weight{FeatureA: w.A, FeatureB: w.B, Weight: w.Weight, Lo: lo, Hi: hi, Representation: r.Name, Note: w.Note, Time: time}))
	}
	for _, i := range r.Importance {
		lo, hi := bounds(i.Interval)
		importance = append(importance, tables.importance.Cells(result.Importance{
			Feature: i.Feature, Group: i.Group, Importance: i.Value, SD: i.SD, Lo: lo, Hi: hi,
			PValue: result.Positive(i.P), N: i.N, Method: string(i.Method), Representation: r.Name, Score: string(by), Note: i.Note, Time: time, PAdj: math.NaN(), PCluster: math.NaN(),
		}))
	}
	for _, s := range r.Scores {
		if s.Split == heldOut {
			out.Summary = "no held-out score"
			if s.Defined() {
				out.Summary = fmt.Sprintf("held-out %s %.3f", map[mlem.Statistic]string{mlem.ScoreSpearman: "Spearman", mlem.ScorePearson: "Pearson", mlem.ScoreR2: "R2"}[by], s.Of(by))
			}
		}
		lo, hi := bounds(s.Interval)
		scores = append(scores, tables.scores.Cells(result.FitScore{
			Fold: s.Fold, Split: s.Split, Spearman: s.Spearman, Pearson: s.Pearson, R2: s.R2, Stimuli: s.Stimuli, Pairs: s.Pairs,
			SE: result.Positive(s.SE), Lo: lo, Hi: hi, PValue: result.Positive(s.P), Representation: r.Name, Repeat: s.Repeat, Note: s.Note(), Time: time, PAdj: math.NaN(), PCluster: math.NaN(),
		}))
	}
	if f.ceiling != nil {
		for _, c := range []struct {
			split string
			value float64
		}{{"noise ceiling, lower", f.ceiling.Lower}, {"noise ceiling, upper", f.ceiling.Upper}} {
			row := noScore(r.Name)
			row.Split, row.Spearman, row.Note = c.split, c.value, "no interval: a bound by the repeats"
			scores = append(scores, tables.scores.Cells(row))
		}
	}
	out.rows = [][][]any{weights, importance, scores}
	for _, rows := range out.rows {
		out.Counts = append(out.Counts, len(rows))
	}
	return out
}

// newFailed is one of several representations that cannot be read or fitted.
func (f *fits) newFailed(name string, err error) *fitted {
	row := noScore(name)
	row.Error, row.Time = batch.RowText(err), f.windows[name].from
	return &fitted{name: name, err: err, rows: [][][]any{nil, nil, {f.tables().scores.Cells(row)}}}
}

// noScore is a row of scores without numbers.
func noScore(name string) result.FitScore {
	nan := math.NaN()
	return result.FitScore{Spearman: nan, Pearson: nan, R2: nan, SE: nan, Lo: nan, Hi: nan, PValue: nan, PAdj: nan, PCluster: nan, Representation: name}
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

// decodeFitted undoes encode, for tables of these schemas. Errors, which are
// *data.InputError without a path, say what no fit leaves.
func decodeFitted(name string, value []byte, tables fitTables) (*fitted, error) {
	bad := func(err error) (*fitted, error) {
		return nil, &data.InputError{Found: fmt.Sprintf("a fit of %q that is none (%v)", name, err), Wanted: "want what an interrupted run left", Err: err}
	}
	f := &fitted{name: name}
	head, tail, _ := bytes.Cut(value, []byte{'\n'})
	if err := json.Unmarshal(head, f); err != nil {
		return bad(err)
	}
	if _, err := decodeModel(f.Model); err != nil {
		return bad(err)
	}
	rows, err := batch.DecodeRows(tail)
	if err != nil {
		return bad(err)
	}
	schemas := []*result.Schema{tables.weights.Schema, tables.importance.Schema, tables.scores.Schema}
	if len(f.Counts) != len(schemas) {
		return bad(fmt.Errorf("%d tables", len(f.Counts)))
	}
	for i, n := range f.Counts {
		if n < 0 || n > len(rows) {
			return bad(fmt.Errorf("fewer rows than it says"))
		}
		for _, row := range rows[:n] {
			if err := schemas[i].Check(row); err != nil {
				return bad(fmt.Errorf("a row that is none of %s: %w", schemas[i].Name, err))
			}
		}
		f.rows, rows = append(f.rows, rows[:n]), rows[n:]
	}
	if len(rows) > 0 {
		return bad(fmt.Errorf("more rows than it says"))
	}
	return f, nil
}
