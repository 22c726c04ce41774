// Package report puts results on one web page.
package report

import (
	"bytes"
	"context"

	"simtool/internal/batch"
	"simtool/internal/data"
	"simtool/internal/figure/report"
	"simtool/internal/measures"
	"simtool/internal/verb"
	verbmeasures "simtool/internal/verb/measures"
	"simtool/internal/verb/setting"
)

// Options say what to put on a page.
type Options struct {
	Title  string
	Output batch.Output
}

// New returns the command with its defaults.
func New() *Options { return &Options{Title: "What the results say"} }

// Settings implements verb.Command.
func (o *Options) Settings() *setting.Set {
	s := &setting.Set{}
	s.String(&o.Title, "title", "", "title of the page")
	verb.RegisterFile(s, &o.Output)
	return s
}

// Run implements verb.Command. args are directories.
func (o *Options) Run(_ context.Context, e *batch.Env, args []string) error {
	if len(args) == 0 {
		return batch.Usagef("no directory of results")
	}
	files, target, err := e.OpenArray(&o.Output, "a web page", nil)
	if err != nil {
		return err
	}
	defer files.Abort()
	page, sources, err := Page(e, o.Title, args)
	if err != nil {
		return err
	}
	if _, err := target.Write(page); err != nil {
		return err
	}
	return files.Commit(sources, nil)
}

// Page renders the page of all results in the paths, and says what they are.
func Page(e *batch.Env, title string, paths []string) ([]byte, []data.Source, error) {
	c, err := report.Collect(paths, verb.ValueRange)
	if err != nil {
		return nil, nil, err
	}
	c.Page.Title, c.Page.Version = title, e.Version
	for _, name := range c.Measures {
		if m, err := measures.Parse(name); err == nil {
			c.Page.Cards = append(c.Page.Cards, cardOf(m.Card()))
		}
	}
	var b bytes.Buffer
	if err := c.Page.Write(&b); err != nil {
		return nil, nil, err
	}
	return b.Bytes(), c.Sources, nil
}

// cardOf says of a measure what a reader of its values wants to know.
func cardOf(c measures.Card) report.Card {
	card := report.Card{
		Name: c.Name, Title: c.Title, Question: c.Question, Formula: c.Formula, Values: verbmeasures.Values(c),
		Invariances: c.X.String(), Pitfalls: c.Pitfalls,
	}
	if c.Y != c.X {
		card.Invariances = "of X: " + c.X.String() + "; of Y: " + c.Y.String()
	}
	for _, r := range c.References {
		text, link := verbmeasures.Citation(r)
		card.References = append(card.References, report.Reference{Text: text, URL: link})
	}
	return card
}
