package figure

import (
	"fmt"
	"slices"

	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// clearP is the adjusted p value below which a difference is drawn as clear.
const clearP = 0.05

// comparePanels draws the differences of models with their intervals: a row for each two
// models, or, of differences by time, a line. Each measure has a panel. Differences that
// are clear after the adjustment for all of them have filled points.
func comparePanels(rs []*Result, s *Style) ([]*panel, string, string, error) {
	r := join(rs)
	measures := r.texts("measure")
	if !anyFinite(r.floats("diff")) {
		return nil, "", "", noRows(rs)
	}
	pairs := pairNames(r)
	var panels []*panel
	var found []string
	for _, m := range Distinct(measures) {
		part := r.where(func(i int) bool { return measures[i] == m })
		var own []string
		for i, name := range pairs {
			if measures[i] == m {
				own = append(own, name)
			}
		}
		overTime := part.has("time") && len(Distinct(part.texts("time"))) > 1
		var p *panel
		if overTime {
			p = differencesOverTime(part, own, m, s)
		} else {
			p = differenceRows(part, own, m, s)
		}
		if len(Distinct(measures)) > 1 {
			p.title = m
			p.perRow = 1
		}
		panels = append(panels, p)
		found = append(found, clearest(part, own, m, overTime))
	}
	clear := 0
	adjusted := r.floats("p_adj")
	for _, v := range adjusted {
		if v < clearP {
			clear++
		}
	}
	alt := fmt.Sprintf("Differences of models with their intervals, by %s; %d of %d are clear (p_adj < %g).", list(Distinct(measures)), clear, len(adjusted), clearP) + sentence(found)
	return panels, "Differences of models of " + list(shortNames(Distinct(r.texts("x")))), alt, nil
}

// pairNames names the two models of each row.
func pairNames(r *Result) []string {
	first, second := r.texts("y1"), r.texts("y2")
	models := Distinct(append(slices.Clone(first), second...))
	short := map[string]string{}
	for k, name := range shortNames(models) {
		short[models[k]] = name
	}
	out := make([]string, len(first))
	for i := range out {
		out[i] = short[first[i]] + " − " + short[second[i]]
	}
	return out
}

// clearest says which difference of a measure is the clearest.
func clearest(r *Result, pairs []string, measure string, overTime bool) string {
	least, p := -1, r.floats("pvalue")
	for i, v := range p {
		if finite(v) && (least < 0 || v < p[least]) {
			least = i
		}
	}
	if least < 0 {
		return measure + ": no test"
	}
	text := fmt.Sprintf("%s: the clearest is %s, %.2g", measure, pairs[least], r.floats("diff")[least])
	if overTime {
		text += " in time bin " + r.texts("time")[least]
	}
	return text + fmt.Sprintf(" (p_adj = %.2g)", r.floats("p_adj")[least])
}

// differenceRows draws a row for each difference.
func differenceRows(r *Result, names []string, measure string, s *Style) *panel {
	p := s.newPanel("difference by "+measure, "")
	diff, lo, hi, adjusted := r.floats("diff"), r.floats("lo"), r.floats("hi"), r.floats("p_adj")
	line := s.line(0)
	line.Width, line.Dashes = 1.1, nil
	for i := range names {
		at := float64(len(names) - 1 - i)
		if xys := p.xys([]float64{lo[i], hi[i]}, []float64{at, at}); len(xys) == 2 {
			p.plot.Add(&plotter.Line{XYs: xys, LineStyle: line})
		}
		text := fmt.Sprintf("%s [%s, %s], p_adj", names[i], number(lo[i]), number(hi[i]))
		p.points([]float64{diff[i]}, []float64{at}, s.clarity(0, adjusted[i]), fmt.Sprintf("%s %s", text, number(adjusted[i])))
	}
	p.clarityKeys(s, adjusted)
	p.doubted(diff, fromTop(len(names)), r.texts("warning"), s.line(0).Color)
	p.noteDoubts(diff, r.texts("warning"))
	p.noteUndefined(diff, r.texts("error"))
	p.namedRows(names, 1)
	p.rangeX(0, 0)
	widen(&p.plot.X)
	p.plot.Add(&plotter.Line{XYs: plotter.XYs{{X: 0, Y: -0.5}, {X: 0, Y: float64(len(names)) - 0.5}}, LineStyle: s.reference([]vg.Length{4, 2})})
	return p
}

// fromTop are the places of n rows, the first on top.
func fromTop(n int) []float64 {
	at := make([]float64, n)
	for i := range at {
		at[i] = float64(n - 1 - i)
	}
	return at
}

// differencesOverTime draws a line for each two models.
func differencesOverTime(r *Result, names []string, measure string, s *Style) *panel {
	p := s.newPanel(binLabel, "difference by "+measure)
	const beside = 0.09 // bins between the intervals of two lines
	for place, name := range Distinct(names) {
		k := s.series(name)
		part := r.where(func(i int) bool { return names[i] == name })
		at, diff, adjusted := part.floats("time"), part.floats("diff"), part.floats("p_adj")
		for i := range at {
			at[i] += s.Times.step() * beside * float64(place-(len(Distinct(names))-1)/2)
		}
		p.intervalY(at, part.floats("lo"), part.floats("hi"), s.line(k))
		p.line(at, diff, s.line(k), name)
		for i := range at {
			p.points(at[i:i+1], diff[i:i+1], s.clarity(k, adjusted[i]), name)
		}
		p.doubted(at, diff, part.texts("warning"), s.line(k).Color)
		p.key(key{name: name, line: s.line(k)})
	}
	p.clarityKeys(s, r.floats("p_adj"))
	p.noteDoubts(r.floats("diff"), r.texts("warning"))
	p.noteUndefined(r.floats("diff"), r.texts("error"))
	p.across(0, s.reference([]vg.Length{4, 2}))
	widen(&p.plot.X)
	widen(&p.plot.Y)
	return p
}

// clarity is the glyph of a difference: filled if it is clear, a ring if not.
func (s *Style) clarity(k int, adjusted float64) draw.GlyphStyle {
	g := s.glyph(k)
	g.Shape = draw.RingGlyph{}
	if adjusted < clearP {
		g.Shape = draw.CircleGlyph{}
	}
	return g
}

// clarityKeys explains the glyphs that there are.
func (p *panel) clarityKeys(s *Style, adjusted []float64) {
	clear := slices.ContainsFunc(adjusted, func(v float64) bool { return v < clearP })
	unclear := slices.ContainsFunc(adjusted, func(v float64) bool { return !(v < clearP) })
	if clear {
		p.notes = append(p.notes, fmt.Sprintf("Clear: p_adj < %g, adjusted for the largest of all differences of the table.", clearP))
		p.key(key{name: fmt.Sprintf("p_adj < %g", clearP), glyph: s.clarity(0, 0)})
	}
	if unclear {
		p.key(key{name: "not clear", glyph: s.clarity(0, 1)})
	}
}

// rankingPanels draws the models of a recording by each measure, the closest first, with
// their intervals, what random pairings give, and the letters of those that do not differ.
func rankingPanels(rs []*Result, s *Style) ([]*panel, string, string, error) {
	r := join(rs)
	groups := r.texts("measure")
	if r.has("time") {
		times := r.texts("time")
		for i := range groups {
			if times[i] != "" && len(Distinct(times)) > 1 {
				groups[i] += ", time " + times[i]
			}
		}
	}
	if !anyFinite(r.floats("corrected")) {
		return nil, "", "", noRows(rs)
	}
	models := Distinct(r.texts("y"))
	short := map[string]string{}
	for k, name := range shortNames(models) {
		short[models[k]] = name
	}
	var panels []*panel
	var found []string
	for _, g := range Distinct(groups) {
		part := r.where(func(i int) bool { return groups[i] == g })
		p, words := ranking(part, short, s)
		if p == nil {
			continue
		}
		p.title = ""
		if len(Distinct(groups)) > 1 {
			p.title, p.perRow = g, 1
		}
		p.x = g
		panels = append(panels, p)
		found = append(found, g+": "+words)
	}
	if len(panels) > 0 {
		panels[0].notes = append(panels[0].notes, "Models that share a letter do not differ by p_adj, adjusted for the largest of all differences of the table.")
	}
	alt := "Models with the intervals of their scores, the closest first; those that share a letter do not differ." + sentence(found)
	return panels, "Models of " + list(shortNames(Distinct(r.texts("x")))), alt, nil
}

// ranking draws the models of one measure. It returns nil where none has a rank.
func ranking(r *Result, short map[string]string, s *Style) (*panel, string) {
	rank, y, letters := r.floats("rank"), r.texts("y"), r.texts("group")
	var order []int
	for i, v := range rank {
		if finite(v) {
			order = append(order, i)
		}
	}
	if order == nil {
		return nil, ""
	}
	slices.SortStableFunc(order, func(i, j int) int { return int(rank[i] - rank[j]) })
	p := s.newPanel("", "")
	value, lo, hi, null := r.floats("corrected"), r.floats("lo"), r.floats("hi"), r.floats("null")
	line := s.line(0)
	line.Width, line.Dashes = 1.1, nil
	chance := s.glyph(1)
	chance.Shape = draw.CrossGlyph{}
	var names, words []string
	for place, i := range order {
		at := float64(len(order) - 1 - place)
		name := fmt.Sprintf("%s  %s", short[y[i]], letters[i])
		if xys := p.xys([]float64{lo[i], hi[i]}, []float64{at, at}); len(xys) == 2 {
			p.plot.Add(&plotter.Line{XYs: xys, LineStyle: line})
		}
		p.points([]float64{null[i]}, []float64{at}, chance, short[y[i]]+", random pairings")
		p.points([]float64{value[i]}, []float64{at}, s.glyph(0), fmt.Sprintf("%s (%s)", short[y[i]], letters[i]))
		p.doubted(value[i:i+1], []float64{at}, r.texts("warning")[i:i+1], s.line(0).Color)
		names = append(names, name)
		if place < mostNamed {
			words = append(words, fmt.Sprintf("%s (%s) %s", short[y[i]], letters[i], hundredths(value[i])))
		}
	}
	p.key(key{name: "estimate", glyph: s.glyph(0), line: line})
	if anyFinite(null) {
		p.key(key{name: "random pairings", glyph: chance})
	}
	p.noteDoubts(value, r.texts("warning"))
	p.namedRows(names, 1)
	widen(&p.plot.X)
	return p, list(words)
}
