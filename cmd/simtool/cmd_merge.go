package main

import (
	"github.com/spf13/cobra"

	"simtool/internal/verb/merge"
	verbmlem "simtool/internal/verb/mlem"
	"simtool/internal/verb/optimize"
)

func newMergeCommand(a *app) *cobra.Command {
	return withVerb(a, &cobra.Command{
		Use:   "merge PART...",
		Short: "Put the parts of a sharded batch together",
		Long: `Put together what --shard 0/N to --shard N-1/N have written, into the same bytes
that one run without --shard would have written.

Each part is a table with its manifest beside it, as -o writes them. Parts may be
given in any order, and as patterns such as "parts/*.jsonl". They must be all of
one batch, each once, made by one version of simtool with the same settings from
the same inputs, and unchanged since; anything else is an error that says what
is wrong with which part. Rows are read one by one: memory does not grow with
their number.

Parts in csv or tsv can be merged into csv or tsv, those in json or jsonl into
any form. The exit status is that of the whole batch: 3 if some items failed.

Parts that are directories, as of "simtool optimize" and "simtool mlem layers",
become the directory of the whole; the status is 5 if what was asked for was not
reached by any part.

Parts of "simtool moments" become the moments of the whole recording. What
"simtool joint-range" writes beside its table, by --paths and --save-data, is
merged beside the result: ranges.paths.csv and ranges.save-data.npz for
--output ranges.csv.`,
		Example: `simtool score rec.npy models/*.npy --shard 0/2 -o part0.csv
simtool score rec.npy models/*.npy --shard 1/2 -o part1.csv
simtool merge part0.csv part1.csv -o scores.csv`,
	}, func() *merge.Options { return merge.New(optimize.Kind(), verbmlem.Kind()) }, exitPartial, exitInvalid, exitNotConverged)
}
