package figure

import (
	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// placeNames writes the names of systems beside their places on a map. A name that would
// stand on another is left out.
type placeNames struct {
	of    *collected
	names []string
	style *Style
}

// Plot implements plot.Plotter.
func (n placeNames) Plot(c draw.Canvas, p *plot.Plot) {
	x, y := p.Transforms(&c)
	words := n.style.text(tickSize)
	words.XAlign, words.YAlign = draw.XLeft, draw.YCenter
	var taken []vg.Rectangle
	for i, system := range n.of.systems {
		at := vg.Point{X: x(n.of.at[system][0]) + 3, Y: y(n.of.at[system][1])}
		size := words.Rectangle(n.names[i])
		width, height := size.Max.X-size.Min.X, size.Max.Y-size.Min.Y
		if at.X+width > c.Max.X {
			at.X -= width + 6
		}
		box := vg.Rectangle{Min: vg.Point{X: at.X, Y: at.Y - height/2}, Max: vg.Point{X: at.X + width, Y: at.Y + height/2}}
		free := true
		for _, t := range taken {
			free = free && (box.Max.X < t.Min.X || t.Max.X < box.Min.X || box.Max.Y < t.Min.Y || t.Max.Y < box.Min.Y)
		}
		if free {
			taken = append(taken, box)
			c.FillText(words, at, n.names[i])
		}
	}
}
