package figure

import (
	"math"
	"slices"
	"strings"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgimg"
)

// Figure is a picture of one or more results of a kind.
type Figure struct {
	Kind  string // name of the kind of result
	Title string // "" for none
	Alt   string // a description for people who cannot see the figure
	// Warnings say which settings of the style have changed nothing.
	Warnings []string

	style         Style
	panels        []*panel
	keys          []key    // the shared legend of several panels; nil for one panel
	notes         []string // lines below the panels
	columns       int
	rows          []vg.Length // heights
	width, height vg.Length
}

// Space between parts of a figure.
const (
	margin    = vg.Length(4)
	gutter    = vg.Length(9)
	titleRow  = vg.Length(14)
	panelRow  = vg.Length(11.5) // title of a panel
	noteRow   = vg.Length(8)    // line of a note
	noteSize  = vg.Length(6)
	axisLabel = vg.Length(11.5)
)

// quarterTurn is the rotation of text along a vertical axis.
const quarterTurn = math.Pi / 2

// compose arranges panels in a grid that reads from left to right.
func compose(kind, title, alt string, panels []*panel, s *Style) *Figure {
	f := &Figure{Kind: kind, Title: title, Alt: alt, style: *s, panels: panels, width: s.Width}
	switch s.Title {
	case "":
	case "-":
		f.Title = ""
	default:
		f.Title = s.Title
	}
	if f.width == 0 {
		f.width = ColumnWidth
	}
	inner := f.width - 2*margin
	least := panels[0].minWidth
	f.columns = min(len(panels), max(1, int((inner+gutter)/(least+gutter))))
	if most := panels[0].perRow; most > 0 {
		f.columns = min(f.columns, most)
	}
	if s.Columns > 0 {
		f.columns = min(s.Columns, len(panels))
	}
	f.arrange()
	for s.Columns == 0 && f.height > pageHeight && f.columns < len(panels) {
		f.columns++
		if f.panelWidth() < smallestPanel {
			f.columns--
			f.arrange()
			break
		}
		f.arrange()
	}
	if s.Height == 0 {
		f.onePage()
	} else {
		// All rows shrink alike; titles and legends keep their heights.
		least := f.fixedHeight() + vg.Length(len(f.rows))*60
		factor := (max(s.Height, least) - f.fixedHeight()) / (f.height - f.fixedHeight())
		for i := range f.rows {
			f.rows[i] *= factor
		}
		f.height = max(s.Height, least)
	}
	return f
}

// A figure with many panels gets more of them in a row, down to the smallest that can be
// read, before it is higher than the page that it is for.
const (
	pageHeight    = 240 * vg.Millimeter
	smallestPanel = 36 * vg.Millimeter
	highestPanel  = 215 * vg.Millimeter // leaves room for titles, legend and notes
)

// arrange sets the heights of the rows of panels for the number of columns, of which the
// last row is filled as far as possible.
func (f *Figure) arrange() {
	f.keys = sharedKeys(f.panels)
	f.notes = f.noteLines()
	rows := (len(f.panels) + f.columns - 1) / f.columns
	if f.style.Columns == 0 {
		f.columns = (len(f.panels) + rows - 1) / rows
	}
	f.rows = nil
	for start := 0; start < len(f.panels); start += f.columns {
		f.rows = append(f.rows, f.rowHeight(f.panels[start:min(start+f.columns, len(f.panels))]))
	}
	f.height = f.fixedHeight()
	for _, h := range f.rows {
		f.height += h
	}
}

// fixedHeight returns the height of title, legend and gutters.
func (f *Figure) fixedHeight() vg.Length {
	h := 2*margin + vg.Length(len(f.rows)-1)*gutter
	return h + vg.Length(len(f.titleLines()))*titleRow + legendHeight(f.keys, &f.style, f.width-2*margin) + vg.Length(len(f.notes))*noteRow
}

// noteLines breaks the different notes of all panels into lines that fit the width.
func (f *Figure) noteLines() []string {
	var notes []string
	for _, p := range f.panels {
		for _, note := range p.notes {
			if !slices.Contains(notes, note) {
				notes = append(notes, note)
			}
		}
	}
	var lines []string
	for _, note := range notes {
		lines = append(lines, f.folded(note, noteSize)...)
	}
	return lines
}

