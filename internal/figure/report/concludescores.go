package report

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"simtool/internal/figure"
)

// score is a row of a table of scores.
type score struct {
	table    *loaded
	row      int
	x, y     string // short names
	measure  string
	value    float64 // the estimate for all stimuli, where there is one
	lo, hi   float64
	null     float64
	distance bool
}

// closer reports whether one score means more similarity than another by the same
// measure.
func (s score) closer(other score) bool {
	if s.tied(other) {
		return false
	}
	return s.value > other.value != s.distance
}

// tied reports whether two scores by the same measure differ by rounding alone.
func (s score) tied(other score) bool {
	return math.Abs(s.value-other.value) <= 1e-12*max(1, math.Abs(s.value))
}

// apart reports whether the intervals of two scores have nothing in common.
func (s score) apart(other score) bool { return s.lo > other.hi || s.hi < other.lo }

// words are the measure and its estimate. Where that is not the value, which figures show,
// they say so.
func (s score) words() string {
	text := s.measure + " " + withInterval(s.value, s.lo, s.hi)
	if raw := s.table.num(s.row, "value"); finite(raw) && finite(s.table.num(s.row, "corrected")) && rounded(raw, s.lo, s.hi) != rounded(s.value, s.lo, s.hi) {
		text += " (corrected; the value is " + rounded(raw, s.lo, s.hi) + ")"
	}
	return text
}

func (s score) evidence() Evidence { return s.table.evidence(s.row, s.words()) }

// scoresOf reads the scores of a table that are defined.
func (k *concluder) scoresOf(l *loaded) []score {
	var names []string
	for i := range l.Table.Rows {
		names = append(names, l.text(i, "x"), l.text(i, "y"))
	}
	names = figure.Distinct(names)
	short := map[string]string{}
	for i, name := range figure.ShortNames(names) {
		short[names[i]] = name
	}
	var out []score
	for i := range l.Table.Rows {
		m := l.text(i, "measure")
		known, _ := k.c.known(m)
		s := score{
			table: l, row: i, x: short[l.text(i, "x")], y: short[l.text(i, "y")], measure: m,
			value: l.num(i, "corrected"), lo: l.num(i, "lo"), hi: l.num(i, "hi"), null: l.num(i, "null"), distance: known.Distance,
		}
		if !finite(s.value) {
			s.value = l.num(i, "value")
		}
		if finite(s.value) {
			out = append(out, s)
		}
	}
	return out
}

// scores concludes from a table of scores.
func (k *concluder) scores(l *loaded) {
	all := k.scoresOf(l)
	if len(all) == 0 {
		return
	}
	k.withinNull(l, all)
	for _, axis := range []string{"time", "condition"} {
		if l.Table.Index(axis) >= 0 {
			k.along(axis, all)
			return
		}
	}
	var xs, ys []string
	for _, s := range all {
		xs, ys = append(xs, s.x), append(ys, s.y)
	}
	xs, ys = figure.Distinct(xs), figure.Distinct(ys)
	if len(xs) > 1 && len(figure.Distinct(slices.Concat(xs, ys))) < len(xs)+len(ys) {
		k.pairs(all, len(figure.Distinct(append(xs, ys...))))
		return
	}
	of := map[string][]score{}
	for _, s := range all {
		of[s.x] = append(of[s.x], s)
	}
	for _, x := range xs {
		k.closest(x, of[x])
	}
}

// byMeasure groups scores by their measure, in order of appearance.
func byMeasure(all []score) (measures []string, of map[string][]score) {
	of = map[string][]score{}
	for _, s := range all {
		if of[s.measure] == nil {
			measures = append(measures, s.measure)
		}
		of[s.measure] = append(of[s.measure], s)
	}
	return measures, of
}

