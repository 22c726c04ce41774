package main

import (
	"github.com/spf13/cobra"

	"simtool/internal/data"
	"simtool/internal/measures"
	"simtool/internal/verb/rdm"
)

func newRDMCommand(a *app) *cobra.Command {
	return withVerb(a, &cobra.Command{
		Use:   "rdm X",
		Short: "Compute a representational dissimilarity matrix",
		Long: `Compute the dissimilarities of all samples of X, and write them as a symmetric
.npy matrix with a zero diagonal. "-" is standard input or output. The rows and
columns of samples that --missing leaves out are NaN; score --missing drop leaves
out the same samples of such matrices.

--rdm is ` + data.WordList(measures.RDMKinds()) + `, with parameters behind
colons as in the measure rsa: "gaussian:sigma=2". "simtool measures show rsa"
says what they are. Nothing is divided by the number of features. Dissimilarities
that are equal but for the rounding of the numbers in X are written as one
number, so that they tie for whoever ranks the matrix.

With --conditions the samples are single trials, as many of each condition as
were recorded, and the conditions are compared: by the means of their trials, or,
with --rdm crossnobis, by products of different trials (of different --runs),
which noise does not raise. 3-d data are repeat × condition × neuron for
crossnobis; --pairwise leaves out repeats with missing values alone. --errors
writes standard errors of crossnobis:noise=none: noise and the signal itself
make them, so they differ from pair to pair.`,
		Example: `simtool rdm recording.npy -o rdm.npy
simtool rdm recording.npy --rdm correlation -o rdm_correlation.npy
simtool rdm trials.npy --conditions trials.csv:image --runs trials.csv:run --rdm crossnobis -o rdm_crossnobis.npy
simtool score rdm_brain.npy rdm_model.npy -m rsa:rdm=precomputed:compare=spearman`,
	}, rdm.New, exitInvalid)
}
