package main

import (
	"github.com/spf13/cobra"

	"simtool/internal/result"
	"simtool/internal/verb/advise"
)

func newAdviseCommand(a *app) *cobra.Command {
	return withVerb(a, &cobra.Command{
		Use:   "advise X [Y...]",
		Short: "Say which measures mean something for these data, and what to report",
		Long: `Look at a recording X and, if given, at models Y before they are scored, and say

- what each file is: its shape and axes, missing values, distances in place of
  responses, names of the samples;
- which samples are independent of each other, so what intervals, p values and
  held-out folds may rest on;
- for each measure, how high random pairings of these data score, what speaks
  against it, and what to report;
- a paragraph for the methods section, with citations, of the measures that are
  fit to be reported.

The warnings are those that the scores will have. Without a model, X is looked at
beside a model of its own geometry.

A result has one row per file and finding, with the columns

` + columnList(result.Advices.Schema) + `

where level is good, note (report it with what the row says) or caution (the data
hardly support it).`,
		Example: `simtool advise recording.npy
simtool advise recording.npy model.npy -m cka,nbs,linreg:cv=5
simtool advise recording.npy models/*.npy --format json -o advice.json`,
	}, advise.New, exitInvalid)
}
