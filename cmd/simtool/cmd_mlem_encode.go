package main

import (
	"github.com/spf13/cobra"

	verbmlem "simtool/internal/verb/mlem"
)

func newMLEMEncodeCommand(a *app) *cobra.Command {
	return withVerb(a, &cobra.Command{
		Use:   "encode",
		Short: "Predict patterns from bands of features, each with a penalty of its own",
		Long: `Banded ridge regression: predict every unit of the patterns from the features of the
stimuli, with one penalty for each band of features (--band, else each feature is a
band), so that a large or noisy band does not hide a small one. Penalties are chosen inside the
training stimuli (--inner-folds) by a random search over the shares of the bands
(--draws) and a grid of --penalties.

Of few stimuli the best of a hundred points for a unit is best by chance, and predicts new
stimuli worse than the mean does. By default units share one choice unless the inner
folds say that each gains by its own (--choose). A shared choice moves the parts of
all bands at once: they have no interval then. --choose unit has one for each, with the error of
the choice in it.

The table has the share of the variance of held-out stimuli that all bands explain
together, on average over units, and how it is divided among the bands by the product
measure: the parts add up to the whole, and a part is negative where a band makes the
prediction worse. --each-unit adds the rows of every unit.

A number is scaled to its range, a category is an indicator for each level, a circular
feature a cosine and a sine; the columns of a band are scaled together so that their
variances add up to 1. Equal --groups are held out together.`,
		Example: `simtool mlem simulate --stimuli 60 --features 4 -o sim
simtool mlem encode --features sim/features.csv --neural sim/y.npy --draws 20
simtool mlem encode --features sim/features.csv --neural sim/y.npy --draws 20 --band binary=binary1,binary4 --each-unit -o encode.csv`,
	}, verbmlem.NewEncode, exitInvalid)
}
