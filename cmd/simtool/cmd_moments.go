package main

import (
	"context"

	"github.com/spf13/cobra"
)

// momentsOptions say which moments to compute.
type momentsOptions struct {
	folds  []int
	input  inputOptions
	output outputOptions
	batch  batchOptions
}

func newMomentsCommand(a *app) *cobra.Command {
	o := &momentsOptions{}
	cmd := &cobra.Command{
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
first sample; one for each segment that is all there), identical, mean_x, mean_y
and the sums of products about the means xx, yy and xy.`,
		Example: `simtool moments recording.npy model.npy -o moments.npz
simtool moments recording.npy model.npy --shard 0/2 -o part0.npz
simtool moments recording.npy model.npy --shard 1/2 -o part1.npz
simtool merge part0.npz part1.npz -o merged.npz
simtool score --moments merged.npz -m cka,procrustes,linreg:cv=5`,
		RunE: a.action(func(ctx context.Context, args []string) error {
			if len(args) != 2 {
				return usagef("%s, want X and Y", counted(len(args), "file"))
			}
			if err := o.complete(a); err != nil {
				return err
			}
			return a.moments(ctx, o, pathPair{x: args[0], y: args[1]})
		}),
	}
	fs := cmd.Flags()
	fs.IntSliceVar(&o.folds, "cv", []int{5}, "numbers of folds that will be asked for, a `LIST` separated by commas")
	o.batch.register(fs, "samples")
	o.input.register(fs)
	o.output.registerFile(fs)
	return withExits(cmd, exitInvalid, exitCheckpoint)
}

// complete checks the options.
func (o *momentsOptions) complete(a *app) error {
	for _, k := range o.folds {
		if k < 1 {
			return configf("", "--cv: invalid value %d, want numbers of folds of at least 1", k)
		}
	}
	if !o.input.policy().Refuses() {
		return configf("", "--missing %s: samples cannot be left out block by block, want refuse", o.input.missing)
	}
	if err := wantSuffix(o.output.path, momentsSuffix); err != nil {
		return err
	}
	return o.batch.complete(a, o.output.target())
}
