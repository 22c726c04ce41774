package figure

import (
	"unicode/utf8"

	"gonum.org/v1/plot/vg"
)

// thinNames leaves out names at the axes of a data area, evenly, where they would stand
// closer than lines of text. The first name of each axis stays.
func (p *panel) thinNames(area vg.Point) {
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
// middle, since the ends of paths and labels tell most.
func (s *Style) shortened(names []string, limit vg.Length) []string {
	text := s.text(tickSize)
	out := make([]string, len(names))
	for i, name := range names {
		out[i] = name
		for cut := 1; text.Width(out[i]) > limit && cut < utf8.RuneCountInString(name)-2; cut++ {
			out[i] = withoutMiddle(name, cut)
		}
	}
	if len(distinct(out)) < len(distinct(names)) {
		return names
	}
	return out
}

// withoutMiddle puts an ellipsis in the place of some letters in the middle.
func withoutMiddle(name string, letters int) string {
	runes := []rune(name)
	from := (len(runes) - letters + 1) / 2
	return string(runes[:from]) + "…" + string(runes[from+letters:])
}

// widestName is the largest width of a name at an axis.
func (s *Style) widestName() vg.Length {
	width := s.Width
	if width == 0 {
		width = ColumnWidth
	}
	return 0.45 * width
}
