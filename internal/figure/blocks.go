package figure

import (
	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"simtool/internal/data"
)

// blocks are samples sorted by a label: those of one label stand together, in the order of
// the levels.
type blocks struct {
	order []int // the sample at each place
	names []string
	from  []int // first place of each block, and behind the last the number of samples
	style *Style
}

// blocksOf sorts samples by a categorical label; nil for other labels. Samples without a
// label come last.
func blocksOf(labels *data.Column, s *Style) *blocks {
	if labels == nil || labels.Kind != data.Categorical {
		return nil
	}
	b := &blocks{style: s}
	for level := range len(labels.Levels) + 1 {
		name := "none"
		if level < len(labels.Levels) {
			name = labels.Levels[level]
		}
		begun := len(b.order)
		for i, code := range labels.Codes {
			if code == level || level == len(labels.Levels) && (code < 0 || code >= len(labels.Levels)) {
				b.order = append(b.order, i)
			}
		}
		if len(b.order) > begun {
			b.names, b.from = append(b.names, name), append(b.from, begun)
		}
	}
	b.from = append(b.from, len(b.order))
	return b
}

// reordered returns an n × n matrix with rows and columns in another order.
func reordered(values []float64, order []int) []float64 {
	n := len(order)
	out := make([]float64, 0, n*n)
	for _, i := range order {
		for _, j := range order {
			out = append(out, values[i*n+j])
		}
	}
	return out
}

// name puts the names at the middles of the blocks on both axes of a matrix, and lines
// between blocks.
func (b *blocks) name(p *panel) {
	names := b.style.shortened(b.names, b.style.widestName())
	p.plot.X.Tick.Marker, p.plot.Y.Tick.Marker = blockTicks{b, names, false}, blockTicks{b, names, true}
	p.plot.X.Tick.Length, p.plot.Y.Tick.Length = 0, 0
	if b.style.longestWidth(names)*vg.Length(len(names)) > 110 {
		p.slant()
	}
	p.plot.Add(b)
}

// Plot implements plot.Plotter: lines between blocks.
func (b *blocks) Plot(c draw.Canvas, p *plot.Plot) {
	x, y := p.Transforms(&c)
	n := float64(len(b.order))
	line := draw.LineStyle{Color: b.style.Theme.Ink, Width: 0.7}
	for _, from := range b.from[1 : len(b.from)-1] {
		at := float64(from) - 0.5
		c.StrokeLine2(line, x(at), y(-0.5), x(at), y(n-0.5))
		c.StrokeLine2(line, x(-0.5), y(n-1-at), x(n-0.5), y(n-1-at))
	}
}

// blockTicks are names in the middles of blocks.
type blockTicks struct {
	*blocks
	shown   []string
	fromTop bool
}

// Ticks implements plot.Ticker.
func (t blockTicks) Ticks(_, _ float64) []plot.Tick {
	ticks := make([]plot.Tick, len(t.shown))
	for k, name := range t.shown {
		at := float64(t.from[k]+t.from[k+1]-1) / 2
		if t.fromTop {
			at = float64(len(t.order)-1) - at
		}
		ticks[k] = plot.Tick{Value: at, Label: name}
	}
	return ticks
}
