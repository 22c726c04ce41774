package figure

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"gonum.org/v1/plot/vg"

	"simtool/internal/data"
	"simtool/internal/io"
)

// longScores is a table of scores of systems by measures, over some times.
func longScores(t *testing.T, systems, measures []string, times int) *Result {
	t.Helper()
	table := &dataio.Table{Columns: []string{"x", "y", "measure", "value", "lo", "hi", "null", "n"}}
	if times > 0 {
		table.Columns = append(table.Columns, "time")
	}
	for i, y := range systems {
		for j, m := range measures {
			for at := range max(1, times) {
				v := 0.5 + 0.4*math.Sin(float64(3*i+5*j+at)/7)
				row := []any{"recordings/area_with_a_long_name.npy", y, m, v, v - 0.05, v + 0.04, 0.1, 640}
				if times > 0 {
					row = append(row, at)
				}
				table.Rows = append(table.Rows, row)
			}
		}
	}
	return &Result{Path: "scores.csv", Label: "scores", Table: table}
}

// allPairs is a table of the scores of all pairs.
func allPairs(t *testing.T, systems []string, measures ...string) *Result {
	t.Helper()
	table := &dataio.Table{Columns: []string{"x", "y", "measure", "value"}}
	for _, m := range measures {
		for i, x := range systems {
			for j, y := range systems[i:] {
				table.Rows = append(table.Rows, []any{x, y, m, math.Exp(-float64(j) / 20)})
			}
		}
	}
	return &Result{Path: "pairs.csv", Label: "pairs", Table: table}
}

// someNames are names of a form, with numbers.
func someNames(form string, n int) []string {
	out := make([]string, n)
	for i := range out {
		out[i] = fmt.Sprintf(form, i)
	}
	return out
}

// elevenMeasures have the names of the default measures.
var elevenMeasures = []string{
	"cka", "cka:estimator=debiased", "nbs", "procrustes:as=angular-score", "cca", "svcca", "linreg", "linreg:cv=5:folds=conditions",
	"ridge:lambda=auto:cv=5:folds=conditions", "rsa", "rsa:rdm=correlation:compare=spearman",
}

// features21 are features with all their products, as weights and as importances.
func features21(t *testing.T) (weights, importances, byLayer *Result) {
	t.Helper()
	names := someNames("q_is_it_a_thing_that_one_can_hold_%d", 21)
	w := &dataio.Table{Columns: []string{"feature_a", "feature_b", "weight", "lo", "hi"}}
	im := &dataio.Table{Columns: []string{"feature", "group", "importance", "sd", "lo", "hi", "pvalue", "n", "method"}}
	layers := &dataio.Table{Columns: append(slices.Clone(im.Columns), "representation")}
	for i, a := range names {
		for j, b := range names[:i+1] {
			v := math.Sin(float64(i*j + 1))
			w.Rows = append(w.Rows, []any{a, b, v, v - 0.1, v + 0.1})
			name := a
			if i != j {
				name = b + "*" + a
			}
			row := []any{name, nil, v, 0.1, v - 0.1, v + 0.1, 0.01, 25, "permutation"}
			im.Rows = append(im.Rows, row)
			for layer := range 12 {
				if i == j {
					layers.Rows = append(layers.Rows, append(slices.Clone(row), fmt.Sprintf("net/layer%d.npy", layer)))
				}
			}
		}
	}
	return &Result{Path: "weights.csv", Table: w}, &Result{Path: "importance.csv", Table: im}, &Result{Path: "layers.csv", Table: layers}
}

// weightsByLayer is a table of weights, alone or with all products.
func weightsByLayer(layers, features int, products bool) *Result {
	table := &dataio.Table{Columns: []string{"feature_a", "feature_b", "weight", "lo", "hi", "representation"}}
	names := someNames("feature_%d", features)
	for layer := range layers {
		for i, a := range names {
			for j, b := range names[:i+1] {
				if v := math.Sin(float64(3*i + 7*j + layer)); products || i == j {
					table.Rows = append(table.Rows, []any{a, b, v, v - 0.1, v + 0.1, fmt.Sprintf("net/layer%d.npy", layer)})
				}
			}
		}
	}
	return &Result{Path: "weights.csv", Table: table}
}

