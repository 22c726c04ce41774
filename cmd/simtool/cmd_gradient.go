package main

import (
	"github.com/spf13/cobra"

	"simtool/internal/verb/gradient"
)

func newGradientCommand(a *app) *cobra.Command {
	return withVerb(a, &cobra.Command{
		Use:   "gradient X Y",
		Short: "Differentiate a score with respect to the data",
		Long: `Compute the derivative of the score of Y against the reference X with respect
to every entry of Y (or, with --wrt x, of X), and write it as a .npy array of
the shape of that file: so that a measure can serve as a loss elsewhere. It is 0
at what --missing leaves out. When
the array goes to a file, standard output gets a row with the score and the
norm of the gradient.

Gradients are analytic. Where a score has a kink they are subgradients, and at
identical systems they are 0. "simtool measures" lists the measures that have
one.`,
		Example: `simtool gradient recording.npy model.npy -m cka -o gradient.npy
simtool gradient recording.npy model.npy -m linreg:cv=5 --wrt x -o gradient_x.npy`,
	}, gradient.New, exitInvalid)
}
