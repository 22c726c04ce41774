package verbmlem

import (
	"encoding/json"
	"fmt"
	"io"
	"math"
	"os"
	"slices"
	"strings"

	"simtool/internal/batch"
	"simtool/internal/data"
	"simtool/internal/mlem"
	"simtool/internal/result"
	"simtool/internal/stats"
)

// nullsFile has the permutations of a part of a batch over time: a p value that is
// corrected for all times is known when all parts are.
const nullsFile = "nulls.json"

// tested is a score or an importance of a window with what permutations of the stimuli
// give, the same ones in all windows.
type tested struct {
	Path      string // of the recording
	From, End int    // time bins of the window
	Name      string // of the representation
	Row       string // of a table; see rowOf
	Value     float64
	Null      []float64
}

// testsOf lists the tests of a fit, none where the representations are no windows.
func (f *fits) testsOf(r *mlem.Result) []tested {
	if f.Windows.Per == "" || f.options.Null == 0 {
		return nil
	}
	w := f.windows[r.Name]
	var out []tested
	add := func(row string, n mlem.Null) {
		if len(n.Draws) > 0 && !math.IsNaN(n.Value) && !slices.ContainsFunc(n.Draws, math.IsNaN) {
			out = append(out, tested{w.path, w.from, w.end, r.Name, row, n.Value, n.Draws})
		}
	}
	for _, s := range r.Scores {
		add(heldOut, s.Null)
	}
	for _, i := range r.Importance {
		add(importanceRow(i.Feature, i.Group, string(i.Method)), i.Null)
	}
	return out
}

// heldOut is the split of the mean over folds, which is tested.
const heldOut = "held-out"

// importanceRow names a row of the importances of a representation.
func importanceRow(feature, group, method string) string {
	return strings.Join([]string{feature, group, method}, "\n")
}

// rowOf names a row of a table, "" for one that is not tested.
func rowOf(table string, schema *result.Schema, row []any) string {
	text := func(column string) string {
		if v := schema.Cell(row, column); v != nil {
			return fmt.Sprint(v)
		}
		return ""
	}
	switch {
	case table == importanceFile:
		return importanceRow(text("feature"), text("group"), text("method"))
	case table == scoresFile && text("split") == heldOut:
		return heldOut
	}
	return ""
}

// corrected are the p values of tests, corrected for all times of their recording.
type corrected map[[2]string]struct{ largest, cluster float64 }

// correct compares each row of a recording over time.
func correct(tests []tested) corrected {
	byRow := map[[2]string][]tested{}
	var order [][2]string
	for _, t := range tests {
		key := [2]string{t.Path, t.Row}
		if byRow[key] == nil {
			order = append(order, key)
		}
		byRow[key] = append(byRow[key], t)
	}
	out := corrected{}
	for _, key := range order {
		of := byRow[key]
		slices.SortFunc(of, func(a, b tested) int { return a.From - b.From })
		var values []float64
		var null [][]float64
		at := make([]int, len(of))
		for k, t := range of {
			if k > 0 && t.From != of[k-1].End { // windows without a fit part clusters
				values, null = append(values, math.NaN()), append(null, nil)
			}
			at[k] = len(values)
			values, null = append(values, t.Value), append(null, t.Null)
		}
		family := stats.NewFamily(values, null, false)
		largest, clusters := family.Largest(), family.Clusters()
		for k, t := range of {
			out[[2]string{t.Name, t.Row}] = struct{ largest, cluster float64 }{largest[at[k]], clusters[at[k]]}
		}
	}
	return out
}

// edit sets the corrected p values of a row.
func (c corrected) edit(table string, schema *result.Schema, row []any) {
	name, _ := schema.Cell(row, "representation").(string)
	p, ok := c[[2]string{name, rowOf(table, schema, row)}]
	if !ok {
		return
	}
	for column, v := range map[string]float64{"p_adj": p.largest, "p_cluster": p.cluster} {
		if !math.IsNaN(v) {
			schema.SetCell(row, column, v)
		}
	}
}

// overTime corrects the p values of windows: in the tables where all are there, and
// otherwise in a file of their permutations, for who puts the parts together.
func (f *fits) overTime(all []*fitted, tables []*batch.ItemTable, files *batch.FileSet) error {
	if f.Windows.Per == "" || f.options.Null == 0 {
		return nil
	}
	tests := []tested{}
	for _, one := range all {
		tests = append(tests, one.Tests...)
	}
	if f.control.Shard.Count > 1 {
		return files.Add(f.directory.Join(nullsFile), func(w io.Writer) error { return json.NewEncoder(w).Encode(tests) })
	}
	c := correct(tests)
	for _, t := range tables {
		for _, row := range t.Rows {
			c.edit(t.Name, t.Schema, row)
		}
	}
	return nil
}

// readNulls reads the permutations of the parts of a batch. That they are as they were
// written is checked when the merger notes them.
func readNulls(parts []*batch.PartFile) (corrected, error) {
	var tests []tested
	for _, p := range parts {
		if _, ok := batch.OutputsIn(p.Manifest)[nullsFile]; !ok {
			continue
		}
		text, err := os.ReadFile(p.Join(nullsFile))
		if err != nil {
			return nil, batch.Unreadable(p.Join(nullsFile), err)
		}
		var own []tested
		if err := json.Unmarshal(text, &own); err != nil {
			return nil, &data.InputError{Path: p.Join(nullsFile), Found: "not permutations (" + batch.OneLine(err.Error()) + ")", Wanted: "want the part as it was written", Err: err}
		}
		tests = append(tests, own...)
	}
	return correct(tests), nil
}
