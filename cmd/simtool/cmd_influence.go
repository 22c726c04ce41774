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
condition or time of 3-d data, and each neuron contribute to it, does it raise or
lower the score, and what is the score without it?

A result has one row per measure and unit, with the columns

` + columnList(result.InfluenceTable.Schema) + `

where without is the score of data that never had the unit, held-out folds
included, and change = value − without is what the unit adds: above 0 if it raises
the score. influence is the same to first order, the derivative of the score with
respect to the weight of the unit: of a sample in all means and moments, or in all
pairs of samples, and of a neuron in all inner products of samples. Influences can be
added up, over the samples of a condition for instance; over all samples they make 0
for a measure that does not see the scale of the data. change and influence differ
where a unit weighs much, and may differ in sign near the best possible score. Column
method says where the influence comes from: the gradient of the measure, its pairs of
samples, or the deletion itself where there is no derivative, so that it equals
change: for held-out folds, and for neurons under a measure that any linear map
leaves as it is.

share is the part of a unit in the squared deviations of the changes from their mean,
of which a jackknife makes its variance. A score rests on one unit where that has
more than .65 of them and changes the score by more than a tenth, or where there is
no score without it. Its row says so, and so does a warning: look at that sample
before you report the score.

--wrt x and --wrt y ask the neurons of X and of Y. Scores without a unit come from
second moments or pairs of samples where the measure allows it, and else are computed
one by one, which --derivatives-only saves. "simtool plot" draws the result.`,
		Example: `simtool influence recording.npy model.npy
simtool influence recording.npy model.npy -m cka,nbs,rsa --wrt conditions,y -o influence.csv
simtool plot influence.csv -o influence.svg
simtool influence recording.npy model.npy -m linreg --wrt times --format json
simtool influence recording.npy model.npy -m cka --wrt samples --derivatives-only --top 20`,
	}, influence.New, exitPartial, exitInvalid, exitCheckpoint)
}
