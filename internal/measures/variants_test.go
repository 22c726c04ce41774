package measures

import (
	"slices"
	"strings"
)

// variants returns the names of a family with the default of every parameter, and
// with each one, two or three of its parameters set to another value: to each of
// their words, and to one number. Combinations that the family refuses are left
// out; they are for its own test.
func variants(f Family) []string { return variantsUpTo(f, 3) }

// variantsUpTo is variants for so many parameters at once.
func variantsUpTo(f Family, most int) []string {
	names := []string{f.Card.Family}
	var set func(parameters []Param, name string, left int)
	set = func(parameters []Param, name string, left int) {
		for i, p := range parameters {
			if p.Name == "as" && f.Card.Family == "rsa" && strings.Count(name, ":") > 1 {
				continue // a function of the score, of which there are some sixty kinds already
			}
			for _, value := range otherValues(p) {
				with := name + ":" + p.Name + "=" + value
				if _, err := Parse(with); err == nil {
					names = append(names, with)
				}
				if left > 1 {
					set(parameters[i+1:], with, left-1)
				}
			}
		}
	}
	set(f.Card.Params, f.Card.Family, most)
	return names
}

// otherValues returns the words of a parameter and one number, but for the default.
func otherValues(p Param) []string {
	values := slices.Clone(p.Choices)
	if p.Check != nil {
		for _, candidate := range []string{"5", "0.5", "0.9", "2", "0.7median"} {
			if candidate != p.Default && p.Valid(candidate) == nil {
				values = append(values, candidate)
				break
			}
		}
	}
	return slices.DeleteFunc(values, func(v string) bool { return v == p.Default })
}

// needsOtherData says why a variant has no score for a pair of feature matrices; ""
// for one that has. Such variants are held to their cards by tests of their own.
func needsOtherData(name string) string {
	switch {
	case strings.Contains(name, "rdm="+rdmCrossnobis):
		return "wants repeats: see TestCrossnobisInvariances"
	case strings.Contains(name, "rdm="+rdmPoisson):
		return "wants rates: see TestPoissonInvariances"
	case strings.Contains(name, "rdm="+rdmPrecomputed):
		return "wants RDMs: see TestPrecomputedRDMs"
	}
	return ""
}
