package main

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"simtool/internal/batch"
	"simtool/internal/data"
	"simtool/internal/io"
)

// A sweep is a batch of items whose rows, in the order of the items, make one
// table. Each item has a key, all different, that says which it is in every run.
type sweep struct {
	table tableSpec
	what  string // what the rows are, in the plural
	keys  []string
	jobs  int // items at once
	// beside are the files that are written beside the table.
	beside []string
	// memory is that of a forecast.
	memory func(atOnce int) (int64, error)

	// begin is called once, before the first of the items that have to be done,
	// with their numbers; nil for nothing to prepare.
	begin func(items []int) error
	// work does an item; it is called by several goroutines.
	work func(ctx context.Context, item int) (*itemResult, error)

	// These are for what stands beside the table, or follows from all items; nil
	// for nothing. They are called by one goroutine, also when all items are kept.
	open   func(files *fileSet) error          // before anything else
	each   func(item int, r *itemResult) error // in order; it may change the rows
	finish func(files *fileSet) error          // when all rows are written
}

// itemResult is what becomes of an item.
type itemResult struct {
	rows    [][]any
	failed  int           // rows with an error; such items are done again on --resume
	sources []data.Source // inputs that were read for it
	extra   []byte        // for sweep.each, which has it back from a checkpoint
}

// sweepTo does the items of the shard and writes their rows. The file has them
// all or does not appear; until then what is finished is kept for --resume. An
// output that is there already, made by the same run, is left as it is by
// --resume.
func (a *app) sweepTo(ctx context.Context, s *sweep, o *outputOptions, b *batchOptions) (err error) {
	shard := b.shard.Shard
	print := a.fingerprint(nil)
	print.Items = batch.Digest(s.keys)
	if b.dryRun {
		return a.drySweep(s, o, b, print)
	}
	target := *o
	var saved *kept
	if o.toFile() {
		if done, outcome, err := a.complete(&target, print, b.resume, s.what, s.beside...); done || err != nil {
			return cmp.Or(err, outcome)
		}
		if saved, err = a.keep(ctx, target.path, print, b.resume, s.beside...); err != nil {
			return err
		}
		// A result that a killed run wrote, but could not finish with, is written
		// again from the checkpoint.
		target.force = target.force || saved.resumed != nil
	}
	done := false
	defer func() { saved.end(done) }()
	out, err := a.openResult(&target, s.table)
	if err != nil {
		return err
	}
	defer out.abort()
	info := &dataio.Batch{
		Items: len(s.keys), Digest: print.Items, Shard: shard.Index, Shards: shard.Count,
		Rows: dataio.RowRuns{}, What: s.what, Schema: s.table.schema, Columns: s.table.columns,
	}
	sources, err := a.sweepAll(ctx, s, shard, saved, info, out)
	if err != nil {
		return a.ended(ctx, saved, err)
	}
	var outcome error
	if _, rows := info.Rows.Totals(); info.Failed > 0 {
		outcome = &partialError{failed: info.Failed, total: rows, items: s.what}
	}
	if shard.Count > 1 && info.Items < shard.Count && shard.Len(info.Items) == 0 {
		a.warn("part %s of %s is empty", shard, counted(info.Items, "item"))
	}
	out.files.manifest.Batch = info
	if err := out.commit(sources, outcome); err != nil {
		return err
	}
	done = true
	return outcome
}

// sweepAll is sweepRows, and what stands beside them.
func (a *app) sweepAll(ctx context.Context, s *sweep, shard batch.Shard, saved *kept, info *dataio.Batch, out *result) ([]data.Source, error) {
	if s.open != nil {
		if err := s.open(out.files); err != nil {
			return nil, err
		}
	}
	sources, err := a.sweepRows(ctx, s, shard, saved, info, out)
	if err == nil && s.finish != nil {
		err = s.finish(out.files)
	}
	return sources, err
}

// sweepRows does the items and writes their rows in order. It returns the inputs
// that they were made from, in the order in which they come up.
func (a *app) sweepRows(ctx context.Context, s *sweep, shard batch.Shard, saved *kept, info *dataio.Batch, out *result) ([]data.Source, error) {
	var left []int
	for k := range shard.Len(len(s.keys)) {
		if item := shard.Item(k); !saved.has(s.keys[item]) {
			left = append(left, item)
		}
	}
	if s.begin != nil && len(left) > 0 {
		if err := s.begin(left); err != nil {
			return nil, err
		}
	}
	var sources []data.Source
	seen := map[string]bool{}
	err := batch.Ordered(ctx, s.jobs, shard.Len(len(s.keys)),
		func(ctx context.Context, k int) (r *itemResult, err error) {
			defer guard(&err)
			return s.doOrLoad(ctx, shard.Item(k), saved)
		},
		func(k int, r *itemResult) error {
			if s.each != nil {
				if err := s.each(shard.Item(k), r); err != nil {
					return err
				}
			}
			info.Rows.Add(len(r.rows))
			info.Failed += r.failed
			for _, source := range r.sources {
				if !seen[source.Path] {
					seen[source.Path] = true
					sources = append(sources, source)
				}
			}
			for _, row := range r.rows {
				if err := out.row(row...); err != nil {
					return err
				}
			}
			return nil
		})
	return sources, err
}

