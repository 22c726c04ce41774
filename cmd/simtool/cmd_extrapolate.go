package main

import (
	"github.com/spf13/cobra"

	"simtool/internal/result"
	"simtool/internal/verb/extrapolate"
)

func newExtrapolateCommand(a *app) *cobra.Command {
	return withVerb(a, &cobra.Command{
		Use:   "extrapolate X Y",
		Short: "Say how a score depends on the number of neurons and stimuli",
		Long: `Follow the score of Y against the reference X from fewer neurons and stimuli than
were recorded to all of them and, where that can be known, to infinitely many.

A result has one row per measure and number, with the columns

` + columnList(result.Extrapolations.Schema) + `

where along says what the number of varies, and point where a row comes from.

Along neurons, linear CKA has a closed form: each neuron's own noise is left out of
the similarity of a system to itself, or counted as often as so many neurons would
have it. The rows named curve have a quarter to four times the recorded numbers, both
systems at once, and the one named limit infinitely many. Their intervals are about
other stimuli and other neurons (--over both). There is no limit where the neurons of
a system have nothing in common, as principal components have not, nor where the
standard error is above .3; below 20 neurons it comes with a warning. The neurons of X
and Y must be independent samples: an estimate far above 1 says that they share noise,
as a recording does with a part of itself, and is refused. Other measures
have the scores of random subsets of a quarter and a half of the neurons, the mean and
the deviation over --draws of them, and no value for more neurons than there are. The
interval of their score of all neurons is about recordings of as many.

Along stimuli, subsets are of independent units of samples (--units): whole conditions
of 3-d data, else rows or blocks of them. The limit is the column corrected of
"simtool score": the estimate for all stimuli, with the neurons that were recorded.

"simtool plot" draws the result.`,
		Example: `simtool extrapolate recording.npy model.npy
simtool extrapolate recording.npy model.npy -m cka,nbs,rsa --along neurons -o extrapolate.csv
simtool extrapolate recording.npy model.npy -m linreg --along stimuli --draws 50 --format json`,
	}, extrapolate.New, exitPartial, exitInvalid, exitCheckpoint)
}
