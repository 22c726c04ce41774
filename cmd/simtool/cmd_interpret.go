package main

import (
	"github.com/spf13/cobra"

	"simtool/internal/result"
	"simtool/internal/verb/interpret"
)

func newInterpretCommand(a *app) *cobra.Command {
	return withVerb(a, &cobra.Command{
		Use:   "interpret X [SCORES]",
		Short: "Say what a score means for a recording",
		Long: `For each score that is given with -m, or that stands in a table of "simtool
score", say what data of that score are like beside the recording X:

- place: how far the score is on the way from random
  pairings of data with the geometry of X to identity, or
  to the noise ceiling where the table of scores has one;
- component: which principal components of X can be read
  linearly from data that were optimised to that score,
  from several random starts;
- label: which labels of the conditions can be decoded
  from them (--labels);
- range: which scores by other measures (--also) data of
  that score can have; its ends are certified optima
  unless a note says otherwise;
- stimuli, neurons: how many independent samples, and
  neurons of X, would tell the score from its neighbour,
  the nearest other score of the measure, or one 0.05
  away.

A sentence on standard error sums up each score. The columns are

` + columnList(result.Interpretations.Schema) + `

Scores must be by measures that have a gradient; others in a table are passed
over.`,
		Example: `simtool interpret recording.npy -m cka=0.8 --also nbs
simtool score recording.npy model.npy -m cka -o score-of-model.csv
simtool interpret recording.npy score-of-model.csv --starts 2 --also nbs -o meaning.csv`,
	}, interpret.New, exitPartial, exitInvalid, exitCheckpoint)
}
