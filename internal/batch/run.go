package batch

import (
	"cmp"
	"context"
	"fmt"

	"simtool/internal/data"
	"simtool/internal/io"
	"simtool/internal/result"
)

// Run does the items of a part of a job and writes their rows. The file has them all
// or does not appear; until then what is finished is kept for --resume. An output
// that is there already, made by the same run, is left as it is by --resume.
func (j *Job) Run(ctx context.Context, e *Env, o Output, c Control) (err error) {
	if j.Close != nil {
		defer j.Close()
	}
	identity := e.Fingerprint(nil, j.Keys)
	alone := j.alone()
	if alone != nil {
		o.Path = alone.Path
	}
	if c.DryRun {
		return j.dryRun(e, &o, &c, identity)
	}
	var saved *Finished
	if o.ToFile() {
		if done, outcome, err := e.Complete(&o, identity, c.Resume, j.Noun, append(j.companionPaths(), j.Outputs...)...); done || err != nil {
			return cmp.Or(err, outcome)
		}
		if saved, err = e.Keep(ctx, o.Path, identity, c.Resume, j.companionPaths()...); err != nil {
			return err
		}
		// A result that a killed run wrote, but could not finish with, is written
		// again from the checkpoint.
		o.Force = o.Force || saved.Resumes()
	}
	done := false
	defer func() { saved.End(done) }()
	out, err := e.openResult(&o, j.Schema, j.Inputs, alone)
	if err != nil {
		return err
	}
	defer out.Abort()
	r := &running{Job: j, env: e, shard: c.Shard, saved: saved, out: out, info: &dataio.Batch{
		Items: len(j.Keys), Digest: identity.Items, Shard: c.Shard.Index, Shards: c.Shard.Count,
		Rows: dataio.RowRuns{}, What: j.Noun, Schema: j.Schema.Name, Columns: j.Schema.Names(),
	}}
	if alone != nil {
		r.info.Alone = alone.Setting
	}
	if err := r.all(ctx); err != nil {
		return e.Ended(ctx, saved, err)
	}
	var outcome error
	if _, rows := r.info.Rows.Totals(); r.info.Failed > 0 {
		outcome = &PartialError{Failed: r.info.Failed, Total: rows, Items: j.Noun}
	}
	if c.Shard.Count > 1 && r.info.Items < c.Shard.Count && c.Shard.Len(r.info.Items) == 0 {
		e.Warn("part %s of %s is empty", c.Shard, data.Counted(r.info.Items, "item"))
	}
	out.files.manifest.Batch = r.info
	if err := out.Commit(r.sources, outcome); err != nil {
		return err
	}
	done = true
	return outcome
}

// running is a job while it is done.
type running struct {
	*Job
	env        *Env
	shard      Shard
	saved      *Finished
	out        *Table
	info       *dataio.Batch
	companions []*companionWriter
	sources    []data.Source // that the rows were made from, in the order in which they come up
	seen       map[string]bool
}

// all does the items, writes their rows in order, and what stands beside them.
func (r *running) all(ctx context.Context) error {
	for _, b := range r.Companions {
		w, err := newCompanionWriter(b, r.out.files)
		if err != nil {
			return err
		}
		r.companions = append(r.companions, w)
	}
	if err := r.items(ctx); err != nil {
		return err
	}
	for _, w := range r.companions {
		if err := w.finish(); err != nil {
			return err
		}
		if r.info.Companions == nil {
			r.info.Companions = map[string]*dataio.CompanionInfo{}
		}
		r.info.Companions[w.of.Setting] = w.info
	}
	if r.Finish != nil {
		return r.Finish()
	}
	return nil
}

func (r *running) items(ctx context.Context) error {
	n := r.shard.Len(len(r.Keys))
	var left []int
	for k := range n {
		if item := r.shard.Item(k); !r.saved.Has(r.Keys[item]) {
			left = append(left, item)
		}
	}
	if r.Begin != nil && len(left) > 0 {
		if err := r.Begin(left); err != nil {
			return err
		}
	}
	r.seen = map[string]bool{}
	return Ordered(ctx, r.AtOnce, n,
		func(ctx context.Context, k int) (it *Item, err error) {
			defer Guard(&err)
			return r.doOrLoad(ctx, r.shard.Item(k))
		},
		func(k int, it *Item) error { return r.write(r.shard.Item(k), it) })
}

// doOrLoad does an item, unless it is kept.
func (r *running) doOrLoad(ctx context.Context, item int) (*Item, error) {
	key := r.Keys[item]
	if value, ok, err := r.saved.Load(key); ok || err != nil {
		if err != nil {
			return nil, err
		}
		it, err := decodeItem(key, value)
		if err == nil {
			err = r.check(key, it)
		}
		return it, Named(err, r.saved.logPath())
	}
	it, err := r.orExplain(ctx, item)
	if err != nil || it.Failed > 0 || r.saved == nil {
		return it, err
	}
	return it, r.saved.Store(key, it.encode(), it.Sources)
}

// check refuses an item of a checkpoint whose parts are not those of the job.
func (r *running) check(key string, it *Item) error {
	bad := func(format string, args ...any) error {
		return &data.InputError{Found: fmt.Sprintf("the item %q with ", key) + fmt.Sprintf(format, args...), Wanted: "want what an interrupted run left"}
	}
	if len(it.Pieces) != len(r.Companions) {
		return bad("%d pieces of files beside the table, not %d", len(it.Pieces), len(r.Companions))
	}
	schemas, rows := []*result.Schema{r.Schema}, [][][]any{it.Rows}
	for i, c := range r.Companions {
		if c.Schema != nil && !c.isSquare() {
			schemas, rows = append(schemas, c.Schema), append(rows, it.Pieces[i].Rows)
		}
	}
	for i, schema := range schemas {
		for _, row := range rows[i] {
			if err := schema.Check(row); err != nil {
				return bad("a row that is none of %s: %v", schema.Name, err)
			}
		}
	}
	return nil
}

// write writes the rows of the next item.
func (r *running) write(item int, it *Item) error {
	if r.Each != nil {
		if err := r.Each(item, it); err != nil {
			return err
		}
	}
	r.info.Rows.Add(len(it.Rows))
	r.info.Failed += it.Failed
	for _, source := range it.Sources {
		if !r.seen[source.Path] {
			r.seen[source.Path] = true
			r.sources = append(r.sources, source)
		}
	}
	for _, row := range it.Rows {
		if err := r.out.Row(row...); err != nil {
			return err
		}
	}
	for i, w := range r.companions {
		if err := w.add(it.Pieces[i]); err != nil {
			return err
		}
	}
	return nil
}
