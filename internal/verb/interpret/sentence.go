package interpret

import (
	"fmt"
	"math"
	"strings"

	"simtool/internal/result"
)

const (
	// encoded is the R² from which on a component counts as encoded, absent that below
	// which it counts as missing.
	encoded, absent = 0.9, 0.5
)

// sentence says in words what a score means.
func sentence(t target, place result.Interpretation, components, labels []result.Interpretation) string {
	text := fmt.Sprintf("%s = %.3g", t.named.Name, t.score)
	switch {
	case math.IsNaN(place.Value):
	case place.Value < 0:
		text += fmt.Sprintf(" lies below random pairings (%.3g)", place.Reference)
	default:
		text += fmt.Sprintf(" lies %.0f %% of the way from random pairings (%.3g) to identity", 100*place.Value, place.Reference)
	}
	var full, none []string
	varianceFull := 0.0
	for _, c := range components {
		switch {
		case c.Lo >= encoded:
			full = append(full, c.Item)
			varianceFull += c.Reference
		case c.Hi < absent:
			none = append(none, c.Item)
		}
	}
	switch {
	case len(full) == 0:
		text += "; data of this score encode none of the largest components fully"
	default:
		text += fmt.Sprintf("; data of this score encode %s (%.0f %% of the variance)", numbered("component", full), 100*varianceFull)
	}
	if len(none) > 0 {
		text += ", and need not encode " + numbered("component", none)
	}
	for _, l := range labels {
		if l.Lo <= l.Reference {
			text += fmt.Sprintf("; %s need not be decodable (%.2f to %.2f, chance %.2f)", l.Item, l.Lo, l.Hi, l.Reference)
		} else {
			text += fmt.Sprintf("; %s can be decoded with an accuracy of %.2f to %.2f (chance %.2f)", l.Item, l.Lo, l.Hi, l.Reference)
		}
	}
	return text
}

// numbered joins numbers behind a noun.
func numbered(noun string, numbers []string) string {
	if len(numbers) == 1 {
		return noun + " " + numbers[0]
	}
	return noun + "s " + strings.Join(numbers[:len(numbers)-1], ", ") + " and " + numbers[len(numbers)-1]
}
