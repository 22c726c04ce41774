package figure

import (
	"image"
	"image/color"
	paint "image/draw"
	"math"
	"slices"
	"strconv"
	"strings"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// grid draws a matrix as coloured cells, with its first row on top: cell (i, j) is
// centred at (j, rows−1−i) and one unit wide.
type grid struct {
	rows, columns int
	at            func(i, j int) float64 // NaN for no value
	bar           *colourBar
	style         *Style
	numbers       bool                               // write values into cells that are large enough
	interval      func(i, j int) (low, high float64) // nil for none
	empty         func(i, j int) string              // why a cell has no value; nil for nothing
	doubted       func(i, j int) bool                // whether a cell is hatched; nil for none
}

// maxVector is the largest number of cells that are drawn as rectangles; more become an
// image.
const maxVector = 1600

// overlapping is by how much a cell lies under its neighbours.
const overlapping = vg.Length(0.25)

// DataRange implements plot.DataRanger.
func (g *grid) DataRange() (xmin, xmax, ymin, ymax float64) {
	return -0.5, float64(g.columns) - 0.5, -0.5, float64(g.rows) - 0.5
}

func (g *grid) colour(v float64) color.Color {
	if math.IsNaN(v) {
		return g.style.Theme.Grid
	}
	return g.bar.ramp.at(g.bar.position(v))
}

// Plot implements plot.Plotter.
func (g *grid) Plot(c draw.Canvas, p *plot.Plot) {
	x, y := p.Transforms(&c)
	wide, high := x(1)-x(0), y(1)-y(0)
	if g.rows*g.columns > maxVector {
		// Viewers blur the border between pixels: each cell has several.
		k := max(1, 512/max(g.rows, g.columns))
		img := image.NewRGBA(image.Rect(0, 0, k*g.columns, k*g.rows))
		for i := range g.rows {
			for j := range g.columns {
				cell := image.Rect(k*j, k*i, k*(j+1), k*(i+1))
				paint.Draw(img, cell, image.NewUniform(g.colour(g.at(i, j))), image.Point{}, paint.Src)
			}
		}
		c.DrawImage(vg.Rectangle{Min: vg.Point{X: x(-0.5), Y: y(-0.5)}, Max: vg.Point{X: x(float64(g.columns) - 0.5), Y: y(float64(g.rows) - 0.5)}}, img)
		for i := range g.rows {
			for j := range g.columns {
				if g.isDoubted(i, j) {
					at := vg.Point{X: x(float64(j) - 0.5), Y: y(float64(g.rows-1-i) - 0.5)}
					hatchCell(c, vg.Rectangle{Min: at, Max: at.Add(vg.Point{X: wide, Y: high})}, g.colour(g.at(i, j)), false)
				}
			}
		}
		return
	}
	for i := range g.rows {
		for j := range g.columns {
			left, low := x(float64(j)-0.5), y(float64(g.rows-1-i)-0.5)
			v := g.at(i, j)
			fill := g.colour(v)
			// Neighbours overlap a little, or the page shows between them.
			right, bottom := left+wide, low
			if j < g.columns-1 {
				right += overlapping
			}
			if i < g.rows-1 {
				bottom -= overlapping
			}
			c.FillPolygon(fill, []vg.Point{{X: left, Y: bottom}, {X: right, Y: bottom}, {X: right, Y: low + high}, {X: left, Y: low + high}})
			if g.isDoubted(i, j) {
				hatchCell(c, vg.Rectangle{Min: vg.Point{X: left, Y: low}, Max: vg.Point{X: left + wide, Y: low + high}}, fill, g.numbers)
			}
			if g.numbers && wide > 13 && high > 7 {
				cell := vg.Rectangle{Min: vg.Point{X: left, Y: low}, Max: vg.Point{X: left + wide, Y: low + high}}
				if math.IsNaN(v) {
					g.writeReason(c, i, j, cell)
				} else {
					g.writeValue(c, i, j, cell, fill)
				}
			}
		}
	}
}

// mostHatched is the largest number of cells of a matrix of which single ones are hatched.
const mostHatched = 10000

func (g *grid) isDoubted(i, j int) bool {
	return g.doubted != nil && g.rows*g.columns <= mostHatched && !math.IsNaN(g.at(i, j)) && g.doubted(i, j)
}

// writeValue writes the value of a cell into the cell, and its interval below or next to it
// where the cell is large enough.
func (g *grid) writeValue(c draw.Canvas, i, j int, cell vg.Rectangle, fill color.Color) {
	size := cell.Size()
	at := vg.Point{X: (cell.Min.X + cell.Max.X) / 2, Y: (cell.Min.Y + cell.Max.Y) / 2}
	text, small := g.style.text(min(tickSize, size.X/2.6)), g.style.text(intervalSize)
	text.XAlign, small.XAlign = draw.XCenter, draw.XCenter
	text.Color = readable(color.RGBAModel.Convert(fill).(color.RGBA))
	small.Color = text.Color
	value, interval := hundredths(g.at(i, j)), g.intervalText(i, j)
	switch {
	case interval == "":
	case size.Y > 17 && small.Width(interval) < size.X-2:
		c.FillText(small, vg.Point{X: at.X, Y: at.Y - 4}, interval)
		at.Y += 4
	case text.Width(value+" "+interval) < size.X-4:
		value += " " + interval
	}
	c.FillText(text, at, value)
}

// writeReason writes why a cell has no value, if there is room for the words.
func (g *grid) writeReason(c draw.Canvas, i, j int, cell vg.Rectangle) {
	if g.empty == nil {
		return
	}
	text := g.style.text(intervalSize)
	text.XAlign, text.Color = draw.XCenter, g.style.Theme.Muted
	if words := g.empty(i, j); text.Width(words) < cell.Size().X-2 {
		c.FillText(text, vg.Point{X: (cell.Min.X + cell.Max.X) / 2, Y: (cell.Min.Y + cell.Max.Y) / 2}, words)
	}
}

// intervalText returns the interval of a cell in brackets, or "" if there is none.
func (g *grid) intervalText(i, j int) string {
	if g.interval == nil {
		return ""
	}
	low, high := g.interval(i, j)
	if !finite(low) || !finite(high) {
		return ""
	}
	return "[" + hundredths(low) + ", " + hundredths(high) + "]"
}

// hundredths formats a number with two decimals, without a sign where all digits are 0.
func hundredths(v float64) string {
	if math.Abs(v) >= 1e9 { // as many digits say no more
		return number(v)
	}
	return strconv.FormatFloat(math.Round(100*v)/100+0, 'f', 2, 64)
}

// heatMap returns the panel of a matrix. Row and column names may be nil.
func (s *Style) heatMap(x, y string, g *grid, rowNames, columnNames []string) *panel {
	p := s.newPanel(x, y)
	g.style = s
	p.bar = g.bar
	p.plot.Add(g)
	if columnNames != nil {
		shown := s.shortened(columnNames, s.widestName())
		p.plot.X.Tick.Marker = nameTicks(shown)
		if total := s.longestWidth(shown) * vg.Length(len(shown)); total > 110 {
			p.slant()
		}
	}
	if rowNames != nil {
		p.rowNames = reversed(rowNames)
		p.plot.Y.Tick.Marker = nameTicks(reversed(s.shortened(rowNames, s.widestName())))
	} else {
		p.plot.Y.Tick.Marker = countTicks{g.rows, 1, true}
	}
	for i := range g.rows {
		for j := range g.columns {
			if v := g.at(i, j); g.rows*g.columns <= maxVector && !math.IsNaN(v) {
				text := strings.TrimSpace(nameOf(rowNames, i) + ", " + nameOf(columnNames, j) + ": " + number(v) + " " + g.intervalText(i, j))
				p.marks = append(p.marks, mark{x: float64(j), y: float64(g.rows - 1 - i), w: 1, h: 1, text: text})
			}
		}
	}
	return p
}

// slant rotates the names at the ticks of the x axis, so that long names fit. They end
// at their ticks, below the data.
func (p *panel) slant() {
	p.plot.X.Tick.Label.Rotation = math.Pi / 4
	p.plot.X.Tick.Label.XAlign, p.plot.X.Tick.Label.YAlign = draw.XRight, draw.YTop
}

// longestWidth returns the width of the longestWidth of some names at ticks.
func (s *Style) longestWidth(names []string) vg.Length {
	var w vg.Length
	for _, n := range names {
		w = max(w, s.text(tickSize).Width(n))
	}
	return w
}

// countTicks labels cells by their number, counted from 0. If each cell stands for
// several samples, the labels are the numbers of samples.
type countTicks struct {
	cells, each int
	fromTop     bool // the first cell is the uppermost
}

// Ticks implements plot.Ticker.
func (t countTicks) Ticks(_, _ float64) []plot.Tick {
	last := float64(t.cells - 1)
	ticks := linearTicks{min(5, max(1, t.cells-1))}.Ticks(0, last*float64(t.each))
	for i := range ticks {
		ticks[i].Value /= float64(t.each)
		if t.fromTop {
			ticks[i].Value = last - ticks[i].Value
		}
	}
	return ticks
}

func nameOf(names []string, i int) string {
	if names == nil {
		return strconv.Itoa(i)
	}
	return names[i]
}

func reversed(names []string) []string {
	out := make([]string, len(names))
	for i, n := range names {
		out[len(names)-1-i] = n
	}
	return out
}

// spread returns the colour bar from the smallest to the largest value, with 0 in its
// middle where values on both sides of it ask for that.
func spread(label string, values []float64) *colourBar {
	low, high := math.Inf(1), math.Inf(-1)
	for _, v := range values {
		if finite(v) {
			low, high = math.Min(low, v), math.Max(high, v)
		}
	}
	b := &colourBar{label: label, low: low, high: high, scale: plot.LinearScale{}, ticks: linearTicks{5}, ramp: viridis}
	if high > 0 {
		return b.diverging(scoresDiverge)
	}
	return b
}

var nan = math.NaN()

// hbars are horizontal bars from 0, or from the values in from; bar i is at height
// at[i]. A value that is not finite has a word in place of its bar.
type hbars struct {
	from                 []float64 // nil for 0
	at, value, low, high []float64 // the interval is drawn where it is finite
	null, ceiling        []float64 // marks across the bar, where they are finite; nil for none
	doubted              []bool    // bars that are only outlined; nil for none
	thick                float64
	fill                 color.Color
	style                *Style
}

// DataRange implements plot.DataRanger.
func (b *hbars) DataRange() (xmin, xmax, ymin, ymax float64) {
	xmin, xmax, ymin, ymax = 0, 0, math.Inf(1), math.Inf(-1)
	for i, v := range b.value {
		for _, u := range []float64{v, b.low[i], b.high[i]} {
			if finite(u) {
				xmin, xmax = math.Min(xmin, u), math.Max(xmax, u)
			}
		}
		ymin, ymax = math.Min(ymin, b.at[i]-0.5), math.Max(ymax, b.at[i]+0.5)
	}
	return xmin, xmax, ymin, ymax
}

// Plot implements plot.Plotter.
func (b *hbars) Plot(c draw.Canvas, p *plot.Plot) {
	x, y := p.Transforms(&c)
	whisker := draw.LineStyle{Color: b.style.Theme.Ink, Width: 0.8}
	missing := b.style.text(tickSize)
	missing.Color = b.style.Theme.Muted
	for i, v := range b.value {
		if !finite(v) {
			c.FillText(missing, vg.Point{X: x(0) + 3, Y: y(b.at[i])}, "undefined")
			continue
		}
		low, high := y(b.at[i]-b.thick/2), y(b.at[i]+b.thick/2)
		start := x(0)
		if b.from != nil {
			start = x(b.from[i])
		}
		outline := []vg.Point{{X: start, Y: low}, {X: x(v), Y: low}, {X: x(v), Y: high}, {X: start, Y: high}}
		if b.doubted != nil && b.doubted[i] {
			b.hatch(c, outline)
		} else {
			c.FillPolygon(b.fill, outline)
		}
		b.across(c, x, b.null, i, low, high, 2)
		b.across(c, x, b.ceiling, i, low, high, 1)
		if finite(b.low[i]) && finite(b.high[i]) {
			middle := (low + high) / 2
			c.StrokeLine2(whisker, x(b.low[i]), middle, x(b.high[i]), middle)
			for _, end := range []float64{b.low[i], b.high[i]} {
				c.StrokeLine2(whisker, x(end), middle-1.5, x(end), middle+1.5)
			}
		}
	}
}

// hatch outlines a bar and fills it with slanted lines.
func (b *hbars) hatch(c draw.Canvas, outline []vg.Point) {
	line := draw.LineStyle{Color: b.fill, Width: 0.7}
	left, right := min(outline[0].X, outline[1].X), max(outline[0].X, outline[1].X)
	hatchArea(c, vg.Rectangle{Min: vg.Point{X: left, Y: outline[0].Y}, Max: vg.Point{X: right, Y: outline[2].Y}}, line)
	c.StrokeLines(line, append(slices.Clone(outline), outline[0]))
}

// across draws a mark over a bar at a value.
func (b *hbars) across(c draw.Canvas, x func(float64) vg.Length, values []float64, i int, low, high vg.Length, dash int) {
	if values == nil || !finite(values[i]) {
		return
	}
	line := draw.LineStyle{Color: b.style.Theme.Ink, Width: 1, Dashes: dashes[dash]}
	c.StrokeLine2(line, x(values[i]), low-1, x(values[i]), high+1)
}
