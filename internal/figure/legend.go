package figure

import (
	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Measures of legends.
const (
	swatch    = vg.Length(13) // width of a sample
	legendRow = vg.Length(10)
	legendGap = vg.Length(8)
)

// placeKeys gives the position of each key of a legend, from its upper left
// corner, and the number of rows.
func placeKeys(keys []key, s *Style, width vg.Length) (at []vg.Point, rows int) {
	if len(keys) == 0 {
		return nil, 0
	}
	var x vg.Length
	row := 0
	for _, k := range keys {
		w := k.swatch() + s.text(tickSize).Width(k.name)
		if x > 0 && x+w > width {
			x = 0
			row++
		}
		at = append(at, vg.Point{X: x, Y: -(vg.Length(row) + 0.5) * legendRow})
		x += w + legendGap
	}
	return at, row + 1
}

// swatch returns the width before the name of a key, 0 for one that is a title.
func (k key) swatch() vg.Length {
	if k.fill == nil && k.line.Width == 0 && k.glyph.Shape == nil {
		return 0
	}
	return swatch + 3
}

// legendHeight returns the height of the legend that drawLegend draws.
func legendHeight(keys []key, s *Style, width vg.Length) vg.Length {
	_, rows := placeKeys(keys, s, width)
	if rows == 0 {
		return 0
	}
	return vg.Length(rows)*legendRow + 3
}

// drawLegend draws keys along the top of a canvas and returns their height.
func drawLegend(c draw.Canvas, keys []key, s *Style) vg.Length {
	at, _ := placeKeys(keys, s, c.Size().X)
	for i, k := range keys {
		x, y := c.Min.X+at[i].X, c.Max.Y+at[i].Y
		if k.fill != nil {
			c.FillPolygon(k.fill, []vg.Point{{X: x, Y: y - 3}, {X: x + swatch, Y: y - 3}, {X: x + swatch, Y: y + 3}, {X: x, Y: y + 3}})
		}
		if k.line.Width > 0 {
			c.StrokeLine2(k.line, x, y, x+swatch, y)
		}
		if k.glyph.Shape != nil {
			c.DrawGlyph(k.glyph, vg.Point{X: x + swatch/2, Y: y})
		}
		c.FillText(s.text(tickSize), vg.Point{X: x + k.swatch(), Y: y}, k.name)
	}
	return legendHeight(keys, s, c.Size().X)
}

// barSpace returns the width of the colour bar next to its panel: a gap, the bar,
// numbers and the label.
func (p *panel) barSpace() vg.Length {
	if p.bar == nil {
		return 0
	}
	var names []string
	for _, t := range p.bar.ticks.Ticks(p.bar.low, p.bar.high) {
		names = append(names, t.Label)
	}
	return 7 + 7 + 3.5 + p.style.longestWidth(names) + 14
}

// colourBar explains a scale of colours.
type colourBar struct {
	label     string
	low, high float64
	scale     plot.Normalizer
	ticks     plot.Ticker
	ramp      ramp
}

// position returns the position of a value on the scale, in [0, 1].
func (b *colourBar) position(v float64) (t float64) {
	if b.high == b.low {
		return 0.5
	}
	return b.scale.Normalize(b.low, b.high, v)
}

// draw draws the bar into a canvas as high as the data. Its label may use the heights from
// lowest to highest.
func (b *colourBar) draw(c draw.Canvas, s *Style, lowest, highest vg.Length) {
	const width, steps = 7, 48
	left := c.Min.X + 7
	height := c.Max.Y - c.Min.Y
	for i := range steps {
		low := c.Min.Y + height*vg.Length(i)/steps
		high := min(c.Max.Y, low+height/steps+0.3) // no seams
		c.FillPolygon(b.ramp.at((float64(i)+0.5)/steps), []vg.Point{{X: left, Y: low}, {X: left + width, Y: low}, {X: left + width, Y: high}, {X: left, Y: high}})
	}
	style := draw.LineStyle{Color: s.Theme.Ink, Width: hairline}
	if b.high > b.low {
		free := c.Min.Y - tickSize // numbers below this would overlap
		for _, t := range b.ticks.Ticks(b.low, b.high) {
			if t.IsMinor() || t.Value < b.low || t.Value > b.high {
				continue
			}
			y := c.Min.Y + height*vg.Length(b.scale.Normalize(b.low, b.high, t.Value))
			if y < free {
				continue
			}
			free = y + tickSize
			c.StrokeLine2(style, left+width, y, left+width+2, y)
			c.FillText(s.text(tickSize), vg.Point{X: left + width + 3.5, Y: y}, t.Label)
		}
	}
	label := s.text(labelSize)
	label.Rotation = quarterTurn
	label.XAlign, label.YAlign = draw.XCenter, draw.YTop
	words := s.fitted(b.label, labelSize, highest-lowest)
	c.FillText(label, vg.Point{X: c.Max.X - 11, Y: within(c.Min.Y+height/2, s.text(labelSize).Width(words), lowest, highest)}, words)
}
