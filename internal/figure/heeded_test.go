package figure

import (
	"strings"
	"testing"

	"simtool/internal/data"
)

// TestSettingsThatChangeNothing: a setting that a figure has no use for is told, and heeded
// where the figure has one.
func TestSettingsThatChangeNothing(t *testing.T) {
	rdm := func() []*Result { return []*Result{array(t, "rdm", []float64{0, 1, 2, 1, 0, 3, 2, 3, 0}, 3, 3)} }
	for _, c := range []struct {
		name    string
		results []*Result
		style   Style
		want    string // "" for no warning
	}{
		{"lines", load(t, "layers12.csv"), Style{Range: &[2]float64{0, 1}}, "--range changes nothing"},
		{"lines", load(t, "layers12.csv"), Style{Symmetric: true}, "--symmetric changes nothing"},
		{"bars", load(t, "scores.csv"), Style{Order: Cluster}, "--order cluster changes nothing"},
		{"matrix", load(t, "layers48.csv"), Style{Legend: "Models"}, "--legend changes nothing"},
		{"bars", load(t, "scores.csv"), Style{Legend: "Models"}, ""},
		{"matrix", load(t, "layers48.csv"), Style{Range: &[2]float64{0, 2}, Symmetric: true, Order: Cluster}, ""},
		{"RDM", rdm(), Style{Range: &[2]float64{0, 9}, Order: Cluster, Clusters: averageLinkage}, ""},
		{"importance", load(t, "layers.csv"), Style{Form: matrix, Range: &[2]float64{0, 1}}, ""},
		{"some of a list", load(t, "layers12.csv"), Style{Form: bars, Listed: []string{"layer3", "layer99"}}, "--order: the figure has no layer99"},
		{"some names", load(t, "scores.csv"), Style{Names: map[string]string{"cka": "CKA", "no such": "x"}}, "--names: the figure has no no such"},
		{"names of what is listed", load(t, "scores.csv"), Style{Names: map[string]string{"model_good": "Good"}, Listed: []string{"model_good"}}, ""},
	} {
		c.style.Theme = light(t).Theme
		f, err := New(c.results, c.style)
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		if got := strings.Join(f.Warnings, "\n"); (got == "") != (c.want == "") || !strings.HasPrefix(got, c.want) {
			t.Errorf("%s: warnings %q, want %q", c.name, got, c.want)
		}
	}
	for _, c := range []struct {
		results []*Result
		style   Style
		want    string
	}{
		{load(t, "layers12.csv"), Style{Listed: []string{"a", "b"}}, "none of the names of --order (a, b)"},
		{load(t, "scores.csv"), Style{Names: map[string]string{"a": "b"}}, "none of the names of --names (a)"},
		{rdm(), Style{Listed: []string{"a"}}, "none of the names of --order (a)"},
	} {
		c.style.Theme = light(t).Theme
		_, err := New(c.results, c.style)
		if e, ok := data.AsInputError(err); !ok || e.Found != c.want {
			t.Errorf("%v, want %s", err, c.want)
		}
	}
}

// TestLabelsOfRDMs: every column of labels changes an RDM: names stand beside its rows, few
// numbers make blocks, and many sort it.
func TestLabelsOfRDMs(t *testing.T) {
	const n = 9
	var values []float64
	for i := range n {
		for j := range n {
			values = append(values, float64((i-j)*(i-j)))
		}
	}
	names := &data.Column{Name: "stimulus", Kind: data.Categorical}
	few, many := &data.Column{Name: "size", Kind: data.Numeric}, &data.Column{Name: "depth", Kind: data.Numeric}
	for i := range n {
		names.Levels, names.Codes = append(names.Levels, "s"+string(rune('a'+i))), append(names.Codes, i)
		few.Values, many.Values = append(few.Values, float64(i%3)), append(many.Values, float64(100-10*i))
	}
	many.Values[4] = nan
	draw := func(c *data.Column, listed ...string) (string, *panel) {
		r := array(t, "rdm", values, n, n)
		r.Labels = c
		s := light(t)
		s.Listed = listed
		svg, f := textOf(t, []*Result{r}, s)
		return svg, f.panels[0]
	}
	cell := func(p *panel, row, column float64) string {
		for _, m := range p.marks {
			if m.x == column && m.y == n-1-row {
				return m.text
			}
		}
		return ""
	}
	svg, p := draw(names)
	if !strings.Contains(svg, ">sa</text>") || !strings.Contains(svg, ">stimulus (n = 9)</text>") || cell(p, 0, 2) != "sa, sc: 4" {
		t.Errorf("names: %s", cell(p, 0, 2))
	}
	_, p = draw(names, "sc", "sa")
	if cell(p, 0, 1) != "sc, sa: 4" || cell(p, 1, 2) != "sa, sb: 1" {
		t.Errorf("names in an order: %s, %s", cell(p, 0, 1), cell(p, 1, 2))
	}
	svg, p = draw(few)
	if !strings.Contains(svg, ">size (n = 9)</text>") || cell(p, 0, 1) != "0, 3: 9" || cell(p, 2, 3) != "6, 1: 25" {
		t.Errorf("few numbers: %s, %s", cell(p, 0, 1), cell(p, 2, 3))
	}
	svg, p = draw(many) // 20 is that of the last sample, and the one without a number stands behind all
	if !strings.Contains(svg, ">depth (n = 9)</text>") || !strings.Contains(svg, ">20</text>") || cell(p, 0, 1) != "8, 7: 1" || cell(p, 0, 8) != "8, 4: 16" {
		t.Errorf("many numbers: %s, %s", cell(p, 0, 1), cell(p, 0, 8))
	}
	table := &data.Table{Columns: []*data.Column{names, few}}
	if c := array(t, "rdm", values, n, n).FirstLabel(table); c != few {
		t.Errorf("the column %s is taken, not the first that names no sample", c.Name)
	}
}
