package inference

import (
	"math"
	"strings"
	"testing"

	"simtool/internal/measures"
)

// TestAdviceJudges holds the levels to the place of random pairings between the worst
// value and the best, for scores and for distances.
func TestAdviceJudges(t *testing.T) {
	score := measures.Card{Identity: 1, Max: 1, HigherIsCloser: true}
	angle := measures.Card{Identity: 0, Max: math.Pi / 2}
	heldOut := measures.Card{Identity: math.NaN(), Max: 1, HigherIsCloser: true}
	for _, c := range []struct {
		card   measures.Card
		null   float64
		level  Level
		remedy string
	}{
		{score, 0, Good, "can be reported"},
		{score, -0.4, Good, "can be reported"},
		{score, 0.3, Note, "corrected"},
		{score, 0.9, Caution, "calibrated"},
		{score, 1, Caution, "leave it out"},
		{score, math.NaN(), Note, "--permutations"},
		{angle, math.Pi / 2, Good, "can be reported"},
		{angle, 1, Note, "corrected"},
		{angle, 0.1, Caution, "calibrated"},
		{heldOut, -0.02, Good, "can be reported"},
	} {
		out := Advice{Level: Good}
		out.judge(c.card, Assessment{Null: c.null}, true)
		if out.Level != c.level || !strings.Contains(out.Remedy, c.remedy) {
			t.Errorf("null %v of %+v: %s, %q; want %s, %q", c.null, c.card, out.Level, out.Remedy, c.level, c.remedy)
		}
		bare := Advice{Level: Good}
		if bare.judge(c.card, Assessment{Null: c.null}, false); bare.Level != c.level || strings.Contains(bare.Remedy, "with its interval") || strings.Contains(bare.Remedy, "corrected") {
			t.Errorf("null %v of %+v without an interval: %s, %q", c.null, c.card, bare.Level, bare.Remedy)
		}
	}
}

func TestCitations(t *testing.T) {
	for authors, want := range map[string]string{
		"Hotelling, Harold":                            "Hotelling 1936",
		"Efron, Bradley and Stein, Charles":            "Efron and Stein 1936",
		"Song, Le and Smola, Alex and Gretton, Arthur": "Song et al. 1936",
	} {
		if got := Cite(measures.Reference{Authors: authors, Year: 1936}); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
