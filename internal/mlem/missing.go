package mlem

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"simtool/internal/data"
)

// Missing sets the distance of a feature for a pair of stimuli when at least one of
// them has no value.
type Missing string

// The policies. The zero value of FeatureOptions is MissingSame.
const (
	MissingSame      Missing = "same"      // 0: nothing is known to differ
	MissingDifferent Missing = "different" // 1
	MissingDropPair  Missing = "drop-pair" // the pair is left out of fits and scores
)

// missingPolicy describes a policy.
type missingPolicy struct {
	name     Missing
	help     string
	distance float64
	drops    bool // pairs
}

// missingPolicies lists every policy, the default first.
var missingPolicies = []missingPolicy{
	{name: MissingSame, help: "same (0)"},
	{name: MissingDifferent, help: "different (1)", distance: 1},
	{name: MissingDropPair, help: "drop-pair", drops: true},
}

// MissingNames returns the words that choose a policy, the default first.
func MissingNames() []string {
	names := make([]string, len(missingPolicies))
	for i, p := range missingPolicies {
		names[i] = string(p.name)
	}
	return names
}

// MissingHelp describes the policies in one phrase.
func MissingHelp() string {
	list := make([]string, len(missingPolicies))
	for i, p := range missingPolicies {
		list[i] = p.help
	}
	last := len(list) - 1
	return strings.Join(list[:last], ", ") + ", or " + list[last]
}

// check refuses unknown policies; the empty one is the default.
func (m *Missing) check() error {
	if *m == "" {
		*m = missingPolicies[0].name
	}
	names := MissingNames()
	if slices.Contains(names, string(*m)) {
		return nil
	}
	last := len(names) - 1
	return &data.InputError{
		Found:  fmt.Sprintf("missing-value policy %q", *m),
		Wanted: "want " + strings.Join(names[:last], ", ") + " or " + names[last],
	}
}

// policy returns the policy, or the default for a model with an unknown one.
func (m Missing) policy() missingPolicy {
	at := slices.IndexFunc(missingPolicies, func(p missingPolicy) bool { return p.name == m })
	return missingPolicies[max(0, at)]
}

// dropped reports which stimuli lack a value of some feature, where their pairs
// are left out; it is nil where none are.
func (f *Features) dropped() []bool {
	if !f.missing.policy().drops {
		return nil
	}
	out := make([]bool, f.n)
	for _, c := range f.columns {
		for i, v := range c.values {
			out[i] = out[i] || math.IsNaN(v)
		}
	}
	return out
}
