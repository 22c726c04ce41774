package main

import (
	"context"
	"fmt"
)

// dryRun prints the command lines of the items.
func (r *planRun) dryRun(ctx context.Context, o *runOptions) error {
	if o.batch.shard.slurm {
		if err := o.batch.complete(r.a, "dry"); err != nil {
			return err
		}
	}
	n := o.batch.shard.Len(r.items.Len())
	for k := range n {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		line := r.line(r.items.Item(o.batch.shard.Item(k)))
		if _, err := fmt.Fprintln(r.a.out, "simtool "+shellLine(line.all())); err != nil {
			return err
		}
	}
	r.a.summary("%s", counted(n, "item"))
	return nil
}