// closest concludes which system is most similar to x.
func (k *concluder) closest(x string, all []score) {
	measures, of := byMeasure(all)
	systems := 0
	winners := map[string][]score{}
	var order []string
	next := map[string]score{}    // the second of each measure
	tied := map[string][]string{} // the systems of each winner, several where they tie
	for _, m := range measures {
		scores := slices.Clone(of[m])
		slices.SortStableFunc(scores, func(a, b score) int {
			switch {
			case a.closer(b):
				return -1
			case b.closer(a):
				return 1
			}
			return 0
		})
		systems = max(systems, len(scores))
		first := leading(scores)
		best := strings.Join(first, "\x00")
		if winners[best] == nil {
			order = append(order, best)
		}
		tied[best] = first
		winners[best] = append(winners[best], scores[0])
		if len(scores) > 1 {
			next[m] = scores[1]
		}
	}
	if systems == 1 {
		var evidence []Evidence
		for _, s := range all {
			text := s.words()
			if finite(s.null) {
				text += ", null " + rounded(s.null, s.lo, s.hi)
			}
			evidence = append(evidence, s.table.evidence(s.row, text))
		}
		var alone []string
		for _, y := range order {
			alone = append(alone, tied[y]...)
		}
		k.say(mostSimilar, fmt.Sprintf("%s was compared with %s alone.", joined(figure.Distinct(alone)), x), evidence)
		return
	}
	slices.SortStableFunc(order, func(a, b string) int { return len(winners[b]) - len(winners[a]) })
	for i, y := range order {
		var evidence []Evidence
		for _, s := range winners[y] {
			evidence = append(evidence, s.evidence())
		}
		by := fmt.Sprintf("by %d of %d measures", len(winners[y]), len(measures))
		if len(measures) == 1 {
			by = "by " + measures[0]
		}
		names := tied[y]
		var text string
		switch {
		case len(names) > 1 && len(names) == systems:
			text = fmt.Sprintf("All %d systems, %s, are tied in their similarity to %s %s.", systems, few(names), x, by)
		case len(names) > 1:
			text = fmt.Sprintf("Of %d systems, %s are tied as the most similar to %s %s.", systems, few(names), x, by)
		case i > 0:
			text = fmt.Sprintf("By %d of %d measures it is %s that is the most similar to %s.", len(winners[y]), len(measures), y, x)
		default:
			text = fmt.Sprintf("Of %d systems, %s is the most similar to %s %s.", systems, y, x, by)
		}
		k.say(mostSimilar, text, evidence)
		if len(names) == 1 {
			k.margin(y, winners[y], next)
		} else {
			k.suggestForTies(names, winners[y], of)
		}
	}
	k.disagreements(x, all)
}

// suggestForTies names the command that tells whether systems that tie differ from the rest,
// or, where all tie, from each other.
func (k *concluder) suggestForTies(tied []string, first []score, of map[string][]score) {
	var systems, measures []string
	for _, s := range first {
		measures = append(measures, s.measure)
		for _, other := range of[s.measure] {
			systems = append(systems, other.table.text(other.row, "y"))
		}
	}
	systems = figure.Distinct(systems)
	if len(systems) < 2 {
		return
	}
	text := fmt.Sprintf("Whether %s differ by other measures, or from the rest, was not tested. This would tell:", few(tied))
	k.add(mostSimilar, Conclusion{
		Text:    text,
		Command: ShellLine(slices.Concat([]string{"simtool", "compare", first[0].table.text(first[0].row, "x")}, systems, []string{"-m", strings.Join(figure.Distinct(append(measures, "default")), ",")})),
	})
}

// leading returns the systems of the first of sorted scores and of those that tie with it.
func leading(sorted []score) []string {
	var names []string
	for _, s := range sorted {
		if sorted[0].closer(s) {
			break
		}
		names = append(names, s.y)
	}
	return figure.Distinct(names)
}

