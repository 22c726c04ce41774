package mlem

import (
	"fmt"
	"math"
	"slices"
	"strings"
)

// dependence is a term whose values are, over all pairs of stimuli, a combination of those
// of other terms up to a constant: Σ_t of[t]·x_t with of[term] = −1 is constant, so that
// adding any multiple of it to the weights changes no prediction.
type dependence struct {
	term int
	of   map[int]float64 // coefficients of earlier terms that are independent of each other
}

// dependences lists the terms that depend on earlier ones, to rounding: what the
// regression on these leaves of the variance is below 1 − sameTerm of it.
func (q *problem) dependences() []dependence {
	p := len(q.b)
	// r is the Cholesky factor of the correlation matrix, without the rows of terms that
	// depend on others.
	r := make([][]float64, 0, p)
	var pivots []int
	var out []dependence
	for t := range p {
		v := q.g.At(t, t)
		if v <= 0 {
			continue // it does not vary: a matter of its own
		}
		row := make([]float64, len(pivots)+1)
		left := 1.0
		for k, u := range pivots {
			c := q.correlation(t, u)
			for m := range k {
				c -= row[m] * r[k][m]
			}
			row[k] = c / r[k][k]
			left -= row[k] * row[k]
		}
		if left > 1-sameTerm {
			row[len(pivots)] = math.Sqrt(left)
			r, pivots = append(r, row), append(pivots, t)
			continue
		}
		d := dependence{term: t, of: map[int]float64{t: -1}}
		beta := row[:len(pivots)] // solve rᵀβ = row
		for k := len(pivots) - 1; k >= 0; k-- {
			for m := k + 1; m < len(pivots); m++ {
				beta[k] -= r[m][k] * beta[m]
			}
			beta[k] /= r[k][k]
		}
		for k, u := range pivots {
			const none = 1e-4 // of a standardised coefficient, which rounding makes
			if math.Abs(beta[k]) > none {
				d.of[u] = beta[k] * math.Sqrt(v/q.g.At(u, u))
			}
		}
		out = append(out, d)
	}
	return out
}

// findDependences notes the terms that the data do not tell apart, and warns of those that
// no pair of equal terms explains.
func (f *fitting) findDependences(q *problem) {
	names := f.sample.features.Names()
	f.unidentified = map[int]string{}
	present := func(t int) bool {
		_, alias := f.aliasOf[f.design.featureOf(q.terms[t].A)]
		return !alias
	}
	var at []int
	for t := range q.terms {
		if present(t) {
			at = append(at, t)
		}
	}
	var words []string
	for _, d := range q.restrict(at).dependences() {
		var parts []string
		var terms []int
		for u := range d.of {
			terms = append(terms, u)
		}
		slices.Sort(terms)
		for _, u := range terms {
			if c := d.of[u]; u != d.term {
				parts = append(parts, fmt.Sprintf("%.3g × %s", c, f.design.label(q.terms[at[u]], names)))
			}
		}
		text := fmt.Sprintf("%s = %s up to a constant, over all pairs", f.design.label(q.terms[at[d.term]], names), strings.ReplaceAll(strings.Join(parts, " + "), "+ -", "− "))
		if parts == nil {
			continue
		}
		for _, u := range terms {
			if f.unidentified[at[u]] == "" {
				f.unidentified[at[u]] = text
			}
		}
		if len(parts) > 1 {
			words = append(words, text)
		}
	}
	const most = 3
	switch {
	case len(words) > most:
		f.warnings = append(f.warnings, fmt.Sprintf("the data do not tell weights apart: %s; and %d more such relations", strings.Join(words[:most], "; "), len(words)-most))
	case words != nil:
		f.warnings = append(f.warnings, "the data do not tell weights apart: "+strings.Join(words, "; "))
	}
}

// identity says why a weight that depends on some terms is not identified, "" where it is.
// An alias has the weight 0, because that of its original is of both.
func (f *fitting) identity(e entry) string {
	names := f.sample.features.Names()
	for _, t := range e.terms {
		term := f.design.terms[t]
		for _, feature := range []int{f.design.featureOf(term.A), f.design.featureOf(term.B)} {
			if original, alias := f.aliasOf[feature]; alias {
				return fmt.Sprintf("the distances are those of %q, whose weight is of both", names[original])
			}
		}
		if text := f.unidentified[t]; text != "" {
			return "not identified: " + text
		}
	}
	return ""
}
