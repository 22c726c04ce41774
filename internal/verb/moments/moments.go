package moments

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"simtool/internal/batch"
	"simtool/internal/data"
	"simtool/internal/io"
	"simtool/internal/measures"
	"simtool/internal/verb"
)

// Schema names the form of files of moments, in their manifests.
const Schema = "simtool.moments/v1"

// momentsRun is a run of simtool moments: one part of the samples of a pair.
type momentsRun struct {
	env         *batch.Env
	pair        verb.Pair
	x, y        *dataio.Rows
	order       measures.SumOrder
	first, last int // samples of the part
	saved       *batch.Finished
}

// Run implements verb.Command.
func (o *Options) Run(ctx context.Context, e *batch.Env, args []string) error {
	r, err := o.open(e, args)
	if err != nil {
		return err
	}
	defer r.close()
	control, err := o.Batch.Begin(e, o.Output.Target())
	if err != nil {
		return err
	}
	identity := e.Fingerprint(nil, r.keys())
	if control.DryRun {
		return r.dryRun(o, &control, identity)
	}
	return r.write(ctx, o, &control, identity)
}

// Memory implements verb.Forecaster.
func (o *Options) Memory(_ context.Context, e *batch.Env, args []string) (int64, error) {
	r, err := o.open(e, args)
	if err != nil {
		return 0, err
	}
	defer r.close()
	return r.memory(), nil
}

// open opens the pair and divides its samples.
func (o *Options) open(e *batch.Env, args []string) (*momentsRun, error) {
	if err := o.complete(args); err != nil {
		return nil, err
	}
	shard, err := o.Batch.Part(e)
	if err != nil {
		return nil, err
	}
	p := verb.Pair{X: args[0], Y: args[1]}
	if err := o.Input.Of(p.X, p.Y); err != nil {
		return nil, err
	}
	x, y, err := o.Input.OpenPair(e, p.X, p.Y, o.Output.ToFile())
	if err != nil {
		return nil, err
	}
	r := &momentsRun{env: e, pair: p, x: x, y: y}
	if err := r.divide(o.Folds, shard); err != nil {
		r.close()
		return nil, err
	}
	return r, nil
}

func (r *momentsRun) close() {
	r.x.Close()
	r.y.Close()
}

// write adds the samples of the part up and writes the result.
func (r *momentsRun) write(ctx context.Context, o *Options, c *batch.Control, identity batch.Fingerprint) error {
	target, e := o.Output, r.env
	if target.ToFile() {
		done, outcome, err := e.Complete(&target, identity, c.Resume, "parts")
		if done || err != nil {
			return cmp.Or(err, outcome)
		}
		if r.saved, err = e.Keep(ctx, target.Path, identity, c.Resume); err != nil {
			return err
		}
		target.Force = target.Force || r.saved.Resumes()
	}
	done := false
	defer func() { r.end(done) }()
	files, w, err := e.OpenArray(&target, "an .npz file", []string{r.pair.X, r.pair.Y})
	if err != nil {
		return err
	}
	defer files.Abort()
	sums, err := r.sum(ctx)
	if err != nil {
		return err
	}
	result := &File{p: r.x.Width(), q: r.y.Width(), Sums: sums}
	if err := result.Encode(w); err != nil {
		return err
	}
	var sources []data.Source
	for _, rows := range []*dataio.Rows{r.x, r.y} {
		source, err := rows.Source()
		if err != nil {
			return err
		}
		sources = append(sources, source)
	}
	files.SetBatch(Batch(identity.Items, c.Shard))
	if err := files.Commit(sources, nil); err != nil {
		return err
	}
	done = true
	return nil
}

