package figure

import (
	"cmp"
	"fmt"
	"math"
	"sort"
	"strings"

	"gonum.org/v1/plot/vg"
)

// importancePanels draws the importance of features as bars with intervals. Where a
// table has several representations, such as the layers of a model, it draws a line
// for each feature.
func importancePanels(rs []*Result, s *Style) ([]*panel, string, string, error) {
	r := rs[0]
	if len(rs) > 1 || len(Distinct(r.texts("representation"))) > 1 || s.Form == lines || s.Form == matrix {
		if s.Form != bars {
			return importanceByLayer(rs, s)
		}
		return importanceBars(rs, s)
	}
	p, found, err := importanceOf(r, s)
	if err != nil {
		return nil, "", "", err
	}
	alt := fmt.Sprintf("Importance of %d features with intervals, the largest on top.", len(p.marks)) + sentence(found)
	return []*panel{p}, "Which features are encoded", alt, nil
}

// importanceBars draws the importances of each representation in its own panel.
func importanceBars(rs []*Result, s *Style) ([]*panel, string, string, error) {
	var panels []*panel
	var all []string
	for _, r := range rs {
		representations := r.texts("representation")
		for _, name := range Distinct(representations) {
			p, found, err := importanceOf(r.where(func(i int) bool { return representations[i] == name }), s)
			if err != nil {
				return nil, "", "", err
			}
			if p.title = shortNames([]string{name})[0]; name == "" {
				p.title = r.Label
			}
			all = append(all, "in "+p.title+" the largest are "+strings.Join(found, ", "))
			panels = append(panels, p)
		}
	}
	for _, p := range panels { // bars are as long as their values in all panels
		for _, other := range panels {
			p.rangeX(other.plot.X.Min, other.plot.X.Max)
		}
	}
	return panels, "Which features are encoded where", fmt.Sprintf("Importance of features in %d representations.", len(panels)) + sentence(all), nil
}

// importanceOf draws the importances of one representation as bars, the largest on
// top, and returns sentences on the largest.
func importanceOf(r *Result, s *Style) (*panel, []string, error) {
	names := featureNames(r)
	value, lo, hi := r.floats("importance"), r.floats("lo"), r.floats("hi")
	if !anyFinite(value) {
		return nil, nil, noRows([]*Result{r})
	}
	order := make([]int, len(names))
	for i := range order {
		order[i] = i
	}
	sort.SliceStable(order, func(i, j int) bool { return value[order[i]] > value[order[j]] })
	p := s.newPanel(importanceLabel(r), "")
	if more := len(order) - mostFeatures; more > 0 {
		order = order[:mostFeatures]
		p.notes = append(p.notes, fmt.Sprintf("The %d most important; the table has %d more.", mostFeatures, more))
	}
	h := &hbars{thick: 0.72, fill: s.line(0).Color, style: s}
	var sortedNames []string
	for rank, i := range order {
		at := float64(len(order) - 1 - rank)
		h.at, h.value = append(h.at, at), append(h.value, value[i])
		h.low, h.high = append(h.low, lo[i]), append(h.high, hi[i])
		sortedNames = append(sortedNames, names[i])
		text := names[i] + ": " + number(value[i])
		if finite(lo[i]) && finite(hi[i]) {
			text += " [" + number(lo[i]) + ", " + number(hi[i]) + "]"
		}
		p.marks = append(p.marks, mark{x: value[i] / 2, y: at, w: math.Abs(value[i]), h: 0.72, text: text})
	}
	p.plot.Add(h)
	p.namedRows(sortedNames, 1)
	widen(&p.plot.X)
	var found []string
	for _, i := range order[:min(3, len(order))] {
		words := names[i] + " " + number(value[i])
		if finite(lo[i]) && finite(hi[i]) {
			words += fmt.Sprintf(" [%s, %s]", number(lo[i]), number(hi[i]))
		}
		found = append(found, words)
	}
	return p, found, nil
}

// mostFeatures is the largest number of features that have a bar each on a page.
const mostFeatures = 50

// featureNames returns the name of the feature, or group of features, of each row. It
// adds the measure of importance where there are several.
func featureNames(r *Result) []string {
	names, groups, methods := r.texts("feature"), r.texts("group"), r.texts("method")
	several := len(Distinct(methods)) > 1
	for i := range names {
		if names[i] == "" {
			names[i] = groups[i]
		}
		if several {
			names[i] += ", " + methods[i]
		}
	}
	return names
}

func importanceLabel(r *Result) string {
	label := "loss of Spearman"
	if methods := Distinct(r.texts("method")); len(methods) == 1 && methods[0] != "" && methods[0] != "permutation" {
		label = "importance (" + methods[0] + ")"
	}
	if n := r.Samples(); n > 0 {
		label += fmt.Sprintf(" (n = %d stimuli)", n)
	}
	return label
}

