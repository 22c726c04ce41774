package figure

import (
	"errors"
	"fmt"
	"image/color"
	"strings"
	"testing"

	"simtool/internal/data"
	"simtool/internal/io"
)

// looks returns the colours of the keys of each name in all panels.
func looks(f *Figure) map[string][]string {
	out := map[string][]string{}
	for _, p := range f.panels {
		for _, k := range p.keys {
			colour := k.line.Color
			switch {
			case k.fill != nil:
				colour = k.fill
			case k.glyph.Shape != nil:
				colour = k.glyph.Color
			}
			look := fmt.Sprint(color.RGBAModel.Convert(colour), k.line.Dashes)
			if len(out[k.name]) == 0 || out[k.name][0] != look {
				out[k.name] = append(out[k.name], look)
			}
		}
	}
	return out
}

// TestNamesKeepTheirLook checks that a name has one colour in all panels and that no two
// names share a colour, even where panels show different systems.
func TestNamesKeepTheirLook(t *testing.T) {
	byX, byMethod := light(t), light(t)
	byX.Facet, byMethod.Facet = "x", "method"
	decoded := func(label string) *Result {
		return &Result{Path: label + ".csv", Label: label, Table: &dataio.Table{
			Columns: []string{"label", "time", "accuracy", "chance", "folds", "n"},
			Rows:    [][]any{{label, 0, 0.4, 0.5, 5, 30}, {label, 1, 0.8, 0.5, 5, 30}},
		}}
	}
	cases := []struct {
		name    string
		results []*Result
		style   Style
		names   int
	}{
		{"panels of pairs", load(t, "pairs.csv"), byX, 3},
		{"panels of methods", load(t, "study.csv"), byMethod, len(Distinct(load(t, "study.csv")[0].texts("method")))},
		{"labels of two runs", []*Result{decoded("choice"), decoded("motion")}, light(t), 3},
	}
	for _, c := range cases {
		f, err := New(c.results, c.style)
		if err != nil {
			t.Fatalf("%s: %v", c.name, err)
		}
		owner := map[string]string{}
		got := looks(f)
		if len(got) != c.names {
			t.Errorf("%s: %d names in the legend, want %d", c.name, len(got), c.names)
		}
		for name, looks := range got {
			if len(looks) != 1 {
				t.Errorf("%s: %s looks different in panels: %v", c.name, name, looks)
			}
			if other := owner[looks[0]]; other != "" {
				t.Errorf("%s: %s and %s look alike", c.name, name, other)
			}
			owner[looks[0]] = name
		}
	}
}

// TestFacetsAreOneFigure checks that title, words and scale of a figure with facets are
// those of all rows, and that the titles of panels name their facets.
func TestFacetsAreOneFigure(t *testing.T) {
	style := light(t)
	whole, err := New(load(t, "pc_r2.csv"), style)
	if err != nil {
		t.Fatal(err)
	}
	style.Facet = "pc"
	f, err := New(load(t, "pc_r2.csv"), style)
	if err != nil {
		t.Fatal(err)
	}
	if f.Title != whole.Title || f.Alt != whole.Alt {
		t.Errorf("title %q, words %q; want those without facets", f.Title, f.Alt)
	}
	if len(f.keys) != 5 {
		t.Errorf("%d keys of the scale of variance, want its 5", len(f.keys))
	}
	if got := f.panels[0].title; !strings.HasPrefix(got, "pc 2, ") {
		t.Errorf("the first panel is called %q, want what is 2, as in the first row", got)
	}
	got := strings.Join(facetNames("x", []string{"a/one.npy", "a/two.npy"}), " ") + " " + strings.Join(facetNames("seed", []string{"", "2"}), " ")
	if want := "one two no seed seed 2"; got != want {
		t.Errorf("panels are called %q, want %q", got, want)
	}
}

// renamed returns the result as if another run had written it.
func renamed(r *Result, label string) *Result {
	other := *r
	other.Path, other.Label = label+".csv", label
	return &other
}

// TestRunsOfOneMeasure checks that runs towards one measure have different labels.
func TestRunsOfOneMeasure(t *testing.T) {
	r := load(t, "trajectory.csv")[0]
	f, err := New([]*Result{renamed(r, "one"), renamed(r, "two")}, light(t))
	if err != nil {
		t.Fatal(err)
	}
	if len(f.keys) != 2 || f.keys[0].name != "one" || f.keys[1].name != "two" || f.keys[0].line.Color == f.keys[1].line.Color {
		t.Errorf("the legend is %+v, want one and two in two colours", f.keys)
	}
}

