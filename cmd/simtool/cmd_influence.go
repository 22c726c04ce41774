package main

import (
	"github.com/spf13/cobra"

	"simtool/internal/result"
	"simtool/internal/verb/influence"
)

func newInfluenceCommand(a *app) *cobra.Command {
	return withVerb(a, &cobra.Command{
		Use:   "influence X Y",
		Short: "Say what each sample and each neuron is worth to a score",
		Long: `Take the score of Y against the reference X apart: what does each sample, each
condition or time of 3-d data, and each neuron contribute to it, is the contribution
above or below 0, and what is the score without it?

A result has one row per measure and unit, with the columns

` + columnList(result.InfluenceTable.Schema) + `

where without is the score of the data that never had the unit, and change what the
unit adds: above 0 if it raises the score. influence is the same to first order, the
derivative of the score with respect to the weight of the unit: of a sample in all
means and moments, and in all pairs of samples; of a neuron in all inner products of
samples. Its values can be added up, over the samples of a condition for instance, and
over all samples of a measure that does not depend on the scale of the data they
make 0. Column method says where it comes from: the gradient of the measure, what the
pairs of a sample add, or, where there is no derivative (held-out folds, neighbours,
neurons under a measure that any linear map leaves as it is), the deletion itself, so
that it equals change.

share is the part of a unit in the squared deviations of the changes from their mean.
A score rests on one unit where that has more than .65 of them and changes the score
by more than a tenth, or where there is no score without it: its row and a sentence on
standard error say so. Look at such a sample before you report the score.

--wrt x and --wrt y are the neurons of X and of Y. Scores without a unit of data
with many samples are computed from their moments where the measure allows it, and
else one by one: --derivatives-only leaves them out. "simtool plot" draws the
result.`,
		Example: `simtool influence recording.npy model.npy
simtool influence recording.npy model.npy -m cka,nbs,rsa --wrt conditions,y -o influence.csv
simtool influence recording.npy model.npy -m linreg --wrt times --format json
simtool influence recording.npy model.npy -m cka --wrt samples --derivatives-only -o samples.csv`,
	}, influence.New, exitPartial, exitInvalid, exitCheckpoint)
}
