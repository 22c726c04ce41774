package report

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"simtool/internal/figure"
)

// features concludes which features a representation encodes: those whose importance has
// an interval above 0, or without intervals a p value below .05.
func (k *concluder) features(l *loaded) {
	type group struct{ representation, method string }
	methods := len(figure.Distinct(column(l, "method")))
	of := map[group][]int{}
	var order []group
	for i := range l.Table.Rows {
		if !finite(l.num(i, "importance")) {
			continue
		}
		g := group{l.text(i, "representation"), l.text(i, "method")}
		if of[g] == nil {
			order = append(order, g)
		}
		of[g] = append(of[g], i)
	}
	for _, g := range order {
		rows := of[g]
		where := "The representation"
		if g.representation != "" {
			where = figure.ShortNames([]string{g.representation})[0]
		}
		isEncoded := func(i int) bool {
			if lo := l.num(i, "lo"); finite(lo) {
				return lo > 0
			}
			return l.num(i, "pvalue") < clearP
		}
		slices.SortStableFunc(rows, func(a, b int) int { return -cmp.Compare(l.num(a, "importance"), l.num(b, "importance")) })
		var evidence []Evidence
		var others []string
		intervals := false
		for _, i := range rows {
			name := l.text(i, "feature") + l.text(i, "group")
			intervals = intervals || finite(l.num(i, "lo"))
			if !isEncoded(i) {
				others = append(others, name)
				continue
			}
			evidence = append(evidence, importance(l, i))
		}
		by := "whose importance"
		if methods > 1 && g.method != "" {
			by = "whose importance (" + g.method + ")"
		}
		rule := "has a p value below 0.05"
		if intervals {
			rule = "has an interval above 0"
		}
		n := len(rows)
		if len(evidence) == 0 {
			k.sayAlike(shared{encoded, fmt.Sprintf("none %s %d %s %s", l.name, n, by, rule), where, func(subjects []string) string {
				return fmt.Sprintf("%s cannot be said to encode any of %d features: no importance %s. The largest:", few(subjects), n, rule)
			}, []Evidence{importance(l, rows[0])}})
			continue
		}
		slices.Sort(others)
		names, count := "", len(evidence)
		if others != nil {
			names = " Of " + few(others) + " the data leave it open."
		}
		if intervals && n >= 5 {
			names += fmt.Sprintf(" Each interval stands for itself: of %d features without importance %s would be counted by chance.", n, significant(float64(n)*0.025, 2))
		}
		k.sayAlike(shared{encoded, fmt.Sprintf("%s %d %d %s %s %q", l.name, count, n, by, rule, others), where, func(subjects []string) string {
			return fmt.Sprintf("%s %s %d of %d features, %s %s.", few(subjects), verbOf(subjects, "encodes", "each encode the same"), count, n, by, rule) + names
		}, evidence})
	}
}

// importance cites the importance of a feature.
func importance(l *loaded, i int) Evidence {
	text := l.text(i, "feature") + l.text(i, "group") + " " + withInterval(l.num(i, "importance"), l.num(i, "lo"), l.num(i, "hi"))
	if p := pOf("p", l.num(i, "pvalue")); p != "" {
		text += ", " + p
	}
	return l.evidence(i, text)
}

// fits concludes how well features predict distances that were held out.
func (k *concluder) fits(l *loaded) {
	for i := range l.Table.Rows {
		if l.text(i, "split") != "held-out" || l.text(i, "fold") != "" || !finite(l.num(i, "spearman")) {
			continue
		}
		where := figure.ShortNames([]string{l.text(i, "representation")})[0]
		v, lo, hi := l.num(i, "spearman"), l.num(i, "lo"), l.num(i, "hi")
		words := "Spearman " + withInterval(v, lo, hi)
		if p := pOf("p", l.num(i, "pvalue")); p != "" {
			words += ", " + p
		}
		verdict := "predict distances of stimuli that were held out"
		if finite(lo) && lo <= 0 || !finite(lo) && l.num(i, "pvalue") >= clearP {
			verdict = "cannot be said to predict distances of stimuli that were held out: what follows about them says little"
		}
		evidence := []Evidence{l.evidence(i, words)}
		for _, j := range l.rows(func(j int) bool {
			return strings.Contains(l.text(j, "split"), "ceiling") && l.text(j, "representation") == l.text(i, "representation") && finite(l.num(j, "spearman"))
		}) {
			evidence = append(evidence, l.evidence(j, l.text(j, "split")+" "+withInterval(l.num(j, "spearman"), l.num(j, "lo"), l.num(j, "hi"))))
		}
		k.sayAlike(shared{encoded, l.name + " " + verdict, where, func(subjects []string) string {
			if len(subjects) == 1 && subjects[0] == "" {
				return "The features " + verdict + "."
			}
			return "The features of " + few(subjects) + " " + verdict + "."
		}, evidence})
	}
}

