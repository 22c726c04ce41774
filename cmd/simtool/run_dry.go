package main

import (
	"context"
	"fmt"

	"simtool/internal/batch"
)

// dryLines is how many command lines are enough on a terminal.
const dryLines = 10

// dryRun prints the command lines of the items.
func (r *planRun) dryRun(ctx context.Context, o *runOptions) error {
	if err := o.batch.readShard(r.a); err != nil {
		return err
	}
	shard := o.batch.shard.Shard
	n := shard.Len(r.items.Len())
	shown := n
	if r.a.outTTY {
		shown = min(n, dryLines)
	}
	for k := range shown {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		line := r.line(r.items.Item(shard.Item(k)))
		if _, err := fmt.Fprintln(r.a.out, "simtool "+shellLine(line.all())); err != nil {
			return err
		}
	}
	text := counted(n, "item")
	if shard.Count > 1 {
		text += fmt.Sprintf(" in part %s of %d", shard, r.items.Len())
	}
	if shown < n {
		text += fmt.Sprintf(", the first %d of which are shown", shown)
	}
	if memory := r.weigh(ctx, shard); memory > 0 {
		text += fmt.Sprintf("; about %d MB of memory at --jobs %d", memory>>20, r.a.global.jobs)
	}
	r.a.summary("%s", text)
	return nil
}

// weigh estimates the memory of the run from the item of each value of the grid
// with the largest files, 0 where the command does not say.
func (r *planRun) weigh(ctx context.Context, shard batch.Shard) int64 {
	var largest, most, all int64
	sizes := map[string]int64{}
	first := 0
	for i := 0; i < r.items.Len(); i += r.items.GridLen() {
		var bytes int64
		for _, path := range r.items.Item(i).Inputs() {
			size, ok := sizes[path]
			if !ok {
				size = fileSize(path)
				sizes[path] = size
				all += size
			}
			bytes += size
		}
		if bytes > largest {
			largest, first = bytes, i
		}
	}
	if r.each {
		return 0 // an item would be run
	}
	for _, v := range r.items.Variants("seed") {
		n := &nested{probe: true, weigh: true}
		_, _ = r.a.nest(ctx, r.construct, n, r.line(r.items.Item(first+v)))
		most = max(most, n.memory)
	}
	if most == 0 {
		return 0
	}
	return programMemory + min(all, inputBudget) + int64(min(r.a.global.jobs, shard.Len(r.items.Len())))*(most-programMemory)
}
