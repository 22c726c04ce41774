package figure

import (
	"bytes"
	"math"
	"strings"
	"testing"

	"simtool/internal/data"
	"simtool/internal/io"
)

// optimisedRun is the decoding along an optimisation of a data set towards a measure, in
// which labels are decoded as well as in the data from a score on.
func optimisedRun(set, measure string, from float64) *Result {
	t := &dataio.Table{Columns: []string{"iteration", "score", "label", "accuracy", "reference_accuracy", "chance"}}
	for i := range 11 {
		score := float64(i) / 10
		for _, label := range []string{"side", "none"} {
			accuracy, reference := 0.5, 0.9
			if score >= from-1e-9 {
				accuracy = 0.87 // more than nine tenths of the way from .5 to .9
			}
			if label == "none" {
				reference, accuracy = 0.5, 0.5 // which the data do not say
			}
			t.Rows = append(t.Rows, []any{i, score, label, accuracy, reference, 0.5})
		}
	}
	return &Result{
		Path: set + "-" + measure + "/decoding.csv", Label: measure, Table: t,
		Manifest: &dataio.Manifest{Config: map[string]any{"measure": measure}, Inputs: []data.Source{{Path: set + ".npy", SHA256: set, Shape: []int{20, 4}}}},
	}
}

// TestScoreToDecode summarises runs by measure and data set, and draws them side by side.
func TestScoreToDecode(t *testing.T) {
	runs := []*Result{optimisedRun("brain", "cka", 0.9), optimisedRun("brain", "nbs", 0.4), optimisedRun("tree", "cka", 0.7), optimisedRun("tree", "nbs", 2)}
	s := light(t)
	s.Form = matrix
	f, err := New(runs, s)
	if err != nil {
		t.Fatal(err)
	}
	if want := "cka: 0.90 in brain, 0.70 in tree; nbs: 0.40 in brain, not reached in tree."; !strings.Contains(f.Alt, want) {
		t.Errorf("%s\nwant %s", f.Alt, want)
	}
	var svg bytes.Buffer
	if err := f.Write(&svg, "svg", 0); err != nil {
		t.Fatal(err)
	}
	if got := strings.Count(svg.String(), ">not reached</text>"); got != 1 {
		t.Errorf("%d cells say that a label is not reached, want 1", got)
	}
	if f, err = New(append(runs[:2:2], runs[2], optimisedRun("forest", "linreg", 0.5)), s); err != nil {
		t.Fatal(err)
	}
	if want := "linreg: not run on brain, not run on tree, 0.50 in forest"; !strings.Contains(f.Alt, want) {
		t.Errorf("%s\nwant %s", f.Alt, want)
	}
	s.Form = ""
	f, err = New(runs, s)
	if err != nil {
		t.Fatal(err)
	}
	var titles []string
	for _, p := range f.panels {
		titles = append(titles, p.title)
	}
	if got := strings.Join(titles, "; "); got != "brain, side; brain, none; tree, side; tree, none" {
		t.Errorf("panels %s", got)
	}
	if len(f.keys) != 4 { // two measures, the data, chance
		t.Errorf("%d keys", len(f.keys))
	}
	if score, ok := scoreToDecode(runs[3]); ok || !math.IsNaN(score) {
		t.Errorf("%g, %v for a label that is never decoded", score, ok)
	}
}
