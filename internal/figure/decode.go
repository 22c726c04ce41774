package figure

import (
	"fmt"
	"image/color"
	"slices"

	"gonum.org/v1/plot/vg"
)

// fillKey returns the key of a colour that fills areas.
func fillKey(name string, fill color.Color) key { return key{name: name, fill: fill} }

// decodePanels draws decoding accuracy in each time bin, or as bars where there is only
// one time bin.
func decodePanels(rs []*Result, s *Style) ([]*panel, string, string, error) {
	var panels []*panel
	var found []string
	for _, r := range rs {
		r = classesOnly(r)
		labels, times := r.texts("label"), r.texts("time")
		n := r.floats("n")
		p := s.newPanel(binLabel, "decoding accuracy")
		if len(n) > 0 && finite(n[0]) {
			p.y += fmt.Sprintf(" (n = %.0f samples)", n[0])
		}
		if len(rs) > 1 {
			p.small()
			p.title = r.Label
		}
		overTime, significant := len(Distinct(times)) > 1, false
		for at, label := range Distinct(labels) {
			k := s.series(label)
			part := r.where(func(i int) bool { return labels[i] == label && (times[i] != "") == overTime })
			if len(part.Table.Rows) == 0 {
				continue
			}
			if overTime {
				p.bandOf(part.floats("time"), part.floats("lo"), part.floats("hi"), s.line(k).Color)
				p.line(part.floats("time"), part.floats("accuracy"), s.line(k), label)
				significant = p.decoded(part, k) || significant
				p.key(key{name: label, line: s.line(k)})
			} else {
				p.points([]float64{float64(at)}, part.floats("accuracy"), s.glyph(k), label)
				p.intervalY([]float64{float64(at)}, part.floats("lo"), part.floats("hi"), s.line(k))
				p.key(key{name: label, glyph: s.glyph(k)})
				p.x = ""
				p.plot.X.Tick.Marker = nameTicks(Distinct(labels))
			}
			chance := s.line(k)
			chance.Dashes, chance.Width = []vg.Length{1, 1.5}, 0.8
			p.across(part.floats("chance")[0], chance)
			best := 0.0
			for _, v := range part.floats("accuracy") {
				if v > best { // false for NaN
					best = v
				}
			}
			found = append(found, fmt.Sprintf("%s at best %.2f (chance %.2f)", label, best, part.floats("chance")[0]))
		}
		if len(p.keys) == 0 {
			return nil, "", "", noRows(rs)
		}
		if significant {
			p.notes = append(p.notes, "p_adj: adjusted for all time bins, by the best one of each shuffle of the labels.")
			p.key(key{name: "p_adj ≤ 0.05", glyph: s.glyph(0)})
		}
		p.key(key{name: "chance", line: s.reference([]vg.Length{1, 1.5})})
		p.rangeY(0, 1)
		p.plot.Y.Max = 1.03
		widen(&p.plot.X)
		panels = append(panels, p)
	}
	return panels, "What can be decoded", "Accuracy of decoding labels, with chance as dotted lines." + sentence(found), nil
}

// decoded marks the time bins that are decoded better than the best bin of shuffled labels,
// and reports whether there are some.
func (p *panel) decoded(r *Result, series int) bool {
	if !r.has("p_adj") {
		return false
	}
	adjusted := r.floats("p_adj")
	clear := r.where(func(i int) bool { return adjusted[i] <= 0.05 })
	if len(clear.Table.Rows) == 0 {
		return false
	}
	p.points(clear.floats("time"), clear.floats("accuracy"), p.style.glyph(series), "p_adj ≤ 0.05")
	return true
}

// classesOnly returns a result of decoding without labels of numbers, which have an R² in
// place of an accuracy.
func classesOnly(r *Result) *Result {
	numbers := r.floats("r2")
	if !slices.ContainsFunc(numbers, finite) {
		return r
	}
	return r.where(func(i int) bool { return !finite(numbers[i]) })
}
