package report

import (
	"slices"
	"strings"

	"simtool/internal/figure"
)

// Known is what a page says of a measure, from its card.
type Known struct {
	figure.Range
	Card
	Family   string
	Blind    []string // transformations of both systems that do not change its values
	HeldOut  int      // folds of samples that are predicted from the others; 0 for none
	Inflated bool     // near its best where features outnumber samples
}

// Card explains a measure.
type Card struct {
	Name, Title, Question, Formula, Values string
	Invariances                            string
	Pitfalls                               []string
	References                             []Reference
}

// Reference is a publication with a link.
type Reference struct{ Text, URL, BibTeX string }

// known returns what is known of a measure. ok is false where nothing is.
func (c *Collection) known(name string) (k Known, ok bool) {
	if c.measures == nil {
		return Known{}, false
	}
	if k, ok := c.cards[name]; ok {
		return k, k.Name != ""
	}
	k, ok = c.measures(name)
	if !ok {
		k = Known{}
	}
	c.cards[name] = k
	return k, ok
}

// ranges is what figures want to know of a measure.
func (c *Collection) ranges(name string) (figure.Range, bool) {
	k, ok := c.known(name)
	return k.Range, ok
}

// meaning says how two measures differ by their cards, so that they may order systems
// differently. It is "" where nothing is known of one of them.
func meaning(a, b Known) string {
	if a.Name == "" || b.Name == "" {
		return ""
	}
	var says []string
	for _, pair := range [][2]Known{{a, b}, {b, a}} {
		var alone []string
		for _, t := range pair[0].Blind {
			if !slices.Contains(pair[1].Blind, t) {
				alone = append(alone, t)
			}
		}
		if alone != nil {
			says = append(says, pair[0].Name+" does not see "+joined(alone)+" transformations, "+pair[1].Name+" does: systems that differ by such a one are alike to the former alone")
		}
		if pair[0].HeldOut > 0 && pair[1].HeldOut == 0 {
			says = append(says, pair[0].Name+" is of samples that were held out, "+pair[1].Name+" of those that were fitted to")
		}
		if pair[0].Inflated && !pair[1].Inflated {
			says = append(says, pair[0].Name+" comes near its best value where features outnumber samples, which "+pair[1].Name+" does not")
		}
	}
	if a.Question != b.Question {
		says = append(says, a.Name+" asks: “"+a.Question+"” "+b.Name+" asks: “"+b.Question+"”")
	}
	if says == nil {
		return "Their cards name no difference in what they see: they weigh the same structure differently."
	}
	return "By their cards, " + strings.Join(says, "; ") + "."
}

// joined joins words with commas and an “and”.
func joined(words []string) string {
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	return strings.Join(words[:len(words)-1], ", ") + " and " + words[len(words)-1]
}
