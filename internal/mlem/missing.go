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
	effect   string // on the pairs of a stimulus without a value
	distance float64
	drops    bool // pairs
}

// missingPolicies lists every policy, the default first.
var missingPolicies = []missingPolicy{
	{name: MissingSame, help: "same (0)", effect: "their pairs do not differ in it"},
	{name: MissingDifferent, help: "different (1)", effect: "their pairs differ in it as much as any", distance: 1},
	{name: MissingDropPair, help: "drop-pair", effect: "their pairs are left out", drops: true},
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

// note says how many values of a column are missing, by which cells, and what the policy
// makes of them; "" where none is.
func (m Missing) note(c *data.Column) string {
	count := c.Missing()
	if count == 0 {
		return ""
	}
	p := m.policy()
	text := fmt.Sprintf("feature %q: %d of %d values are missing%s; with --missing %s %s", c.Name, count, c.Len(), cellsOf(c), p.name, p.effect)
	return text
}

// namesakes says how cells such as None become a category, where some of a column are
// missing; "" where there are none.
func namesakes(c *data.Column) string {
	if c.Kind == data.Categorical && slices.ContainsFunc(c.MissingAs, func(cell string) bool { return cell != "" }) {
		return "; --na '' makes a category of such cells"
	}
	return ""
}

// cellsOf lists the cells that stand for the missing values of a column.
func cellsOf(c *data.Column) string {
	var cells []string
	for _, cell := range c.MissingAs {
		if cell == "" {
			cell = "empty"
		}
		cells = append(cells, cell)
	}
	if cells == nil {
		return ""
	}
	return " (" + strings.Join(cells, ", ") + ")"
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
