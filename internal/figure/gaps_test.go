package figure

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"

	"simtool/internal/data"
	"simtool/internal/io"
)

// TestBandsAndLinesBreak checks that neither a band nor a line passes over a place
// without an interval or value.
func TestBandsAndLinesBreak(t *testing.T) {
	x := []float64{0, 1, 2, 3, 4, 5, 6}
	y := []float64{1, 1, nan, 2, nan, 3, 3}
	if got, want := unbroken(x, y), [][2]int{{0, 2}, {3, 4}, {5, 7}}; !slices.Equal(got, want) {
		t.Errorf("unbroken parts %v, want %v", got, want)
	}
	if got := unbroken(x, x, []float64{nan, 1, 1, math.Inf(1), 1, 1, nan}); !slices.Equal(got, [][2]int{{1, 3}, {4, 6}}) {
		t.Errorf("parts of two curves %v", got)
	}
	style := light(t)
	p := style.newPanel("", "")
	p.line(x, y, style.line(0), "line")
	if len(p.marks) != 5 {
		t.Errorf("%d marks, want those of the 5 values", len(p.marks))
	}
	if _, ok := p.band(x, y, y); !ok {
		t.Error("no band")
	}
	if _, ok := p.band(x[:2], []float64{nan, 1}, []float64{nan, 2}); ok {
		t.Error("one interval is a band")
	}
	p.undefined(x, y)
	if p.plot.X.Min != 0 || p.plot.X.Max != 6 {
		t.Errorf("x axis from %g to %g", p.plot.X.Min, p.plot.X.Max)
	}
	if got := p.xys(x, y); !slices.Equal(got, plotter.XYs{{X: 0, Y: 1}, {X: 1, Y: 1}, {X: 3, Y: 2}, {X: 5, Y: 3}, {X: 6, Y: 3}}) {
		t.Errorf("points %v", got)
	}
}

// layered makes scores of eight layers; the fifth has the cell that is given.
func layered(cell any, reason string) *Result {
	r := &Result{Path: "t.csv", Label: "t", Table: &dataio.Table{Columns: []string{"x", "y", "measure", "value", "lo", "hi", "error"}}}
	for i := range 8 {
		row := []any{"brain", fmt.Sprintf("layer%d", i+1), "cka", 0.5, 0.4, 0.6, nil}
		if i == 4 {
			row[3], row[4], row[5], row[6] = cell, nil, nil, reason
		}
		r.Table.Rows = append(r.Table.Rows, row)
	}
	return r
}

// textsOf returns the texts of a figure.
func textsOf(f *Figure) []string {
	var out []string
	for _, b := range f.textBoxes() {
		out = append(out, b.text)
	}
	return out
}

// TestUndefinedScoresOfLines checks that a line says where it has no value, and why.
func TestUndefinedScoresOfLines(t *testing.T) {
	f, err := New([]*Result{layered(nil, "a constant feature")}, light(t))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"undefined", "Undefined: a constant feature."} {
		if texts := textsOf(f); !slices.Contains(texts, want) {
			t.Errorf("texts %q lack %q", texts, want)
		}
	}
}

// TestOddCellsLeaveTheOthers checks that a column with a cell that is no number, which is
// a column of texts, keeps its numbers.
func TestOddCellsLeaveTheOthers(t *testing.T) {
	for _, odd := range []string{"NA", "Inf", "abc", "0.25"} {
		r := layered(odd, "")
		for _, row := range r.Table.Rows {
			row[3] = fmt.Sprint(row[3])
		}
		want := odd == "0.25"
		values := r.floats("value")
		if values[0] != 0.5 || finite(values[4]) != want {
			t.Errorf("%s: values %v", odd, values)
		}
		f, err := New([]*Result{r}, light(t))
		if err != nil {
			t.Fatal(err)
		}
		if got := slices.Contains(textsOf(f), "undefined"); got == want {
			t.Errorf("%s: undefined %v", odd, got)
		}
	}
}

// TestNoRoomForData checks that panels which their texts leave no room are refused with
// the smallest width or height, which then is enough.
func TestNoRoomForData(t *testing.T) {
	r := ofSchema("", "x", "y", "measure", "value")
	for m := range 11 {
		for i := range 6 {
			for j := range 6 {
				r.Table.Rows = append(r.Table.Rows, []any{fmt.Sprintf("a long name of %d", i), fmt.Sprintf("another long name %d", j), fmt.Sprintf("m%d", m), float64(i+j) / 10})
			}
		}
	}
	wide, low := light(t), light(t)
	wide.Columns, wide.Width = 6, 180*vg.Millimeter
	low.Height = 10 * vg.Millimeter
	for _, c := range []struct {
		style Style
		flag  string
	}{{wide, "--width"}, {low, "--height"}} {
		_, err := New([]*Result{r}, c.style)
		var input *data.InputError
		if !errors.As(err, &input) || !strings.HasPrefix(input.Wanted, "want a "+c.flag+" of at least ") {
			t.Errorf("%s: %v", c.flag, err)
			continue
		}
		var least float64
		if _, err := fmt.Sscanf(input.Wanted, "want a "+c.flag+" of at least %fmm", &least); err != nil {
			t.Fatal(err)
		}
		if c.flag == "--width" {
			c.style.Width = vg.Length(least) * vg.Millimeter
		} else {
			c.style.Height = vg.Length(least) * vg.Millimeter
		}
		f, err := New([]*Result{r}, c.style)
		if err != nil {
			t.Errorf("%s of %g mm: %v", c.flag, least, err)
		} else if f.squeezed() != "" || f.flattened() != "" {
			t.Errorf("%s of %g mm leaves no room", c.flag, least)
		}
	}
}

// TestLayersOfAFit checks the names and the order of the fits of many layers.
func TestLayersOfAFit(t *testing.T) {
	r := &Result{Path: "scores.csv", Label: "scores", Table: &dataio.Table{Columns: []string{"fold", "split", "spearman", "pearson", "r2", "representation"}}}
	for _, layer := range []string{"layer1", "layer10", "layer11", "layer2"} {
		path := "some/folder/" + layer + ".npy"
		r.Table.Rows = append(r.Table.Rows, []any{nil, "in-sample", 0.5, 0.5, 0.2, path}, []any{nil, "held-out", 0.4, 0.4, 0.1, path}, []any{1, "fold", 0.3, 0.4, 0.1, path})
	}
	r.Table.Columns = append(r.Table.Columns, "error")
	for i := range r.Table.Rows {
		r.Table.Rows[i] = append(r.Table.Rows[i], nil)
	}
	r.Table.Rows = append(r.Table.Rows, []any{nil, nil, nil, nil, nil, "some/folder/layer3.npy", "a constant layer"})
	f, err := New([]*Result{r}, light(t))
	if err != nil {
		t.Fatal(err)
	}
	names := []string(f.panels[0].plot.X.Tick.Marker.(nameTicks))
	if want := []string{"layer1", "layer2", "layer3", "layer10", "layer11"}; !slices.Equal(names, want) {
		t.Errorf("names %q, want %q", names, want)
	}
	if texts := textsOf(f); !slices.Contains(texts, "undefined") || !slices.Contains(texts, "Undefined: a constant layer.") {
		t.Errorf("texts %q do not say why layer3 has no fit", texts)
	}
	var keys []string
	for _, k := range f.panels[0].keys {
		keys = append(keys, k.name)
	}
	if want := []string{"in-sample", "held-out", "folds"}; !slices.Equal(keys, want) {
		t.Errorf("legend %q, want %q", keys, want)
	}
}