// decoded concludes which labels can be decoded from a recording.
func (k *concluder) decoded(l *loaded) {
	for _, label := range figure.Distinct(column(l, "label")) {
		rows := l.rows(func(i int) bool { return l.text(i, "label") == label })
		quantity := "accuracy"
		if finite(l.num(rows[0], "r2")) {
			quantity = "r2"
		}
		rows = slices.DeleteFunc(rows, func(i int) bool { return !finite(l.num(i, quantity)) || !finite(l.num(i, "chance")) })
		if len(rows) == 0 {
			continue
		}
		whole, best := -1, -1
		bins, clear := 0, 0
		for _, i := range rows {
			if l.text(i, "time") == "" {
				whole = i
				continue
			}
			bins++
			if best < 0 || l.num(i, quantity) > l.num(best, quantity) {
				best = i
			}
			if above(l, i) {
				clear++
			}
		}
		if whole < 0 {
			whole = best
		}
		words := func(i int) string {
			text := quantity + " " + withInterval(l.num(i, quantity), l.num(i, "lo"), l.num(i, "hi")) + ", chance " + significant(l.num(i, "chance"), 2)
			if p := pOf("p", l.num(i, "pvalue")); p != "" {
				text += ", " + p
			}
			return text
		}
		text := label + " can be decoded above chance."
		if !above(l, whole) {
			text = label + " cannot be said to be decoded above chance."
		}
		evidence := []Evidence{l.evidence(whole, words(whole))}
		if bins > 1 && best >= 0 {
			by := "by their own intervals, which are not adjusted for their number"
			if finite(l.num(best, "p_adj")) {
				by = "p_adj < 0.05, adjusted for all bins"
			}
			text += fmt.Sprintf(" It is above chance in %d of %d time bins (%s), best in bin %s.", clear, bins, by, l.text(best, "time"))
			evidence = append(evidence, l.evidence(best, words(best)))
		}
		k.say(decodable, text, evidence)
	}
}

// above reports whether a row of decoding is above chance: by its adjusted p value, its p
// value, or its interval, whichever there is first.
func above(l *loaded, i int) bool {
	for _, name := range []string{"p_adj", "pvalue"} {
		if p := l.num(i, name); finite(p) {
			return p < clearP
		}
	}
	if lo := l.num(i, "lo"); finite(lo) {
		return lo > l.num(i, "chance")
	}
	return false
}

// column returns the texts of a column.
func column(l *loaded, name string) []string {
	out := make([]string, len(l.Table.Rows))
	for i := range out {
		out[i] = l.text(i, name)
	}
	return out
}

// optimised concludes what data that were driven to a score have of the labels.
func (k *concluder) optimised(l *loaded) {
	for _, label := range figure.Distinct(column(l, "label")) {
		rows := l.rows(func(i int) bool { return l.text(i, "label") == label && finite(l.num(i, "accuracy")) })
		if len(rows) == 0 {
			continue
		}
		i := rows[len(rows)-1]
		accuracy, reference, guess := l.num(i, "accuracy"), l.num(i, "reference_accuracy"), l.num(i, "chance")
		measure := l.Measure()
		if measure == "" {
			measure = "the measure"
		}
		text := fmt.Sprintf("Data that score %s by %s", significant(l.num(i, "score"), 3), measure)
		switch share := (accuracy - guess) / (reference - guess); {
		case !(reference > guess):
			continue
		case share < 0.5:
			text += fmt.Sprintf(" lack most of what the recording says about %s: the score does not guarantee it.", label)
		case share < 0.9:
			text += fmt.Sprintf(" have part of what the recording says about %s.", label)
		default:
			text += fmt.Sprintf(" have nearly all that the recording says about %s.", label)
		}
		k.say(guarantee, text, []Evidence{l.evidence(i, fmt.Sprintf("accuracy %s, of the recording %s, chance %s", significant(accuracy, 2), significant(reference, 2), significant(guess, 2)))})
	}
}
