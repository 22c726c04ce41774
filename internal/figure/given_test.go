package figure

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"simtool/internal/data"
	"simtool/internal/io"
)

// textOf draws results and returns the SVG.
func textOf(t *testing.T, rs []*Result, s Style) (string, *Figure) {
	t.Helper()
	f, err := New(rs, s)
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := f.Write(&b, "svg", 0); err != nil {
		t.Fatal(err)
	}
	return b.String(), f
}

// TestTimes puts times in the place of bins, with their unit and the onset.
func TestTimes(t *testing.T) {
	for _, name := range []string{"time.csv", "compare-time.csv", "decode.csv", "adjusted.csv"} {
		s := light(t)
		s.Times = &Times{Unit: "ms", Onsets: []float64{0}, File: "times.csv"}
		for i := range 100 {
			s.Times.At = append(s.Times.At, float64(50*i-200))
		}
		svg, f := textOf(t, load(t, name), s)
		if !strings.Contains(svg, ">time (ms)<") || !strings.Contains(svg, ">onset<") || !strings.Contains(svg, ">0<") || strings.Contains(svg, "bin") {
			t.Errorf("%s: %s", name, f.Alt)
		}
		s.Times.At = s.Times.At[:1]
		_, err := New(load(t, name), s)
		var input *data.InputError
		if !errors.As(err, &input) || input.Path != "times.csv" {
			t.Errorf("%s with one time: %v", name, err)
		}
	}
	s := light(t)
	s.Times = &Times{}
	if _, err := New(load(t, "scores.csv"), s); err == nil {
		t.Error("times of scores without time")
	}
}

// TestNames shows other names than those of the results, though they look like paths, and
// other labels.
func TestNames(t *testing.T) {
	table := &dataio.Table{Columns: []string{"x", "y", "measure", "value"}}
	for _, y := range []string{"models/net.npy", "models/tree.npy"} {
		for _, m := range []string{"cka", "nbs"} {
			table.Rows = append(table.Rows, []any{"rec.npy", y, m, 0.5})
		}
	}
	r := &Result{Path: "s.csv", Label: "s", Table: table}
	s := light(t)
	s.Names = map[string]string{"net": "Net/v1.2", "models/tree.npy": "A tree", "rec": "Area V1", "cka": "CKA"}
	s.XLabel, s.Legend = "similarity", "Model"
	s.Measures = func(name string) (Range, bool) {
		if name != "cka" && name != "nbs" {
			t.Errorf("asked for the measure %q", name)
		}
		return Range{Min: 0, Max: 1}, true
	}
	svg, _ := textOf(t, []*Result{r}, s)
	for _, want := range []string{">Net/v1.2<", ">A tree<", ">CKA<", ">nbs<", ">Similarity to Area V1<", ">similarity<", ">Model<"} {
		if !strings.Contains(svg, want) {
			t.Errorf("the figure lacks %s", want)
		}
	}
	if strings.Contains(svg, asIs) {
		t.Error("a mark of a name is written")
	}
	s.Form = matrix
	svg, _ = textOf(t, []*Result{r}, s)
	if !strings.Contains(svg, ">Net/v1.2<") || strings.Contains(svg, asIs) {
		t.Error("the matrix has other names")
	}
	if table.Rows[0][1] != "models/net.npy" {
		t.Error("the result was changed")
	}
}

// TestASinglePointIsAPoint: a line of one point would not be seen.
func TestASinglePointIsAPoint(t *testing.T) {
	table := &dataio.Table{Columns: []string{"x", "y", "measure", "value", "time"}, Rows: [][]any{{"r", "m", "cka", 0.5, 0}}}
	_, f := textOf(t, []*Result{{Path: "s.csv", Table: table}}, light(t))
	if len(f.panels[0].marks) != 1 {
		t.Errorf("%d marks", len(f.panels[0].marks))
	}
	svg, _ := textOf(t, []*Result{{Path: "s.csv", Table: table}}, light(t))
	if !strings.Contains(svg, "A1.9,1.9") { // an arc of the radius of a point
		t.Error("no point is drawn")
	}
}
