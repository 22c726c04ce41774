package main

import (
	"github.com/spf13/cobra"

	verbrun "simtool/internal/verb/run"
	"simtool/internal/verb/setting"
)

func newRunCommand(a *app) *cobra.Command {
	globals := func() *setting.Set { return new(globalOptions).settings() }
	status := func(err error) int { return int(statusOf(err)) }
	return withVerb(a, &cobra.Command{
		Use:   "run PLAN [DIR]",
		Short: "Run a sweep that a file describes",
		Long: `Run a command for all combinations of files and settings that a plan describes,
and put the results into one table. A plan is a file such as

    command: score
    inputs:
      x: data/{session}.npy
      y: acts/{session}/{model}/{layer}.npy
    grid:
      measures: [cka, nbs, "linreg:cv=5"]
      seed: 1-8
    set:
      per: time
    output: results.csv

with the keys

  command    a command of simtool that has --output, such as score or mlem fit
  inputs     patterns of files, each under a name. {part} stands for a part of one component of a path, as short as may be, and becomes a parameter; * ? [...] match as in a shell. Files of several inputs go together if they agree on the parts that they share
  arguments  arguments and flags of the command; the inputs in their order where this is left out
  grid       flags of the command, each with a list of values: every combination is run. 1-8 is a range for whole numbers
  set        flags that are the same for all items
  output     the table of the whole plan, as of -o. With parameters in it, or if the command writes no table: where each item writes its own, such as runs/{session}-{seed}
  table      the table of the plan where output is that of the items

{name} stands for a part, an input or a flag of the grid in arguments, set and
output; {{ and }} are braces. Paths start from the current directory. Nothing but
the plan sets anything for the items: neither SIMTOOL_ variables nor --config,
apart from --seed and --jobs.

Items come in the order of their files, those of the first input outermost and
sorted by path, then of the grid as it is written, the last flag fastest. The
table has the parameters as its first columns (with plan_ before the names of
columns of the command), then the columns of the command, or else output and exit
status, and warning and error. An item that fails is a row with its error, and
the others are run. --resume looks whether the outputs of items are still there,
and runs those again whose are not.

--emit writes files into DIR that run the plan in parts on a cluster, or on
several processors, and merge them; they say how to use them.`,
		Example: `simtool run plan.yaml
simtool run plan.yaml --dry-run
simtool run plan.yaml --shard 0/8 -o part0.csv
simtool run plan.yaml --resume --time-limit 55m
simtool run plan.yaml --emit slurm jobs --shards 4 --time 00:30:00 --force`,
	}, func() *verbrun.Options { return verbrun.New(a.runnable, globals, status) }, exitPartial, exitInvalid, exitCheckpoint)
}
