package data

import "strings"

// Policy is a policy for missing values, which are NaN. It has two parts, either of
// which may be empty:
//
//  1. Repair changes each system separately: it fills in values, or leaves out
//     features.
//  2. Where Drops is set, the samples at which any system still has a missing
//     value are left out of all systems, and of all data along their samples.
//     Otherwise such values are refused.
//
// Infinite values are not missing: they come from a faulty computation. No policy
// changes them, and CheckFinite refuses them.
//
// A policy is one file of this package and one line of policies.
type Policy struct {
	Name string // the word that chooses it
	Doc  string // a phrase of the help of a flag: "refuse samples with NaN, DOC, or DOC"

	// Drops says that samples with missing values are left out.
	Drops bool

	// Repair returns a copy of *d without the missing values that the policy repairs,
	// and a note in a few words such as "filled in 3 values". The copy has its own
	// values, or its own shape and features, and all samples in their order. Where
	// there is nothing to repair, it returns d itself and "". It may be called again
	// for the same d, and concurrently for several. A nil Repair repairs nothing.
	Repair func(d *Dataset) (repaired *Dataset, note string)
}

// policies lists every policy, the default first.
var policies = []Policy{RefuseMissing, DropMissing, DropMissingFeatures}

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

// PolicyHelp describes the policies in one phrase.
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

// Refuses reports whether the policy accepts no missing value at all, so that a
// reader may refuse them.
func (p Policy) Refuses() bool { return !p.Drops && p.Repair == nil }

// repair calls Repair if it is not nil.
func (p Policy) repair(d *Dataset) (*Dataset, string) {
	if p.Repair == nil {
		return d, ""
	}
	return p.Repair(d)
}
