package main

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"simtool/internal/batch"
	"simtool/internal/data"
	"simtool/internal/io"
	"simtool/internal/measures"
)

// momentsSchema names the form of files of moments, in their manifests.
const momentsSchema = "simtool.moments/v1"

// momentsRun is a run of simtool moments: one part of the samples of a pair.
type momentsRun struct {
	a           *app
	pair        pathPair
	x, y        *dataio.Rows
	order       measures.SumOrder
	first, last int // samples of the part
	saved       *kept
}

func (a *app) moments(ctx context.Context, o *momentsOptions, p pathPair) error {
	x, y, err := a.openPair(o.input, p, o.output.toFile())
	if err != nil {
		return err
	}
	defer x.Close()
	defer y.Close()
	r := &momentsRun{a: a, pair: p, x: x, y: y}
	shard := o.batch.shard.Shard
	if err := r.divide(o.folds, shard); err != nil {
		return err
	}
	print := a.fingerprint(nil)
	print.Items = batch.Digest(r.keys())
	if o.batch.dryRun {
		return r.dryRun(o, print)
	}
	target := o.output
	if target.toFile() {
		if done, outcome, err := a.complete(&target, print, o.batch.resume, "parts"); done || err != nil {
			return cmp.Or(err, outcome)
		}
		if r.saved, err = a.keep(ctx, target.path, print, o.batch.resume); err != nil {
			return err
		}
		target.force = target.force || r.saved.resumed != nil
	}
	done := false
	defer func() { r.end(done) }()
	files, w, err := a.openArray(&target, "an .npz file", []string{p.x, p.y})
	if err != nil {
		return err
	}
	defer files.abort()
	sums, err := r.sum(ctx)
	if err != nil {
		return err
	}
	result := &momentsFile{p: x.Width(), q: y.Width(), Sums: sums}
	if err := result.encode(w); err != nil {
		return err
	}
	var sources []data.Source
	for _, rows := range []*dataio.Rows{x, y} {
		source, err := rows.Source()
		if err != nil {
			return err
		}
		sources = append(sources, source)
	}
	files.manifest.Batch = momentsBatch(print.Items, shard)
	if err := files.commit(sources, nil); err != nil {
		return err
	}
	done = true
	return nil
}

// divide chooses the order of sums and the samples of a shard.
func (r *momentsRun) divide(folds []int, shard batch.Shard) error {
	n := r.x.Samples()
	if m := r.y.Samples(); m != n {
		return data.Samples.Unequal(r.y.Name(), m, r.x.Name(), n)
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
func (r *momentsRun) dryRun(o *momentsOptions, print fingerprint) error {
	f := &forecast{what: "samples", items: r.order.Samples(), mine: r.last - r.first}
	f.memory = func(int) (int64, error) {
		p, q := r.x.Width(), r.y.Width()
		nodes := int64(len(r.order.Ends(r.first, r.last)))
		// The file is made of a copy of the sums, which grows as they are added.
		used := r.order.Memory(p, q, r.first, r.last, r.a.global.jobs) + 2*nodes*measures.MomentBytes(p, q)
		return withGarbage(used), nil
	}
	if o.output.toFile() {
		f.foresee(r.a, &o.output, &o.batch, print, []string{r.pair.x, r.pair.y}, func(saved *kept) int {
			r.saved = saved
			if sums, err := readMoments(r.path()); err == nil && sums.First == r.first {
				return sums.Last - r.first
			}
			return 0
		})
	}
	return r.a.tell(f, &o.batch)
}

// keys say what is added up, and in which order.
func (r *momentsRun) keys() []string {
	return []string{r.pair.x, r.pair.y, fmt.Sprint(r.x.Width(), r.y.Width()), fmt.Sprint(r.order.Bounds), fmt.Sprint(r.order.Leaf)}
}

// momentsBatch describes a part in its manifest. Its one item is the part itself.
func momentsBatch(digest string, shard batch.Shard) *dataio.Batch {
	return &dataio.Batch{
		Items: shard.Count, Digest: digest, Shard: shard.Index, Shards: shard.Count,
		Rows: dataio.RowRuns{{Rows: 1, Items: 1}}, What: "parts", Schema: momentsSchema, Columns: momentArrays,
	}
}

// wholeBatch is the shard that is all there is.
var wholeBatch = batch.Shard{Count: 1}

// sum reads the part, or what a checkpoint does not have of it. A run that is
// stopped leaves what it has added up.
func (r *momentsRun) sum(ctx context.Context) (*measures.Sums, error) {
	sums, err := r.resume()
	if err != nil {
		return nil, err
	}
	progress := r.a.startProgress("samples", r.last-r.first, false)
	defer progress.close()
	for _, rows := range []*dataio.Rows{r.x, r.y} {
		if err := rows.Skip(sums.Last); err != nil {
			return nil, err
		}
	}
	progress.add(sums.Last - r.first)
	resumedAt, kept, took := sums.Last, time.Now(), time.Duration(0)
	stream := &measures.Stream{
		X: rowSource{r.x}, Y: rowSource{r.y}, Bounds: r.order.Bounds, Workers: r.a.global.jobs, Progress: progress.add,
		Added: func(sums *measures.Sums) error {
			// The time that it takes must not count.
			const share = 20
			if r.saved == nil || time.Since(kept) < max(keepAfter, share*took) {
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
	return nil, r.a.stopped(context.Cause(ctx))
}

// path is where the checkpoint has the sums so far, in the form of a part.
func (r *momentsRun) path() string { return filepath.Join(r.saved.directory, "moments"+momentsSuffix) }

// resume returns the sums that an interrupted run has kept, or those of nothing.
func (r *momentsRun) resume() (*measures.Sums, error) {
	p, q := r.x.Width(), r.y.Width()
	if r.saved == nil {
		return measures.NewSums(r.order, r.first, p, q), nil
	}
	if r.saved.resumed == nil {
		if err := r.forget(); err != nil {
			return nil, err
		}
	}
	if err := dataio.RemoveUnfinished(r.path()); err != nil && exists(r.saved.directory) {
		return nil, err
	}
	if !exists(r.path()) {
		return measures.NewSums(r.order, r.first, p, q), nil
	}
	f, err := readMoments(r.path())
	if err != nil {
		return nil, err
	}
	if f.First != r.first || f.Last > r.last || f.p != p || f.q != q {
		return nil, &data.InputError{Path: r.path(), Found: fmt.Sprintf("samples %d to %d", f.First, f.Last-1), Wanted: fmt.Sprintf("want some of %d to %d", r.first, r.last-1)}
	}
	return f.Sums, nil
}

// keep writes sums to the checkpoint, with what the inputs are: their checksums are
// known only when they have been read.
func (r *momentsRun) keep(sums *measures.Sums) error {
	var sources []data.Source
	for _, path := range []string{r.pair.x, r.pair.y} {
		info, err := os.Stat(dataio.FileOf(path))
		if err != nil {
			return unreadable(path, err)
		}
		sources = append(sources, data.Source{Path: path, Bytes: info.Size()})
	}
	if err := r.saved.store(fmt.Sprintf("samples to %d", sums.Last), nil, sources); err != nil {
		return err
	}
	r.saved.flush()
	f := &momentsFile{p: r.x.Width(), q: r.y.Width(), Sums: sums}
	_, err := dataio.WriteFile(r.path(), dataio.WriteOptions{Force: true}, func(w *dataio.AtomicFile) error { return f.encode(w) })
	return err
}

// forget removes the sums of an earlier run.
func (r *momentsRun) forget() error {
	if err := os.Remove(r.path()); err != nil && exists(r.path()) {
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
	r.saved.end(done)
}