// doOrLoad does an item, unless it is kept.
func (s *sweep) doOrLoad(ctx context.Context, item int, saved *kept) (*itemResult, error) {
	key := s.keys[item]
	if value, ok, err := saved.load(key); ok || err != nil {
		if err != nil {
			return nil, err
		}
		return decodeItem(key, value)
	}
	r, err := s.work(ctx, item)
	if err != nil || r.failed > 0 || saved == nil {
		return r, err
	}
	return r, saved.store(key, r.encode(), r.sources)
}

// itemHead is what a checkpoint has of an item before its rows.
type itemHead struct {
	Sources []data.Source `json:"sources,omitempty"`
	Rows    int           `json:"rows"` // bytes
}

// encode makes bytes of an item for a checkpoint: a line of JSON, the rows, and
// what is extra.
func (r *itemResult) encode() []byte {
	rows := batch.EncodeRows(r.rows)
	head, err := json.Marshal(itemHead{r.sources, len(rows)})
	must(err)
	return slices.Concat(head, []byte{'\n'}, rows, r.extra)
}

func decodeItem(key string, value []byte) (*itemResult, error) {
	line, rest, _ := bytes.Cut(value, []byte{'\n'})
	var head itemHead
	if err := json.Unmarshal(line, &head); err != nil || head.Rows < 0 || head.Rows > len(rest) {
		return nil, fmt.Errorf("the checkpoint of %q is not one of an item", key)
	}
	rows, err := batch.DecodeRows(rest[:head.Rows])
	if err != nil {
		return nil, fmt.Errorf("the checkpoint of %q: %w", key, err)
	}
	return &itemResult{rows: rows, sources: head.Sources, extra: rest[head.Rows:]}, nil
}

// complete reports whether --resume has nothing to do, and with what error the run
// ended that did it. See isComplete.
func (a *app) complete(o *outputOptions, print fingerprint, resume bool, what string, beside ...string) (done bool, outcome, err error) {
	done, replace, outcome, err := a.isComplete(o.path, print, resume, what, beside...)
	o.force = o.force || replace
	if done {
		discard(checkpointOf(o.path)) // of which a killed run may have left something
		a.summary("%s is complete already", o.path)
	}
	return done, outcome, err
}

// isComplete reports whether an output is that of this very run, and with what
// error that run ended. It refuses an output of another run. Where there is a
// checkpoint, the output is not finished with; where a file beside it is missing, a
// killed run has not written it, and the output may be replaced.
func (a *app) isComplete(path string, print fingerprint, resume bool, what string, beside ...string) (done, replace bool, outcome, err error) {
	manifest := path + dataio.ManifestSuffix
	if !resume || !exists(path) || !exists(manifest) || interrupted(path) {
		return false, false, nil, nil
	}
	m, err := dataio.ReadManifest(manifest)
	if err != nil {
		return false, false, nil, err
	}
	now, err := dataio.FileSource(path)
	if err != nil {
		return false, false, nil, err
	}
	ours := slices.ContainsFunc(m.Outputs, func(o dataio.Output) bool { return o.SHA256 == now.SHA256 })
	if m.Batch == nil || !ours {
		return false, false, nil, nil // made by something else
	}
	if same, err := a.sameRun(path, print, m); !same || err != nil {
		return false, false, nil, err
	}
	if slices.ContainsFunc(beside, func(path string) bool { return !exists(path) }) {
		return false, true, nil, nil
	}
	if _, rows := m.Batch.Rows.Totals(); m.Batch.Failed > 0 {
		outcome = &partialError{failed: m.Batch.Failed, total: rows, items: what}
	}
	return true, false, outcome, nil
}

// sameRun reports whether a manifest is that of this very run. It refuses one of
// other settings or inputs, naming what differs.
func (a *app) sameRun(path string, print fingerprint, m *dataio.Manifest) (bool, error) {
	mine := fingerprint{Version: print.Version, Settings: map[string]string{}, Items: print.Items}
	theirs := fingerprint{Version: m.Version, Settings: map[string]string{}, Items: m.Batch.Digest}
	for name := range print.Settings {
		mine.Settings[name], theirs.Settings[name] = jsonText(a.settingValue(name)), jsonText(m.Config[name])
	}
	if err := mine.same(path, "this output", theirs); err != nil {
		return false, err
	}
	for _, was := range m.Inputs {
		if isStdin(was.Path) {
			return false, nil // nobody knows what it was
		}
		if err := unchanged(was, m.Run.Started); err != nil {
			return false, err
		}
	}
	return true, nil
}

// settingValue is the value of a setting as it stands in a manifest.
func (a *app) settingValue(name string) any {
	set, chosen := a.settingValues()
	if v, ok := set[name]; ok {
		return v
	}
	return chosen[name]
}

func jsonText(v any) string {
	text, err := json.Marshal(v)
	must(err)
	return string(text)
}
