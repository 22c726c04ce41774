package main

import (
	"github.com/spf13/cobra"

	"simtool/internal/verb/report"
)

func newReportCommand(a *app) *cobra.Command {
	return withVerb(a, &cobra.Command{
		Use:   "report DIR [DIR...]",
		Short: "Put results on one web page that can be sent to a colleague",
		Long: `Make one HTML file of all results in and below directories. It opens with what
they say: which systems are most similar and whether the difference is
significant (by the tables of simtool compare), which scores lie within their
null, where measures disagree and what that means by their cards, which features
are encoded; each with its number, its interval and a link to the row that it
rests on. A paragraph on methods, with citations and BibTeX, can be copied.

The page needs no network: figures are drawn in it and show their values to a
pointer or the arrow keys, tables can be sorted and searched, and every result
comes with the command that made it. Numbers have the digits that their
intervals support; sorting goes by all digits. Measures are explained by their
cards. The page has a light and a dark form, reads well on a phone and prints on
A4.

A file report.yaml in a DIR, or --layout FILE, lays the page out. It may have

    title:     of the page
    notes:     Markdown, below the title
    order:     [names] of results that come first, such as scores.csv or fits/*
    figures:   [names] of those that are drawn; the others are tables alone
    omit:      [names] of those that are left out
    sections:  {name: Markdown} above a result

Results are recognised as by "simtool plot". Those of several runs that are
best compared stand side by side at the top, and copies are shown once. What is
no result, and files of more than 64 MB, are left out, and the page says so. A
page of hundreds of results is compressed, and unpacks itself. The same results
give the same bytes.`,
		Example: `simtool score recording.npy models/*.npy -o models/scores.csv
simtool compare recording.npy models/*.npy -m cka,nbs -o models/compare.csv
simtool report models -o report.html
simtool report models --title "Three models of a recording" -o titled.html`,
		ValidArgsFunction: func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
			return nil, cobra.ShellCompDirectiveFilterDirs
		},
	}, report.New, exitInvalid)
}
