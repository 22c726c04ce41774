package main

import (
	"github.com/spf13/cobra"

	"simtool/internal/result"
	"simtool/internal/verb/pcsensitivity"
)

func newPCSensitivityCommand(a *app) *cobra.Command {
	return withVerb(a, &cobra.Command{
		Use:   "pc-sensitivity X",
		Short: "Say what each principal component of a dataset is worth to a measure",
		Long: `Change principal components of X one by one, and score the result against X: by
construction on the data (column score), and by a closed form where the measure
has one (column theory; cka, nbs, procrustes, cca, linreg, ridge and ensd).

--change is one or more of

    replace     its course over samples is a new one
    remove      the component is taken out
    rotate=DEG  its course turns towards a new one
    scale=A     its course is multiplied by A
    noise=SD    noise is added, of SD times its own

A new course is orthogonal to all components. Where X has as many
components as samples allow there is none: --keep K leaves all but the K largest
components out of X first. Changes that draw random numbers are repeated; score
is their mean and sd their standard deviation. The result has the columns
` + result.Sensitivities.Enumerate() + `;
pc counts from 1, and is a range such as 1-5 where several components are changed
at once.

--slopes fits the exponent b of loss ∝ explained_variance^b, the loss being what
the score with X itself loses: 2 for cka and 1 for nbs when components are
replaced. Its columns are ` + result.Slopes.Enumerate() + `.

--learning-order asks in which order data that are optimised towards X come to
encode its components. push is the speed at which each component grows at random
Y, from the gradient; threshold and iteration are where its R² from Y crosses
half-way to 1 on an optimised trajectory; predicted and observed rank both, and
agreement is their rank correlation. Its columns are
` + result.LearningOrders.Enumerate() + `.

--shard 1/4 does every fourth change, or measure of --learning-order, and "simtool
merge" puts the parts together; a slope is of all changes and has no parts. With
--output FILE what is finished is kept in FILE.ckpt, and --resume goes on from
there to the same result.`,
		Example: `simtool pc-sensitivity recording.npy -m cka,nbs,linreg --components 1-5
simtool pc-sensitivity recording.npy --change remove,rotate=30 --halves -o pcs.csv
simtool pc-sensitivity recording.npy -m cka,nbs --components 1-20 --slopes
simtool pc-sensitivity recording.npy -m cka --learning-order --max-iter 50`,
	}, pcsensitivity.New, exitPartial, exitInvalid, exitCheckpoint)
}
