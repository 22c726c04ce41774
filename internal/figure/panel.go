package figure

import (
	"fmt"
	"image/color"
	"math"
	"slices"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// A panel is one pair of axes and the data drawn in them.
type panel struct {
	style    *Style
	title    string
	x, y     string // labels of the axes
	plot     *plot.Plot
	keys     []key
	bar      *colourBar // nil for none
	marks    []mark
	height   vg.Length       // of the data and its axes
	minWidth vg.Length       // the smallest legible width
	square   bool            // a unit has the same length on both axes
	notes    []string        // below the figure
	all      *[2]plot.Ticker // the ticks of x and y before names were left out; nil before
	tree     []Join          // of the columns of a matrix, drawn above it; nil for none
	perCell  int             // leaves of the tree in a column that is a mean of several; 0 for one
	rowNames []string        // at the y axis, from the bottom, in full; nil for numbers
	area     vg.Point        // the size of the data area when it was last drawn
	perRow   int             // the largest number of panels in a row; 0 for as many as fit
}

// key is an entry of a legend.
type key struct {
	name  string
	line  draw.LineStyle
	glyph draw.GlyphStyle // Shape is nil for none
	fill  color.Color     // nil for none
}

// mark is a place, in the units of the data, whose value a reader can see. It is a
// point, or a cell of extent w and h.
type mark struct {
	x, y, w, h float64
	text       string
}

// maxMarks is the largest number of marks of a panel. With more a report would be too
// large, and a reader could not distinguish them.
const maxMarks = 400

func (s *Style) newPanel(x, y string) *panel {
	p := plot.New()
	p.BackgroundColor = nil
	for _, axis := range []*plot.Axis{&p.X, &p.Y} {
		axis.Padding = 0
		axis.LineStyle = draw.LineStyle{Color: s.Theme.Ink, Width: hairline}
		axis.Tick.LineStyle = axis.LineStyle
		axis.Tick.Length = 2.5
		axis.Tick.Marker = linearTicks{5}
		tick := s.text(tickSize)
		tick.XAlign, tick.YAlign = axis.Tick.Label.XAlign, axis.Tick.Label.YAlign
		axis.Tick.Label = tick
	}
	return &panel{style: s, x: x, y: y, plot: p, height: 52 * vg.Millimeter, minWidth: 60 * vg.Millimeter}
}

// smallPanel is the height and the least width of a panel that is next to others.
const smallPanel = 38 * vg.Millimeter

// small sets the size of a panel that is next to others, and has fewer ticks.
func (p *panel) small() *panel {
	p.height, p.minWidth = smallPanel, smallPanel
	p.plot.X.Tick.Marker, p.plot.Y.Tick.Marker = linearTicks{4}, linearTicks{4}
	return p
}

// logX makes the x axis logarithmic. All values drawn must then be positive.
func (p *panel) logX() {
	p.plot.X.Scale, p.plot.X.Tick.Marker = logScale{}, logTicks{4}
}

func (p *panel) logY() {
	p.plot.Y.Scale, p.plot.Y.Tick.Marker = logScale{}, logTicks{4}
}

// rangeX and rangeY widen an axis to hold an interval.
func (p *panel) rangeX(low, high float64) {
	p.plot.X.Min, p.plot.X.Max = math.Min(p.plot.X.Min, low), math.Max(p.plot.X.Max, high)
}

func (p *panel) rangeY(low, high float64) {
	p.plot.Y.Min, p.plot.Y.Max = math.Min(p.plot.Y.Min, low), math.Max(p.plot.Y.Max, high)
}

// xys pairs coordinates and leaves out points that cannot be drawn.
func (p *panel) xys(x, y []float64) plotter.XYs {
	var out plotter.XYs
	_, logX := p.plot.X.Scale.(logScale)
	_, logY := p.plot.Y.Scale.(logScale)
	for i := range x {
		if finite(x[i]) && finite(y[i]) && !(logX && x[i] <= 0) && !(logY && y[i] <= 0) {
			out = append(out, plotter.XY{X: x[i], Y: y[i]})
		}
	}
	return out
}

func finite(v float64) bool { return !math.IsNaN(v) && !math.IsInf(v, 0) }

// unbroken splits the places of a line where a coordinate of one of its curves is undefined:
// between two parts the line says nothing.
func unbroken(x []float64, curves ...[]float64) (of [][2]int) {
	start := 0
	for i := 0; i <= len(x); i++ {
		if i < len(x) && finite(x[i]) && !slices.ContainsFunc(curves, func(y []float64) bool { return !finite(y[i]) }) {
			continue
		}
		if i > start {
			of = append(of, [2]int{start, i})
		}
		start = i + 1
	}
	return of
}

// line draws a line through points and adds marks to some of them. It is broken where a
// point is undefined.
func (p *panel) line(x, y []float64, style draw.LineStyle, name string) {
	const along = 25 // marks on a line
	every := max(1, (len(p.xys(x, y))+along-1)/along)
	for _, run := range unbroken(x, y) {
		x, y := x[run[0]:run[1]], y[run[0]:run[1]]
		xys := p.xys(x, y)
		if len(xys) < 2 { // which a line does not show
			p.points(x, y, draw.GlyphStyle{Color: style.Color, Radius: 1.9, Shape: glyphs[0]}, name)
			continue
		}
		p.plot.Add(&plotter.Line{XYs: xys, LineStyle: style})
		for i := 0; i < len(xys); i += every {
			p.mark(xys[i].X, xys[i].Y, name)
		}
	}
}

// points draws markers.
func (p *panel) points(x, y []float64, style draw.GlyphStyle, name string) {
	xys := p.xys(x, y)
	if len(xys) == 0 {
		return
	}
	p.plot.Add(&plotter.Scatter{XYs: xys, GlyphStyle: style})
	for _, xy := range xys {
		p.mark(xy.X, xy.Y, name)
	}
}

// intervalY draws vertical error bars; those without bounds are left out.
func (p *panel) intervalY(x, low, high []float64, style draw.LineStyle) {
	style.Width, style.Dashes = 0.8, nil
	for i := range x {
		if xys := p.xys([]float64{x[i], x[i]}, []float64{low[i], high[i]}); len(xys) == 2 {
			p.plot.Add(&plotter.Line{XYs: xys, LineStyle: style})
		}
	}
}

// band fills the area between two lines. ok is false where there is none.
func (p *panel) band(x, low, high []float64) (fill color.RGBA, ok bool) {
	return p.bandOf(x, low, high, p.style.Theme.Series[0])
}

// bandOf fills the area between two lines with a light shade of a colour. It is broken
// where a bound is missing; a bound between two such places is an error bar.
func (p *panel) bandOf(x, low, high []float64, of color.Color) (fill color.RGBA, ok bool) {
	fill = color.RGBAModel.Convert(of).(color.RGBA)
	fill.R, fill.G, fill.B, fill.A = fill.R/4, fill.G/4, fill.B/4, 0x40 // a quarter of it, premultiplied
	for _, run := range unbroken(x, low, high) {
		x, low, high := x[run[0]:run[1]], low[run[0]:run[1]], high[run[0]:run[1]]
		if len(x) == 1 {
			p.intervalY(x, low, high, draw.LineStyle{Color: of})
			continue
		}
		outline := p.xys(x, low)
		above := p.xys(x, high)
		slices.Reverse(above)
		outline = append(outline, above...)
		if len(outline) < 3 {
			continue
		}
		p.plot.Add(&plotter.Polygon{XYs: []plotter.XYs{outline}, Color: fill})
		ok = true
	}
	return fill, ok
}

// across draws a horizontal line over the whole width.
func (p *panel) across(y float64, style draw.LineStyle) {
	if finite(y) {
		p.rangeY(y, y)
		p.plot.Add(acrossLine{y, style})
	}
}

type acrossLine struct {
	y     float64
	style draw.LineStyle
}

// Plot implements plot.Plotter.
func (l acrossLine) Plot(c draw.Canvas, p *plot.Plot) {
	_, y := p.Transforms(&c)
	c.StrokeLine2(l.style, c.Min.X, y(l.y), c.Max.X, y(l.y))
}

// undefined writes a word above the x axis at the places where a line has no value.
func (p *panel) undefined(x, y []float64) {
	u := undefinedPlaces{style: p.style}
	for i := range x {
		if finite(x[i]) && !finite(y[i]) {
			u.at = append(u.at, x[i])
		}
	}
	if u.at != nil {
		p.plot.Add(u)
	}
}

type undefinedPlaces struct {
	at    []float64
	style *Style
}

// DataRange implements plot.DataRanger.
func (u undefinedPlaces) DataRange() (xmin, xmax, ymin, ymax float64) {
	return slices.Min(u.at), slices.Max(u.at), math.Inf(1), math.Inf(-1)
}

// Plot implements plot.Plotter.
func (u undefinedPlaces) Plot(c draw.Canvas, p *plot.Plot) {
	x, _ := p.Transforms(&c)
	word := u.style.text(tickSize)
	word.Color, word.Rotation, word.YAlign = u.style.Theme.Muted, quarterTurn, draw.YCenter
	last := vg.Length(math.Inf(-1))
	for _, at := range u.at {
		if place := x(at); place-last >= tickSize { // words do not stand over each other
			c.FillText(word, vg.Point{X: place, Y: c.Min.Y + 3}, "undefined")
			last = place
		}
	}
}

// mark adds a mark at a point.
func (p *panel) mark(x, y float64, name string) {
	text := fmt.Sprintf("%s: %s, %s", name, number(x), number(y))
	p.marks = append(p.marks, mark{x: x, y: y, text: text})
}

// thinned returns at most maxMarks of the marks, evenly spaced.
func (p *panel) thinned() []mark {
	if len(p.marks) <= maxMarks {
		return p.marks
	}
	out := make([]mark, maxMarks)
	for i := range out {
		out[i] = p.marks[i*len(p.marks)/maxMarks]
	}
	return out
}

// key adds an entry to the legend.
func (p *panel) key(k key) { p.keys = append(p.keys, k) }

// widen adds a margin between data and the ends of an axis, but not beyond 0 and 1 for
// values that lie between them.
func widen(axis *plot.Axis) {
	if !finite(axis.Min) || !finite(axis.Max) {
		axis.Min, axis.Max = 0, 1
	}
	const share = 0.04
	if _, log := axis.Scale.(logScale); log {
		if !(axis.Max > 0) {
			axis.Max = 1
		}
		if !(axis.Min > 0) {
			axis.Min = axis.Max / 10
		}
		if axis.Min == axis.Max {
			axis.Min, axis.Max = axis.Min/2, axis.Max*2
		}
		factor := math.Pow(axis.Max/axis.Min, share)
		axis.Min, axis.Max = axis.Min/factor, axis.Max*factor
		return
	}
	if axis.Min == axis.Max {
		half := max(0.5, 1e-6*math.Abs(axis.Min)) // which a large number takes notice of
		axis.Min, axis.Max = axis.Min-half, axis.Max+half
	}
	room := share * (axis.Max - axis.Min)
	low, high := axis.Min, axis.Max
	axis.Min, axis.Max = low-room, high+room
	if low >= 0 && axis.Min < 0 && low != 0 {
		axis.Min = 0
	}
}
