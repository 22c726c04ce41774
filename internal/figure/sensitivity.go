package figure

import (
	"fmt"
	"sort"

	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// sensitivityPanels draws the score of data with one component changed against
// the explained variance of the component: points by construction, with their
// standard deviation, and lines by theory. Each change has a panel.
func sensitivityPanels(rs []*Result, s *Style) ([]*panel, string, string, error) {
	r := join(rs)
	changes, measures := r.texts("change"), r.texts("measure")
	names := Distinct(measures)
	var panels []*panel
	for _, change := range Distinct(changes) {
		p := s.newPanel("explained variance of the component", "score after the change")
		p.logX()
		if len(Distinct(changes)) > 1 {
			p.small()
			p.title, p.x = change, "explained variance"
			p.plot.X.Tick.Marker = logTicks{3}
		}
		for i, m := range names {
			k := s.series(m)
			part := r.where(func(i int) bool { return changes[i] == change && measures[i] == m })
			x, y, sd := part.floats("explained_variance"), part.floats("score"), part.floats("sd")
			tx, ty := sorted(x, part.floats("theory"))
			p.line(tx, ty, thin(s.line(k)), m+", theory")
			low, high := make([]float64, len(y)), make([]float64, len(y))
			for i := range y {
				low[i], high[i] = y[i]-sd[i], y[i]+sd[i]
			}
			p.intervalY(x, low, high, s.line(k))
			style := s.glyph(k)
			style.Radius += vg.Length(len(names)-1-i) * 0.35 // points that coincide are seen around each other
			p.points(x, y, style, m)
			p.key(key{name: m, glyph: style})
		}
		p.key(key{name: "theory", line: thin(s.reference(nil))})
		widen(&p.plot.X)
		widen(&p.plot.Y)
		panels = append(panels, p)
	}
	if len(names) == 0 || !anyFinite(r.floats("score")) {
		return nil, "", "", noRows(rs)
	}
	title := "What a principal component is worth"
	if len(panels) == 1 {
		title += ", " + changes[0]
	}
	title = counted(title, rs, "samples")
	alt := fmt.Sprintf("Score of data with one component changed against the explained variance of the component, by %s; points by construction, lines by theory.", list(names)) + sentence([]string{deviation(r)})
	return panels, title, alt, nil
}

// thin is a style for lines behind points.
func thin(l draw.LineStyle) draw.LineStyle {
	l.Width = 0.7
	return l
}

// sorted sorts points by x.
func sorted(x, y []float64) (sx, sy []float64) {
	order := make([]int, len(x))
	for i := range order {
		order[i] = i
	}
	sort.SliceStable(order, func(i, j int) bool { return x[order[i]] < x[order[j]] })
	for _, i := range order {
		sx, sy = append(sx, x[i]), append(sy, y[i])
	}
	return sx, sy
}

// slopePanels draws fitted exponents, and the two of the theory.
func slopePanels(rs []*Result, s *Style) ([]*panel, string, string, error) {
	p := s.newPanel("exponent b of loss ~ (explained variance)^b", "")
	var names []string
	for _, r := range rs {
		measures, changes := r.texts("measure"), r.texts("change")
		for i := range measures {
			name := measures[i]
			if len(Distinct(changes)) > 1 {
				name += ", " + changes[i]
			}
			names = append(names, name)
		}
	}
	for _, exponent := range []float64{1, 2} { // proportional, quadratic
		p.plot.Add(&plotter.Line{XYs: plotter.XYs{{X: exponent, Y: -0.5}, {X: exponent, Y: float64(len(names)) - 0.5}}, LineStyle: s.reference([]vg.Length{4, 2})})
	}
	p.key(key{name: "by theory: proportional (1), quadratic (2)", line: s.reference([]vg.Length{4, 2})})
	row := len(names) - 1
	var found []string
	for _, r := range rs {
		exponent, se := r.floats("exponent"), r.floats("se")
		for i := range exponent {
			at := float64(row)
			if xys := p.xys([]float64{exponent[i] - se[i], exponent[i] + se[i]}, []float64{at, at}); len(xys) == 2 {
				p.plot.Add(&plotter.Line{XYs: xys, LineStyle: s.line(0)})
			}
			p.points([]float64{exponent[i]}, []float64{at}, s.glyph(0), names[len(names)-1-row])
			found = append(found, names[len(names)-1-row]+": "+hundredths(exponent[i]))
			row--
		}
	}
	if len(names) == 0 {
		return nil, "", "", noRows(rs)
	}
	p.namedRows(names, 1)
	p.rangeX(0, 2.2)
	return []*panel{p}, counted("How losses grow with explained variance", rs, "samples"), "Exponents of the loss in the explained variance, by measure: 1 is proportional, 2 quadratic." + sentence(found), nil
}

// learningPanels draws the observed rank of components in learning against the
// predicted one.
func learningPanels(rs []*Result, s *Style) ([]*panel, string, string, error) {
	p := s.newPanel("predicted rank", "observed rank")
	series := 0
	for _, r := range rs {
		measures := r.texts("measure")
		for _, m := range Distinct(measures) {
			part := r.where(func(i int) bool { return measures[i] == m })
			name := m
			if agreement := part.floats("agreement")[0]; finite(agreement) {
				name += fmt.Sprintf(" (rank correlation %.2f)", agreement)
			}
			style := s.glyph(s.series(m))
			p.points(part.floats("predicted"), part.floats("observed"), style, m)
			p.key(key{name: name, glyph: style})
			series++
		}
	}
	if series == 0 {
		return nil, "", "", noRows(rs)
	}
	p.rangeX(1, 1)
	p.rangeY(1, 1)
	widen(&p.plot.X)
	widen(&p.plot.Y)
	end := max(p.plot.X.Max, p.plot.Y.Max)
	p.plot.Add(&plotter.Line{XYs: plotter.XYs{{X: 1, Y: 1}, {X: end, Y: end}}, LineStyle: s.reference([]vg.Length{4, 2})})
	return []*panel{p}, counted("Order in which components are learnt", rs, "samples"), "Observed against predicted rank of principal components, with the line on which they agree.", nil
}
