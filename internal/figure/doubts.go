package figure

import (
	"image/color"
	"math"
	"strings"

	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// This file marks values whose rows have a warning: whatever form they are drawn in, they
// are hatched, and the reason stands below.

// halo is a hatched ring around a point.
type halo struct{}

// DrawGlyph implements draw.GlyphDrawer.
func (halo) DrawGlyph(c *draw.Canvas, style draw.GlyphStyle, at vg.Point) {
	line := draw.LineStyle{Color: style.Color, Width: 0.6}
	r := float64(style.Radius)
	ring := make([]vg.Point, 25)
	for i := range ring {
		sin, cos := math.Sincos(2 * math.Pi * float64(i) / float64(len(ring)-1))
		ring[i] = vg.Point{X: at.X + vg.Length(r*cos), Y: at.Y + vg.Length(r*sin)}
	}
	c.StrokeLines(line, ring)
	for _, share := range []float64{-0.5, 0, 0.5} { // chords at 45 degrees, by their distance from the centre
		half := r * math.Sqrt(1-share*share)
		x, y := share*r/math.Sqrt2, -share*r/math.Sqrt2
		c.StrokeLine2(line, at.X+vg.Length(x-half/math.Sqrt2), at.Y+vg.Length(y-half/math.Sqrt2), at.X+vg.Length(x+half/math.Sqrt2), at.Y+vg.Length(y+half/math.Sqrt2))
	}
}

// mostHalos is the largest number of rings along a line: more would hide it.
const mostHalos = 60

// doubted puts halos around the points whose rows have a warning, in the colour of their
// series.
func (p *panel) doubted(x, y []float64, warnings []string, of color.Color) {
	var at plotter.XYs
	for i, w := range warnings {
		if w != "" {
			at = append(at, p.xys(x[i:i+1], y[i:i+1])...)
		}
	}
	if every := (len(at) + mostHalos - 1) / mostHalos; every > 1 {
		var some plotter.XYs
		for i := 0; i < len(at); i += every {
			some = append(some, at[i])
		}
		at = some
	}
	if at != nil {
		p.plot.Add(&plotter.Scatter{XYs: at, GlyphStyle: draw.GlyphStyle{Color: of, Radius: 3.2, Shape: halo{}}})
	}
}

// noteDoubts writes the warnings of values below a panel.
func (p *panel) noteDoubts(values []float64, warnings []string) {
	var given []string
	for i, v := range values {
		if warnings[i] != "" && finite(v) {
			given = append(given, strings.Split(warnings[i], "; ")...)
		}
	}
	given = Distinct(given)
	more := len(given) - mostCaveats
	if more > 0 {
		given = given[:mostCaveats]
	}
	if given == nil {
		return
	}
	note := "Hatched: " + strings.TrimSuffix(strings.Join(given, "; "), ".") + "."
	if !p.noted(note) {
		p.notes = append(p.notes, note)
		if more > 0 {
			p.notes = append(p.notes, "Further warnings stand in the table.")
		}
	}
}

func (p *panel) noted(note string) bool {
	for _, other := range p.notes {
		if other == note {
			return true
		}
	}
	return false
}

// hatchCell draws slanted lines over a cell, in a colour that can be seen on its own, and
// that leaves the number in it legible; over a small one a single line.
func hatchCell(c draw.Canvas, cell vg.Rectangle, on color.Color, numbered bool) {
	ground := color.RGBAModel.Convert(on).(color.RGBA)
	line := draw.LineStyle{Color: readable(ground), Width: 0.5}
	if numbered {
		line.Color = ramp{ground, readable(ground)}.at(0.4)
	}
	size := cell.Size()
	if min(size.X, size.Y) < 8 {
		c.StrokeLine2(line, cell.Min.X, cell.Min.Y, cell.Max.X, cell.Max.Y)
		return
	}
	hatchArea(c, cell, line)
}

// hatchArea draws lines at 45 degrees over an area.
func hatchArea(c draw.Canvas, area vg.Rectangle, line draw.LineStyle) {
	const apart = 3
	high := area.Size().Y
	for at := area.Min.X - high + apart; at < area.Max.X; at += apart {
		// From (at, low) to (at + height, high), cut off at the sides.
		from, to := max(at, area.Min.X), min(at+high, area.Max.X)
		c.StrokeLine2(line, from, area.Min.Y+from-at, to, area.Min.Y+to-at)
	}
}
