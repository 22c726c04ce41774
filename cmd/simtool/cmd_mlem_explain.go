package main

import (
	"github.com/spf13/cobra"

	verbmlem "simtool/internal/verb/mlem"
)

func newMLEMExplainCommand(a *app) *cobra.Command {
	return withVerb(a, &cobra.Command{
		Use:   "explain",
		Short: "Explain dissimilarities by several others: partial, unique and shared parts",
		Long: `Compare the dissimilarities of one representation with those of several models at
once (partial RSA, variance partitioning). The models are the features of a table, or
matrices of dissimilarities (--feature-distances). Nothing is fitted to squared
lengths here: dissimilarities are regressed on dissimilarities as they are, ranks on
ranks by default.

For each model there are its correlation, its partial correlation given all other
models, its standardised coefficient (beta), and shares of the variance: what it
explains alone, what it adds to all others (unique), and what it adds on average over
all orders (average, for at most 12 models). "shared" is what several explain in
common, and negative where they explain more together than by themselves; with more
than five models it is that of a model with all others. unique and shared parts of up
to five models add up to the total, and so do the averages.

Intervals are over stimuli. pvalue permutes the stimuli of a model; for partial, beta
and unique only what the other models leave of it, so that it holds where these
explain the representation and resemble the model. Groups of stimuli (--groups) change
places as wholes, and stimuli within a group. --group makes one model of several
features.`,
		Example: `simtool mlem simulate --stimuli 60 --features 4 -o sim
simtool mlem explain --features sim/features.csv --neural sim/y.npy --null 99
simtool mlem explain --features sim/features.csv --neural sim/y.npy --null 99 --group first=binary1,categorical2 --score pearson`,
	}, verbmlem.NewExplain, exitInvalid)
}