// margin says whether the system that is closest differs from the next one, by the tables
// of compare.
func (k *concluder) margin(y string, best []score, next map[string]score) {
	var significant, not, untested []string
	var evidence []Evidence
	var systems []string
	for _, s := range best {
		second, ok := next[s.measure]
		if !ok {
			continue
		}
		contrast := k.contrastOf(s, second)
		if contrast == nil {
			systems = append(systems, s.table.text(s.row, "y"), second.table.text(second.row, "y"))
			untested = append(untested, s.measure)
			continue
		}
		if contrast.p < clearP {
			significant = append(significant, s.measure)
		} else {
			not = append(not, s.measure)
		}
		evidence = append(evidence, contrast.evidence(fmt.Sprintf("%s: %s − %s = ", s.measure, contrast.y1, contrast.y2)))
	}
	var says []string
	if significant != nil {
		says = append(says, y+" differs significantly from the next by "+few(significant))
	}
	if not != nil {
		says = append(says, y+" does not differ significantly from the next by "+few(not))
	}
	if says != nil {
		k.say(mostSimilar, strings.Join(says, ". ")+correction, evidence)
	}
	if untested != nil {
		apart := 0
		for _, s := range best {
			if second, ok := next[s.measure]; ok && slices.Contains(untested, s.measure) && s.apart(second) {
				apart++
			}
		}
		systems = figure.Distinct(systems)
		text := fmt.Sprintf("Whether %s differs from the next by %s was not tested", y, few(untested))
		if apart > 0 {
			text += fmt.Sprintf(" (the intervals of %d of them lie apart)", apart)
		}
		k.add(mostSimilar, Conclusion{
			Text:    text + ". This would test it:",
			Command: ShellLine(slices.Concat([]string{"simtool", "compare", best[0].table.text(best[0].row, "x")}, systems, []string{"-m", strings.Join(untested, ",")})),
		})
	}
}

// correction names what adjusted p values are adjusted for.
const correction = " (p_adj < 0.05, adjusted for the largest of all differences of its table)."

// pairs concludes which two of many systems are most and least similar.
func (k *concluder) pairs(all []score, systems int) {
	measures, of := byMeasure(all)
	for _, m := range measures {
		var best, worst *score
		for i := range of[m] {
			s := &of[m][i]
			if s.x == s.y || s.table.text(s.row, "x") == s.table.text(s.row, "y") {
				continue // with itself
			}
			if best == nil || s.closer(*best) {
				best = s
			}
			if worst == nil || worst.closer(*s) {
				worst = s
			}
		}
		if best == nil {
			continue
		}
		var ties []string
		for i := range of[m] {
			if s := &of[m][i]; s.table.text(s.row, "x") != s.table.text(s.row, "y") && s.tied(*best) {
				one, other := min(s.x, s.y), max(s.x, s.y)
				ties = append(ties, one+" with "+other)
			}
		}
		ties = figure.Distinct(ties)
		b, w := *best, *worst
		sentence := func(by []string) string {
			return fmt.Sprintf("Of %d systems, %s and %s are the most similar two by %s, %s and %s the least.", systems, b.x, b.y, few(by), w.x, w.y)
		}
		switch {
		case len(ties) > 1 && best.tied(*worst):
			sentence = func(by []string) string {
				return fmt.Sprintf("All two of %d systems are tied by %s: %s.", systems, few(by), few(ties))
			}
		case len(ties) > 1:
			sentence = func(by []string) string {
				return fmt.Sprintf("Of %d systems, these are tied as the most similar two by %s: %s; %s and %s are the least.", systems, few(by), few(ties), w.x, w.y)
			}
		}
		key := fmt.Sprintf("pairs %s %q %q %v", b.table.name, []string{b.x, b.y, w.x, w.y}, ties, b.tied(w))
		evidence := []Evidence{b.evidence(), w.evidence()}
		k.sayAlike(shared{topic: mostSimilar, key: key, subject: m, sentence: sentence, evidence: evidence})
	}
}

