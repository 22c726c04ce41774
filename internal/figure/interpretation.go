package figure

import (
	"fmt"
	"slices"
	"strconv"

	"gonum.org/v1/plot/vg"
)

// interpretationPanels draws what data of given scores encode: how well each principal
// component can be read from them, beside its share of the variance; how well labels can
// be decoded; and the scores by other measures that go with each.
func interpretationPanels(rs []*Result, s *Style) ([]*panel, string, string, error) {
	r := join(rs)
	measures, scores := r.texts("measure"), r.texts("score")
	names := make([]string, len(measures))
	for i := range names {
		names[i] = measures[i] + " = " + shortNumber(scores[i])
	}
	of := func(aspect string) *Result {
		aspects := r.texts("aspect")
		return r.where(func(i int) bool { return aspects[i] == aspect })
	}
	namesOf := func(aspect string) []string {
		var out []string
		for i, a := range r.texts("aspect") {
			if a == aspect {
				out = append(out, names[i])
			}
		}
		return out
	}
	var panels []*panel
	if p := interpretedComponents(of("component"), namesOf("component"), s); p != nil {
		panels = append(panels, p)
	}
	if p := interpretedRows(of("label"), namesOf("label"), "Labels", "accuracy of decoding", s); p != nil {
		panels = append(panels, p)
	}
	if p := interpretedRows(of("range"), namesOf("range"), "Other measures", "score by the other measure", s); p != nil {
		panels = append(panels, p)
	}
	if panels == nil {
		return nil, "", "", noRows(rs)
	}
	var found []string
	ranges := of("range")
	lo, hi, items := ranges.floats("lo"), ranges.floats("hi"), ranges.texts("item")
	for i, name := range namesOf("range") {
		if finite(lo[i]) && finite(hi[i]) {
			found = append(found, fmt.Sprintf("with %s goes %s from %.2f to %.2f", name, items[i], lo[i], hi[i]))
		}
	}
	return panels, "What a score means", "What data of a score encode, and the scores by other measures that go with it." + sentence(found), nil
}

// shortNumber shortens a number for a name.
func shortNumber(text string) string {
	v, err := strconv.ParseFloat(text, 64)
	if err != nil {
		return text
	}
	return strconv.FormatFloat(v, 'g', 3, 64)
}

// interpretedComponents draws R² against the number of the component, a line for each
// score with the range over starts, and the explained variance.
func interpretedComponents(r *Result, names []string, s *Style) *panel {
	var numbers []float64
	for _, item := range r.texts("item") {
		number, err := strconv.ParseFloat(item, 64)
		if err != nil {
			number = nan
		}
		numbers = append(numbers, drawable(number))
	}
	value, lo, hi, explained := r.floats("value"), r.floats("lo"), r.floats("hi"), r.floats("reference")
	if !anyFinite(value) {
		return nil
	}
	p := s.newPanel("principal component", "R² of a linear read-out")
	p.title = "Components"
	for k, name := range Distinct(names) {
		var at []int
		for i := range names {
			if names[i] == name && finite(value[i]) {
				at = append(at, i)
			}
		}
		x, y := pick(numbers, at), pick(value, at)
		p.intervalY(x, pick(lo, at), pick(hi, at), s.line(k))
		p.line(x, y, s.line(k), name)
		marks := p.marks
		p.points(x, y, s.glyph(k), name)
		p.marks = marks
		p.key(key{name: name, line: s.line(k), glyph: s.glyph(k)})
		if k == 0 {
			p.line(x, pick(explained, at), s.reference([]vg.Length{2, 2}), "explained variance")
		}
	}
	p.key(key{name: "explained variance", line: s.reference([]vg.Length{2, 2})})
	p.rangeY(0, 1)
	widen(&p.plot.X)
	widen(&p.plot.Y)
	return p
}

// interpretedRows draws a bar from lo to hi for each item and score, with a point at the
// value and a tick at the reference.
func interpretedRows(r *Result, names []string, title, label string, s *Style) *panel {
	items, value, lo, hi, other := r.texts("item"), r.floats("value"), r.floats("lo"), r.floats("hi"), r.floats("reference")
	if !anyFinite(lo) && !anyFinite(hi) {
		return nil
	}
	p := s.newPanel(label, "")
	p.title, p.minWidth = title, 50*vg.Millimeter
	series := Distinct(names)
	rows := Distinct(items)
	thick := 0.8 / float64(len(series))
	var rx, ry []float64
	for k, name := range series {
		h := &hbars{thick: thick * 0.8, fill: s.line(k).Color, style: s}
		for i := range names {
			if names[i] != name || !finite(lo[i]) || !finite(hi[i]) {
				continue
			}
			at := float64(len(rows)-1-slices.Index(rows, items[i])) + 0.4 - thick*(float64(k)+0.5)
			// A range of no width is still drawn.
			const least = 0.004
			from, to := lo[i], max(hi[i], lo[i]+least)
			h.at, h.from, h.value = append(h.at, at), append(h.from, from), append(h.value, to)
			h.low, h.high = append(h.low, nan), append(h.high, nan)
			text := fmt.Sprintf("%s, %s: %s to %s", items[i], name, number(lo[i]), number(hi[i]))
			if finite(value[i]) {
				text += ", mean " + number(value[i])
			}
			p.marks = append(p.marks, mark{x: (from + to) / 2, y: at, w: to - from, h: thick * 0.8, text: text})
			if finite(other[i]) {
				rx, ry = append(rx, other[i]), append(ry, at)
			}
		}
		if h.at != nil {
			p.plot.Add(h)
		}
		p.key(fillKey(name, h.fill))
	}
	if len(rx) > 0 {
		glyph := s.glyph(1)
		glyph.Color, glyph.Radius = s.Theme.Ink, 1.6
		marks := p.marks
		p.points(rx, ry, glyph, "")
		p.marks = marks
		p.key(key{name: "by chance", glyph: glyph})
	}
	p.namedRows(rows, 1)
	p.rangeX(0, 1)
	widen(&p.plot.X)
	return p
}

// pick returns the values at some indices.
func pick(values []float64, at []int) []float64 {
	out := make([]float64, len(at))
	for k, i := range at {
		out[k] = values[i]
	}
	return out
}
