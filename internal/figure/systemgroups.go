package figure

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"simtool/internal/data"
)

// systemGroups are the groups of the systems of scores of all pairs, by a label.
type systemGroups struct {
	name   string         // of the label
	levels []string       // of it, in the order of the blocks
	of     map[string]int // index of the level of each system; that of none is behind the last
}

// pairedSystems returns the systems of a table of scores of all pairs, in order of
// appearance; nil for another result.
func (r *Result) pairedSystems() []string {
	if r.Table == nil || !r.has("x") || !r.has("y") || !r.has("value") || scoreAxis(r) != "" {
		return nil
	}
	xs, ys := Distinct(r.texts("x")), Distinct(r.texts("y"))
	if !overlap(xs, ys) {
		return nil
	}
	return Distinct(slices.Concat(xs, ys))
}

// SetGroups groups the systems of scores of all pairs by a column of labels, nil for the
// first that does not name the systems. A row of labels is that of the system that it names,
// in full or without folders and suffix; where no column names all systems, rows are in
// their order of appearance. Of other tables it is an error.
func (r *Result) SetGroups(labels *data.Table, c *data.Column) error {
	systems := r.pairedSystems()
	if systems == nil {
		return r.SetLabels(cmp.Or(c, labels.Columns[0]))
	}
	n := labels.Columns[0].Len()
	if n != len(systems) {
		return &data.InputError{Found: fmt.Sprintf("%d rows", n), Wanted: fmt.Sprintf("want %d, the systems of %s", len(systems), r.Path)}
	}
	rows := make([]int, n) // of each system
	for i := range rows {
		rows[i] = i
	}
	var naming *data.Column
	for _, column := range labels.Columns {
		if at := rowsNamed(column, systems); at != nil {
			naming, rows = column, at
			break
		}
	}
	if c == nil {
		c = labels.Columns[0]
		if c == naming && len(labels.Columns) > 1 {
			c = labels.Columns[1]
		}
	}
	if c.Kind != data.Categorical {
		return &data.InputError{Found: "numbers in the column " + c.Name, Wanted: "want categories of the systems of " + r.Path}
	}
	g := &systemGroups{name: c.Name, levels: append(slices.Clone(c.Levels), "none"), of: map[string]int{}}
	for k, system := range systems {
		g.of[system] = len(c.Levels)
		if !c.IsMissing(rows[k]) {
			g.of[system] = c.Codes[rows[k]]
		}
	}
	r.groups = g
	return nil
}

// rowsNamed returns the row of each system in a column that names them all, nil if it does
// not.
func rowsNamed(c *data.Column, systems []string) []int {
	if c.Kind != data.Categorical {
		return nil
	}
	at := map[string]int{}
	for i, code := range c.Codes {
		if c.IsMissing(i) {
			return nil
		}
		if _, twice := at[c.Levels[code]]; twice {
			return nil
		}
		at[c.Levels[code]] = i
	}
	short := shortNames(systems)
	rows := make([]int, len(systems))
	for k, system := range systems {
		row, ok := at[system]
		if !ok {
			row, ok = at[short[k]]
		}
		if !ok {
			return nil
		}
		rows[k] = row
	}
	return rows
}

// renamed returns the groups of systems that have other names.
func (g *systemGroups) renamed(other func(system string) string) *systemGroups {
	if g == nil {
		return nil
	}
	out := &systemGroups{name: g.name, levels: g.levels, of: map[string]int{}}
	for system, level := range g.of {
		out.of[other(system)] = level
	}
	return out
}

// groupsOf returns the groups of the systems of a matrix of scores, nil for none. It refuses
// them for what is not drawn as the matrix of one table.
func groupsOf(rs []*Result, asMatrix bool, s *Style) (*systemGroups, error) {
	i := slices.IndexFunc(rs, func(r *Result) bool { return r.groups != nil })
	switch {
	case i < 0:
		return nil, nil
	case len(rs) > 1:
		return nil, &data.InputError{Path: rs[i].Path, Found: "labels for systems of several tables in one matrix", Wanted: "want those of one table"}
	case !asMatrix:
		return nil, &data.InputError{Path: rs[i].Path, Found: "labels for scores that are not drawn as a matrix", Wanted: "want a matrix of all pairs of systems"}
	case s.Order == Cluster:
		return nil, &data.InputError{Path: rs[i].Path, Found: "systems that the labels sort into blocks", Wanted: "want either labels or the order cluster, which sorts them by likeness"}
	}
	return rs[i].groups, nil
}

// sorted sorts systems by their groups, those of one group in the order in which they are,
// and returns the blocks.
func (g *systemGroups) sorted(systems []string, s *Style) ([]string, *blocks) {
	out := slices.Clone(systems)
	slices.SortStableFunc(out, func(a, b string) int { return cmp.Compare(g.of[a], g.of[b]) })
	b := &blocks{style: s}
	for place, system := range out {
		b.order = append(b.order, place)
		if place == 0 || g.of[system] != g.of[out[place-1]] {
			b.names, b.from = append(b.names, strings.TrimPrefix(g.levels[g.of[system]], asIs)), append(b.from, place)
		}
	}
	b.from = append(b.from, len(out))
	return out, b
}