// along concludes where scores by time or condition are best.
func (k *concluder) along(axis string, all []score) {
	type curve struct{ x, y, measure string }
	of := map[curve][]score{}
	var order []curve
	for _, s := range all {
		c := curve{s.x, s.y, s.measure}
		if of[c] == nil {
			order = append(order, c)
		}
		of[c] = append(of[c], s)
	}
	for _, c := range order {
		best := of[c][0]
		above, tested := 0, 0
		for _, s := range of[c] {
			if s.closer(best) {
				best = s
			}
			p := s.table.num(s.row, "p_adj")
			within := strings.Contains(s.table.text(s.row, "note"), "within its null")
			if finite(p) || finite(s.null) {
				tested++
				if p < clearP || !finite(p) && !within {
					above++
				}
			}
		}
		place, n := best.table.text(best.row, axis), len(of[c])
		text := ""
		if tested > 0 {
			by := "lie above their null"
			if finite(best.table.num(best.row, "p_adj")) {
				by = "are significant (p_adj < 0.05, adjusted for all of them)"
			}
			if few := best.table.fewDraws(); few.least > 0 && finite(best.table.num(best.row, "p_adj")) {
				text += fmt.Sprintf(" %s cannot give p_adj < 0.05.", few.words)
			} else {
				text += fmt.Sprintf(" %d of %d %s.", above, tested, by)
			}
		}
		k.sayAlike(shared{overTime, fmt.Sprintf("%s %q %d %s", c.x, c.y, n, text) + best.table.name + place, c.measure, func(by []string) string {
			return fmt.Sprintf("%s is most similar to %s by %s at %s %s of %d.", c.y, c.x, few(by), axis, place, n) + text
		}, []Evidence{best.evidence()}})
	}
}

// disagreements concludes where measures order two systems differently, both clearly.
func (k *concluder) disagreements(x string, all []score) {
	measures, of := byMeasure(all)
	var systems []string
	for _, s := range all {
		systems = append(systems, s.y)
	}
	systems = figure.Distinct(systems)
	const most = 12 // systems of which each two are looked at
	if len(systems) > most || len(measures) < 2 {
		return
	}
	type vote struct{ a, b score }
	for i, one := range systems {
		for _, other := range systems[i+1:] {
			var first, second, unclear []vote
			for _, m := range measures {
				a := slices.IndexFunc(of[m], func(s score) bool { return s.y == one })
				b := slices.IndexFunc(of[m], func(s score) bool { return s.y == other })
				if a < 0 || b < 0 {
					continue
				}
				v := vote{of[m][a], of[m][b]}
				clear := v.a.apart(v.b)
				if contrast := k.contrastOf(v.a, v.b); contrast != nil {
					clear = contrast.p < clearP
				}
				switch {
				case !clear:
					unclear = append(unclear, v)
				case v.a.closer(v.b):
					first = append(first, v)
				default:
					second = append(second, v)
				}
			}
			if len(first) == 0 || len(second) == 0 {
				continue
			}
			if len(second) > len(first) {
				first, second = second, first
			}
			names := func(votes []vote) string {
				var out []string
				for _, v := range votes {
					out = append(out, v.a.measure)
				}
				return few(out)
			}
			winner := func(v vote) string {
				if v.a.closer(v.b) {
					return v.a.y
				}
				return v.b.y
			}
			text := fmt.Sprintf("%s is closer to %s than %s by %s, and farther from it by %s.", winner(first[0]), x, winner(second[0]), names(first), names(second))
			a, _ := k.c.known(first[0].a.measure)
			b, _ := k.c.known(second[0].a.measure)
			if says := meaning(a, b); says != "" {
				text += " " + says
			}
			if len(unclear) > 0 {
				text += fmt.Sprintf(" The two are not told apart, or have no interval, by %s.", count(len(unclear), "other measure", "other measures"))
			}
			var evidence []Evidence
			for _, v := range []vote{first[0], second[0]} {
				for _, s := range []score{v.a, v.b} {
					evidence = append(evidence, s.table.evidence(s.row, s.y+": "+s.words()))
				}
			}
			k.say(disagree, text, evidence)
		}
	}
}
