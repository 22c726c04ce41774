package run

import (
	"context"
	"fmt"

	"simtool/internal/batch"
	"simtool/internal/data"
	"simtool/internal/verb"
)

// dryLines is how many command lines are enough on a terminal.
const dryLines = 10

// dryRun prints the command lines of the items.
func (r *planRun) dryRun(ctx context.Context, o *Options) error {
	shard, err := o.Batch.Part(r.env)
	if err != nil {
		return err
	}
	n := shard.Len(r.items.Len())
	shown := n
	if r.env.Terminal {
		shown = min(n, dryLines)
	}
	for k := range shown {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		line := r.line(r.items.Item(shard.Item(k)))
		if _, err := fmt.Fprintln(r.env.Stdout, "simtool "+shellLine(line.all())); err != nil {
			return err
		}
	}
	text := data.Counted(n, "item")
	if shard.Count > 1 {
		text += fmt.Sprintf(" in part %s of %d", shard, r.items.Len())
	}
	if shown < n {
		text += fmt.Sprintf(", the first %d of which are shown", shown)
	}
	if memory := r.memory(ctx, shard); memory > 0 {
		text += fmt.Sprintf("; about %d MB of memory at --jobs %d", memory>>20, r.env.Jobs)
	}
	r.env.Summary("%s", text)
	return nil
}

// memory estimates the memory of the run from the item of each value of the grid
// with the largest files, 0 where the command does not say.
func (r *planRun) memory(ctx context.Context, shard batch.Shard) int64 {
	var largest, most, all int64
	sizes := map[string]int64{}
	first := 0
	for i := 0; i < r.items.Len(); i += r.items.GridLen() {
		var bytes int64
		for _, path := range r.items.Item(i).Inputs() {
			size, ok := sizes[path]
			if !ok {
				size = verb.FileSize(path)
				sizes[path] = size
				all += size
			}
			bytes += size
		}
		if bytes > largest {
			largest, first = bytes, i
		}
	}
	for _, v := range r.items.Variants("seed") {
		p, e, err := r.prepare(r.items.Item(first+v), [2]string{"jobs", "1"})
		if err != nil {
			continue
		}
		forecaster, ok := p.Command.(verb.Forecaster)
		if !ok {
			return 0
		}
		if need, err := forecaster.Memory(ctx, e, p.args); err == nil {
			most = max(most, need)
		}
	}
	if most == 0 {
		return 0
	}
	if r.each {
		all = 0 // items share no inputs
	}
	return batch.ProgramMemory + min(all, verb.InputBudget) + int64(min(r.env.Jobs, shard.Len(r.items.Len())))*(most-batch.ProgramMemory)
}
