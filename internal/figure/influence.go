package figure

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
)

// mostUnits is the largest number of units of a panel: those that change a score most.
const mostUnits = 16

// influencePanels draws what units add to a score as bars, the largest on top: of each
// measure and kind of units, those that change the score most. Points are the derivatives.
func influencePanels(rs []*Result, s *Style) ([]*panel, string, string, error) {
	var panels []*panel
	var found []string
	eachComparison(rs, "wrt", func(part *Result, measure, _, model string) {
		if p, words := influenceOf(part, s); p != nil {
			p.title = measure + ", " + p.title + model
			panels, found = append(panels, p), append(found, words)
		}
	})
	if panels == nil {
		return nil, "", "", noRows(rs)
	}
	if len(panels) > 1 {
		for _, p := range panels {
			p.minWidth = 52 * vg.Millimeter
		}
	}
	return panels, "What a score comes from", "Bars of what each unit adds to a score, the score minus that without the unit; points are its derivative by the weight of the unit." + sentence(found), nil
}

// eachComparison calls draw for each pair of files, measure, and value of a column, with
// its rows. model is the name of the file of y where there are several pairs, behind a
// comma.
func eachComparison(rs []*Result, column string, draw func(part *Result, measure, value, model string)) {
	for _, r := range rs {
		pairs := make([]string, len(r.Table.Rows))
		x, y := r.texts("x"), r.texts("y")
		for i := range pairs {
			pairs[i] = x[i] + "\t" + y[i]
		}
		several := len(rs) > 1 || len(Distinct(pairs)) > 1
		measures, values := r.texts("measure"), r.texts(column)
		for _, pair := range Distinct(pairs) {
			for _, m := range Distinct(measures) {
				for _, v := range Distinct(values) {
					part := r.where(func(i int) bool { return pairs[i] == pair && measures[i] == m && values[i] == v })
					model := ""
					if several && len(part.Table.Rows) > 0 {
						model = ", " + shortNames(part.texts("y")[:1])[0]
					}
					draw(part, m, v, model)
				}
			}
		}
	}
}

// influenceOf draws the units of one measure and kind. It returns nil where there are
// none.
func influenceOf(r *Result, s *Style) (*panel, string) {
	label := "score − score without it"
	change, slope := r.floats("change"), r.floats("influence")
	if !anyFinite(change) {
		label, change, slope = "derivative by the weight", slope, make([]float64, len(slope))
		for i := range slope {
			slope[i] = nan
		}
	}
	for i, method := range r.texts("method") {
		if method == "deletion" {
			slope[i] = nan // is the change
		}
	}
	var order []int
	for i, v := range change {
		if finite(v) {
			order = append(order, i)
		}
	}
	if order == nil {
		return nil, ""
	}
	all := len(order)
	slices.SortStableFunc(order, func(i, j int) int { return cmp.Compare(math.Abs(change[j]), math.Abs(change[i])) })
	order = order[:min(mostUnits, all)]
	slices.SortStableFunc(order, func(i, j int) int { return cmp.Compare(change[j], change[i]) })

	p := s.newPanel(label, "")
	names := unitNames(r)
	p.title = unitWords[r.texts("wrt")[0]]
	if len(order) < all {
		p.title += fmt.Sprintf(" (%d of %d)", len(order), all)
	}
	raises := &hbars{thick: 0.72, fill: s.line(0).Color, style: s}
	lowers := &hbars{thick: 0.72, fill: s.line(1).Color, style: s}
	var shown []string
	var at, points []float64
	for rank, i := range order {
		h := raises
		if change[i] < 0 {
			h = lowers
		}
		y := float64(len(order) - 1 - rank)
		h.at, h.value = append(h.at, y), append(h.value, change[i])
		h.low, h.high = append(h.low, nan), append(h.high, nan)
		shown, at, points = append(shown, names[i]), append(at, y), append(points, slope[i])
		text := fmt.Sprintf("%s: %s", names[i], number(change[i]))
		if finite(slope[i]) {
			text += ", derivative " + number(slope[i])
		}
		p.marks = append(p.marks, mark{x: change[i] / 2, y: y, w: math.Abs(change[i]), h: 0.72, text: text})
	}
	for _, h := range []*hbars{raises, lowers} {
		if h.at != nil {
			p.plot.Add(h)
		}
	}
	if anyFinite(points) {
		glyph := s.glyph(0)
		glyph.Color, glyph.Radius = s.Theme.Ink, 1.6
		marks := p.marks
		p.points(points, at, glyph, "")
		p.marks = marks
		p.key(key{name: "derivative", glyph: glyph})
	}
	p.key(fillKey("raises the score", raises.fill))
	p.key(fillKey("lowers it", lowers.fill))
	p.namedRows(shown, 1)
	p.plot.X.Tick.Marker = linearTicks{3}
	p.rangeX(0, 0)
	room(&p.plot.X)
	first := order[0]
	for _, i := range order {
		if math.Abs(change[i]) > math.Abs(change[first]) {
			first = i
		}
	}
	return p, fmt.Sprintf("%s: %s changes it most, by %s", r.texts("measure")[0], names[first], number(change[first]))
}

// unitWords say what units of a kind are.
var unitWords = map[string]string{
	"samples": "samples", "conditions": "conditions", "times": "times", "x": "neurons of X", "y": "neurons of Y",
}

// unitNames returns the name of each unit, or its number.
func unitNames(r *Result) []string {
	names, numbers := r.texts("name"), r.texts("unit")
	for i := range names {
		if names[i] == "" {
			names[i] = numbers[i]
		}
	}
	return names
}

// room leaves some space beyond both ends of an axis of bars.
func room(axis *plot.Axis) {
	width := axis.Max - axis.Min
	if !(width > 0) {
		axis.Min, axis.Max = -1, 1
		return
	}
	if axis.Min < 0 {
		axis.Min -= width / 25
	}
	if axis.Max > 0 {
		axis.Max += width / 25
	}
}