// divide chooses the order of sums and the samples of a shard.
func (r *momentsRun) divide(folds []int, shard batch.Shard) error {
	n := r.x.Samples()
	if m := r.y.Samples(); m != n {
		return data.Samples.Unequal(data.Extent{Path: r.y.Name(), Samples: m, Width: r.y.Width()}, data.Extent{Path: r.x.Name(), Samples: n, Width: r.x.Width()})
	}
	bounds := [][]int{{n}}
	for _, k := range folds {
		bounds = append(bounds, data.FoldBounds(n, min(k, n)))
	}
	r.order = measures.NewSumOrder(r.x.Width(), r.y.Width(), measures.JoinBounds(bounds...))
	var ok bool
	if r.first, r.last, ok = r.order.Shard(shard.Index, shard.Count); !ok {
		return &data.InputError{
			Path: r.x.Name(), Found: fmt.Sprintf("%d samples in %d blocks of at most %d", n, r.order.Leaves(0, n), r.order.Leaf),
			Wanted: fmt.Sprintf("want at least a block for each of %d shards", shard.Count),
		}
	}
	return nil
}

// dryRun says what the run would do.
func (r *momentsRun) dryRun(o *Options, c *batch.Control, identity batch.Fingerprint) error {
	f := &batch.Forecast{Noun: "samples", Items: r.order.Samples(), Mine: r.last - r.first}
	f.Memory = func(int) (int64, error) { return r.memory(), nil }
	if o.Output.ToFile() {
		f.Foresee(r.env, &o.Output, c, identity, []string{r.pair.X, r.pair.Y}, func(saved *batch.Finished) int {
			r.saved = saved
			if sums, err := Read(r.path()); err == nil && sums.First == r.first {
				return sums.Last - r.first
			}
			return 0
		})
	}
	return f.Tell(r.env, c)
}

// memory bounds what the run takes. The file is made of a copy of the sums, which
// grows as they are added.
func (r *momentsRun) memory() int64 {
	p, q := r.x.Width(), r.y.Width()
	nodes := int64(len(r.order.Ends(r.first, r.last)))
	used := r.order.Memory(p, q, r.first, r.last, r.env.Jobs) + 2*nodes*measures.MomentBytes(p, q)
	return batch.WithGarbage(used)
}

// keys say what is added up, and in which order.
func (r *momentsRun) keys() []string {
	return []string{r.pair.X, r.pair.Y, fmt.Sprint(r.x.Width(), r.y.Width()), fmt.Sprint(r.order.Bounds), fmt.Sprint(r.order.Leaf)}
}

// Batch describes a part in its manifest. Its one item is the part itself.
func Batch(digest string, shard batch.Shard) *dataio.Batch {
	return &dataio.Batch{
		Items: shard.Count, Digest: digest, Shard: shard.Index, Shards: shard.Count,
		Rows: dataio.RowRuns{{Rows: 1, Items: 1}}, What: "parts", Schema: Schema, Columns: Arrays,
	}
}

// sum reads the part, or what a checkpoint does not have of it. A run that is
// stopped leaves what it has added up.
func (r *momentsRun) sum(ctx context.Context) (*measures.Sums, error) {
	sums, err := r.resume()
	if err != nil {
		return nil, err
	}
	progress := r.env.StartProgress("samples", r.last-r.first, false)
	defer progress.Close()
	for _, rows := range []*dataio.Rows{r.x, r.y} {
		if err := rows.Skip(sums.Last); err != nil {
			return nil, err
		}
	}
	progress.Add(sums.Last - r.first)
	resumedAt, kept, took := sums.Last, time.Now(), time.Duration(0)
	stream := &measures.Stream{
		X: verb.RowSource{Rows: r.x}, Y: verb.RowSource{Rows: r.y}, Bounds: r.order.Bounds, Workers: r.env.Jobs, Progress: progress.Add,
		Added: func(sums *measures.Sums) error {
			// The time that it takes must not count.
			const share = 20
			if r.saved == nil || time.Since(kept) < max(batch.KeepAfter, share*took) {
				return nil
			}
			begun := time.Now()
			err := r.keep(sums)
			kept, took = time.Now(), time.Since(begun)
			return err
		},
	}
	if err = stream.AddTo(ctx, sums, r.last); err == nil {
		return sums, nil
	}
	if ctx.Err() == nil {
		return nil, err
	}
	if r.saved != nil && sums.Last > resumedAt {
		if err := r.keep(sums); err != nil {
			return nil, err
		}
	}
	return nil, r.env.Stopped(context.Cause(ctx))
}