// titleLines breaks the title at spaces into lines that fit the width.
func (f *Figure) titleLines() []string {
	return f.folded(f.Title, titleSize)
}

// folded breaks text at spaces into lines that fit the width.
func (f *Figure) folded(words string, size vg.Length) []string {
	var lines []string
	text := f.style.text(size)
	for _, word := range strings.Fields(words) {
		if last := len(lines) - 1; last >= 0 && text.Width(lines[last]+" "+word) <= f.width-2*margin {
			lines[last] += " " + word
		} else {
			lines = append(lines, word)
		}
	}
	return lines
}

func (f *Figure) panelWidth() vg.Length {
	return (f.width - 2*margin - vg.Length(f.columns-1)*gutter) / vg.Length(f.columns)
}

func (f *Figure) rowHeight(panels []*panel) vg.Length {
	var row vg.Length
	for _, p := range panels {
		p.fitNames(f.panelWidth())
		h := p.height + vg.Length(len(p.titleLines(f.panelWidth())))*panelRow
		if f.keys == nil {
			h += legendHeight(p.keys, &f.style, f.panelWidth())
		}
		if p.square {
			h += p.squareHeight(f.panelWidth()) - p.height
		}
		row = max(row, h)
	}
	return row
}

// squareHeight returns the height at which the data area of a panel of the given width
// is square.
func (p *panel) squareHeight(width vg.Length) vg.Length {
	c := draw.New(vgimg.NewWith(vgimg.UseWH(width, 10*width), vgimg.UseDPI(1)))
	area := p.plot.DataCanvas(p.axes(c)).Size()
	return area.X + 10*width - area.Y
}

// sharedKeys returns the common legend of several panels; a name has the same meaning
// in each. It is nil for one panel, and where no panel has a legend.
func sharedKeys(panels []*panel) []key {
	if len(panels) < 2 {
		return nil
	}
	var keys []key
	for _, p := range panels {
		for _, k := range p.keys {
			if !slices.ContainsFunc(keys, func(other key) bool { return other.name == k.name }) {
				keys = append(keys, k)
			}
		}
	}
	return keys
}

// placed is a mark with coordinates in points from the lower left corner of the figure.
type placed struct {
	x, y, w, h float64
	text       string
}

// draw draws the figure on a canvas of its size and returns the places of its marks.
func (f *Figure) draw(c draw.Canvas) []placed {
	if b := f.style.Theme.Background; b != nil {
		c.SetColor(b)
		c.Fill(c.Path())
	}
	c = draw.Crop(c, margin, -margin, margin, -margin)
	for _, line := range f.titleLines() {
		c.FillText(f.style.text(titleSize), vg.Point{X: c.Min.X, Y: c.Max.Y - titleRow/2 + 2}, line)
		c.Max.Y -= titleRow
	}
	note := f.style.text(noteSize)
	note.Color = f.style.Theme.Muted
	for i, line := range f.notes {
		c.FillText(note, vg.Point{X: c.Min.X, Y: c.Min.Y + noteRow*(vg.Length(len(f.notes)-1-i)+0.5)}, line)
	}
	c.Max.Y -= drawLegend(c, f.keys, &f.style)
	width := f.panelWidth()
	var marks []placed
	top := c.Max.Y
	for i, p := range f.panels {
		row, column := i/f.columns, i%f.columns
		left := c.Min.X + vg.Length(column)*(width+gutter)
		cell := draw.Canvas{Canvas: c.Canvas, Rectangle: vg.Rectangle{
			Min: vg.Point{X: left, Y: top - f.rows[row]}, Max: vg.Point{X: left + width, Y: top},
		}}
		marks = append(marks, p.draw(cell, f.keys == nil)...)
		if column == f.columns-1 {
			top -= f.rows[row] + gutter
		}
	}
	return marks
}

