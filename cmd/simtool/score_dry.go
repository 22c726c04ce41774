package main

import (
	"context"
	"fmt"

	"simtool/internal/data"
)

// dryScore says on standard output what score would read and do, and what memory
// it takes. Inputs are read one by one, for only a whole file is known to be
// valid.
func (a *app) dryScore(ctx context.Context, o *scoreOptions) error {
	if err := o.batch.readShard(a); err != nil {
		return err
	}
	paths := inputPaths(o.pairs)
	out, err := a.openResult(&outputOptions{path: "-", format: o.output.format}, tableSpec{
		schema:  "simtool.dry-run/v1",
		columns: []string{"input", "shape", "samples", "features", "bytes", "error"},
		notes:   []string{"error"},
	})
	if err != nil {
		return err
	}
	defer out.abort()
	read := a.reader(o.input, false)
	sizes := map[string]footprint{}
	failed := 0
	for _, path := range paths {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		cells := []any{path, nil, nil, nil, nil, nil}
		if d, err := read(path); err != nil {
			failed++
			cells[5] = rowError(err)
		} else {
			times := 1
			if d.Is3D() {
				times = d.Shape[0]
			}
			sizes[path] = footprint{int64(d.Samples()), int64(d.Width()), int64(times)}
			cells = []any{path, data.ShapeString(d.Shape), d.Samples(), d.Width(), int(d.Source.Bytes), nil}
		}
		if err := out.row(cells...); err != nil {
			return err
		}
	}
	var outcome error
	if failed > 0 {
		outcome = &partialError{failed: failed, total: len(paths), items: "inputs"}
	}
	if err := out.commit(nil, outcome); err != nil {
		return err
	}
	if err := o.batch.complete(a, o.output.target()); err != nil {
		return err
	}
	items := a.newScorer(o, false).items()
	shard := o.batch.shard.Shard
	scores := 0
	for k := range shard.Len(len(items)) {
		scores += len(o.measuresOf(items[shard.Item(k)].pair))
	}
	what, part := "pair", ""
	if o.per != "" {
		what = "pair and " + o.per
	}
	if shard.Count > 1 {
		part = fmt.Sprintf(" in part %s of %d items", shard, len(items))
	}
	a.summary("%s of a %s%s, %s; about %d MB of memory at --jobs %d",
		counted(shard.Len(len(items)), "item"), what, part, counted(scores, "score"), estimate(o, sizes, a.global.jobs)>>20, a.global.jobs)
	return outcome
}

// estimate is about the bytes that score takes: the inputs that are kept, and
// what each pair in work needs beside them.
func estimate(o *scoreOptions, sizes map[string]footprint, jobs int) int64 {
	var kept, most int64
	for _, f := range sizes {
		kept += f.values()
	}
	for _, pair := range o.pairs {
		most = max(most, pairWork(o.measuresOf(pair), sizes[pair.x], sizes[pair.y]))
	}
	return withGarbage(min(kept, inputBudget) + int64(min(jobs, len(o.pairs)))*most)
}

// footprints returns the sizes of all inputs as their headers tell, without those
// that cannot be told.
func (s *scorer) footprints() map[string]footprint {
	sizes := map[string]footprint{}
	for _, path := range inputPaths(s.options.pairs) {
		if f, err := s.peek(path); err == nil {
			sizes[path] = f
		}
	}
	return sizes
}
