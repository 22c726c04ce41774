package main

import (
	"github.com/spf13/cobra"

	"simtool/internal/result"
	"simtool/internal/verb/jointrange"
)

func newJointRangeCommand(a *app) *cobra.Command {
	return withVerb(a, &cobra.Command{
		Use:   "joint-range [X]",
		Short: "Find which scores can go together, and what one says about another",
		Long: `Find the pairs of scores (a, b) by two measures that datasets Y can have with X,
which is a file or, with --shape, random. For each of --levels values of a the
smallest and the largest b are found by constrained optimisation. The result has
the columns ` + result.Ranges.Enumerate() + `.

A residual is how far the data are from being an optimum: what a is off its
level by, or the rate at which b still changes along the level when every
direction of Y changes by as much as there is of it, or the distance of b from a
bound that it cannot pass, such as NBS² ≤ min(rank)·CKA. Both extremes are
certified when theirs are at most 1e-4: they satisfy the conditions of a local
optimum, and are the best of many starts. Some ranges have ends that no data
reach, only come near to; these stay without certificate. A level that no data
have is left empty, and the note says so.

null_a and null_b are the scores that data with the geometry of X have if their samples
are paired with those of X at random: a level near or below null_a says nothing of what
the data share with X. There are no intervals: the data are chosen, not sampled, and
the range is of these samples of X alone. How sure a score is of other stimuli,
"simtool score" says.

More than two measures are taken pair by pair. --given 0.9 asks instead for the
range of every measure among the data that score at least that by each other
one: columns ` + result.GivenRanges.Enumerate() + `.

--grid N is the search of the published runs: random data move by Adam towards
N targets on each side of the unit square. Columns:
` + result.Targets.Enumerate() + `; --paths has the way there.

--free both lets X move as well. --shard 1/4 does a quarter of the work, in items
of ten levels, a pair given another, or a target; "simtool merge" puts the tables
together, and what --save-data and --paths write beside them. With --output FILE finished items are kept in FILE.ckpt, and --resume goes on
from there to the same result.`,
		Example: `simtool joint-range --shape 20,6,6 -m cka,nbs --levels 6
simtool joint-range --shape 20,5,5 -m cka,nbs,linreg --given 0.9 -o given.csv
simtool joint-range --shape 20,5,5 -m cka,nbs --grid 3 --steps 100 --paths paths.csv`,
	}, jointrange.New, exitPartial, exitInvalid, exitCheckpoint)
}
