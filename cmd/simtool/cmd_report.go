package main

import (
	"bytes"
	"context"

	"github.com/spf13/cobra"

	"simtool/internal/data"
	"simtool/internal/figure/report"
	"simtool/internal/measures"
)

// reportOptions say what to put on a page.
type reportOptions struct {
	title  string
	output outputOptions
}

func newReportCommand(a *app) *cobra.Command {
	o := &reportOptions{}
	cmd := &cobra.Command{
		Use:   "report DIR [DIR...]",
		Short: "Put results on one web page that can be sent to a colleague",
		Long: `Make one HTML file of all results in and below directories. It needs no
network: figures are drawn in it and show their values to a pointer or the arrow
keys, tables can be sorted, and every result comes with the command that made
it. Measures are explained by their cards. The page has a light and a dark
form, reads well on a phone and prints on A4.

Results are recognised as by "simtool plot". Those of several runs that are
best compared stand side by side at the top. What is no result, and files of
more than 64 MB, are left out, and the page says so. The same results give the
same bytes.`,
		Example: `simtool score recording.npy models/*.npy -o models/scores.csv
simtool report models -o report.html`,
		ValidArgsFunction: func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
			return nil, cobra.ShellCompDirectiveFilterDirs
		},
		RunE: a.action(func(_ context.Context, args []string) error {
			if len(args) == 0 {
				return usagef("no directory of results")
			}
			return a.writeReport(o, args)
		}),
	}
	cmd.Flags().StringVar(&o.title, "title", "What the results say", "title of the page")
	o.output.registerFile(cmd.Flags())
	return withExits(cmd, exitInvalid)
}

func (a *app) writeReport(o *reportOptions, paths []string) error {
	files, target, err := a.openArray(&o.output, "a web page", nil)
	if err != nil {
		return err
	}
	defer files.abort()
	page, sources, err := makeReport(o.title, paths)
	if err != nil {
		return err
	}
	if _, err := target.Write(page); err != nil {
		return err
	}
	return files.commit(sources, nil)
}

// makeReport renders the page of all results in the paths, and says what they
// are.
func makeReport(title string, paths []string) ([]byte, []data.Source, error) {
	c, err := report.Collect(paths)
	if err != nil {
		return nil, nil, err
	}
	c.Page.Title, c.Page.Version = title, buildInfo().version
	for _, name := range c.Measures {
		if m, err := measures.Parse(name); err == nil {
			c.Page.Cards = append(c.Page.Cards, reportCard(m.Card()))
		}
	}
	var b bytes.Buffer
	if err := c.Page.Write(&b); err != nil {
		return nil, nil, err
	}
	return b.Bytes(), c.Sources, nil
}

// reportCard says of a measure what a reader of its values wants to know.
func reportCard(c measures.Card) report.Card {
	card := report.Card{
		Name: c.Name, Title: c.Title, Question: c.Question, Formula: c.Formula, Values: values(c),
		Invariances: c.X.String(), Pitfalls: c.Pitfalls,
	}
	if c.Y != c.X {
		card.Invariances = "of X: " + c.X.String() + "; of Y: " + c.Y.String()
	}
	for _, r := range c.References {
		text, link := citationParts(r)
		card.References = append(card.References, report.Reference{Text: text, URL: link})
	}
	return card
}
