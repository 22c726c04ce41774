package main

import (
	"context"

	"github.com/spf13/cobra"

	"simtool/internal/batch"
)

func newMLEMCommand(a *app) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "mlem",
		Short: "Find which features a representation encodes",
		Long: `Metric-learning encoding models fit a metric over theoretical features of
stimuli so that feature distances match neural distances, and read off what the
representation encodes: one weight per feature and, with --interactions, one
per pair of features.

The fit is exact, of all pairs of stimuli, and does not depend on a seed.
Scores and importances are of stimuli that were held out.`,
		Args: cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) > 0 {
				return unknownCommand(cmd, args[0])
			}
			return a.action(func(context.Context, []string) error {
				return batch.Usagef("want one of the commands below")
			})(cmd, args)
		},
	}
	cmd.AddCommand(
		newMLEMFitCommand(a), newMLEMLayersCommand(a), newMLEMScoreCommand(a), newMLEMPredictCommand(a),
		newMLEMExplainCommand(a), newMLEMEncodeCommand(a), newMLEMProfilesCommand(a), newMLEMCompareCommand(a), newMLEMSimulateCommand(a), newMLEMStudyCommand(a),
	)
	return withExits(cmd)
}
