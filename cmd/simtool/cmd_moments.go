package main

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"simtool/internal/data"
	"simtool/internal/io"
	"simtool/internal/measures"
)

// momentsOptions say which moments to compute.
type momentsOptions struct {
	folds  []int
	shard  string
	input  inputOptions
	output outputOptions
}

func newMomentsCommand(a *app) *cobra.Command {
	o := &momentsOptions{}
	cmd := &cobra.Command{
		Use:   "moments X Y",
		Short: "Reduce a pair of recordings to their second moments",
		Long: `Read X and Y once, block by block, and write their means and second moments to
a small .npz file. Everything linear is a function of these: "simtool score
--moments" scores them by cka, nbs, procrustes, cca, linreg, ridge and the
other measures that "simtool measures" lists as working from moments.

--shard 3/8 reads the fourth of eight equal runs of samples, so that eight
machines can share a long recording; "simtool score --moments" adds the pieces
up. Measures on held-out folds (linreg:cv=5) need --cv to say how many folds
there will be.

The file has the arrays range (first sample, sample after the last, samples of
the whole recording), bounds (end of each segment), identical, mean_x, mean_y
and the sums of products about the means xx, yy and xy, one of each per segment.`,
		Example: `simtool moments recording.npy model.npy -o moments.npz
simtool moments recording.npy model.npy --shard 0/2 -o part0.npz
simtool moments recording.npy model.npy --shard 1/2 -o part1.npz
simtool score --moments part*.npz -m cka,procrustes,linreg:cv=5`,
		RunE: a.action(func(ctx context.Context, args []string) error {
			if len(args) != 2 {
				return usagef("%s, want X and Y", counted(len(args), "file"))
			}
			return a.moments(ctx, o, pathPair{x: args[0], y: args[1]})
		}),
	}
	fs := cmd.Flags()
	fs.IntSliceVar(&o.folds, "cv", []int{5}, "numbers of folds that will be asked for, a `LIST` separated by commas")
	fs.StringVar(&o.shard, "shard", "0/1", "read piece `I/N` of N, counted from 0")
	o.input.register(fs)
	o.output.registerFile(fs)
	return withExits(cmd, exitInvalid)
}

// parseShard reads "i/n" with 0 ≤ i < n.
func parseShard(text string) (i, n int, err error) {
	first, second, ok := strings.Cut(text, "/")
	if ok {
		i, err = strconv.Atoi(first)
		if err == nil {
			n, err = strconv.Atoi(second)
		}
	}
	if !ok || err != nil || i < 0 || n <= i {
		return 0, 0, configf("", "--shard: invalid value %q, want I/N with I from 0 to N-1", text)
	}
	return i, n, nil
}

func (a *app) moments(ctx context.Context, o *momentsOptions, p pathPair) error {
	shard, shards, err := parseShard(o.shard)
	if err != nil {
		return err
	}
	for _, k := range o.folds {
		if k < 1 {
			return configf("", "--cv: invalid value %d, want numbers of folds of at least 1", k)
		}
	}
	if o.input.missing != "refuse" {
		return configf("", "--missing %s: samples cannot be left out block by block, want refuse", o.input.missing)
	}
	if err := wantSuffix(o.output.path, ".npz"); err != nil {
		return err
	}
	files, target, err := a.openArray(&o.output, "an .npz file", []string{p.x, p.y})
	if err != nil {
		return err
	}
	defer files.abort()
	x, y, err := a.openPair(o.input, p, o.output.toFile())
	if err != nil {
		return err
	}
	defer x.Close()
	defer y.Close()
	result, err := a.pieceOf(ctx, o, x, y, shard, shards)
	if err != nil {
		return err
	}
	if err := result.encode(target); err != nil {
		return err
	}
	var sources []data.Source
	for _, r := range []*dataio.Rows{x, y} {
		source, err := r.Source()
		if err != nil {
			return err
		}
		sources = append(sources, source)
	}
	return files.commit(sources, nil)
}

// pieceOf reads one of several equal runs of samples.
func (a *app) pieceOf(ctx context.Context, o *momentsOptions, x, y *dataio.Rows, shard, shards int) (*momentsFile, error) {
	total := x.Samples()
	if shards > total {
		return nil, &data.InputError{Path: x.Name(), Found: fmt.Sprintf("%d samples", total), Wanted: fmt.Sprintf("want at least one for each of %d shards", shards)}
	}
	if n := y.Samples(); n != total {
		return nil, measures.UnequalSamples(y.Name(), n, x.Name(), total)
	}
	ends := measures.FoldBounds(total, shards)
	f := &momentsFile{last: ends[shard], total: total}
	if shard > 0 {
		f.first = ends[shard-1]
	}
	bounds := []int{f.last - f.first}
	for _, k := range o.folds {
		for _, b := range measures.FoldBounds(total, min(k, total)) {
			if b > f.first && b < f.last {
				bounds = append(bounds, b-f.first)
			}
		}
	}
	for _, r := range []*dataio.Rows{x, y} {
		if err := r.Skip(f.first); err != nil {
			return nil, err
		}
	}
	progress := a.startProgress("samples", f.last-f.first, false)
	defer progress.close()
	stream := &measures.Stream{
		X: pieceSource{rowSource{x}, f.last - f.first}, Y: pieceSource{rowSource{y}, f.last - f.first},
		Bounds: measures.JoinBounds(bounds), Workers: a.global.jobs, Progress: progress.add,
	}
	var err error
	f.segments, err = stream.Run(ctx)
	return f, err
}

// pieceSource is a source that ends early.
type pieceSource struct {
	rowSource
	samples int
}

// Samples implements measures.RowSource.
func (s pieceSource) Samples() int { return s.samples }
