package figure

import (
	"strings"
	"testing"
)

// TestWhatAPageLeavesOut: what has no room on a page is left out with a note of how much,
// and a height that is asked for is no page.
func TestWhatAPageLeavesOut(t *testing.T) {
	r := manyPairs(11, 16, elevenMeasures)
	_, f := textOf(t, []*Result{r}, light(t))
	shown := len(f.panels)
	if shown < 4 || shown == len(elevenMeasures) || !strings.Contains(strings.Join(f.notes, " "), "The first") {
		t.Errorf("%d panels, notes %q", shown, f.notes)
	}
	wide := light(t)
	wide.Width = 2 * ColumnWidth
	if _, f := textOf(t, []*Result{r}, wide); len(f.panels) <= shown {
		t.Errorf("%d panels in twice the width", len(f.panels))
	}
	high := light(t)
	high.Height = 2 * pageHeight
	if _, f := textOf(t, []*Result{r}, high); len(f.panels) != len(elevenMeasures) || f.height != high.Height {
		t.Errorf("%d panels in a height of %v, want all in %v", len(f.panels), f.height, high.Height)
	}
	_, f = textOf(t, []*Result{weightsByLayer(1, 200, false)}, light(t))
	if notes := strings.Join(f.notes, " "); !strings.Contains(notes, "The 50 largest; the table has 150 more.") {
		t.Errorf("notes %q", notes)
	}
}

// TestWeightsShareColours: matrices of one figure have one scale of colours.
func TestWeightsShareColours(t *testing.T) {
	_, f := textOf(t, []*Result{weightsByLayer(4, 5, true)}, light(t))
	for _, p := range f.panels {
		if p.bar.low != f.panels[0].bar.low || p.bar.high != f.panels[0].bar.high {
			t.Errorf("colours from %g to %g and from %g to %g", p.bar.low, p.bar.high, f.panels[0].bar.low, f.panels[0].bar.high)
		}
	}
}
