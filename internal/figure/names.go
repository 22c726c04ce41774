package figure

import (
	"strings"
	"unicode/utf8"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
)

// thinNames leaves out names at the axes of a data area, evenly, where they would stand
// closer than lines of text. The first name of each axis stays.
func (p *panel) thinNames(area vg.Point) {
	if p.all == nil {
		p.all = &[2]plot.Ticker{p.plot.X.Tick.Marker, p.plot.Y.Tick.Marker}
	}
	const line = 1.15 * tickSize
	if names, ok := p.plot.Y.Tick.Marker.(nameTicks); ok {
		p.plot.Y.Tick.Marker = names.every(everyFor(line, area.Y, len(names)), len(names)-1)
	}
	if names, ok := p.plot.X.Tick.Marker.(nameTicks); ok && p.plot.X.Tick.Label.Rotation != 0 {
		const slanted = 1.3 * line // lines at 45 degrees are closer than their ends
		p.plot.X.Tick.Marker = names.every(everyFor(slanted, area.X, len(names)), 0)
	}
}

// everyFor returns how many of n places along a length share one text of a width.
func everyFor(width, length vg.Length, n int) int {
	every := 1
	for vg.Length(every)*length < width*vg.Length(n) && every < n {
		every++
	}
	return every
}

// every returns the names at each k-th place, counted from one of them.
func (names nameTicks) every(k, from int) nameTicks {
	if k == 1 {
		return names
	}
	out := make(nameTicks, len(names))
	for i := range names {
		if (i-from)%k == 0 {
			out[i] = names[i]
		}
	}
	return out
}

// shortened returns names that are at most as wide as a limit: what is too long loses its
// middle, since the ends of paths and labels tell most; of names of two things each loses
// its own. Where names would no longer differ, more is left of their ends.
func (s *Style) shortened(names []string, limit vg.Length) []string {
	text := s.text(tickSize)
	for _, from := range []float64{0.5, 0.25, 0} {
		out := make([]string, len(names))
		for i, name := range names {
			out[i] = name
			if text.Width(name) > limit {
				out[i] = s.cut(name, tickSize, limit, from)
			}
		}
		if len(Distinct(out)) == len(Distinct(names)) {
			return out
		}
	}
	return names
}

// between are what stands between the names of two things.
var between = []string{" − ", " / ", "*"}

// cut shortens a text to a width: of what is left a share stands before the ellipsis.
func (s *Style) cut(name string, size, limit vg.Length, before float64) string {
	text := s.text(size)
	for _, mark := range between {
		if first, second, ok := strings.Cut(name, mark); ok {
			half := (limit - text.Width(mark)) / 2
			a, b := text.Width(first), text.Width(second)
			switch { // the shorter one leaves its room to the other
			case a < half:
				return first + mark + s.cut(second, size, 2*half-a, before)
			case b < half:
				return s.cut(first, size, 2*half-b, before) + mark + second
			}
			return s.cut(first, size, half, before) + mark + s.cut(second, size, half, before)
		}
	}
	n := utf8.RuneCountInString(name)
	out := name
	for gone := 1; text.Width(out) > limit && gone < n-2; gone++ {
		out = withoutPart(name, gone, before)
	}
	return out
}

// fitted returns a label that is at most as wide as a limit: the number of samples goes
// first, then the middle.
func (s *Style) fitted(label string, size, limit vg.Length) string {
	text := s.text(size)
	if text.Width(label) <= limit {
		return label
	}
	if at := strings.LastIndex(label, " (n = "); at > 0 {
		label = label[:at]
	}
	if text.Width(label) <= limit {
		return label
	}
	return s.cut(label, size, limit, 0.5)
}

// fitNames shortens the names of rows for a panel of some width.
func (p *panel) fitNames(width vg.Length) {
	if p.rowNames != nil {
		p.plot.Y.Tick.Marker = nameTicks(p.style.shortened(p.rowNames, widestShare*(width+2*margin)))
	}
}

// titleLines breaks the title of a panel into lines that fit a width: at spaces, and
// before the parameters of measures.
func (p *panel) titleLines(width vg.Length) []string {
	text := p.style.text(labelSize)
	if p.title == "" {
		return nil
	}
	lines := []string{""}
	for _, piece := range pieces(p.title) {
		last := len(lines) - 1
		if lines[last] != "" && text.Width(strings.TrimRight(lines[last]+piece, " ")) > width {
			lines = append(lines, "")
			last++
		}
		lines[last] += piece
	}
	for i, line := range lines {
		if line = strings.TrimSpace(line); text.Width(line) > width {
			line = p.style.cut(line, labelSize, width, 0.5)
		}
		lines[i] = line
	}
	return lines
}

// pieces cuts a title behind its spaces and before its colons.
func pieces(title string) []string {
	var out []string
	begun := 0
	for i, r := range title {
		at := i
		if r == ' ' {
			at = i + 1
		} else if r != ':' {
			continue
		}
		if at > begun {
			out = append(out, title[begun:at])
			begun = at
		}
	}
	return append(out, title[begun:])
}

// withoutPart puts an ellipsis in the place of some letters; before is the share of the
// others that stands before it.
func withoutPart(name string, letters int, before float64) string {
	runes := []rune(name)
	from := int(before*float64(len(runes)-letters) + 0.5)
	return string(runes[:from]) + "…" + string(runes[from+letters:])
}

// widestName is the largest width of a name at an axis.
func (s *Style) widestName() vg.Length {
	width := s.Width
	if width == 0 {
		width = ColumnWidth
	}
	return widestShare * width
}

// widestShare is the largest share of the width of a figure, or a panel, that names at an
// axis take.
const widestShare = 0.45