// manyPairs is a table of the scores of some systems with others.
func manyPairs(xs, ys int, measures []string) *Result {
	table := &dataio.Table{Columns: []string{"x", "y", "measure", "value", "lo", "hi"}}
	for k, m := range measures {
		for i, x := range someNames("area%d.npy", xs) {
			for j, y := range someNames("layer%d.npy", ys) {
				v := 0.5 + 0.4*math.Sin(float64(i+3*j+k))
				table.Rows = append(table.Rows, []any{x, y, m, v, v - 0.1, v + 0.1})
			}
		}
	}
	return &Result{Path: "pairs.csv", Label: "pairs", Table: table}
}

// TestTextFits measures the box of every text of every golden figure, and of figures of
// many systems, features, measures and times, at several widths: none is cut off, and
// none stands over another. What cannot be drawn at a width is refused with the smallest
// that does.
func TestTextFits(t *testing.T) {
	type drawing struct {
		name    string
		results []*Result
		style   func(s *Style)
	}
	var drawings []drawing
	for _, c := range goldenCases(t) {
		drawings = append(drawings, drawing{c.name, c.results, c.style})
	}
	long := someNames("activations/network_of_a_long_name/blocks.%d.attention.output", 48)
	layers := someNames("layer%d.npy", 48)
	weights, importances, byLayer := features21(t)
	form := func(name string) func(s *Style) { return func(s *Style) { s.Form = name } }
	drawings = append(drawings, []drawing{
		{"48 layers, all pairs", []*Result{allPairs(t, layers, "cka")}, nil},
		{"48 long names, all pairs", []*Result{allPairs(t, long, "cka")}, nil},
		{"48 layers, 3 measures, all pairs", []*Result{allPairs(t, layers, "cka", "nbs", "procrustes:as=angular-score")}, nil},
		{"48 layers", []*Result{longScores(t, layers, []string{"cka"}, 0)}, nil},
		{"48 layers as bars", []*Result{longScores(t, layers, []string{"cka"}, 0)}, form(bars)},
		{"48 long names as bars", []*Result{longScores(t, long, []string{"cka", "nbs"}, 0)}, form(bars)},
		{"11 measures, 16 times", []*Result{longScores(t, someNames("models/network_%d_of_a_long_name.npy", 3), elevenMeasures, 16)}, nil},
		{"11 measures, 3 models", []*Result{longScores(t, someNames("models/network_%d.npy", 3), elevenMeasures, 0)}, nil},
		{"11 measures, 12 layers", []*Result{longScores(t, layers[:12], elevenMeasures, 0)}, nil},
		{"11 measures by model, matrix", []*Result{longScores(t, long[:5], elevenMeasures, 0)}, func(s *Style) { s.Form, s.Facet = matrix, "" }},
		{"21 features with products", []*Result{weights}, nil},
		{"importance of 231 terms", []*Result{importances}, nil},
		{"21 features, 12 layers", []*Result{byLayer}, nil},
		{"21 features, 12 layers as lines", []*Result{byLayer}, form(lines)},
		{"21 features, 12 layers as bars", []*Result{byLayer}, form(bars)},
		{"weights of 21 features, 12 layers", []*Result{weightsByLayer(12, 21, false)}, nil},
		{"weights of 21 features, 3 layers", []*Result{weightsByLayer(3, 21, false)}, nil},
		{"weights of 6 features with products, 48 layers", []*Result{weightsByLayer(48, 6, true)}, nil},
		{"weights of 200 features", []*Result{weightsByLayer(1, 200, false)}, nil},
		{"11 × 16 by 11 measures", []*Result{manyPairs(11, 16, elevenMeasures)}, nil},
		{"40 × 3", []*Result{manyPairs(40, 3, elevenMeasures[:1])}, nil},
	}...)
	for _, d := range drawings {
		for _, width := range []vg.Length{ColumnWidth, 130 * vg.Millimeter, 180 * vg.Millimeter} {
			style := light(t)
			style.Width = width
			if d.style != nil {
				d.style(&style)
			}
			name := fmt.Sprintf("%s at %.0f mm", d.name, width.Points()/vg.Millimeter.Points())
			f, err := New(d.results, style)
			if err != nil {
				if e, ok := data.AsInputError(err); !ok || !strings.Contains(e.Error(), "mm") {
					t.Errorf("%s: %v", name, err)
				}
				t.Logf("%s: %v", name, err)
				continue
			}
			if style.Height == 0 && f.height > pageHeight+0.01 {
				t.Errorf("%s is %.0f mm high, more than a page", name, f.height.Points()/vg.Millimeter.Points())
			}
			if misfits := f.misfits(); misfits != nil {
				t.Errorf("%s (%.0f × %.0f pt): %s", name, f.width.Points(), f.height.Points(), strings.Join(misfits, "; "))
			}
		}
	}
}
