package main

import (
	"github.com/spf13/cobra"

	"simtool/internal/verb/report"
)

func newReportCommand(a *app) *cobra.Command {
	return withVerb(a, &cobra.Command{
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
	}, report.New, exitInvalid)
}
