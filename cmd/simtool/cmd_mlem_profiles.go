package main

import (
	"github.com/spf13/cobra"

	verbmlem "simtool/internal/verb/mlem"
)

func newMLEMProfilesCommand(a *app) *cobra.Command {
	return withVerb(a, &cobra.Command{
		Use:   "profiles IMPORTANCE...",
		Short: "Compare models by the importance of features over their layers",
		Long: `Compare the profiles of models: curves of the importance of each feature over the
layers, in importance.csv of "simtool mlem layers", one table for each model. Features
that not all of them have are left out.

Models may have different numbers of layers, and do the same at different depths.
Dynamic time warping matches their layers in order, first with first and last with
last, so that the Euclidean distances between the importances of matched layers add up to
as little as possible. A step in both models counts twice, as a step in each would, and
the distance of two models is the sum over the number of layers of both. --warp none
compares layer by layer: it is the mean distance.

The table has the distance of every two models, their places on a map (classical
scaling), and which layers are matched. Noise of the importances adds to distances, and
warping fits some of it: --intervals adds the mean distance of two copies of one model
that differ by noise alone, and an interval of each distance, both from the
intervals of the importances as if these erred independently. Those of the same
stimuli do not: fits to other stimuli, or to halves of them, say more.`,
		Example: `simtool mlem simulate --stimuli 60 --features 3 -o l1
simtool mlem simulate --stimuli 60 --features 3 --noise-sd 2 -o l2
simtool mlem simulate --stimuli 60 --features 3 --noise-sd 4 -o l3
simtool mlem layers l1/y.npy l2/y.npy --features l1/features.csv --null 0 -o model1
simtool mlem layers l1/y.npy l2/y.npy l3/y.npy --features l1/features.csv --null 0 -o model2
simtool mlem profiles model1/importance.csv model2/importance.csv -o profiles.csv
simtool mlem profiles model1/importance.csv model2/importance.csv --intervals`,
	}, verbmlem.NewProfiles, exitInvalid)
}
