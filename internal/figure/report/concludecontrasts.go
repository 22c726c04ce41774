package report

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"simtool/internal/figure"
	"simtool/internal/result"
)

// contrast is the difference of two models of a table of compare.
type contrast struct {
	table       *loaded
	row         int
	y1, y2      string
	diff        float64
	lo, hi, p   float64
	pUnadjusted float64
}

func (c *contrast) evidence(before string) Evidence {
	return c.table.evidence(c.row, before+withInterval(c.diff, c.lo, c.hi)+", "+pOf("p_adj", c.p))
}

// contrastOf finds the difference of two systems in the tables of compare; nil where it
// was not tested. Files are told apart by their whole names, or by the last parts of these
// where folders have been moved.
func (k *concluder) contrastOf(a, b score) *contrast {
	for _, l := range k.results {
		if !l.is(result.Contrasts.Schema, "y1", "y2", "measure", "diff", "p_adj") || l.Table.Index("time") >= 0 {
			continue
		}
		for i := range l.Table.Rows {
			if l.text(i, "measure") != a.measure || !finite(l.num(i, "p_adj")) || !alike(l.text(i, "x"), a.table.text(a.row, "x")) {
				continue
			}
			y1, y2 := l.text(i, "y1"), l.text(i, "y2")
			first, second := a.table.text(a.row, "y"), b.table.text(b.row, "y")
			if alike(y1, first) && alike(y2, second) || alike(y1, second) && alike(y2, first) {
				return k.contrast(l, i)
			}
		}
	}
	return nil
}

// alike reports whether two paths can be those of one file: the shorter is the end of the
// longer.
func alike(a, b string) bool {
	if len(a) > len(b) {
		a, b = b, a
	}
	return a == b || strings.HasSuffix(b, "/"+strings.TrimPrefix(a, "./"))
}

func (k *concluder) contrast(l *loaded, i int) *contrast {
	names := figure.ShortNames([]string{l.text(i, "y1"), l.text(i, "y2")})
	return &contrast{
		table: l, row: i, y1: names[0], y2: names[1],
		diff: l.num(i, "diff"), lo: l.num(i, "lo"), hi: l.num(i, "hi"), p: l.num(i, "p_adj"), pUnadjusted: l.num(i, "pvalue"),
	}
}

// contrasts concludes from a table of differences, the clearest first.
func (k *concluder) contrasts(l *loaded) {
	var all []*contrast
	for i := range l.Table.Rows {
		if c := k.contrast(l, i); finite(c.p) {
			all = append(all, c)
		}
	}
	if len(all) == 0 {
		return
	}
	significant := 0
	for _, c := range all {
		if c.p < clearP {
			significant++
		}
	}
	slices.SortStableFunc(all, func(a, b *contrast) int {
		return cmp.Or(cmp.Compare(a.p, b.p), -cmp.Compare(math.Abs(a.table.num(a.row, "t")), math.Abs(b.table.num(b.row, "t"))))
	})
	var evidence []Evidence
	for _, c := range all {
		text := fmt.Sprintf("%s: %s − %s = ", l.text(c.row, "measure"), c.y1, c.y2)
		if t := l.text(c.row, "time"); t != "" {
			text = "time " + t + ", " + text
		}
		evidence = append(evidence, c.evidence(text))
		if len(evidence) == mostEvidence {
			break
		}
	}
	k.say(differences, fmt.Sprintf("%d of the %d differences of %s are significant%s The clearest:", significant, len(all), l.name, correction), evidence)
}

// ranks concludes from a table of ranked models.
func (k *concluder) ranks(l *loaded) {
	type group struct{ x, measure, time string }
	of := map[group][]int{}
	var order []group
	for i := range l.Table.Rows {
		if !finite(l.num(i, "rank")) {
			continue
		}
		g := group{l.text(i, "x"), l.text(i, "measure"), l.text(i, "time")}
		if of[g] == nil {
			order = append(order, g)
		}
		of[g] = append(of[g], i)
	}
	for _, g := range order {
		rows := of[g]
		slices.SortStableFunc(rows, func(a, b int) int { return cmp.Compare(l.num(a, "rank"), l.num(b, "rank")) })
		var names []string
		for _, i := range rows {
			names = append(names, l.text(i, "y"))
		}
		names = figure.ShortNames(names)
		var same []string
		for j, i := range rows[1:] {
			if strings.ContainsAny(l.text(i, "group"), l.text(rows[0], "group")) {
				same = append(same, names[j+1])
			}
		}
		text := fmt.Sprintf("By %s, %s ranks first of %d", g.measure, names[0], len(rows))
		if g.time != "" {
			text = fmt.Sprintf("At time %s by %s, %s ranks first of %d", g.time, g.measure, names[0], len(rows))
		}
		if same == nil {
			text += ", and differs significantly from all others" + correction
		} else {
			text += ", but does not differ significantly from " + few(same) + correction
		}
		var first []string
		for j, i := range rows {
			if v := l.num(rows[0], "corrected"); math.Abs(l.num(i, "corrected")-v) <= 1e-12*max(1, math.Abs(v)) {
				first = append(first, names[j])
			}
		}
		if len(first) > 1 {
			text = strings.Replace(text, names[0]+" ranks first of", few(first)+" are tied as the first of", 1)
			text = strings.Replace(text, ", but does not differ", ", of which "+names[0]+" does not differ", 1)
		}
		i := rows[0]
		words := g.measure + " corrected " + withInterval(l.num(i, "corrected"), l.num(i, "lo"), l.num(i, "hi"))
		if p := pOf("p_best", l.num(i, "p_best")); p != "" {
			words += ", " + p
		}
		k.say(differences, text, []Evidence{l.evidence(i, words)})
	}
}