// importanceByLayer draws a line for each feature over representations.
func importanceByLayer(rs []*Result, s *Style) ([]*panel, string, string, error) {
	values := map[string]map[string][3]float64{}
	var layers, features []string
	for _, r := range rs {
		representation, names := r.texts("representation"), featureNames(r)
		value, lo, hi := r.floats("importance"), r.floats("lo"), r.floats("hi")
		for i, f := range names {
			layer := representation[i]
			if !r.has("representation") {
				layer = r.Label
			}
			if values[f] == nil {
				values[f] = map[string][3]float64{}
				features = append(features, f)
			}
			values[f][layer] = [3]float64{value[i], lo[i], hi[i]}
			layers = append(layers, layer)
		}
	}
	layers = s.ordered(Distinct(layers))
	if len(layers) == 0 {
		return nil, "", "", noRows(rs)
	}
	title := "Which features are encoded where"
	names := shortNames(layers)
	var found []string
	for j, l := range layers {
		most := -1
		for i, f := range features {
			if v, ok := values[f][l]; ok && finite(v[0]) && (most < 0 || v[0] > values[features[most]][l][0]) {
				most = i
			}
		}
		if most >= 0 {
			v := values[features[most]][l]
			words := fmt.Sprintf("most in %s: %s, %s", names[j], features[most], hundredths(v[0]))
			if finite(v[1]) && finite(v[2]) {
				words += fmt.Sprintf(" [%s, %s]", hundredths(v[1]), hundredths(v[2]))
			}
			found = append(found, words)
		}
	}
	alt := fmt.Sprintf("Importance of %s in %d representations.", list(features), len(layers)) + sentence(found)
	if s.Form == matrix || s.Form == "" && len(features) > mostLines {
		return []*panel{importanceMatrix(features, layers, values, importanceLabel(rs[0]), s)}, title, alt, nil
	}
	p := s.newPanel("representation", importanceLabel(rs[0]))
	at, numbered := make([]float64, len(layers)), false
	if word, numbers, ok := ordinals(layers); ok && len(layers) >= leastOrdered && s.Listed == nil && s.Order != Given {
		at, numbered, p.x = numbers, true, cmp.Or(word, "number")
	} else {
		for i := range at {
			at[i] = float64(i)
		}
	}
	for _, f := range features {
		k := s.series(f)
		var x, y, lo, hi []float64
		for i, l := range layers {
			if v, ok := values[f][l]; ok {
				x, y = append(x, at[i]), append(y, v[0])
				lo, hi = append(lo, v[1]), append(hi, v[2])
			}
		}
		if len(layers) > 1 {
			p.bandOf(x, lo, hi, s.line(k).Color)
			p.line(x, y, s.line(k), f)
			p.undefined(x, y)
		} else {
			p.points(x, y, s.glyph(k), f)
			p.intervalY(x, lo, hi, s.line(k))
		}
		p.key(key{name: f, line: s.line(k)})
	}
	for _, r := range rs {
		p.noteUndefined(r.floats("importance"), r.texts("note"))
	}
	if !numbered {
		p.plot.X.Tick.Marker = nameTicks(names)
		if s.longestWidth(names)*vg.Length(len(names)) > 170 {
			p.slant()
		}
	}
	p.rangeY(0, 0)
	widen(&p.plot.X)
	widen(&p.plot.Y)
	return []*panel{p}, title, alt, nil
}

// mostLines is the largest number of features that are drawn as lines; more become a
// matrix.
const mostLines = 8

// importanceMatrix draws features × representations.
func importanceMatrix(features, layers []string, values map[string]map[string][3]float64, label string, s *Style) *panel {
	var all, most []float64
	for _, f := range features {
		largest := 0.0
		for _, v := range values[f] {
			if finite(v[0]) {
				largest = math.Max(largest, math.Abs(v[0]))
			}
		}
		most = append(most, largest)
	}
	more := len(features) - mostFeatures
	features = picked(features, largestFew(most))
	at := func(i, j int) [3]float64 {
		if v, ok := values[features[i]][layers[j]]; ok {
			return v
		}
		return [3]float64{nan, nan, nan}
	}
	for i := range features {
		for j := range layers {
			all = append(all, at(i, j)[0])
		}
	}
	g := &grid{
		rows: len(features), columns: len(layers), numbers: len(layers) <= 8, bar: s.chosen(spread(label, all)),
		at:       func(i, j int) float64 { return at(i, j)[0] },
		interval: func(i, j int) (low, high float64) { v := at(i, j); return v[1], v[2] },
	}
	p := s.heatMap("", "", g, features, shortNames(layers))
	p.height = 34 + vg.Length(len(features))*10
	if more > 0 {
		p.notes = append(p.notes, fmt.Sprintf("The %d features with the largest values; the table has %d more.", mostFeatures, more))
	}
	return p
}
