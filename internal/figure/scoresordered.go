package figure

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"gonum.org/v1/plot/vg/draw"
)

// leastOrdered is the smallest number of systems that are drawn along the number in their
// names if no form is asked for.
const leastOrdered = 6

// scoresOrdered draws the scores of systems whose names differ in a number, such as the
// layers of a model, as lines along this number: one for each measure, scores and
// distances in separate panels.
func scoresOrdered(t *scoreTable, word string, place map[string]float64, s *Style) ([]*panel, string, string, error) {
	if word == "" {
		word = "number"
	}
	var panels []*panel
	of := map[string]*panel{} // by kind of measure
	measures := Distinct(t.measure)
	var found []string
	for _, m := range measures {
		r, known := s.rangeOf(m)
		kind := s.axisOf(m)
		if !known {
			kind = m
		}
		p := of[kind]
		if p == nil {
			p = s.newPanel(word, kind+t.samples())
			of[kind] = p
			panels = append(panels, p)
		}
		c := t.curve(func(i int) bool { return t.measure[i] == m }, func(i int) float64 { return place[t.y[i]] })
		style := s.line(s.series(m))
		p.curve(c, style, m, len(measures) == 1)
		if kind == "score" || len(measures) > 1 {
			p.key(key{name: m, line: style})
		}
		best := -1
		for i, v := range c.value {
			if finite(v) && (best < 0 || v > c.value[best] != r.Distance) {
				best = i
			}
		}
		if best >= 0 {
			found = append(found, fmt.Sprintf("%s is closest at %s %s (%s)", m, word, number(c.at[best]), number(c.value[best])))
		}
	}
	for _, p := range panels {
		widen(&p.plot.X)
		if of["score"] == p {
			p.rangeY(0, 1)
		}
		widen(&p.plot.Y)
		p.plot.Y.Min = math.Min(p.plot.Y.Min, 0)
	}
	t.noteRows(panels[0])
	if len(panels) > 1 {
		for _, p := range panels {
			p.small()
			p.title, p.y = strings.TrimSuffix(p.y, t.samples()), "score"+t.samples()
			if p.title == "score" {
				p.title = ""
			} else if r, known := s.rangeOf(p.title); known && r.Distance {
				p.y = "distance" + t.samples()
			}
		}
	}
	to := list(shortNames(Distinct(t.x)))
	alt := fmt.Sprintf("Scores by %s of %d systems against %s, along the number of the %s.", list(measures), len(place), to, word) + sentence(found)
	return panels, "Similarity to " + to + " by " + word, alt, nil
}

// curve is scores along something, in its order.
type curve struct {
	at, value, lo, hi, null, ceiling []float64
	warning                          []string
}

// curve collects the rows that are asked for.
func (t *scoreTable) curve(wanted func(i int) bool, at func(i int) float64) curve {
	var rows []int
	for i := range t.value {
		if wanted(i) && finite(at(i)) {
			rows = append(rows, i)
		}
	}
	slices.SortStableFunc(rows, func(a, b int) int { return cmp.Compare(at(a), at(b)) })
	return t.curveOf(rows, at)
}

// curveOf collects rows.
func (t *scoreTable) curveOf(rows []int, at func(i int) float64) curve {
	var c curve
	for _, i := range rows {
		c.at, c.value = append(c.at, at(i)), append(c.value, t.value[i])
		c.lo, c.hi = append(c.lo, t.lo[i]), append(c.hi, t.hi[i])
		c.null, c.ceiling = append(c.null, t.null[i]), append(c.ceiling, t.ceiling[i])
		c.warning = append(c.warning, t.warning[i])
	}
	return c
}

// curve draws a line of scores with the band of their intervals. A line that is alone has
// the null, which the pairing of samples at random gives, and the ceiling as well; each of
// several has them as thin lines of its colour.
func (p *panel) curve(c curve, style draw.LineStyle, name string, alone bool) {
	p.bandOf(c.at, c.lo, c.hi, style.Color)
	for _, beside := range []struct {
		name string
		at   []float64
		dash int
	}{{"null", c.null, 2}, {"ceiling", c.ceiling, 1}} {
		if !anyFinite(beside.at) {
			continue
		}
		line := p.style.reference(dashes[beside.dash])
		entry := key{name: beside.name, line: line}
		if !alone {
			line.Color, line.Width = style.Color, 0.6
		}
		p.line(c.at, beside.at, line, strings.TrimSpace(name+" "+beside.name))
		if !slices.ContainsFunc(p.keys, func(k key) bool { return k.name == entry.name }) {
			p.key(entry)
		}
	}
	p.line(c.at, c.value, style, name)
	p.doubted(c.at, c.value, c.warning, style.Color)
	p.undefined(c.at, c.value)
}
