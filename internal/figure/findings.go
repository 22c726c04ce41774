package figure

import (
	"fmt"
	"math"
	"slices"
	"strings"
)

// This file puts the findings of a figure into numbers. They are in the description of
// a figure, for people who cannot see it and for captions.

// mostFound is the largest number of findings in a description, and of numbers in a
// finding.
const mostFound = 12

// sentence joins findings; none is "".
func sentence(findings []string) string {
	if len(findings) == 0 {
		return ""
	}
	return " In numbers: " + strings.Join(atMost(mostFound, findings), "; ") + "."
}

// atMost returns the first words, and a word with the number of those left out.
func atMost(most int, words []string) []string {
	if len(words) <= most {
		return words
	}
	return append(slices.Clone(words[:most]), fmt.Sprintf("and %d more", len(words)-most))
}

// last returns the last number of a column, or NaN if there is none.
func last(values []float64) float64 {
	for i := len(values) - 1; i >= 0; i-- {
		if finite(values[i]) {
			return values[i]
		}
	}
	return nan
}

// halfLearnt returns a sentence on the number of components that a run learnt by half,
// and on the scores at which it learnt the largest and the median of them.
func halfLearnt(name string, r *Result, column string) string {
	var learnt []float64
	first := nan
	share, score := r.floats("explained_variance"), r.floats(column)
	largest := 0.0
	for i, v := range score {
		if !finite(v) {
			continue
		}
		learnt = append(learnt, v)
		if share[i] > largest {
			largest, first = share[i], v
		}
	}
	if len(learnt) == 0 {
		return fmt.Sprintf("%s: none of %d components half learnt on the way", name, len(score))
	}
	return fmt.Sprintf("%s: %d of %d components half learnt on the way, one of %s of the variance at a score of %.2f, the median at %.2f",
		name, len(learnt), len(score), percent(largest), first, median(learnt))
}

// median sorts numbers, at least one, and returns their median.
func median(values []float64) float64 {
	slices.Sort(values)
	n := len(values)
	return (values[(n-1)/2] + values[n/2]) / 2
}

func percent(share float64) string {
	if share >= 0.1 {
		return fmt.Sprintf("%.0f %%", 100*share)
	}
	return fmt.Sprintf("%.2g %%", 100*share)
}

// encoded returns a sentence on the number of components in the final data of a run.
func encoded(r *Result, column string) string {
	score := r.floats("score")
	if len(score) == 0 {
		return ""
	}
	iteration, r2, pc := r.floats("iteration"), r.floats(column), r.texts("pc")
	end := slices.Max(iteration)
	half := 0
	for i, v := range r2 {
		if iteration[i] == end && v >= 0.5 {
			half++
		}
	}
	return fmt.Sprintf("%s: at a score of %.3f, R² is at least 0.5 for %d of %d components", r.Label, last(score), half, len(Distinct(pc)))
}

// decoded returns a sentence on how well a label is decoded from the final data of each
// run.
func decoded(label string, rs []*Result) string {
	var words []string
	reference, chance := nan, nan
	worst, best := math.Inf(1), math.Inf(-1)
	for _, r := range rs {
		names := r.texts("label")
		part := r.where(func(i int) bool { return names[i] == label })
		if len(part.Table.Rows) == 0 {
			continue
		}
		reference, chance = part.floats("reference_accuracy")[0], part.floats("chance")[0]
		score := last(part.floats("score"))
		worst, best = math.Min(worst, score), math.Max(best, score)
		words = append(words, fmt.Sprintf("%.2f by %s", last(part.floats("accuracy")), r.Label))
	}
	scores := fmt.Sprintf("a score of %.2f", best)
	if best-worst >= 0.005 {
		scores = fmt.Sprintf("scores of %.2f to %.2f", worst, best)
	}
	return fmt.Sprintf("at %s, %s is decoded with an accuracy of %s (the data: %.2f, chance: %.2f)", scores, label, strings.Join(atMost(mostFound, words), ", "), reference, chance)
}

// deviation returns a sentence on the largest difference between construction and
// theory.
func deviation(r *Result) string {
	score, theory := r.floats("score"), r.floats("theory")
	largest, n := 0.0, 0
	for i := range score {
		if d := math.Abs(score[i] - theory[i]); finite(d) {
			largest = math.Max(largest, d)
			n++
		}
	}
	if n == 0 {
		return "no theory to compare with"
	}
	return fmt.Sprintf("construction and theory differ by at most %.1e in %d points", largest, n)
}

// rangeAt returns sentences on the scores of the second measure at a high score of the
// first, and the reverse.
func rangeAt(r *Result, pair [2]string) []string {
	a, low, high := r.floats("a"), r.floats("b_min"), r.floats("b_max")
	best := -1
	for i := range a {
		if finite(low[i]) && finite(high[i]) && (best < 0 || math.Abs(a[i]-0.9) < math.Abs(a[best]-0.9)) {
			best = i
		}
	}
	if best < 0 {
		return nil
	}
	found := []string{fmt.Sprintf("where %s is %.2f, %s lies between %.2f and %.2f", pair[0], a[best], pair[1], low[best], high[best])}
	const level = 0.9
	x, top := sorted(a, high)
	for i, v := range top {
		if !finite(v) || v < level {
			continue
		}
		from := x[i]
		if i > 0 && finite(top[i-1]) { // linear between the levels
			from = x[i-1] + (x[i]-x[i-1])*(level-top[i-1])/(v-top[i-1])
		}
		return append(found, fmt.Sprintf("%s reaches %.2f from a %s of %.2f on", pair[1], level, pair[0], from))
	}
	return append(found, fmt.Sprintf("%s stays below %.2f up to a %s of %.2f", pair[1], level, pair[0], x[len(x)-1]))
}

// atEnds returns a sentence on the mean of a quantity for each method at the last level
// of a sweep: the most noise, or the fewest stimuli.
func atEnds(r *Result, sweep, column, label string) string {
	sweeps, methods := r.texts("sweep"), r.texts("method")
	var words []string
	where := nan
	for _, m := range Distinct(methods) {
		part := r.where(func(i int) bool { return sweeps[i] == sweep && methods[i] == m })
		at, mean, _, _ := meansBy(part.floats(sweep), part.floats(column))
		if len(at) == 0 {
			continue
		}
		k := len(at) - 1
		if sweep == "stimuli" {
			k = 0
		}
		where = at[k]
		words = append(words, fmt.Sprintf("%s %.3f", m, mean[k]))
	}
	if len(words) == 0 {
		return ""
	}
	return fmt.Sprintf("%s at %s %s: %s", label, sweep, number(where), strings.Join(words, ", "))
}
