package figure

import (
	"math"
	"strings"
	"testing"

	"simtool/internal/io"
)

// warned is a table of scores: of x against each y by each measure, with a warning in the
// second row and an error in the last.
func warned(xs, ys, measures []string, along string) *Result {
	table := &dataio.Table{Columns: []string{"x", "y", "measure", "value", "lo", "hi", "n", "warning", "error"}}
	if along != "" {
		table.Columns = append(table.Columns, along)
	}
	for _, x := range xs {
		for k, y := range ys {
			for _, m := range measures {
				row := []any{x, y, m, 0.5 + 0.001*float64(k), 0.4, 0.6, 100, nil, nil}
				if along != "" {
					row = append(row, k)
					row[1] = "y.npy"
				}
				table.Rows = append(table.Rows, row)
			}
		}
	}
	table.Rows[1][7] = "few samples; a second reason"
	last := table.Rows[len(table.Rows)-1]
	last[3], last[4], last[5], last[8] = nil, nil, nil, "the data are constant"
	return &Result{Path: "scores.csv", Label: "scores", Table: table}
}

// TestWarningsAreMarked: whatever the form of scores, one with a warning is hatched, an
// undefined one has none, and the reasons stand below.
func TestWarningsAreMarked(t *testing.T) {
	layers := someNames("layer%d.npy", 8)
	for _, c := range []struct {
		name   string
		result *Result
		form   string
	}{
		{"bars", warned([]string{"x.npy"}, []string{"a.npy", "b.npy", "c.npy"}, []string{"cka", "nbs"}, ""), ""},
		{"matrix", warned(layers[:3], layers[3:], []string{"cka"}, ""), ""},
		{"large matrix", warned(someNames("a%d.npy", 45), someNames("b%d.npy", 45), []string{"cka"}, ""), ""},
		{"lines", warned([]string{"x.npy"}, layers, []string{"cka"}, ""), lines},
		{"time", warned([]string{"x.npy"}, layers, []string{"cka"}, "time"), ""},
		{"conditions", warned([]string{"x.npy"}, layers, []string{"cka"}, "condition"), ""},
		{"distributions", warned([]string{"x.npy"}, someNames("net_%dx.npy", 400), []string{"cka"}, ""), ""},
	} {
		s := light(t)
		s.Form = c.form
		with, f := textOf(t, []*Result{c.result}, s)
		notes := strings.Join(f.notes, " ")
		if !strings.Contains(notes, "Hatched: few samples; a second reason.") || !strings.Contains(notes, "Undefined: the data are constant.") {
			t.Errorf("%s: notes %q", c.name, notes)
		}
		c.result.Table.Rows[1][7] = nil
		without, f := textOf(t, []*Result{c.result}, s)
		if strokes(with) <= strokes(without) || strings.Contains(strings.Join(f.notes, " "), "Hatched") {
			t.Errorf("%s: %d lines with a warning, %d without, notes %q", c.name, strokes(with), strokes(without), f.notes)
		}
	}
}

func strokes(svg string) int { return strings.Count(svg, "<path") }

// TestScoresAndDistancesApart: bars of distances, and of scores without a largest value,
// have axes of their own, and colours are those of the systems in all panels.
func TestScoresAndDistancesApart(t *testing.T) {
	s := light(t)
	s.Measures = func(name string) (Range, bool) {
		switch name {
		case "procrustes":
			return Range{Min: 0, Max: 2, Distance: true}, true
		case "hsic":
			return Range{Min: 0, Max: math.Inf(1)}, true
		}
		return Range{Min: 0, Max: 1}, true
	}
	r := warned([]string{"x.npy"}, []string{"a.npy", "b.npy", "c.npy"}, []string{"cka", "procrustes", "nbs", "hsic"}, "")
	_, f := textOf(t, []*Result{r}, s)
	var axes []string
	for _, p := range f.panels {
		axes = append(axes, strings.Join(p.rowNames, "+")+": "+p.x)
	}
	if got := strings.Join(axes, ", "); got != "nbs+cka: score (n = 100 samples), procrustes: distance (n = 100 samples), hsic: score (n = 100 samples)" {
		t.Error(got)
	}
	if len(f.keys) != 3 {
		t.Errorf("%d keys, want those of the systems", len(f.keys))
	}
}

// TestDecodingHasIntervals draws the intervals of the table.
func TestDecodingHasIntervals(t *testing.T) {
	r := load(t, "adjusted.csv")[0]
	with, _ := textOf(t, []*Result{r}, light(t))
	at := r.Table.Index("lo")
	for _, row := range r.Table.Rows {
		row[at] = nil
	}
	without, _ := textOf(t, []*Result{r}, light(t))
	if labels := len(Distinct(r.texts("label"))); strokes(with)-strokes(without) != labels {
		t.Errorf("%d bands, want one for each of %d labels", strokes(with)-strokes(without), labels)
	}
}

// TestOnsetLooksLikeNoOtherLine: its dashes are not those of the ceiling, the null or chance.
func TestOnsetLooksLikeNoOtherLine(t *testing.T) {
	s := light(t)
	s.Times = &Times{Onsets: []float64{0}}
	for i := range 100 {
		s.Times.At = append(s.Times.At, float64(i))
	}
	_, f := textOf(t, load(t, "time-ceiling.csv"), s)
	seen := map[string]string{}
	for _, k := range append(f.keys, f.panels[0].keys...) {
		if k.line.Width == 0 || k.name != "null" && k.name != "ceiling" && k.name != "onset" {
			continue
		}
		var dash strings.Builder
		for _, d := range k.line.Dashes {
			dash.WriteString(number(d.Points()) + " ")
		}
		if other, ok := seen[dash.String()]; ok && other != k.name {
			t.Errorf("%s and %s have the same dashes", other, k.name)
		}
		seen[dash.String()] = k.name
	}
	if len(seen) != 3 {
		t.Errorf("keys %v", seen)
	}
}

// TestHalo puts a ring around points with warnings alone.
func TestHalo(t *testing.T) {
	style := light(t)
	p := style.newPanel("", "")
	p.doubted([]float64{0, 1, 2}, []float64{1, nan, 3}, []string{"", "a", "b"}, style.line(0).Color)
	widen(&p.plot.X)
	if p.plot.X.Max-p.plot.X.Min > 2 || p.plot.X.Max < 2 {
		t.Errorf("points from %g to %g, want that at 2", p.plot.X.Min, p.plot.X.Max)
	}
}
