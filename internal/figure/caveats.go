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
	t.noteRows(p)
}

// noteRows writes below a panel what the rows say: how values and intervals go together, the
// warnings, and why values are undefined.
func (t *scoreTable) noteRows(p *panel) {
	t.noteIntervals(p)
	p.noteDoubts(t.value, t.warning)
	p.noteUndefined(t.value, t.err)
}

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
