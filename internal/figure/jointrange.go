package figure

import (
	"fmt"
	"slices"

	"gonum.org/v1/plot/vg"

	"simtool/internal/result"
)

// The three tables of pairs of scores: ranges, the paths of a search, and its targets.
var (
	scoreRanges  = result.Ranges.Only("measure_a", "measure_b", "a", "b_min", "b_max")
	scorePaths   = result.Paths.Only("measure_a", "measure_b", "a", "target_a", "target_b", "b", "step")
	scoreTargets = result.Targets.Only("measure_a", "measure_b", "a", "target_a", "target_b", "b")
)

// rangePanels draws the region of pairs of scores that data can reach, with the known
// bounds, the targets of a search and its ends. Each pair of measures has a panel,
// which shows all tables of that pair.
func rangePanels(rs []*Result, s *Style) ([]*panel, string, string, error) {
	var pairs [][2]string
	for _, r := range rs {
		a, b := r.texts("measure_a"), r.texts("measure_b")
		for i := range a {
			if pair := [2]string{a[i], b[i]}; !slices.Contains(pairs, pair) {
				pairs = append(pairs, pair)
			}
		}
	}
	var panels []*panel
	var found []string
	for _, pair := range pairs {
		p := s.newPanel(pair[0], pair[1])
		if len(pairs) > 1 {
			p.small()
		}
		p.square = true
		for _, r := range rs {
			a, b := r.texts("measure_a"), r.texts("measure_b")
			part := r.where(func(i int) bool { return a[i] == pair[0] && b[i] == pair[1] })
			switch {
			case len(part.Table.Rows) == 0:
			case r.is(scoreRanges):
				p.region(part)
				found = append(found, rangeAt(part, pair)...)
			case r.is(scorePaths):
				p.paths(part)
			default:
				p.targets(part)
			}
		}
		if !finite(p.plot.X.Min) {
			continue
		}
		p.rangeX(0, 1)
		p.rangeY(0, 1)
		widen(&p.plot.X)
		widen(&p.plot.Y)
		panels = append(panels, p)
	}
	if len(panels) == 0 {
		return nil, "", "", noRows(rs)
	}
	alt := "Pairs of scores that data can reach; the attainable region is filled." + sentence(found)
	return panels, counted("Scores that data can reach together", rs, "samples"), alt, nil
}

// region draws one range and its bounds, and a ring at each end without a certificate.
func (p *panel) region(r *Result) {
	s := p.style
	level := r.floats("a")
	x, low := sorted(level, r.floats("b_min"))
	_, high := sorted(level, r.floats("b_max"))
	fill, ok := p.band(x, low, high)
	if !ok {
		return
	}
	p.line(x, low, s.line(0), "smallest")
	p.line(x, high, s.line(0), "largest")
	p.key(key{name: "attainable", fill: fill, line: s.line(0)})
	bounded := false
	for _, bound := range [][]float64{r.floats("bound_min"), r.floats("bound_max")} {
		bx, by := sorted(level, bound)
		if anyFinite(by) {
			p.line(bx, by, s.reference([]vg.Length{4, 2}), "bound")
			bounded = true
		}
	}
	if bounded {
		p.key(key{name: "known bounds", line: s.reference([]vg.Length{4, 2})})
	}
	var ux, uy []float64
	ends := [][]float64{r.floats("b_min"), r.floats("b_max")}
	for i, c := range r.texts("certified") {
		if c == "false" {
			ux, uy = append(ux, level[i], level[i]), append(uy, ends[0][i], ends[1][i])
		}
	}
	if anyFinite(uy) {
		ring := s.glyph(3)
		p.points(ux, uy, ring, "not certified")
		p.key(key{name: "not certified", glyph: ring})
	}
}

// targets draws the targets of a search, as crosses, and its ends.
func (p *panel) targets(r *Result) {
	s := p.style
	wanted, reached := s.glyph(0), s.glyph(1)
	wanted.Shape, wanted.Color = cross{}, s.Theme.Muted
	p.points(r.floats("target_a"), r.floats("target_b"), wanted, "target")
	p.points(r.floats("a"), r.floats("b"), reached, "reached")
	p.key(key{name: "targets", glyph: wanted})
	p.key(key{name: "reached", glyph: reached})
}

// paths draws the path of a search to each target.
func (p *panel) paths(r *Result) {
	to := make([]string, len(r.Table.Rows))
	a, b := r.texts("target_a"), r.texts("target_b")
	for i := range to {
		to[i] = a[i] + ", " + b[i]
	}
	style := p.style.line(1)
	style.Width = 0.5
	for _, target := range Distinct(to) {
		part := r.where(func(i int) bool { return to[i] == target })
		p.line(part.floats("a"), part.floats("b"), style, "on the way to "+target)
	}
	p.key(key{name: "paths", line: style})
}

// givenPanels draws, for each measure at a high score, the interval of the scores of
// every other measure.
func givenPanels(rs []*Result, s *Style) ([]*panel, string, string, error) {
	r := join(rs)
	given, threshold, measure := r.texts("given"), r.texts("threshold"), r.texts("measure")
	lo, hi := r.floats("lo"), r.floats("hi")
	if !anyFinite(lo) {
		return nil, "", "", noRows(rs)
	}
	var panels []*panel
	var found []string
	for _, g := range Distinct(given) {
		p := s.newPanel("value", "")
		p.minWidth = 50 * vg.Millimeter
		var names []string
		for i := range given {
			if given[i] == g {
				names = append(names, measure[i])
				p.title = g + " of at least " + threshold[i]
			}
		}
		h := &hbars{thick: 0.45, fill: s.line(0).Color, style: s}
		for i := range given {
			if given[i] != g || !finite(lo[i]) || !finite(hi[i]) {
				continue
			}
			at := float64(len(names) - 1 - slices.Index(names, measure[i]))
			h.at, h.from, h.value = append(h.at, at), append(h.from, lo[i]), append(h.value, hi[i])
			found = append(found, fmt.Sprintf("given %s, %s lies in [%.2f, %.2f]", p.title, measure[i], lo[i], hi[i]))
			h.low, h.high = append(h.low, nan), append(h.high, nan)
			p.marks = append(p.marks, mark{x: (lo[i] + hi[i]) / 2, y: at, w: hi[i] - lo[i], h: 0.45, text: measure[i] + ": " + number(lo[i]) + " to " + number(hi[i])})
		}
		p.plot.Add(h)
		p.namedRows(names, 1)
		p.rangeX(0, 1)
		widen(&p.plot.X)
		panels = append(panels, p)
	}
	return panels, counted("What one score says about others", rs, "samples"), fmt.Sprintf("Ranges of %s among data that score high by each other measure.", list(Distinct(measure))) + sentence(found), nil
}
