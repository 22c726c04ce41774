package measures

import (
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"

	"simtool/internal/data"
	"simtool/internal/inference"
	"simtool/internal/measures"
	"simtool/internal/verb/layout"
)

// CardText explains a measure, and what is known of what its scores are worth, in lines of
// at most width columns.
func CardText(c measures.Card, worth []inference.Statement, width int) string {
	t := &cardWriter{width: width}
	fmt.Fprintf(&t.b, "%s\n\n", layout.Fold(c.Name+": "+c.Title, width, 0))
	fmt.Fprintf(&t.b, "%s\n", layout.Fold(c.Question, width, 0))

	t.section("FORMULA")
	t.line(c.Formula)
	t.line(notationOf(c.Formula))

	if len(c.Params) > 0 {
		t.section("PARAMETERS")
		for _, p := range c.Params {
			t.entry(p.Name+"="+p.Default, parameterHelp(p))
		}
	}

	t.section("VALUES")
	t.line(Values(c))

	t.section("INVARIANCES")
	t.item("x", c.X.String())
	t.item("y", c.Y.String())

	t.section("WHAT A SCORE IS WORTH")
	for _, s := range worth {
		t.entry(s.Topic, s.Text)
	}

	t.section("COST")
	cost := c.Cost + fmt.Sprintf("; needs at least %d samples", c.MinSamples)
	if c.Differentiable {
		cost += "; has a gradient"
	}
	if c.FromMoments {
		cost += "; works from second moments, so data may be larger than memory"
	}
	t.line(cost)

	if len(c.Pitfalls) > 0 {
		t.section("PITFALLS")
		for _, p := range c.Pitfalls {
			t.item("-", p)
		}
	}
	if names := aliases(c.Family); names != "" {
		t.section("OTHER NAMES")
		t.line(names)
	}
	t.section("REFERENCES")
	for _, r := range c.References {
		t.item("-", citation(r))
	}
	return t.b.String()
}

// notation defines the symbols of formulas. Those that stand in a definition
// come after it.
var notation = []struct {
	symbol  func() *regexp.Regexp
	meaning string
}{
	{data.Pattern(`\bA\b`), "A = XcᵀXc"},
	{data.Pattern(`\bB\b`), "B = YcᵀYc"},
	{data.Pattern(`\bC\b`), "C = XcᵀYc"},
	{data.Pattern(`K[xy]`), "Kx = XcXcᵀ and Ky = YcYcᵀ"},
	{data.Pattern(`Q_[XY]`), "Q_X and Q_Y are orthonormal bases of the columns of Xc and Yc"},
	{data.Pattern(`r_[XY]`), "r_X and r_Y are the ranks of Xc and Yc"},
	{data.Pattern(`Xc|Yc`), "Xc and Yc are X and Y with centred columns"},
	{data.Pattern(`‖[^*‖][^‖]*‖([^*]|$)`), "‖·‖ is the Euclidean norm, of matrices Frobenius'"},
	{data.Pattern(`‖\*`), "‖·‖* is the nuclear norm"},
}

// notationOf explains the symbols of a formula.
func notationOf(formula string) string {
	used := formula
	meanings := []string{"X is the reference, n × p, and Y what is compared with it, n × q"}
	for _, n := range notation {
		if n.symbol().MatchString(used) {
			used += " " + n.meaning
			meanings = append(meanings, n.meaning)
		}
	}
	return strings.Join(meanings, "; ") + "."
}

// cardWriter lays out the sections of a card.
type cardWriter struct {
	b     strings.Builder
	width int
}

func (t *cardWriter) section(title string) { fmt.Fprintf(&t.b, "\n%s\n", title) }

func (t *cardWriter) line(text string) {
	fmt.Fprintf(&t.b, "  %s\n", layout.Fold(text, t.width-2, 2))
}

// item writes a short term and its explanation beside it.
func (t *cardWriter) item(term, text string) {
	fmt.Fprintf(&t.b, "  %s %s\n", term, layout.Fold(text, t.width-4, 4))
}

// entry writes a term and its explanation below it.
func (t *cardWriter) entry(term, text string) {
	fmt.Fprintf(&t.b, "  %s\n      %s\n", term, layout.Fold(text, t.width-6, 6))
}

func parameterHelp(p measures.Param) string {
	switch {
	case p.Choices == nil:
		return p.Help
	case p.Check != nil:
		return fmt.Sprintf("%s; a number, or %s", p.Help, data.WordList(p.Choices))
	default:
		return fmt.Sprintf("%s; one of %s", p.Help, strings.Join(p.Choices, ", "))
	}
}

// Values says in words which values a measure takes.
func Values(c measures.Card) string {
	order := "higher means more similar"
	if !c.HigherIsCloser {
		order = "lower means more similar"
	}
	symmetry := "symmetric in x and y"
	if !c.Symmetric {
		symmetry = "not symmetric in x and y"
	}
	identity := bound(c.Identity) + " for identical systems"
	if math.IsNaN(c.Identity) {
		identity = "the value for identical systems depends on the data"
	}
	return fmt.Sprintf("from %s to %s; %s; %s; %s", bound(c.Min), bound(c.Max), identity, order, symmetry)
}

// bound renders a bound of values; multiples of π/2 by their name.
func bound(v float64) string {
	switch {
	case math.IsInf(v, 1):
		return "∞"
	case math.IsInf(v, -1):
		return "−∞"
	case v == math.Pi/2:
		return "π/2"
	case v == math.Pi:
		return "π"
	}
	return strconv.FormatFloat(v, 'g', 4, 64)
}

// aliases lists the names that a family bears elsewhere.
func aliases(family string) string {
	var names []string
	for _, f := range measures.Families() {
		if f.Card.Family != family {
			continue
		}
		for _, a := range f.Aliases {
			names = append(names, a.Name)
		}
	}
	return strings.ReplaceAll(strings.Join(names, ", "), "{}", "<number>")
}

func citation(r measures.Reference) string {
	text, link := Citation(r)
	return text + " " + link
}

// Citation returns a citation and its link.
func Citation(r measures.Reference) (text, link string) {
	link = r.URL
	if r.DOI != "" {
		link = "https://doi.org/" + r.DOI
	}
	authors := strings.Split(r.Authors, " and ")
	names := strings.Join(authors, "; ")
	if len(authors) > 3 {
		names = authors[0] + " et al."
	}
	return fmt.Sprintf("%s (%d). %s. %s.", names, r.Year, r.Title, r.Venue), link
}
