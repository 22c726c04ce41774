package figure

import (
	"cmp"
	"fmt"
	"math"
	"slices"
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

// foldSplit is how the splits of single folds are named, as in "fold to training".
const foldSplit = "fold"

// wholeSplit returns the split that a row belongs to: the folds are those of held-out
// stimuli.
func wholeSplit(split string) string {
	if rest, ok := strings.CutPrefix(split, foldSplit); ok {
		return "held-out" + rest
	}
	return split
}

// sortedBy returns a table with its rows in the order of the values of a column.
func (r *Result) sortedBy(column string, order []string) *Result {
	cells := r.texts(column)
	rows := make([]int, len(cells))
	for i := range rows {
		rows[i] = i
	}
	slices.SortStableFunc(rows, func(a, b int) int {
		return slices.Index(order, cells[a]) - slices.Index(order, cells[b])
	})
	out, table := *r, *r.Table
	table.Rows = nil
	for _, i := range rows {
		table.Rows = append(table.Rows, r.Table.Rows[i])
	}
	out.Table = &table
	return &out
}

// foldPanels draws the correlations of a fit in each fold, in-sample and held-out, and
// the noise ceiling where there is one.
func foldPanels(rs []*Result, s *Style) ([]*panel, string, string, error) {
	p := s.newPanel("", "Spearman correlation with distances")
	var names, all, splitsOfAll []string
	for _, r := range rs {
		all = append(all, r.texts("representation")...)
		splitsOfAll = append(splitsOfAll, r.texts("split")...)
	}
	ordered := s.ordered(Distinct(all))
	short := shortNames(ordered)
	// Splits of many representations are told apart by colours, and not by names.
	splitsOfAll = slices.DeleteFunc(Distinct(splitsOfAll), func(split string) bool { return split == "" || wholeSplit(split) != split })
	coloured := len(ordered) > 1 && len(splitsOfAll) > 0
	for k, r := range rs {
		r = r.sortedBy("representation", ordered)
		splits, representations, folds := r.texts("split"), r.texts("representation"), r.texts("fold")
		value, lo, hi := r.floats("spearman"), r.floats("lo"), r.floats("hi")
		for i, split := range splits {
			name, side, colour := split, 0., k
			if coloured {
				name = ""
				colour = max(0, slices.Index(splitsOfAll, wholeSplit(split)))
				side = min(0.25, 0.75/float64(len(splitsOfAll))) * (float64(colour) - float64(len(splitsOfAll)-1)/2)
			}
			for _, prefix := range []string{short[slices.Index(ordered, representations[i])], map[bool]string{true: r.Label}[len(rs) > 1]} {
				if prefix != "" {
					name = strings.TrimSuffix(prefix+", "+name, ", ")
				}
			}
			at := slices.Index(names, name)
			if at < 0 {
				at = len(names)
				names = append(names, name)
			}
			style := s.glyph(colour)
			if folds[i] != "" {
				style.Shape = glyphs[3] // folds are hollow, their mean is full
			}
			x := []float64{float64(at) + side}
			if coloured {
				name += ", " + split
			}
			p.points(x, value[i:i+1], style, name)
			if split == "" { // the fit failed
				p.undefined([]float64{float64(at)}, value[i:i+1])
			}
			if folds[i] == "" {
				p.intervalY(x, lo[i:i+1], hi[i:i+1], s.line(colour))
			}
		}
		p.noteUndefined(value, r.texts("error"))
	}
	if len(p.marks) == 0 {
		return nil, "", "", noRows(rs)
	}
	shown := s.shortened(names, s.widestName())
	p.plot.X.Tick.Marker = nameTicks(shown)
	if s.longestWidth(shown)*vg.Length(len(shown)) > 170 {
		p.slant()
	}
	p.rangeX(-0.5, float64(len(names))-0.5)
	widen(&p.plot.Y)
	whole, places := []string{"overall"}, 0
	if coloured {
		whole, places = splitsOfAll, max(0, slices.Index(splitsOfAll, wholeSplit(foldSplit)))
	}
	fold := s.glyph(places)
	fold.Shape = glyphs[3]
	for colour, name := range whole {
		p.key(key{name: name, glyph: s.glyph(colour)})
	}
	p.key(key{name: "folds", glyph: fold})
	return []*panel{p}, counted("How well the metric predicts distances", rs, "stimuli"), "Spearman correlations of predicted and observed distances, in sample and held out.", nil
}
