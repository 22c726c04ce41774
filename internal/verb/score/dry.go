package score

import (
	"context"
	"fmt"
	"runtime"
	"slices"

	"simtool/internal/batch"
	"simtool/internal/data"
	"simtool/internal/inference"
	"simtool/internal/io"
	"simtool/internal/measures"
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
		for _, p := range items[part.Item(k)].pairs() {
			scores += len(o.measuresOf(p))
		}
	}
	what, of := "pair", ""
	switch {
	case o.banded():
		what = "band of rows"
	case o.Per != "":
		what = "pair and " + o.Per
	}
	if part.Count > 1 {
		of = fmt.Sprintf(" in part %s of %d items", part, len(items))
	}
	e.Summary("%s of a %s%s, %s; about %d MB of memory at --jobs %d",
		data.Counted(part.Len(len(items)), "item"), what, of, data.Counted(scores, "score"), s.about(sizes, e.Jobs)>>20, e.Jobs)
	mine := make([]scoreItem, part.Len(len(items)))
	for k := range mine {
		mine[k] = items[part.Item(k)]
	}
	s.tellTime(mine, sizes)
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
		size, shape, bytes, err := o.readSize(read, path)
		if err != nil {
			failed++
			row.Error = batch.RowText(err)
		} else {
			sizes[path] = size
			row.Shape, row.Samples, row.Features, row.Bytes = data.ShapeString(shape), int(size.n), int(size.p), int(bytes)
		}
		if err := out.Row(result.DryRun.Cells(row)...); err != nil {
			return nil, 0, err
		}
	}
	return sizes, failed, nil
}

// readSize reads one input: as a whole, or block by block where it is large and can be
// read so.
func (o *Options) readSize(read func(string) (*data.Dataset, error), path string) (f footprint, shape []int, bytes int64, err error) {
	if !batch.IsStdin(path) && o.Input.Policy().Refuses() {
		if rows, err := dataio.OpenRows(path, o.Input.Options(path, false)); err == nil {
			defer rows.Close()
			f = footprint{int64(rows.Samples()), int64(rows.Width()), 1}
			if shape = rows.Shape(); len(shape) == 3 {
				f.times = int64(shape[0])
			}
			if f.values() > min(streamAbove, o.maxMemory()/8) {
				return f, shape, verb.FileSize(path), readThrough(rows)
			}
		}
	}
	d, err := read(path)
	if err != nil {
		return f, nil, 0, err
	}
	f = footprint{int64(d.Samples()), int64(d.Width()), 1}
	if d.Is3D() {
		f.times = int64(d.Shape[0])
	}
	return f, d.Shape, d.Source.Bytes, nil
}

// readThrough reads a recording block by block, and refuses it as a whole one would be.
func readThrough(rows *dataio.Rows) error {
	const blockBytes = 4 << 20
	width, left := rows.Width(), rows.Samples()
	step := max(1, blockBytes/8/width)
	values := make([]float64, step*width)
	var b *dataio.RowBlock
	for at := 0; left > 0; {
		n := min(step, left)
		var err error
		if b, err = rows.Next(n, b); err != nil {
			return err
		}
		b.Decode(values[:n*width])
		if i := slices.IndexFunc(values[:n*width], func(v float64) bool { return v-v != 0 }); i >= 0 {
			return &data.InputError{Path: rows.Name(), Found: fmt.Sprintf("%g in sample %d", values[i], at+i/width+1), Wanted: "want finite numbers"}
		}
		at, left = at+n, left-n
	}
	return nil
}

// estimate is about the bytes that score takes: the inputs that are kept, and
// what each pair in work needs beside them.
func (s *scorer) estimate(sizes map[string]footprint, jobs int) int64 {
	o := s.options
	if o.banded() && s.anyStreamed() {
		return batch.WithGarbage(s.planTiles(sizes).bytes)
	}
	var kept, most, atOnce int64
	for _, f := range sizes {
		kept += f.values()
	}
	for _, pair := range o.pairs {
		named, x, y := o.measuresOf(pair), sizes[pair.X], sizes[pair.Y]
		most = max(most, o.pairWork(named, x, y)+s.estimateWork(named, x, y))
		_, views := o.viewOf(x, y)
		if atOnce += views; views > 1 && len(o.pairs) > 1 {
			kept += views * o.pairWork(named, x, y) // of systems that several pairs share
		}
	}
	kept = min(kept, verb.InputBudget)
	if o.banded() {
		kept = s.foreseePlan(sizes).bytes + o.besideBlocks()
	}
	return batch.WithGarbage(kept + min(int64(jobs), atOnce)*most)
}

