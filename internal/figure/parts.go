package figure

import (
	"fmt"
	"math"
	"slices"
)

// explanationPanels draws what models explain of dissimilarities: partial correlations, and
// the shares of the variance that each adds to the others and has on average.
func explanationPanels(rs []*Result, s *Style) ([]*panel, string, string, error) {
	var panels []*panel
	var found []string
	for _, r := range rs {
		quantities, models := r.texts("quantity"), r.texts("model")
		for _, shown := range []struct{ quantity, label string }{
			{"partial", "partial correlation"}, {"unique", "variance, beyond all others"}, {"shared", "variance, in common"},
		} {
			part := r.where(func(i int) bool { return quantities[i] == shown.quantity })
			if !anyFinite(part.floats("value")) {
				continue
			}
			p := s.newPanel(shown.label, "")
			words := p.namedBars(part.texts("model"), part.floats("value"), part.floats("lo"), part.floats("hi"), true)
			if len(rs) > 1 {
				p.title = r.Label
			}
			panels, found = append(panels, p), append(found, "by "+shown.label+" the largest are "+list(words))
		}
		for i, q := range quantities {
			if q == "total" && models[i] == "" {
				found = append(found, fmt.Sprintf("all together explain %s of the variance of %s", number(r.floats("value")[i]), r.Label))
			}
		}
	}
	return panels, "What explains the dissimilarities", "Bars with intervals." + sentence(found), nil
}

// encodingPanels draws the parts of the explained variance of patterns, the mean over units.
func encodingPanels(rs []*Result, s *Style) ([]*panel, string, string, error) {
	var panels []*panel
	var found []string
	for _, r := range rs {
		units := r.texts("unit")
		part := r.where(func(i int) bool { return units[i] == "" })
		bands := part.texts("band")
		for i, band := range bands {
			if band == "" {
				bands[i] = "all together"
			}
		}
		if len(bands) == 0 {
			continue
		}
		p := s.newPanel("held-out variance explained (mean over units)", "")
		words := p.namedBars(bands, part.floats("r2"), part.floats("lo"), part.floats("hi"), false)
		if len(rs) > 1 {
			p.title = r.Label
		}
		panels, found = append(panels, p), append(found, "the largest are "+list(words))
	}
	return panels, "What predicts the patterns", "Bars of the parts of bands of features, with intervals." + sentence(found), nil
}

// namedBars draws values with intervals as bars, in their order or the largest on top, and
// returns the three largest in words.
func (p *panel) namedBars(names []string, value, lo, hi []float64, sorted bool) []string {
	order := make([]int, len(names))
	for i := range order {
		order[i] = i
	}
	largest := slices.Clone(order)
	less := func(a, b int) int {
		switch x, y := value[a], value[b]; {
		case x > y || y != y && x == x:
			return -1
		case y > x || x != x && y == y:
			return 1
		}
		return 0
	}
	slices.SortStableFunc(largest, less)
	if sorted {
		order = largest
	}
	h := &hbars{thick: 0.72, fill: p.style.line(0).Color, style: p.style}
	var shown []string
	for rank, i := range order {
		at := float64(len(order) - 1 - rank)
		h.at, h.value = append(h.at, at), append(h.value, value[i])
		h.low, h.high = append(h.low, lo[i]), append(h.high, hi[i])
		shown = append(shown, names[i])
		p.marks = append(p.marks, mark{x: value[i] / 2, y: at, w: math.Abs(value[i]), h: 0.72, text: names[i] + ": " + inWords(value[i], lo[i], hi[i])})
	}
	p.plot.Add(h)
	p.namedRows(shown, 1)
	widen(&p.plot.X)
	var words []string
	for _, i := range largest[:min(3, len(largest))] {
		words = append(words, names[i]+" "+inWords(value[i], lo[i], hi[i]))
	}
	return words
}

// inWords is a number with its interval, where it has one.
func inWords(value, lo, hi float64) string {
	text := number(value)
	if finite(lo) && finite(hi) {
		text += " [" + number(lo) + ", " + number(hi) + "]"
	}
	return text
}
