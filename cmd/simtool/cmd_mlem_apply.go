package main

import (
	"github.com/spf13/cobra"

	verbmlem "simtool/internal/verb/mlem"
)

func newMLEMScoreCommand(a *app) *cobra.Command {
	return withVerb(a, &cobra.Command{
		Use:   "score MODEL",
		Short: "Score a fitted model on other stimuli",
		Long: `Apply the metric of a model.json to the features of other stimuli, and compare
the distances it predicts with those between their neural patterns. Nothing is
fitted again: r2 is of the predictions as they are.`,
		Example: `simtool mlem simulate --stimuli 60 -o sim
simtool mlem fit --features sim/features.csv --neural sim/y.npy --null 0 --bootstrap 0 -o fit
simtool mlem score fit/model.json --features sim/features.csv --neural sim/y.npy`,
	}, verbmlem.NewScore, exitInvalid)
}

func newMLEMPredictCommand(a *app) *cobra.Command {
	return withVerb(a, &cobra.Command{
		Use:   "predict MODEL",
		Short: "Predict the neural distances of other stimuli",
		Long: `Apply the metric of a model.json to the features of other stimuli, and write the
distances it predicts as a symmetric .npy matrix with a zero diagonal. They are
of the power that was fitted: squared for euclidean distances. Pairs of a stimulus
without a value are NaN if the fit left such pairs out (--missing drop-pair).`,
		Example: `simtool mlem simulate --stimuli 60 -o sim
simtool mlem fit --features sim/features.csv --neural sim/y.npy --null 0 --bootstrap 0 -o fit
simtool mlem predict fit/model.json --features sim/features.csv -o predicted.npy`,
	}, verbmlem.NewPredict, exitInvalid)
}
