package figure

import (
	"fmt"

	"gonum.org/v1/plot/vg"
)

// scoreMatrices draws a matrix for each measure. The score of a symmetric measure fills
// both cells of a pair.
func scoreMatrices(t *scoreTable, s *Style) ([]*panel, string, string, error) {
	rows, columns := s.ordered(Distinct(t.x)), s.ordered(Distinct(t.y))
	square := overlap(rows, columns)
	var tree []Join
	var grouped *blocks
	if square {
		rows = s.ordered(Distinct(append(Distinct(t.x), Distinct(t.y)...)))
		if s.Order == Cluster {
			s.heed(clusterSetting, "")
			rows, tree = t.byLikeness(rows, s)
		}
		if t.groups != nil {
			rows, grouped = t.groups.sorted(rows, s)
		}
		columns = rows
	}
	rowNames, columnNames := shortNames(rows), shortNames(columns)
	var panels []*panel
	measures := Distinct(t.measure)
	var undefined []string
	for _, m := range measures {
		cells := map[[2]string]int{} // rows of the table
		var values []float64
		intervals := false
		for i, v := range t.value {
			if t.measure[i] == m && finite(v) {
				cells[[2]string{t.x[i], t.y[i]}] = i
				values = append(values, v)
				intervals = intervals || finite(t.lo[i])
			}
		}
		if len(values) == 0 {
			undefined = append(undefined, m)
			continue
		}
		row := func(i, j int) (k int, ok bool) {
			k, ok = cells[[2]string{rows[i], columns[j]}]
			if !ok && square {
				k, ok = cells[[2]string{columns[j], rows[i]}]
			}
			return k, ok
		}
		at := func(i, j int, of []float64) float64 {
			if k, ok := row(i, j); ok {
				return of[k]
			}
			return nan
		}
		g := &grid{
			rows: len(rows), columns: len(columns), numbers: len(rows)*len(columns) <= 150, bar: s.scoreScale(m, values),
			at:       func(i, j int) float64 { return at(i, j, t.value) },
			interval: func(i, j int) (low, high float64) { return at(i, j, t.lo), at(i, j, t.hi) },
			doubted:  func(i, j int) bool { k, ok := row(i, j); return ok && t.warning[k] != "" },
		}
		if len(measures) > 1 {
			g.bar.label = s.unitOf(m)
		}
		p := s.heatMap("", "", g, rowNames, columnNames)
		if m == t.measure[0] {
			p.tree = tree
		}
		if len(measures) > 1 {
			p.title = m
		}
		if g.numbers { // tall enough for them
			least := vg.Length(10)
			if intervals {
				least = 18
			}
			p.height = 34 + vg.Length(len(rows))*max(least, min(26, 140/vg.Length(len(columns))))
		}
		if grouped != nil {
			p.x, p.rowNames = fmt.Sprintf("%s (n = %d)", t.groups.name, len(rows)), nil
			grouped.name(p)
		}
		p.square = square
		panels = append(panels, p)
	}
	panels[0].noteDoubts(t.value, t.warning)
	panels[0].noteUndefined(t.value, t.err)
	alt := fmt.Sprintf("Matrix of scores by %s: %d rows, %d columns.", list(measures), len(rows), len(columns))
	if undefined != nil {
		alt += " There is none by " + list(undefined) + "."
	}
	return panels, "Similarity of pairs" + t.samples(), alt, nil
}
