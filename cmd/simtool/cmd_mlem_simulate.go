package main

import (
	"github.com/spf13/cobra"

	verbmlem "simtool/internal/verb/mlem"
)

func newMLEMSimulateCommand(a *app) *cobra.Command {
	return withVerb(a, &cobra.Command{
		Use:   "simulate",
		Short: "Simulate features and a representation with a known metric",
		Long: `Write features.csv, y.npy (stimuli × units) and w_true.csv, the metric that the
representation was made from, to the directory of --output.`,
		Example: `simtool mlem simulate -o sim
simtool mlem simulate --stimuli 100 --features 6 --noise-sd 3 --sparsity 0.5 -o sparse`,
	}, verbmlem.NewSimulate)
}
