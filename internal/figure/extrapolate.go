package figure

import (
	"fmt"

	"gonum.org/v1/plot/vg"
)

// extrapolatePanels draws a score as a function of the number of neurons, and of samples:
// of each measure a panel along each. The limit is a dashed line over the whole width, with
// its interval beyond all numbers.
func extrapolatePanels(rs []*Result, s *Style) ([]*panel, string, string, error) {
	var panels []*panel
	var found []string
	eachComparison(rs, "along", func(part *Result, measure, along, model string) {
		p, words := followed(part, along, s)
		if p == nil {
			return
		}
		p.title = measure + model
		panels = append(panels, p)
		if words != "" {
			found = append(found, measure+" "+words)
		}
	})
	if panels == nil {
		return nil, "", "", noRows(rs)
	}
	if len(panels) > 1 {
		for _, p := range panels {
			p.small()
			p.plot.X.Tick.Marker = logTicks{3}
			p.perRow = 2
		}
	}
	return panels, "Scores of fewer and of more", "Scores as a function of the number of neurons or samples; a dashed line is the estimate for infinitely many." + sentence(found), nil
}

// followed draws one measure along one number. It returns nil where there is nothing to
// draw.
func followed(r *Result, along string, s *Style) (*panel, string) {
	column, label := "p", "neurons of X"
	if along == "stimuli" {
		column, label = "n", "samples"
	}
	at := func(point string) *Result {
		points := r.texts("point")
		return r.where(func(i int) bool { return points[i] == point })
	}
	p := s.newPanel(label, "score")
	p.logX()
	subsets, all, curve, limit := at("subsets"), at("all"), at("curve"), at("limit")
	lines := s.line(0)
	if x := curve.floats(column); anyFinite(curve.floats("corrected")) {
		p.band(x, curve.floats("lo"), curve.floats("hi"))
		p.line(x, curve.floats("corrected"), lines, "closed form")
		p.key(key{name: "closed form", line: lines})
	}
	if x, v := subsets.floats(column), subsets.floats("value"); anyFinite(v) {
		sd := subsets.floats("sd")
		low, high := make([]float64, len(v)), make([]float64, len(v))
		for i := range v {
			low[i], high[i] = v[i]-sd[i], v[i]+sd[i]
		}
		p.intervalY(x, low, high, s.line(1))
		p.points(x, v, s.glyph(1), "subsets")
		p.key(key{name: "subsets, mean ± deviation", glyph: s.glyph(1)})
	}
	if x, v := all.floats(column), all.floats("value"); anyFinite(v) {
		glyph := s.glyph(2)
		glyph.Color = s.Theme.Ink
		p.points(x, v, glyph, "score")
		p.key(key{name: "score of all", glyph: glyph})
	}
	words := ""
	if v := limit.floats("corrected"); anyFinite(v) {
		dashed := s.reference([]vg.Length{4, 2})
		p.across(v[0], dashed)
		end := []float64{1.6 * p.plot.X.Max}
		p.intervalY(end, limit.floats("lo"), limit.floats("hi"), s.line(0))
		p.points(end, v, s.glyph(0), "infinitely many")
		p.key(key{name: "infinitely many", line: dashed, glyph: s.glyph(0)})
		words = fmt.Sprintf("at infinitely many %s: %s", along, number(v[0]))
		if lo, hi := limit.floats("lo")[0], limit.floats("hi")[0]; finite(lo) && finite(hi) {
			words += fmt.Sprintf(" [%s, %s]", number(lo), number(hi))
		}
	}
	if len(p.keys) == 0 {
		return nil, ""
	}
	p.doubted(all.floats(column), all.floats("value"), all.texts("warning"), s.Theme.Ink)
	p.noteDoubts(all.floats("value"), all.texts("warning"))
	for _, part := range []*Result{limit, curve} {
		p.noteDoubts(part.floats("corrected"), part.texts("warning"))
	}
	widen(&p.plot.X)
	widen(&p.plot.Y)
	return p, words
}
