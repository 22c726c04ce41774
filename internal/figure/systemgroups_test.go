package figure

import (
	"slices"
	"strings"
	"testing"

	"simtool/internal/data"
	"simtool/internal/io"
)

// fourSystems is a table of scores of all pairs of four systems.
func fourSystems() *Result {
	t := &dataio.Table{Columns: []string{"x", "y", "measure", "value"}}
	systems := []string{"a.npy", "b.npy", "c.npy", "d.npy"}
	for i, x := range systems {
		for _, y := range systems[i:] {
			t.Rows = append(t.Rows, []any{x, y, "cka", float64(i+1) / 10})
		}
	}
	return &Result{Path: "pairs.csv", Label: "pairs", Table: t}
}

// column is a categorical column of some cells.
func column(name string, cells ...string) *data.Column {
	c := &data.Column{Name: name, Kind: data.Categorical, Levels: Distinct(cells)}
	for _, cell := range cells {
		c.Codes = append(c.Codes, slices.Index(c.Levels, cell))
	}
	return c
}

// TestGroupsOfSystems sorts the systems of all pairs by labels, in their order and by name.
func TestGroupsOfSystems(t *testing.T) {
	area := column("area", "V1", "IT", "V1", "IT")
	named := &data.Table{Columns: []*data.Column{column("system", "d", "c", "b", "a"), column("area", "V1", "IT", "IT", "V1")}}
	cases := []struct {
		name   string
		labels *data.Table
		column *data.Column
		want   []string // the order of the systems
	}{
		{"in order", &data.Table{Columns: []*data.Column{area}}, nil, []string{"a.npy", "c.npy", "b.npy", "d.npy"}},
		{"by name", named, nil, []string{"a.npy", "d.npy", "b.npy", "c.npy"}},
		{"a chosen column", named, named.Columns[1], []string{"a.npy", "d.npy", "b.npy", "c.npy"}},
	}
	for _, c := range cases {
		r := fourSystems()
		if err := r.SetGroups(c.labels, c.column); err != nil {
			t.Fatalf("%s: %v", c.name, err)
		}
		style := light(t)
		got, b := r.groups.sorted(r.pairedSystems(), &style)
		if !slices.Equal(got, c.want) || !slices.Equal(b.from, []int{0, 2, 4}) || !slices.Equal(b.names, []string{"V1", "IT"}) {
			t.Errorf("%s: %v in blocks %v from %v, want %v", c.name, got, b.names, b.from, c.want)
		}
		f, err := New([]*Result{r}, style)
		if err != nil {
			t.Fatal(err)
		}
		var shown []string
		for _, tick := range f.panels[0].plot.Y.Tick.Marker.Ticks(0, 3) {
			shown = append(shown, tick.Label)
		}
		if f.panels[0].x != "area (n = 4)" || !slices.Equal(shown, []string{"V1", "IT"}) {
			t.Errorf("%s: axes %q with %v", c.name, f.panels[0].x, shown)
		}
	}

	// Names that are shown in place of others keep their groups.
	r := fourSystems()
	if err := r.SetGroups(named, nil); err != nil {
		t.Fatal(err)
	}
	style := light(t)
	style.Names = map[string]string{"b": "second"}
	f, err := New([]*Result{r}, style)
	if err != nil {
		t.Fatal(err)
	}
	if m := f.panels[0].marks[1*4+3]; m.text != "d, second: 0.2" {
		t.Errorf("row 2, column 4 is %q, want d and b", m.text)
	}
}

// TestGroupsThatDoNotFit are refused.
func TestGroupsThatDoNotFit(t *testing.T) {
	area := &data.Table{Columns: []*data.Column{column("area", "V1", "IT", "V1", "IT")}}
	few := &data.Table{Columns: []*data.Column{column("area", "V1")}}
	numbers := &data.Table{Columns: []*data.Column{{Name: "depth", Values: []float64{1, 2, 3, 4}}}}
	for want, labels := range map[string]*data.Table{"1 rows, want 4, the systems of pairs.csv": few, "numbers in the column depth": numbers} {
		if err := fourSystems().SetGroups(labels, nil); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %s", err, want)
		}
	}
	grouped := func() *Result {
		r := fourSystems()
		if err := r.SetGroups(area, nil); err != nil {
			t.Fatal(err)
		}
		return r
	}
	other := fourSystems()
	for _, row := range other.Table.Rows {
		row[2] = "nbs"
	}
	cases := map[string]struct {
		results []*Result
		style   func(s *Style)
	}{
		"not drawn as a matrix": {[]*Result{grouped()}, func(s *Style) { s.Form = bars }},
		"of several tables":     {[]*Result{grouped(), other}, func(*Style) {}},
		"want either labels or": {[]*Result{grouped()}, func(s *Style) { s.Order = Cluster }},
	}
	for want, c := range cases {
		style := light(t)
		c.style(&style)
		if _, err := New(c.results, style); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want an error with %q", err, want)
		}
	}
	if err := load(t, "time.csv")[0].SetGroups(area, nil); err == nil || !strings.Contains(err.Error(), "want an array") {
		t.Errorf("labels for scores by time: %v", err)
	}
}
