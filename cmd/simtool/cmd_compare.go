package main

import (
	"github.com/spf13/cobra"

	"simtool/internal/result"
	"simtool/internal/verb/compare"
)

func newCompareCommand(a *app) *cobra.Command {
	return withVerb(a, &cobra.Command{
		Use:   "compare X Y1 Y2 [Y...]",
		Short: "Say which of several models is more similar to a recording",
		Long: `Compare models with each other by how similar they are to the recording X. All of
them are scored on the same samples, and what a sample adds to the scores of two models
cancels in their difference: it is known much better than the intervals of the two
scores suggest.

A result has one row per two models and measure, with the columns

` + columnList(result.Contrasts.Schema) + `

where diff is what Y1 scores above Y2, both without the bias of few samples, and lo
and hi are the ends of its interval for all stimuli, those that were not shown
included. The error comes from leaving out one independent unit after another for
both models at once (--units: whole conditions of 3-d data, else rows or blocks of
rows as they correlate), and t has as many degrees of freedom as there are units, less
one. pvalue is that of one difference. Of many some are large by chance: p_adj is the
chance that the largest of all differences of the table, over pairs, measures and
times, is so large where no model differs from any other, and q_bh the share of false
ones among all that are as clear. Models differ where p_adj is below .05. They may
differ though their intervals in "simtool score" overlap.

--ranks FILE has the models themselves, with their scores, their places, and letters
that models share which do not differ. The best of many models scores high by chance:
--permutations adds to it z, the score above that of random pairings in their standard
deviations, and p_best, the share of pairings in which the best of all models has as
large a z. A sentence on standard error says the same.

--method schuett2023 is the dual bootstrap of Schütt and others (2023) for correlations
and cosines of dissimilarities (rsa): X and the --subject files are subjects with the
same stimuli, of which it compares the means, with the error of other subjects and other
stimuli at once. It draws stimuli with replacement, without the pairs of a stimulus and
its copy, and has few degrees of freedom where there are few subjects.

With --per time a last column, time, holds the bin, counted from 0.`,
		Example: `simtool compare recording.npy models/good.npy models/partial.npy
simtool compare recording.npy layers/*.npy -m cka,nbs -o layers.csv
simtool compare recording.npy layers/*.npy --permutations 99 -o best.csv --ranks ranks.csv
simtool compare recording.npy models/*.npy --subject rec.npy --method schuett2023 -m rsa:compare=pearson
simtool compare recording.npy models/*.npy --per time --format csv`,
	}, compare.New, exitPartial, exitInvalid, exitCheckpoint)
}
