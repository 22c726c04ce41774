package report

import (
	"fmt"
	"math"
	"regexp"
	"strings"

	"simtool/internal/figure"
)

// withinNull concludes which scores samples that are paired at random reach as well. The
// rows say so in their notes, or by their p values where they have none. The smallest p
// value that there can be is that of a score that no random pairing has reached, however
// large it is.
func (k *concluder) withinNull(l *loaded, all []score) {
	of := map[string][]score{}
	var order []string
	tested := 0
	draws, unknowable := l.fewDraws(), []Evidence(nil)
	for _, s := range all {
		p := l.num(s.row, "p_adj")
		if !finite(p) {
			p = l.num(s.row, "pvalue")
		}
		if finite(s.null) || finite(p) {
			tested++
		}
		if draws.least > 0 && p <= draws.least+1e-9 {
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
	scoresOf := map[string]int{} // scores of each pair
	for _, s := range all {
		scoresOf[s.y+" against "+s.x]++
	}
	for _, name := range order {
		counted := scoresOf[name]
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
		within, scores := len(of[name]), count(counted, "score", "scores")
		k.sayAlike(shared{chance, "within " + l.name, name, func(names []string) string {
			const because = "Within their null, since samples that are paired at random are as similar: "
			if len(names) == 1 {
				return because + fmt.Sprintf("%d of %s of %s.", within, scores, name)
			}
			sum := 0
			for _, one := range order {
				sum += len(of[one])
			}
			return because + fmt.Sprintf("%d of %s of %s, of %s.", sum, count(len(all), "score", "scores"), l.name, few(names))
		}, evidence})
	}
	if unknowable != nil {
		k.say(chance, fmt.Sprintf("%s cannot give p < 0.05: no random pairing is as similar as %d of %s of %s, and yet these cannot be significant.", draws.words, len(unknowable), count(len(all), "score", "scores"), l.name), unknowable)
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
	k.doubted(l, all)
	if undefined := len(l.Table.Rows) - len(all); undefined > 0 {
		rows := l.rows(func(i int) bool { return l.text(i, "error") != "" })
		reasons, of := byReason(rows, func(i int) []string { return []string{l.text(i, "error")} })
		if reasons == nil {
			k.say(chance, fmt.Sprintf("Without a score: %d of %s of %s.", undefined, count(len(l.Table.Rows), "row", "rows"), l.name), nil)
		}
		for _, reason := range reasons {
			var evidence []Evidence
			for _, i := range of[reason] {
				evidence = append(evidence, l.evidence(i, l.text(i, "measure")+", "+figure.ShortNames([]string{l.text(i, "y")})[0]))
			}
			first := l.text(of[reason][0], "error")
			k.say(chance, fmt.Sprintf("Without a score: %d of %s of %s: %s.", len(evidence), count(len(l.Table.Rows), "row", "rows"), l.name, strings.TrimSuffix(first, ".")), evidence)
		}
	}
}

// doubted concludes which scores have warnings: those of one reason together.
func (k *concluder) doubted(l *loaded, all []score) {
	of := map[int]score{}
	var rows []int
	for _, s := range all {
		if l.text(s.row, "warning") != "" {
			rows = append(rows, s.row)
			of[s.row] = s
		}
	}
	reasons, byRow := byReason(rows, func(i int) []string { return strings.Split(l.text(i, "warning"), "; ") })
	for _, reason := range reasons {
		var evidence []Evidence
		first := ""
		for _, i := range byRow[reason] {
			evidence = append(evidence, l.evidence(i, of[i].y+", "+of[i].words()))
			for _, one := range strings.Split(l.text(i, "warning"), "; ") {
				if first == "" && withoutNumbers(one) == reason {
					first = one
				}
			}
		}
		k.say(chance, fmt.Sprintf("With a warning: %d of %s of %s: %s.", len(evidence), count(len(all), "score", "scores"), l.name, strings.TrimSuffix(first, ".")), evidence)
	}
}

// byReason groups rows by their reasons, which are the same if they differ in numbers alone.
func byReason(rows []int, reasons func(row int) []string) (order []string, of map[string][]int) {
	of = map[string][]int{}
	for _, i := range rows {
		for _, one := range reasons(i) {
			reason := withoutNumbers(one)
			if of[reason] == nil {
				order = append(order, reason)
			}
			of[reason] = append(of[reason], i)
		}
	}
	return order, of
}

var numbersInReason = regexp.MustCompile(`[0-9]+([.,][0-9]+)*`)

func withoutNumbers(reason string) string { return numbersInReason.ReplaceAllString(reason, "#") }
