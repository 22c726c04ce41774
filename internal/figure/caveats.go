package figure

import (
	"strings"

	"gonum.org/v1/plot/vg/draw"
)

// mostCaveats is the largest number of parts of warnings that are written below a figure.
const mostCaveats = 6

// annotate adds the legend of the marks beside bars, and writes below the panel what its
// values are not to be taken for: the warnings of the rows, and how values and intervals
// go together.
func (t *scoreTable) annotate(p *panel) {
	if anyFinite(t.null) {
		p.key(key{name: "null", line: draw.LineStyle{Color: p.style.Theme.Ink, Width: 1, Dashes: dashes[2]}})
	}
	if anyFinite(t.ceiling) {
		p.key(key{name: "ceiling", line: draw.LineStyle{Color: p.style.Theme.Ink, Width: 1, Dashes: dashes[1]}})
	}
	t.noteIntervals(p)
	t.noteWarnings(p, "Hatched")
}

// noteWarnings writes the warnings of the rows below a panel; shown says how these rows
// look.
func (t *scoreTable) noteWarnings(p *panel, shown string) {
	var warnings []string
	for i, v := range t.value {
		if t.warning[i] != "" && finite(v) {
			warnings = append(warnings, strings.Split(t.warning[i], "; ")...)
		}
	}
	warnings = Distinct(warnings)
	more := len(warnings) > mostCaveats
	if more {
		warnings = warnings[:mostCaveats]
	}
	if warnings != nil {
		p.notes = append(p.notes, shown+": "+strings.TrimSuffix(strings.Join(warnings, "; "), ".")+".")
	}
	if more {
		p.notes = append(p.notes, "Further warnings stand in the table.")
	}
}

// noteUndefined writes why lines have no value at places, below a panel.
func (t *scoreTable) noteUndefined(p *panel) { p.noteUndefined(t.value, t.err) }

// noteUndefined writes the reasons of the values that are undefined below a panel.
func (p *panel) noteUndefined(values []float64, reasons []string) {
	var given []string
	for i, v := range values {
		if !finite(v) && reasons[i] != "" {
			given = append(given, reasons[i])
		}
	}
	if given = Distinct(given); given != nil {
		p.notes = append(p.notes, "Undefined: "+strings.TrimSuffix(strings.Join(given[:min(mostCaveats, len(given))], "; "), ".")+".")
	}
}

// noteIntervals says why values lie outside of their intervals, if any do.
func (t *scoreTable) noteIntervals(p *panel) {
	for i, v := range t.value {
		if finite(t.lo[i]) && finite(t.hi[i]) && (v < t.lo[i] || v > t.hi[i]) {
			p.notes = append(p.notes, "Intervals are those of the estimate for all stimuli, without the bias of few samples: the value may lie outside.")
			return
		}
	}
}
