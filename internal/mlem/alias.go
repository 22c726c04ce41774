package mlem

import (
	"fmt"
	"math"
)

// sameTerm bounds the correlation over pairs of two terms from below when their
// values are proportional up to rounding. Other terms correlate less.
const sameTerm = 1 - 1e-10

// findAliases finds features whose distances are proportional to those of an
// earlier one. It warns of them, and of features whose correlation over pairs
// exceeds .5, because such features divide their common part between their weights
// and importances.
func (f *fitting) findAliases(q *problem) {
	const notable = 0.5
	names := f.sample.features.Names()
	f.aliasOf = map[int]int{}
	for i := range names {
		for j := range i {
			if _, taken := f.aliasOf[j]; taken || f.design.main(i) < 0 || f.design.main(j) < 0 {
				continue
			}
			r := q.correlation(f.design.main(i), f.design.main(j))
			if r >= sameTerm {
				f.aliasOf[i] = j
				f.warnings = append(f.warnings, fmt.Sprintf("features %q and %q have the same distances: the weight of both is that of %q", names[j], names[i], names[j]))
				break
			}
			if math.Abs(r) > notable {
				f.warnings = append(f.warnings, fmt.Sprintf("features %q and %q are correlated (r = %.2f): their importances share what they have in common", names[j], names[i], r))
			}
		}
	}
}

// findTwins warns of products whose values equal those of another term up to scale
// and an offset. Two binary features give such a product when stimuli that differ in
// one always differ in the other. The data do not determine the weights of both
// terms.
func (f *fitting) findTwins(q *problem) {
	names := f.sample.features.Names()
	for i, term := range q.terms {
		if term.A == term.B {
			continue
		}
		for j := range i {
			if math.Abs(q.correlation(i, j)) >= sameTerm {
				f.warnings = append(f.warnings, fmt.Sprintf("%s and %s have the same values: the data do not tell their weights apart", f.design.label(q.terms[j], names), f.design.label(term, names)))
				break
			}
		}
	}
}

// label names a term: a feature, or a product of two. Of a feature of several coordinates, such
// as the contrasts of a category, it says which.
func (g *design) label(t Term, names []string) string {
	a, b := g.featureOf(t.A), g.featureOf(t.B)
	if a == b && t.A == t.B && (t.Tied > 0 || len(g.coordinates(a)) == 1) {
		return fmt.Sprintf("feature %q", names[a])
	}
	coordinate := func(feature, at int) string {
		if own := g.coordinates(feature); len(own) > 1 {
			return fmt.Sprintf("%s[%d]", names[feature], at-own[0]+1)
		}
		return names[feature]
	}
	return fmt.Sprintf("the product %q", coordinate(a, t.A)+"*"+coordinate(b, t.B))
}

// correlation returns the correlation of regressors i and j.
func (q *problem) correlation(i, j int) float64 {
	v := q.g.At(i, i) * q.g.At(j, j)
	if v <= 0 {
		return 0
	}
	return q.g.At(i, j) / math.Sqrt(v)
}

// minimise solves a problem under the fit's constraint. It leaves out a feature
// whose distances equal those of another one in the problem: rounding alone would
// decide between the two, and a semidefinite metric could even grow without bound
// along their difference.
func (f *fitting) minimise(q *problem, pen penalty) (solution, error) {
	if len(f.aliasOf) == 0 {
		return q.solvePenalised(f.Constraint, pen)
	}
	present := map[int]bool{}
	for _, t := range q.terms {
		present[f.design.featureOf(t.A)] = true
	}
	out := func(feature int) bool {
		original, alias := f.aliasOf[feature]
		return alias && present[original]
	}
	var at []int
	for t, term := range q.terms {
		if !out(f.design.featureOf(term.A)) && !out(f.design.featureOf(term.B)) {
			at = append(at, t)
		}
	}
	s, err := q.restrict(at).solvePenalised(f.Constraint, pen)
	if err != nil {
		return solution{}, err
	}
	w := make([]float64, len(q.terms))
	for i, t := range at {
		w[t] = s.w[i]
	}
	return solution{w, s.kkt}, nil
}
