package figure

import (
	"fmt"
	"image/color"
	"math"
	"slices"
	"strings"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// mostBars is the number of bars above which scores are drawn as distributions: thinner
// bars cannot be told apart on a page, and names do not fit beside them.
const mostBars = 300

// distribution counts values in bins of equal width between round numbers.
type distribution struct {
	from, width float64
	counts      []int
	sorted      []float64
}

// newDistribution counts values, at least one. The bins are about as wide as
// 2·(middle half)/n^⅓ (Freedman and Diaconis 1981, doi 10.1007/BF01025868), and no more
// than mostBins.
func newDistribution(values []float64) distribution {
	const leastBins, mostBins = 8, 60
	sorted := slices.Clone(values)
	slices.Sort(sorted)
	d := distribution{sorted: sorted}
	low, high := sorted[0], sorted[len(sorted)-1]
	wanted := 2 * (d.quantile(0.75) - d.quantile(0.25)) / math.Cbrt(float64(len(sorted)))
	d.width = roundUp(min(max(wanted, (high-low)/mostBins), (high-low)/leastBins))
	if !(low+d.width > low) || !(high+d.width > high) || math.IsInf(high-low, 0) { // nearly equal, or too far apart
		d.from, d.width, d.counts = low-0.5, 1, []int{len(sorted)}
		return d
	}
	d.from = math.Floor(low/d.width) * d.width
	d.counts = make([]int, int((high-d.from)/d.width)+1)
	d.counts = d.count(sorted)
	return d
}

// count counts values in the bins.
func (d distribution) count(values []float64) []int {
	out := make([]int, len(d.counts))
	for _, v := range values {
		out[min(max(0, int((v-d.from)/d.width)), len(out)-1)]++
	}
	return out
}

// roundUp returns the smallest of 1, 2 and 5 times a power of ten that is not below v > 0.
func roundUp(v float64) float64 {
	power := math.Pow(10, math.Floor(math.Log10(v)))
	for _, digit := range []float64{1, 2, 5} {
		if digit*power >= v {
			return digit * power
		}
	}
	return 10 * power
}

// quantile returns the value below which a share of the values lies.
func (d distribution) quantile(share float64) float64 {
	at := share * float64(len(d.sorted)-1)
	i := int(at)
	if i+1 == len(d.sorted) {
		return d.sorted[i]
	}
	return d.sorted[i] + (at-float64(i))*(d.sorted[i+1]-d.sorted[i])
}

// DataRange implements plot.DataRanger.
func (d distribution) DataRange() (xmin, xmax, ymin, ymax float64) {
	return d.from, d.from + d.width*float64(len(d.counts)), 0, float64(slices.Max(d.counts))
}

// columns draws a distribution as columns.
type columns struct {
	distribution
	doubted []int // how many in each bin have a warning: the upper part of the column is hatched
	fill    color.Color
}

// Plot implements plot.Plotter.
func (b columns) Plot(c draw.Canvas, p *plot.Plot) {
	x, y := p.Transforms(&c)
	for i, n := range b.counts {
		if n == 0 {
			continue
		}
		left, right := x(b.from+float64(i)*b.width), x(b.from+float64(i+1)*b.width)
		gap := min(0.5, 0.1*(right-left))
		sure := float64(n - b.doubted[i])
		if sure > 0 {
			c.FillPolygon(b.fill, []vg.Point{{X: left + gap, Y: y(0)}, {X: right - gap, Y: y(0)}, {X: right - gap, Y: y(sure)}, {X: left + gap, Y: y(sure)}})
		}
		if b.doubted[i] > 0 {
			area := vg.Rectangle{Min: vg.Point{X: left + gap, Y: y(sure)}, Max: vg.Point{X: right - gap, Y: y(float64(n))}}
			line := draw.LineStyle{Color: b.fill, Width: 0.7}
			hatchArea(c, area, line)
			c.StrokeLines(line, []vg.Point{area.Min, {X: area.Max.X, Y: area.Min.Y}, area.Max, {X: area.Min.X, Y: area.Max.Y}, area.Min})
		}
	}
}

// scoreDistributions draws how the scores of each measure are distributed, of more pairs
// than can have a bar of their own.
func scoreDistributions(t *scoreTable, s *Style) ([]*panel, string, string, error) {
	names := t.pairs()
	var panels []*panel
	var found []string
	measures, failed, drawn := Distinct(t.measure), 0, 0
	rows := map[string][]int{}
	for i, m := range t.measure {
		rows[m] = append(rows[m], i)
	}
	for _, m := range measures {
		var values, doubted []float64
		least, most := -1, -1
		for _, i := range rows[m] {
			v := t.value[i]
			if !finite(v) {
				failed++
				continue
			}
			values = append(values, v)
			if t.warning[i] != "" {
				doubted = append(doubted, v)
			}
			if least < 0 || v < t.value[least] {
				least = i
			}
			if most < 0 || v > t.value[most] {
				most = i
			}
		}
		if len(values) == 0 {
			continue
		}
		drawn += len(values)
		p := s.newPanel(m+t.samples(), "pairs of systems")
		if len(measures) > 1 {
			p.small()
			p.title, p.x = m, s.unitOf(m)+t.samples()
		}
		d := newDistribution(values)
		middle := d.quantile(0.5)
		fill := s.line(s.series(m)).Color
		p.plot.Add(columns{d, d.count(doubted), fill})
		for i, n := range d.counts {
			from := d.from + float64(i)*d.width
			p.marks = append(p.marks, mark{x: from + d.width/2, y: float64(n) / 2, w: d.width, h: float64(n), text: fmt.Sprintf("%s to %s: %d scores", number(from), number(from+d.width), n)})
		}
		p.rangeY(0, 1)
		p.plot.Y.Max *= 1.03
		p.line([]float64{middle, middle}, []float64{0, p.plot.Y.Max}, s.reference([]vg.Length{2, 2}), "median")
		panels = append(panels, p)
		found = append(found, fmt.Sprintf("%s: median %s, half of them from %s to %s, %s lowest (%s), %s highest (%s)",
			m, number(middle), number(d.quantile(0.25)), number(d.quantile(0.75)), number(d.sorted[0]), shortName(names[least]), number(d.sorted[len(d.sorted)-1]), shortName(names[most])))
	}
	if len(panels) > 0 {
		panels[0].noteDoubts(t.value, t.warning)
		panels[0].noteUndefined(t.value, t.err)
		panels[0].key(key{name: "median", line: s.reference([]vg.Length{2, 2})})
	}
	alt := fmt.Sprintf("Distributions of %d scores: %s of %d pairs of systems, with their medians as dashed lines.", drawn, list(measures), len(Distinct(names))) + sentence(found)
	if failed > 0 {
		alt += fmt.Sprintf(" Undefined, and not counted: %d.", failed)
	}
	return panels, "Similarity to " + list(shortNames(Distinct(t.x))), alt, nil
}

// pairs returns the names of the pair of each row, of Y alone where X is always the same.
func (t *scoreTable) pairs() []string {
	names := slices.Clone(t.y)
	if len(Distinct(t.x)) > 1 {
		for i, x := range t.x {
			names[i] = x + " / " + names[i]
		}
	}
	return names
}

// shortName shortens one path.
func shortName(path string) string { return strings.Join(shortNames([]string{path}), "") }
