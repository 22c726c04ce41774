package main

import (
	"github.com/spf13/cobra"

	"simtool/internal/result"
	"simtool/internal/verb/optimize"
)

func newOptimizeCommand(a *app) *cobra.Command {
	return withVerb(a, &cobra.Command{
		Use:   "optimize X",
		Short: "Synthesise data that score high, and see what they encode",
		Long: `Start from random data Y and follow the gradient of a measure until Y scores
high against the recording X; watch on the way what Y encodes. A high score
implies what all such data have in common, and nothing else.

The measure is one with a gradient, or a weighted sum such as
"cka*0.5+nbs*0.5". Distances are minimised. --target aims at a value instead.
The default method is Adam with rate 0.1, as in the published runs; lbfgs gets
there in fewer steps.

The directory of --output gets trajectory.csv (` + result.Trajectories.Enumerate() + `, and with --timing
seconds); outcomes.csv, how each restart
ended, with null, the score if its samples and those of X were paired at random, and
calibrated, 0 there and 1 for identical data (no interval: Y was made to have the score
on these very samples, so that nothing was sampled); y.npy, the last data of the restart that ended best, in the shape of X;
pc_r2.csv, how much of each principal component of X is in Y, by a linear map
(r2) and by a rotation (r2_orthogonal); pc_thresholds.csv, the score at
which each component is half learnt by either (a linear map of data with more
features than samples finds every component from the start); with --labels decoding.csv, the accuracy
of decoding each label from Y, and from X for reference, and chance; with
--also also.csv, other measures along the way; snapshots/, Y at the scores and
iterations asked for; and manifest.json, what was run.

All but the trajectory are taken at the first 43 iterations and from there at
100 per decade; memory does not grow with the number of iterations. The work is
saved in OUTPUT.ckpt now and then and after a signal; --resume goes on from there
to the same result, bit for bit.

A single restart whose score becomes undefined is an error. Among several
--restarts it is a row of outcomes.csv with the error, and the others go on. The
exit status is then 3, or 5 if the best of the others did not reach what was
asked for.

--shard I/N does a part of the --restarts. "simtool merge" puts the
directories of all parts together into that of the whole, in which y.npy is of
the best restart of all. The exit status of a part is that of its own restarts.`,
		Example: `simtool optimize recording.npy -m cka --stop 0.9 -o out
simtool optimize recording.npy -m procrustes:as=angular-score --method lbfgs --max-iter 50 -o out2
simtool optimize recording.npy -m cka --max-iter 30 --labels conditions.csv --also nbs,linreg -o out3`,
	}, optimize.New, exitPartial, exitInvalid, exitNotConverged, exitCheckpoint)
}
