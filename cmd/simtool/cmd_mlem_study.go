package main

import (
	"github.com/spf13/cobra"

	verbmlem "simtool/internal/verb/mlem"
)

func newMLEMStudyCommand(a *app) *cobra.Command {
	return withVerb(a, &cobra.Command{
		Use:   "study",
		Short: "Sweep over noise and sample sizes: which method recovers the truth",
		Long: `Simulate recordings with a known metric at growing noise, and at growing numbers
of stimuli, and apply several methods to each: the two simulation figures of the
MLEM paper as one long table, with a row per recording and method.

Rows come in the order of the sweep, whatever --jobs is. --shard 0/4 does the
first of four parts of about as many fits, which "simtool merge" puts together.
With --output FILE finished fits are kept in FILE.ckpt until the end, and --resume
goes on with them after an interruption. --timing adds a column seconds, the time
that a fit took; it makes two runs differ. A fit that cannot be computed is a row
with its error. --dry-run only counts the fits: the
memory of some methods follows from the data that are simulated.`,
		Example: `simtool mlem study --noise 1,3 --sizes 40 --replicates 1 --methods mlem,rsa --features 4 -o study.csv`,
	}, verbmlem.NewStudy, exitPartial, exitInvalid, exitCheckpoint)
}