// TestRunsOfTheSameScores checks that no score covers another: each run has its own
// panel, and a table that scores a pair twice needs facets.
func TestRunsOfTheSameScores(t *testing.T) {
	r := scores(map[string]float64{"a.npy": 0.25, "b.npy": 0.5}, "a.npy", "b.npy")
	f, err := New([]*Result{renamed(r, "one"), renamed(r, "two")}, light(t))
	if err != nil {
		t.Fatal(err)
	}
	if len(f.panels) != 2 || f.panels[0].title != "one" || f.panels[1].title != "two" {
		t.Errorf("%d panels, want one for each run with its name", len(f.panels))
	}

	twice := scores(nil, "a.npy", "a.npy")
	twice.Table.Columns = append(twice.Table.Columns, "seed")
	for i := range twice.Table.Rows {
		twice.Table.Rows[i] = append(twice.Table.Rows[i], i)
	}
	_, err = New([]*Result{twice}, light(t))
	var input *data.InputError
	if !errors.As(err, &input) || !strings.Contains(err.Error(), "several scores of x.npy and a.npy by cka") {
		t.Errorf("two scores of one pair: %v, want an input error", err)
	}
	style := light(t)
	style.Facet = "seed"
	if f, err = New([]*Result{twice}, style); err != nil {
		t.Fatal(err)
	}
	if len(f.panels) != 2 || f.panels[1].title != "seed 1" {
		t.Errorf("%d panels, want one for each seed", len(f.panels))
	}
	style.Facet = "measure"
	if _, err = New([]*Result{twice}, style); !errors.As(err, &input) {
		t.Errorf("two scores of one pair in one panel: %v, want an input error", err)
	}
}

// TestScoresOfOneAxis checks that scores by time are not mixed with others.
func TestScoresOfOneAxis(t *testing.T) {
	whole := scores(map[string]float64{"a": 1}, "a")
	for _, rs := range [][]*Result{{whole, load(t, "time.csv")[0]}, {load(t, "time.csv")[0], whole}} {
		_, err := New(rs, light(t))
		var input *data.InputError
		if !errors.As(err, &input) || !strings.Contains(err.Error(), "scores of whole systems") {
			t.Errorf("%v, want an input error", err)
		}
	}
}

// TestEveryComparisonIsDrawn checks that the methods of all results have bars.
func TestEveryComparisonIsDrawn(t *testing.T) {
	r := load(t, "comparison.csv")[0]
	one, err := New([]*Result{r}, light(t))
	if err != nil {
		t.Fatal(err)
	}
	two, err := New([]*Result{renamed(r, "one"), renamed(r, "two")}, light(t))
	if err != nil {
		t.Fatal(err)
	}
	if got, want := len(two.panels[0].marks), 2*len(one.panels[0].marks); got != want {
		t.Errorf("%d bars of two results, want %d", got, want)
	}
}

// TestUnlearntComponents checks that components without a score are drawn above all
// scores and inside the axes.
func TestUnlearntComponents(t *testing.T) {
	r := &Result{Path: "t.csv", Table: &dataio.Table{
		Columns: []string{"measure", "pc", "explained_variance", "score_at_threshold"},
		Rows:    [][]any{{"cka", 1, 0.5, 0.2}, {"cka", 2, 0.1, 0.6}, {"cka", 3, 0.001, nil}},
	}}
	f, err := New([]*Result{r}, light(t))
	if err != nil {
		t.Fatal(err)
	}
	p := f.panels[0]
	if len(p.marks) != 3 || p.marks[2].text != "cka: 0.001, not learnt" || p.marks[2].y <= 1 || p.plot.Y.Max < p.marks[2].y || p.plot.X.Min > 0.001 {
		t.Errorf("marks %+v on axes to %g and from %g", p.marks, p.plot.Y.Max, p.plot.X.Min)
	}
	if want := "cka: 2 of 3 components half learnt on the way, one of 50 % of the variance at a score of 0.20, the median at 0.40"; !strings.Contains(f.Alt, want) {
		t.Errorf("words %q lack %q", f.Alt, want)
	}
}
