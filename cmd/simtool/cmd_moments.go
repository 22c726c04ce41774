package main

import (
	"github.com/spf13/cobra"

	"simtool/internal/verb/moments"
)

func newMomentsCommand(a *app) *cobra.Command {
	return withVerb(a, &cobra.Command{
		Use:   "moments X Y",
		Short: "Reduce a pair of recordings to their second moments",
		Long: `Read X and Y once, block by block, and write their means and second moments to
a small .npz file. Everything linear is a function of these: "simtool score
--moments" scores them by cka, nbs, procrustes, cca, linreg, ridge and the
other measures that "simtool measures" lists as working from moments. Measures
on held-out folds (linreg:cv=5) need --cv to say how many folds there will be.

--shard 3/8 reads the fourth of eight parts of about as many samples, so that
eight machines can share a long recording. "simtool merge" puts the parts
together into the same bytes that one run without --shard writes, and "simtool
score --moments" takes them as they are, with the same scores to the bit: sums
are formed in an order that depends on the recording alone. Parts consist of
whole blocks; a recording has up to 256 and a few more.

With --output FILE the sums so far are kept in FILE.ckpt now and then, and
--resume goes on from them to the same result. It reads the recordings from their
beginning, for their checksums, but computes only what is missing.

The file has the arrays range (first sample, sample after the last), segments
(ends of the segments of the whole recording, between which folds are), block
(samples that are summed on their own), bounds (end of each sum, counted from the
first sample; one for each segment that is all there), identical, mean_x, mean_y,
max_x, max_y (largest magnitudes), precision (of the sources) and the sums of products
about the means xx, yy and xy.`,
		Example: `simtool moments recording.npy model.npy -o moments.npz
simtool moments recording.npy model.npy --shard 0/2 -o part0.npz
simtool moments recording.npy model.npy --shard 1/2 -o part1.npz
simtool merge part0.npz part1.npz -o merged.npz
simtool score --moments merged.npz -m cka,procrustes,linreg:cv=5`,
	}, moments.New, exitInvalid, exitCheckpoint)
}
