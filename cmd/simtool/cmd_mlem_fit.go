package main

import (
	"github.com/spf13/cobra"

	"simtool/internal/result"
	verbmlem "simtool/internal/verb/mlem"
)

func newMLEMFitCommand(a *app) *cobra.Command {
	return withVerb(a, &cobra.Command{
		Use:   "fit",
		Short: "Fit a metric over features to one representation",
		Long: `Fit the metric over the features of a table so that the distances it predicts
match those between the neural patterns of the same stimuli, one row each.
Several --neural files are repeats of one recording: their mean is fitted, and
the score that noise leaves room for is estimated (but for crossnobis, whose
distances take two repeats each).

The directory of --output gets weights.csv (` + result.Weights.Enumerate() + `;
a main effect has feature_b = feature_a; the metric has unit Frobenius
norm), importance.csv (` + result.Importances.Enumerate() + `),
scores.csv (` + result.FitScores.Enumerate() + `),
model.json, which "simtool mlem score" and "simtool mlem predict" apply to
other stimuli, and manifest.json.

With --interactions the metric is signed (--metric): it compares coordinates of
the stimuli, so that features that vary together in the patterns differ from those
that vary against each other. A number has one coordinate, a circular feature two, a
category of K levels K-1 with all levels equally far apart. weights.csv then has the
products with a category as a whole, the norm of a block of weights, and for each
level, as in "colour=red"; a category of two levels is a number that is larger for the
later one by name. --levels COLOUR fits such weights within a feature too: without,
levels are equally far apart and a circle is round.
--metric absolute multiplies absolute differences, as the published papers do.

By default the noise that a stimulus brings to all of its pairs has a small weight
(--row-effects), and weights are drawn towards equal ones as far as the data are noisy
(--shrink); neither moves the metric of data without noise. --shrink 0 is the exact
maximum of Pearson's correlation over all pairs.

Two kinds of permutations must not be confused. --permutations shuffle one feature
among the held-out stimuli: what the score loses is the importance of the feature, and
sd its deviation. --null permutations pair the predictions for the held-out stimuli
with the patterns of others among them (of --groups, whole groups change places, and
stimuli within a group): pvalue is the share of them with as large a value, and says
whether there is a relation, or an importance, at all.

Stimuli are held out in --folds parts, of each of --repeats random divisions, whole
groups (--groups) or like shares of the values of a column (--stratify); or --train and
--test say which. scores.csv has the scores of pairs of held-out stimuli, and, as
"to training", those of pairs of a held-out stimulus and one that was fitted to. se,
lo and hi are over stimuli, for the mean of all repeats; pvalue is of the first one.
--score says which score they are of, and what an importance is a loss of. A weight
that the data do not tell apart from others has no interval, and a note with the
features that it depends on.

--each-unit fits each unit alone instead; --shard I/N then does a part of them. A unit
that cannot be fitted is a row of scores.csv with its error.
What is finished is kept in OUTPUT.ckpt for --resume. --dry-run has no bound of
memory, and no time, with --objective spearman, whose transforms have no size
beforehand.`,
		Example: `simtool mlem simulate --stimuli 100 -o sim
simtool mlem fit --features sim/features.csv --neural sim/y.npy -o fit
simtool mlem fit --features sim/features.csv --neural sim/y.npy --interactions all --null 0 -o fit2
simtool mlem fit --features sim/features.csv --neural sim/y.npy --interactions all --metric absolute --null 0 -o fit3
simtool mlem fit --features sim/features.csv --neural sim/y.npy --repeats 10 --score pearson --null 0 -o fit4`,
	}, verbmlem.NewFit, exitPartial, exitInvalid, exitCheckpoint)
}

func newMLEMLayersCommand(a *app) *cobra.Command {
	return withVerb(a, &cobra.Command{
		Use:   "layers Y...",
		Short: "Fit a metric to each of many representations of the same stimuli",
		Long: `Fit one metric to each file of patterns, such as the layers of a language
model, in natural order, layer2 before layer10, where a pattern names them. The work
on the features is shared. The results are those of "simtool mlem
fit", with a last column that names the representation; of the models in
model.json, "simtool mlem score" and "simtool mlem predict" apply the one that
--representation names.

With --per time each file is an array of time × stimulus × unit, and each time bin, or
mean of --window bins, is a representation, named FILE@BIN; a column time has the first
bin.

The result for a representation does not depend on the others: folds, resampled
stimuli and permutations are the same for all, so that differences between
representations are of the same stimuli. --shard I/N does a part, and "simtool
merge" puts the directories of all parts together into that of the whole. What is
finished is kept in OUTPUT.ckpt, and --resume goes on from there. A file that cannot
be read or fitted is a row of scores.csv with its error, and has neither weights nor
a model; the others are fitted all the same.`,
		Example: `simtool mlem simulate --stimuli 60 -o sim
simtool mlem simulate --stimuli 60 --noise-sd 3 -o noisy
simtool mlem layers sim/y.npy noisy/y.npy --features sim/features.csv --null 0 -o layers-fit`,
	}, verbmlem.NewLayers, exitPartial, exitInvalid, exitCheckpoint)
}
