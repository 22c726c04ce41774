package report

import (
	"fmt"
	"math"
	"strings"
)

// withinNull concludes which scores samples that are paired at random reach as well. The
// rows say so in their notes, or by their p values where they have none. The smallest p
// value that there can be is that of a score that no random pairing has reached, however
// large it is.
func (k *concluder) withinNull(l *loaded, all []score) {
	of := map[string][]score{}
	var order []string
	tested := 0
	few, unknowable := l.fewDraws(), []Evidence(nil)
	for _, s := range all {
		p := l.num(s.row, "p_adj")
		if !finite(p) {
			p = l.num(s.row, "pvalue")
		}
		if finite(s.null) || finite(p) {
			tested++
		}
		if few.least > 0 && p <= few.least+1e-9 {
			unknowable = append(unknowable, l.evidence(s.row, s.y+" against "+s.x+", "+s.words()+", "+pOf("p", p)))
			continue
		}
		within := strings.Contains(l.text(s.row, "note"), "within its null")
		if l.Table.Index("note") < 0 {
			within = p > clearP
		}
		if !within {
			continue
		}
		name := s.y + " against " + s.x
		if of[name] == nil {
			order = append(order, name)
		}
		of[name] = append(of[name], s)
	}
	if tested == 0 {
		return
	}
	for _, name := range order {
		counted := 0
		for _, s := range all {
			if s.y+" against "+s.x == name {
				counted++
			}
		}
		var evidence []Evidence
		for _, s := range of[name] {
			text := s.words()
			if finite(s.null) {
				text += ", null " + rounded(s.null, s.lo, s.hi)
			}
			if p := l.num(s.row, "pvalue"); finite(p) {
				text += ", " + pOf("p", p)
			}
			evidence = append(evidence, l.evidence(s.row, text))
		}
		k.say(chance, fmt.Sprintf("Within their null, since samples that are paired at random are as similar: %d of %s of %s.", len(of[name]), count(counted, "score", "scores"), name), evidence)
	}
	if unknowable != nil {
		k.say(chance, fmt.Sprintf("%s cannot give p < 0.05: no random pairing is as similar as %d of %s of %s, and yet these cannot be significant.", few.words, len(unknowable), count(len(all), "score", "scores"), l.name), unknowable)
	}
	if order == nil && unknowable == nil {
		nearest := all[0]
		for _, s := range all {
			if math.Abs(s.value-s.null) < math.Abs(nearest.value-nearest.null) || math.IsNaN(nearest.null) {
				nearest = s
			}
		}
		words := nearest.y + ", " + nearest.words()
		if finite(nearest.null) {
			words += ", null " + rounded(nearest.null, nearest.lo, nearest.hi)
		}
		k.say(chance, fmt.Sprintf("Within their null: none of %s of %s. The nearest to it:", count(len(all), "score", "scores"), l.name), []Evidence{l.evidence(nearest.row, words)})
	}
	var doubted []Evidence
	for _, s := range all {
		if w := l.text(s.row, "warning"); w != "" {
			doubted = append(doubted, l.evidence(s.row, fmt.Sprintf("%s, %s: %s", s.y, s.words(), w)))
		}
	}
	if doubted != nil {
		k.say(chance, fmt.Sprintf("With a warning: %d of %s of %s.", len(doubted), count(len(all), "score", "scores"), l.name), doubted)
	}
	if undefined := len(l.Table.Rows) - len(all); undefined > 0 {
		rows := l.rows(func(i int) bool { return l.text(i, "error") != "" })
		var evidence []Evidence
		for _, i := range rows {
			evidence = append(evidence, l.evidence(i, l.text(i, "measure")+": "+l.text(i, "error")))
		}
		k.say(chance, fmt.Sprintf("Without a score: %d of %s of %s.", undefined, count(len(l.Table.Rows), "row", "rows"), l.name), evidence)
	}
}
