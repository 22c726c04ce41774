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

// defaultTitle is the title of a page that nobody gave one.
const defaultTitle = "What the results say"

// Options say what to put on a page.
type Options struct {
	Title  string
	Layout string // file, "" for report.yaml of the first directory that has one
	Output batch.Output
}

// New returns the command with its defaults.
func New() *Options { return &Options{Title: defaultTitle} }

// Settings implements verb.Command.
func (o *Options) Settings() *setting.Set {
	s := &setting.Set{}
	s.String(&o.Title, "title", "", "title of the page, in place of the one of the layout")
	s.String(&o.Layout, "layout", "", "`FILE` that says which results the page has, in which order, and what is written above them (default: report.yaml of a DIR)")
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
	layout, err := o.layout(args)
	if err != nil {
		return err
	}
	page, sources, err := render(e, o.Title, layout, args)
	if err != nil {
		return err
	}
	if _, err := target.Write(page); err != nil {
		return err
	}
	return files.Commit(sources, nil)
}

// layout reads the layout that is asked for, or that of a directory.
func (o *Options) layout(paths []string) (*report.Layout, error) {
	if o.Layout != "" {
		return report.ReadLayout(o.Layout)
	}
	return report.FindLayout(paths)
}

// Page renders the page of all results in the paths, and says what they are.
func Page(e *batch.Env, title string, paths []string) ([]byte, []data.Source, error) {
	layout, err := report.FindLayout(paths)
	if err != nil {
		return nil, nil, err
	}
	return render(e, title, layout, paths)
}

func render(e *batch.Env, title string, layout *report.Layout, paths []string) ([]byte, []data.Source, error) {
	if layout.Title != "" && title == defaultTitle {
		title = layout.Title
	}
	c, err := report.Collect(paths, layout, e.Version, known)
	if err != nil {
		return nil, nil, err
	}
	e.WarnAll(c.Warnings)
	c.Page.Title = title
	for _, name := range c.Measures {
		if k, ok := known(name); ok {
			c.Page.Cards = append(c.Page.Cards, k.Card)
		}
	}
	var b bytes.Buffer
	if err := c.Page.Write(&b); err != nil {
		return nil, nil, err
	}
	return b.Bytes(), c.Sources, nil
}

// known says of a measure what a page and its figures want to know. ok is false for a name
// of none.
func known(name string) (k report.Known, ok bool) {
	m, err := measures.Parse(name)
	if err != nil {
		return k, false
	}
	card := m.Card()
	k = report.Known{Card: cardOf(card), Family: card.Family, HeldOut: card.Folds, Inflated: card.Inflated}
	k.Range, _ = verb.ValueRange(name)
	for _, one := range measures.Invariances {
		if card.X.Has(one.Bit) && card.Y.Has(one.Bit) {
			k.Blind = append(k.Blind, one.Name)
		}
	}
	return k, true
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
		card.References = append(card.References, report.Reference{Text: text, URL: link, BibTeX: verbmeasures.BibTeX(r)})
	}
	return card
}