// path is where the checkpoint has the sums so far, in the form of a part.
func (r *momentsRun) path() string { return filepath.Join(r.saved.Directory(), "moments"+Suffix) }

// resume returns the sums that an interrupted run has kept, or those of nothing.
func (r *momentsRun) resume() (*measures.Sums, error) {
	p, q := r.x.Width(), r.y.Width()
	if r.saved == nil {
		return measures.NewSums(r.order, r.first, p, q), nil
	}
	if !r.saved.Resumes() {
		if err := r.forget(); err != nil {
			return nil, err
		}
	}
	if err := dataio.RemoveUnfinished(r.path()); err != nil && batch.Exists(r.saved.Directory()) {
		return nil, err
	}
	if !batch.Exists(r.path()) {
		return measures.NewSums(r.order, r.first, p, q), nil
	}
	f, err := Read(r.path())
	if err != nil {
		return nil, err
	}
	if err := r.asKept(f); err != nil {
		return nil, err
	}
	if f.First != r.first || f.Last > r.last || f.p != p || f.q != q {
		return nil, &data.InputError{Path: r.path(), Found: fmt.Sprintf("samples %d to %d", f.First, f.Last-1), Wanted: fmt.Sprintf("want some of %d to %d", r.first, r.last-1)}
	}
	return f.Sums, nil
}

// samplesTo is the key, in the log of what is finished, of the checksum of sums of the
// samples before one.
func samplesTo(last int) string { return fmt.Sprintf("samples to %d", last) }

// asKept refuses sums that are not those that the log of the checkpoint was written for.
func (r *momentsRun) asKept(f *File) error {
	noted, _, err := r.saved.Load(samplesTo(f.Last))
	if err != nil {
		return err
	}
	source, err := dataio.FileSource(r.path())
	if err != nil {
		return err
	}
	if was := hex.EncodeToString(noted); was != source.SHA256 {
		return &data.InputError{Path: r.path(), Found: fmt.Sprintf("the checksum %.12q", source.SHA256), Wanted: fmt.Sprintf("want %.12q, as an interrupted run left it", was)}
	}
	return nil
}

// keep writes sums to the checkpoint, with what the inputs are: their checksums are
// known only when they have been read.
func (r *momentsRun) keep(sums *measures.Sums) error {
	var sources []data.Source
	for _, path := range []string{r.pair.X, r.pair.Y} {
		info, err := os.Stat(dataio.FileOf(path))
		if err != nil {
			return batch.Unreadable(path, err)
		}
		sources = append(sources, data.Source{Path: path, Bytes: info.Size()})
	}
	f := &File{p: r.x.Width(), q: r.y.Width(), Sums: sums}
	sum := sha256.New()
	if err := f.Encode(sum); err != nil {
		return err
	}
	if err := r.saved.Store(samplesTo(sums.Last), sum.Sum(nil), sources); err != nil {
		return err
	}
	r.saved.Flush()
	_, err := dataio.WriteFile(r.path(), dataio.WriteOptions{Force: true}, func(w *dataio.AtomicFile) error { return f.Encode(w) })
	return err
}

// forget removes the sums of an earlier run.
func (r *momentsRun) forget() error {
	if err := os.Remove(r.path()); err != nil && batch.Exists(r.path()) {
		return err
	}
	return nil
}

// end closes the checkpoint, and removes it when what it holds is in the result:
// the sums first, for what is left must not pass for those of another run.
func (r *momentsRun) end(done bool) {
	if r.saved == nil {
		return
	}
	if done {
		_ = r.forget()
	}
	r.saved.End(done)
}
