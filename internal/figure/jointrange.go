package figure

import (
	"fmt"

	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
)

// rangePanels draws the region of pairs of scores that data can reach, a panel
// for each pair of measures. Points whose bounds are not certified are hollow.
func rangePanels(rs []*Result, s *Style) ([]*panel, string, string, error) {
	var panels []*panel
	for _, r := range rs {
		as, bs := r.texts("measure_a"), r.texts("measure_b")
		pairs := make([]string, len(as))
		for i := range pairs {
			pairs[i] = as[i] + "\x00" + bs[i]
		}
		for _, pair := range distinct(pairs) {
			part := r.where(func(i int) bool { return pairs[i] == pair })
			a, b := part.texts("measure_a")[0], part.texts("measure_b")[0]
			p := s.newPanel(a, b)
			p.small()
			p.square = true
			if len(rs) > 1 && len(distinct(pairs)) == 1 {
				p.title = r.Label
			}
			if p.region(part) {
				panels = append(panels, p)
			}
		}
	}
	if len(panels) == 0 {
		return nil, "", "", noRows(rs)
	}
	if len(panels) == 1 {
		panels[0].least = 60 * vg.Millimeter
	}
	return panels, "Scores that data can reach together", fmt.Sprintf("Regions of attainable pairs of scores, %d pairs of measures.", len(panels)), nil
}

// region draws one range; it is false where there is no point.
func (p *panel) region(r *Result) bool {
	s := p.style
	level := r.floats("a")
	x, low := sorted(level, r.floats("b_min"))
	_, high := sorted(level, r.floats("b_max"))
	var outline plotter.XYs
	for i := range x {
		outline = append(outline, p.xys(x[i:i+1], low[i:i+1])...)
	}
	for i := len(x) - 1; i >= 0; i-- {
		outline = append(outline, p.xys(x[i:i+1], high[i:i+1])...)
	}
	if len(outline) < 3 {
		return false
	}
	fill := s.Theme.Series[0]
	fill.R, fill.G, fill.B, fill.A = fill.R/4, fill.G/4, fill.B/4, 0x40 // a quarter of it, premultiplied
	p.plot.Add(&plotter.Polygon{XYs: []plotter.XYs{outline}, Color: fill})
	p.line(x, low, s.line(0), "smallest")
	p.line(x, high, s.line(0), "largest")
	p.key(key{name: "attainable", fill: fill, line: s.line(0)})
	var ux, uy []float64
	certified := r.texts("certified")
	for i, c := range certified {
		if c == "false" {
			ux, uy = append(ux, level[i], level[i]), append(uy, r.floats("b_min")[i], r.floats("b_max")[i])
		}
	}
	if len(ux) > 0 {
		p.points(ux, uy, s.glyph(3), "not certified")
		p.key(key{name: "not certified", glyph: s.glyph(3)})
	}
	p.rangeX(0, 1)
	p.rangeY(0, 1)
	widen(&p.plot.X)
	widen(&p.plot.Y)
	return true
}
