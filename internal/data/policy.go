package data

import "strings"

// Policy says what happens to missing values, which are NaN. It has two parts,
// either of which may be empty:
//
//  1. Repair changes each system by itself: it fills values in, or leaves
//     features out.
//  2. Where Drops is set, the samples at which any system still has a missing
//     value are left out of all systems, and of everything that runs along their
//     samples. Otherwise such values are refused.
//
// Infinite values are no missing values: they come from a computation that went
// wrong, no policy touches them, and CheckFinite refuses them.
//
// A policy is one file of this package and one line of policies.
type Policy struct {
	Name string // the word that chooses it
	Doc  string // a phrase of the help of a flag: "refuse samples with NaN, DOC, or DOC"

	// Drops says that samples with missing values are left out.
	Drops bool

	// Repair returns d without the missing values that the policy mends, and says
	// what it did in a few words such as "filled in 3 values". It returns a copy of
	// *d with values, or a shape and features, of its own, and all samples in their
	// order; where there is nothing to mend, d itself and "". It is called again
	// for the same d, and for several at once. It is nil for none.
	Repair func(d *Dataset) (repaired *Dataset, note string)
}

// policies lists every policy, the default first.
var policies = []Policy{RefuseMissing, DropMissing}

// Policies returns every policy, the default first.
func Policies() []Policy { return policies }

// PolicyNames returns the words that choose a policy, the default first.
func PolicyNames() []string {
	names := make([]string, len(policies))
	for i, p := range policies {
		names[i] = p.Name
	}
	return names
}

// PolicyHelp says in one phrase what the policies do.
func PolicyHelp() string {
	last := len(policies) - 1
	docs := make([]string, last)
	for i := range docs {
		docs[i] = policies[i].Doc
	}
	return strings.Join(docs, ", ") + ", or " + policies[last].Doc
}

// PolicyNamed returns the policy of that name. The empty name is the default.
func PolicyNamed(name string) (p Policy, ok bool) {
	if name == "" {
		return policies[0], true
	}
	for _, p := range policies {
		if p.Name == name {
			return p, true
		}
	}
	return Policy{}, false
}

// Refuses reports whether the policy accepts no missing value at all, so that
// a reader need not hand any on.
func (p Policy) Refuses() bool { return !p.Drops && p.Repair == nil }

// repair is Repair, which may be nil.
func (p Policy) repair(d *Dataset) (*Dataset, string) {
	if p.Repair == nil {
		return d, ""
	}
	return p.Repair(d)
}
