package main

import (
	"github.com/spf13/cobra"

	"simtool/internal/result"
	"simtool/internal/verb/decode"
)

func newDecodeCommand(a *app) *cobra.Command {
	return withVerb(a, &cobra.Command{
		Use:   "decode X --labels FILE",
		Short: "Decode the labels of the conditions from a recording",
		Long: `Measure how well labels can be read from X by multinomial logistic regression
(l2 penalty as in scikit-learn, C = 1) on stratified held-out folds, in each
time bin by itself. The folds are the same in every bin.

Labels that are numbers with decimals, of which some occur once, are no classes:
they are predicted by ridge regression (of the penalty 1/C) on held-out folds, and
so are the columns of --continuous. r2 is the share of their variance that the
predictions explain.

A result has one row per label and time bin, with the columns

` + columnList(result.Decodings.Schema) + `

where chance is the accuracy of guessing the most frequent class, or the r2 of
guessing the mean; balanced counts all classes alike, however many members they have.
The row without a time is the mean over bins. lo, hi and se are about other conditions,
of accuracy or, for numbers, of r2; the bins of one condition are not counted as
independent of each other.

--permutations shuffle the labels over whole conditions, the same way in all bins:
null is their mean score, and pvalue the share of them that are decoded as well. Of many
bins some are good by chance: p_adj compares a bin with the best bin of each shuffle, so
that with no label in the data one in twenty recordings has any bin of p_adj .05. A
column p_cluster is that of the run of bins that a bin is in, of which each is better
than one in twenty shuffles: it finds what lasts though no bin stands out, and does not
tell when it begins.`,
		Example: `simtool decode recording.npy --labels conditions.csv
simtool decode recording.npy --labels conditions.csv --label choice --permutations 200 -o decoding.csv`,
	}, decode.New, exitInvalid)
}
