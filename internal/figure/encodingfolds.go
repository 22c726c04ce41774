package figure

import (
	"slices"
	"strings"

	"gonum.org/v1/plot/vg"
)

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
