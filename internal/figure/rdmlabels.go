package figure

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"

	"simtool/internal/data"
)

// This file says what labels do to the samples of a matrix of dissimilarities. Categories,
// and a few numbers, sort them into named blocks; many numbers sort them along an axis of
// these; and a name for each sample stands beside its row.

// rdmOrder is how the samples of an RDM stand.
type rdmOrder struct {
	order  []int    // the sample at each place; nil as they are
	blocks *blocks  // nil for none
	names  []string // of the samples, as they stand; nil for numbers
	values []float64
	label  string // of the axes, "" for samples
}

// labelledOrder is the order that the labels of an RDM ask for.
func labelledOrder(r *Result, s *Style) rdmOrder {
	n := r.Array.Samples()
	var o rdmOrder
	if r.Labels != nil && r.Labels.Len() == n {
		o.label = r.Labels.Name
		switch texts := Distinct(r.labelNames()); {
		case namesEach(r.Labels):
			o.names = r.labelNames()
		case r.Labels.Kind == data.Categorical:
			o.blocks = blocksOf(r.Labels, s)
		case len(texts) <= mostNumbers:
			o.blocks = blocksOf(asCategories(r.Labels), s)
		default:
			o.order = byNumber(r.Labels)
			for _, i := range o.order {
				o.values = append(o.values, r.Labels.Values[i])
			}
		}
	} else if len(r.Array.Names) == n {
		o.names = slices.Clone(r.Array.Names)
	}
	switch {
	case o.blocks != nil:
		o.order = o.blocks.order
	case o.names != nil && s.Listed != nil:
		place := s.listedPlaces(o.names)
		o.order = inOrder(n)
		slices.SortStableFunc(o.order, func(a, b int) int { return cmp.Compare(place[o.names[a]], place[o.names[b]]) })
		o.names = picked(o.names, o.order)
	}
	return o
}

// namesEach reports whether a column has another text for each row.
func namesEach(c *data.Column) bool {
	if c.Kind != data.Categorical || c.Len() < 2 {
		return false
	}
	seen := map[int]bool{}
	for i, code := range c.Codes {
		if c.IsMissing(i) || seen[code] {
			return false
		}
		seen[code] = true
	}
	return true
}

// FirstLabel returns the column of labels that is taken if none is named: the first, but of
// an RDM the first that does not have another name for each sample.
func (r *Result) FirstLabel(labels *data.Table) *data.Column {
	if r.Array != nil && isRDM(r.Array) {
		if at := slices.IndexFunc(labels.Columns, func(c *data.Column) bool { return !namesEach(c) }); at >= 0 {
			return labels.Columns[at]
		}
	}
	return labels.Columns[0]
}

// asCategories makes categories of a few numbers, in their order.
func asCategories(c *data.Column) *data.Column {
	out := &data.Column{Name: c.Name, Kind: data.Categorical, Codes: make([]int, c.Len())}
	var values []float64
	for _, v := range c.Values {
		if finite(v) {
			values = append(values, v)
		}
	}
	slices.Sort(values)
	values = slices.Compact(values)
	for _, v := range values {
		out.Levels = append(out.Levels, number(v))
	}
	for i, v := range c.Values {
		if out.Codes[i] = -1; finite(v) {
			out.Codes[i], _ = slices.BinarySearch(values, v)
		}
	}
	return out
}

// byNumber returns the rows of a column in the order of its numbers; those without one come
// last.
func byNumber(c *data.Column) []int {
	order := inOrder(c.Len())
	slices.SortStableFunc(order, func(a, b int) int {
		one, other := c.Values[a], c.Values[b]
		switch {
		case finite(one) && finite(other):
			return cmp.Compare(one, other)
		case finite(one):
			return -1
		case finite(other):
			return 1
		}
		return 0
	})
	return order
}

func inOrder(n int) []int {
	out := make([]int, n)
	for i := range out {
		out[i] = i
	}
	return out
}

func picked(names []string, order []int) []string {
	out := make([]string, len(order))
	for k, i := range order {
		out[k] = names[i]
	}
	return out
}

// name puts names, blocks or numbers at both axes of a matrix of n samples, of which each
// cell is one.
func (o *rdmOrder) name(p *panel, n int) {
	if o.label != "" {
		p.x = fmt.Sprintf("%s (n = %d)", o.label, n)
	}
	switch {
	case o.blocks != nil:
		o.blocks.name(p)
	case o.names != nil:
		short := shortNames(o.names)
		shown := p.style.shortened(short, p.style.widestName())
		p.plot.X.Tick.Marker = nameTicks(shown)
		p.rowNames = reversed(short)
		p.plot.Y.Tick.Marker = nameTicks(reversed(shown))
		if p.style.longestWidth(shown)*vg.Length(len(shown)) > 110 {
			p.slant()
		}
		for k, m := range p.marks {
			_, value, _ := strings.Cut(m.text, ": ")
			p.marks[k].text = short[n-1-int(m.y)] + ", " + short[int(m.x)] + ": " + value
		}
	case o.values != nil:
		p.plot.X.Tick.Marker, p.plot.Y.Tick.Marker = sortedTicks{o.values, false}, sortedTicks{o.values, true}
	}
}

// sortedTicks are some of the numbers that samples are sorted by, at their places.
type sortedTicks struct {
	values  []float64
	fromTop bool
}

// Ticks implements plot.Ticker.
func (t sortedTicks) Ticks(_, _ float64) []plot.Tick {
	const shown = 5
	last := len(t.values) - 1
	var ticks []plot.Tick
	for k := range shown {
		place := int(math.Round(float64(k*last) / (shown - 1)))
		if !finite(t.values[place]) {
			continue
		}
		at := float64(place)
		if t.fromTop {
			at = float64(last) - at
		}
		ticks = append(ticks, plot.Tick{Value: at, Label: number(t.values[place])})
	}
	return ticks
}