// about returns the memory that a run is likely to take, where estimate bounds that of any
// data. Scores alone take half more than what is in use of most data, up to twice of which
// the collector lets there be, or a quarter more beside large arrays (dataio.Read), or all
// that they allocate if that is less. A pair that is read block by block needs its blocks and
// moments.
func (s *scorer) about(sizes map[string]footprint, jobs int) int64 {
	const (
		program = 29 << 20
		thread  = 8 << 20 // parts of matrices in the order in which products read them
	)
	o := s.options
	if o.banded() && s.anyStreamed() {
		return s.estimate(sizes, jobs)
	}
	if o.banded() {
		return s.withinLimit(program + s.aboutBlocks(sizes, jobs))
	}
	if o.Inference.Mode != string(inference.None) {
		const each = 4 << 20 // what another thread leaves for the collector
		return program + int64(jobs-1)*each + (s.estimate(sizes, jobs)-batch.ProgramMemory)/2*8/5
	}
	var data, largest, text, used, allocated, streamed, shared, atOnce int64
	whole := map[string]bool{}
	for _, pair := range o.pairs {
		named, x, y := o.measuresOf(pair), sizes[pair.X], sizes[pair.Y]
		if stream, err := s.plan(pair); err == nil && stream {
			n, p, q := int(x.n), int(x.p), int(y.p)
			streamed = max(streamed, measures.NewSumOrder(p, q, []int{n}).Memory(p, q, 0, n, jobs))
			continue
		}
		for _, path := range []string{pair.X, pair.Y} {
			if !whole[path] {
				whole[path] = true
				data += sizes[path].values()
				largest = max(largest, sizes[path].values())
				if verb.IsText(path) {
					text = max(text, s.looked(path).bytes)
				}
			}
		}
		d, views := o.viewOf(x, y)
		u, a := measures.UsualBytes(named, d)
		used, allocated, atOnce = max(used, u), allocated+views*a, atOnce+views
		if views > 1 && len(o.pairs) > 1 {
			shared += views * u
		}
	}
	data = min(data, verb.InputBudget)
	used = used*min(int64(jobs), atOnce) + shared
	heap := (data + used) * 3 / 2
	if largest >= dataio.LargeArray {
		heap = (data + used) * 5 / 4
	}
	const least = 12 << 20 // that a heap comes to before collections are in step with the work
	return program + int64(runtime.GOMAXPROCS(0)-1)*min(thread, data/4) + text + streamed + min(data+allocated, max(heap, least))
}

// aboutBlocks is about for the matrix of all pairs, without the program: systems are in
// memory once, with the matrices that they keep, and their vectors; pairs in work as often as
// there are jobs. The collector lets there be twice as much, or a quarter more beside large
// matrices of vectors.
func (s *scorer) aboutBlocks(sizes map[string]footprint, jobs int) int64 {
	o := s.options
	plan := s.foreseePlan(sizes)
	var work int64
	s.eachSize(sizes, func(named []measures.Named, x, y footprint) {
		d, _ := o.viewOf(x, y)
		used, _ := measures.UsualBytes(named, d)
		work = max(work, used-measures.UsualKept(named, d)+s.estimateWork(named, x, y))
	})
	heap := plan.usual + o.besideBlocks() + work*int64(min(jobs, len(o.pairs)))
	if plan.vectors >= dataio.LargeArray {
		return heap / 4 * 5
	}
	return 2 * heap
}

// withinLimit is a forecast of a run that is held to a limit where somebody has set one.
func (s *scorer) withinLimit(bytes int64) int64 {
	if s.limited() {
		return min(bytes, s.options.MaxMemory)
	}
	return bytes
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
