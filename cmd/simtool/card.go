package main

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"simtool/internal/measures"
)

// cardText explains a measure in lines of at most width columns.
func cardText(c measures.Card, width int) string {
	t := &cardWriter{width: width}
	fmt.Fprintf(&t.b, "%s\n\n", fold(c.Name+": "+c.Title, width, 0))
	fmt.Fprintf(&t.b, "%s\n", fold(c.Question, width, 0))

	t.section("FORMULA")
	t.line(c.Formula)
	t.line("X is the reference, n × p, and Y what is compared with it, n × q; Xc and Yc are their centred columns, A = XcᵀXc, B = YcᵀYc, C = XcᵀYc, Kx = XcXcᵀ; ‖·‖ is the Frobenius and ‖·‖* the nuclear norm.")

	if len(c.Params) > 0 {
		t.section("PARAMETERS")
		for _, p := range c.Params {
			t.entry(p.Name+"="+p.Default, parameterHelp(p))
		}
	}

	t.section("VALUES")
	t.line(values(c))

	t.section("INVARIANCES")
	t.item("x", c.X.String())
	t.item("y", c.Y.String())

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

// cardWriter lays out the sections of a card.
type cardWriter struct {
	b     strings.Builder
	width int
}

func (t *cardWriter) section(title string) { fmt.Fprintf(&t.b, "\n%s\n", title) }

func (t *cardWriter) line(text string) {
	fmt.Fprintf(&t.b, "  %s\n", fold(text, t.width-2, 2))
}

// item writes a short term and its explanation beside it.
func (t *cardWriter) item(term, text string) {
	fmt.Fprintf(&t.b, "  %s %s\n", term, fold(text, t.width-4, 4))
}

// entry writes a term and its explanation below it.
func (t *cardWriter) entry(term, text string) {
	fmt.Fprintf(&t.b, "  %s\n      %s\n", term, fold(text, t.width-6, 6))
}

func parameterHelp(p measures.Param) string {
	switch {
	case p.Choices == nil:
		return p.Help
	case p.Check != nil:
		return fmt.Sprintf("%s; a number, or %s", p.Help, wordList(p.Choices))
	default:
		return fmt.Sprintf("%s; one of %s", p.Help, strings.Join(p.Choices, ", "))
	}
}

func values(c measures.Card) string {
	order := "higher means more similar"
	if !c.HigherIsCloser {
		order = "lower means more similar"
	}
	symmetry := "symmetric in x and y"
	if !c.Symmetric {
		symmetry = "not symmetric in x and y"
	}
	return fmt.Sprintf("from %s to %s; %s for identical systems; %s; %s",
		bound(c.Min), bound(c.Max), bound(c.Identity), order, symmetry)
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
	text, link := citationParts(r)
	return text + " " + link
}

// citationParts returns a citation and its link.
func citationParts(r measures.Reference) (text, link string) {
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
