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
number, so that they tie for whoever ranks the matrix.`,
		Example: `simtool rdm recording.npy -o rdm.npy
simtool rdm recording.npy --rdm correlation -o rdm_correlation.npy
simtool score rdm_brain.npy rdm_model.npy -m rsa:rdm=precomputed:compare=spearman`,
	}, rdm.New, exitInvalid)
}
