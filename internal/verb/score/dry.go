package score

import (
	"context"
	"fmt"

	"simtool/internal/batch"
	"simtool/internal/data"
	"simtool/internal/result"
	"simtool/internal/verb"
)

// dryRun says on standard output what score would read and do, and what memory it
// takes. Inputs are read one by one, for only a whole file is known to be valid.
func (o *Options) dryRun(ctx context.Context, e *batch.Env, args []string) error {
	args, err := verb.ExpandPaths(args)
	if err != nil {
		return err
	}
	if err := o.complete(e, args); err != nil {
		return err
	}
	part, err := o.Batch.Part(e)
	if err != nil {
		return err
	}
	paths := o.inputPaths()
	out, err := e.OpenTable(&batch.Output{Path: "-", Format: o.Output.Format}, result.DryRun.Schema, nil)
	if err != nil {
		return err
	}
	defer out.Abort()
	sizes, failed, err := o.readSizes(ctx, e, paths, out)
	if err != nil {
		return err
	}
	var outcome error
	if failed > 0 {
		outcome = &batch.PartialError{Failed: failed, Total: len(paths), Items: "inputs"}
	}
	if err := out.Commit(nil, outcome); err != nil {
		return err
	}
	if _, err := o.Batch.Begin(e, o.Output.Target()); err != nil {
		return err
	}
	s := newScorer(e, o, false)
	items := s.items()
	scores := 0
	for k := range part.Len(len(items)) {
		scores += len(o.measuresOf(items[part.Item(k)].pair))
	}
	what, of := "pair", ""
	if o.Per != "" {
		what = "pair and " + o.Per
	}
	if part.Count > 1 {
		of = fmt.Sprintf(" in part %s of %d items", part, len(items))
	}
	e.Summary("%s of a %s%s, %s; about %d MB of memory at --jobs %d",
		data.Counted(part.Len(len(items)), "item"), what, of, data.Counted(scores, "score"), s.estimate(sizes, e.Jobs)>>20, e.Jobs)
	return outcome
}

// readSizes reads the inputs one by one, writes a row for each, and returns their
// sizes and how many cannot be read.
func (o *Options) readSizes(ctx context.Context, e *batch.Env, paths []string, out *batch.Table) (sizes map[string]footprint, failed int, err error) {
	read := o.Input.Reader(e, false)
	sizes = map[string]footprint{}
	for _, path := range paths {
		if ctx.Err() != nil {
			return nil, 0, context.Cause(ctx)
		}
		row := result.DryRunInput{Input: path}
		if d, err := read(path); err != nil {
			failed++
			row.Error = batch.RowText(err)
		} else {
			times := 1
			if d.Is3D() {
				times = d.Shape[0]
			}
			sizes[path] = footprint{int64(d.Samples()), int64(d.Width()), int64(times)}
			row.Shape, row.Samples, row.Features, row.Bytes = data.ShapeString(d.Shape), d.Samples(), d.Width(), int(d.Source.Bytes)
		}
		if err := out.Row(result.DryRun.Cells(row)...); err != nil {
			return nil, 0, err
		}
	}
	return sizes, failed, nil
}

// estimate is about the bytes that score takes: the inputs that are kept, and
// what each pair in work needs beside them.
func (s *scorer) estimate(sizes map[string]footprint, jobs int) int64 {
	o := s.options
	var kept, most int64
	for _, f := range sizes {
		kept += f.values()
	}
	for _, pair := range o.pairs {
		named, x, y := o.measuresOf(pair), sizes[pair.X], sizes[pair.Y]
		most = max(most, pairWork(named, x, y)+s.estimateWork(named, x, y))
	}
	return batch.WithGarbage(min(kept, verb.InputBudget) + int64(min(jobs, len(o.pairs)))*most)
}

// footprints returns the sizes of all inputs as their headers tell, without those
// that cannot be told.
func (s *scorer) footprints() map[string]footprint {
	sizes := map[string]footprint{}
	for _, path := range s.options.inputPaths() {
		if f, err := s.peek(path); err == nil {
			sizes[path] = f
		}
	}
	return sizes
}