// draw draws a panel into its cell of the grid.
func (p *panel) draw(c draw.Canvas, legend bool) []placed {
	for _, line := range p.titleLines(c.Size().X) {
		c.FillText(p.style.text(labelSize), vg.Point{X: c.Min.X, Y: c.Max.Y - panelRow/2 + 1}, line)
		c.Max.Y -= panelRow
	}
	if legend {
		c.Max.Y -= drawLegend(c, p.keys, p.style)
	}
	full := c
	if p.all != nil { // drawn before
		p.plot.X.Tick.Marker, p.plot.Y.Tick.Marker = p.all[0], p.all[1]
	}
	c = p.axes(c)
	if p.square {
		area := p.plot.DataCanvas(c).Size()
		if area.X > area.Y {
			c.Max.X -= area.X - area.Y
		} else {
			c.Min.Y += area.Y - area.X
		}
	}
	p.thinNames(p.plot.DataCanvas(c).Size())
	data := p.plot.DataCanvas(c)
	p.area = data.Size()
	if p.style.Theme.grid && p.bar == nil {
		p.drawGrid(data)
	}
	p.plot.Draw(c)
	if p.tree != nil {
		p.drawTree(data)
	}
	label := p.style.text(labelSize)
	label.XAlign, label.YAlign = draw.XCenter, draw.YBottom
	xLabel, yLabel := p.style.fitted(p.x, labelSize, full.Size().X), p.style.fitted(p.y, labelSize, full.Size().Y)
	c.FillText(label, vg.Point{X: within(data.Center().X, label.Width(xLabel), full.Min.X, full.Max.X), Y: c.Min.Y - axisLabel + 1.5}, xLabel)
	length := label.Width(yLabel)
	label.Rotation, label.YAlign = quarterTurn, draw.YTop
	c.FillText(label, vg.Point{X: full.Min.X, Y: within(data.Center().Y, length, full.Min.Y, full.Max.Y)}, yLabel)
	if p.bar != nil {
		low, high := full.Min.Y, full.Max.Y
		full.Min.X, full.Max.X = c.Max.X, c.Max.X+p.barSpace()
		full.Min.Y, full.Max.Y = data.Min.Y, data.Max.Y
		p.bar.draw(full, p.style, low, high)
	}
	x, y := p.plot.Transforms(&data)
	var out []placed
	for _, m := range p.thinned() {
		left, right := x(m.x-m.w/2), x(m.x+m.w/2)
		low, high := y(m.y-m.h/2), y(m.y+m.h/2)
		out = append(out, placed{
			x: float64(left+right) / 2, y: float64(low+high) / 2, w: float64(right - left), h: float64(high - low), text: m.text,
		})
	}
	return out
}

// within returns the middle of a label, moved so that the label stays inside an
// interval if it fits.
func within(middle, length, low, high vg.Length) vg.Length {
	return max(low+length/2, min(middle, high-length/2))
}

// axes returns the part of a canvas for data and axes, without the labels of the axes
// and the colour bar. This package places the labels, because plot reserves the wrong
// space for them on logarithmic axes.
func (p *panel) axes(c draw.Canvas) draw.Canvas {
	if p.x != "" {
		c.Min.Y += axisLabel
	}
	if p.y != "" {
		c.Min.X += axisLabel
	}
	c.Max.X -= p.barSpace()
	if p.tree != nil {
		c.Max.Y -= treeSpace
	}
	return c
}

// drawGrid draws faint lines at the labelled ticks.
func (p *panel) drawGrid(c draw.Canvas) {
	style := draw.LineStyle{Color: p.style.Theme.Grid, Width: hairline}
	x, y := p.plot.Transforms(&c)
	if _, named := p.plot.X.Tick.Marker.(nameTicks); !named {
		for _, t := range p.plot.X.Tick.Marker.Ticks(p.plot.X.Min, p.plot.X.Max) {
			if at := x(t.Value); !t.IsMinor() && c.ContainsX(at) {
				c.StrokeLine2(style, at, c.Min.Y, at, c.Max.Y)
			}
		}
	}
	if _, named := p.plot.Y.Tick.Marker.(nameTicks); !named {
		for _, t := range p.plot.Y.Tick.Marker.Ticks(p.plot.Y.Min, p.plot.Y.Max) {
			if at := y(t.Value); !t.IsMinor() && c.ContainsY(at) {
				c.StrokeLine2(style, c.Min.X, at, c.Max.X, at)
			}
		}
	}
}
