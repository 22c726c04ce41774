package figure

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"
)

// weightPanels draws the matrix of weights: features on the diagonal, products off it.
// Weights of single levels are left to the table.
// Weights without products are drawn as bars.
func weightPanels(rs []*Result, s *Style) ([]*panel, string, string, error) {
	var panels []*panel
	title := counted("Weights of the metric", rs, "stimuli")
	if p := weightMatrix(rs, s); p != nil {
		panels = append(panels, p)
		rs = nil
	}
	var all []float64 // of which the panels share the colours
	for _, r := range rs {
		all = append(all, r.where(ofFeatures(r)).floats("weight")...)
	}
	for _, r := range rs {
		representations := r.texts("representation")
		for _, name := range s.ordered(Distinct(representations)) {
			part := r.where(func(i int) bool { return representations[i] == name })
			p := weightPanel(part, all, s)
			switch {
			case len(Distinct(representations)) > 1:
				p.title = shortName(name)
			case len(rs) > 1:
				p.title = r.Label
			}
			panels = append(panels, p)
		}
	}
	if len(panels) == 0 {
		return nil, "", "", noRows(rs)
	}
	return panels, title, "Weights of features, and of their products where the fit has them.", nil
}

// ofFeatures reports whether a row of weights is of features, and not of single levels of
// them, such as colour=red beside colour.
func ofFeatures(r *Result) func(i int) bool {
	a, b := r.texts("feature_a"), r.texts("feature_b")
	known := map[string]bool{}
	for i := range a {
		if a[i] == b[i] {
			known[a[i]] = true
		}
	}
	return func(i int) bool {
		for _, name := range []string{a[i], b[i]} {
			if feature, _, ok := strings.Cut(name, "="); ok && known[feature] {
				return false
			}
		}
		return true
	}
}

// largestFew returns the places of at most mostFeatures values, those of the largest
// magnitudes, in their order.
func largestFew(values []float64) []int {
	order := inOrder(len(values))
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(math.Abs(values[b]), math.Abs(values[a])) })
	order = order[:min(len(order), mostFeatures)]
	slices.Sort(order)
	return order
}

// mostWeightBars is the largest number of bars of weights, of all representations together,
// that have room on a page.
const mostWeightBars = 80

// weightMatrix draws the weights of many representations, without products, as a matrix of
// features × representations; nil where bars have room.
func weightMatrix(rs []*Result, s *Style) *panel {
	var features, layers []string
	values := map[string]map[string][3]float64{}
	bars := 0
	for _, r := range rs {
		r = r.where(ofFeatures(r))
		a, b, representations := r.texts("feature_a"), r.texts("feature_b"), r.texts("representation")
		if !slices.Equal(a, b) {
			return nil
		}
		weight, lo, hi := r.floats("weight"), r.floats("lo"), r.floats("hi")
		for i, feature := range a {
			layer := representations[i]
			if !r.has("representation") || layer == "" {
				layer = r.Label
			}
			if values[feature] == nil {
				values[feature] = map[string][3]float64{}
			}
			values[feature][layer] = [3]float64{weight[i], lo[i], hi[i]}
			features, layers = append(features, feature), append(layers, layer)
			bars++
		}
	}
	features, layers = Distinct(features), s.ordered(Distinct(layers))
	if len(layers) < 4 || bars <= mostWeightBars {
		return nil
	}
	return importanceMatrix(features, layers, values, "weight (unit norm)", s)
}

func weightPanel(r *Result, all []float64, s *Style) *panel {
	r = r.where(ofFeatures(r))
	a, b, weight := r.texts("feature_a"), r.texts("feature_b"), r.floats("weight")
	features := Distinct(append(slices.Clone(a), b...))
	lo, hi := r.floats("lo"), r.floats("hi")
	cells := map[[2]string][3]float64{}
	for i := range a {
		v := [3]float64{weight[i], lo[i], hi[i]}
		cells[[2]string{a[i], b[i]}], cells[[2]string{b[i], a[i]}] = v, v
	}
	if slices.Equal(a, b) {
		p := s.newPanel("weight (unit norm)", "")
		shown := largestFew(weight)
		if more := len(a) - len(shown); more > 0 {
			p.notes = append(p.notes, fmt.Sprintf("The %d largest; the table has %d more.", len(shown), more))
		}
		h := &hbars{thick: 0.72, fill: s.line(0).Color, style: s}
		var names []string
		for rank, i := range shown {
			at := float64(len(shown) - 1 - rank)
			h.at, h.value, h.low, h.high = append(h.at, at), append(h.value, weight[i]), append(h.low, lo[i]), append(h.high, hi[i])
			names = append(names, a[i])
			p.marks = append(p.marks, mark{x: weight[i] / 2, y: at, w: math.Abs(weight[i]), h: 0.72, text: a[i] + ": " + number(weight[i])})
		}
		p.plot.Add(h)
		p.namedRows(names, 1)
		widen(&p.plot.X)
		return p
	}
	at := func(i, j int) [3]float64 {
		if v, ok := cells[[2]string{features[i], features[j]}]; ok {
			return v
		}
		return [3]float64{nan, nan, nan}
	}
	g := &grid{
		rows: len(features), columns: len(features), numbers: len(features) <= 12, bar: s.chosen(spread("weight (unit norm)", all).diverging(weightsDiverge)),
		at:       func(i, j int) float64 { return at(i, j)[0] },
		interval: func(i, j int) (low, high float64) { v := at(i, j); return v[1], v[2] },
	}
	p := s.heatMap("", "", g, features, features)
	p.square = true
	return p
}
