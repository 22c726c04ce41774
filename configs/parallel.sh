#!/bin/sh
# Scores a long list of pairs in 8 parts by GNU parallel, as many at once as there
# are processors, and merges them. Run where the paths start from; run again, it
# does what is missing. The line of parallel is the recipe.
mkdir -p parts
parallel --joblog parts/log simtool score --list pairs.csv --measures cka,nbs --jobs 1 --shard {}/8 --resume -o parts/{}.jsonl ::: 0 1 2 3 4 5 6 7
# A part with failed items ends with 3; whether all parts are there is for the merge
# to say.
exec simtool merge 'parts/*.jsonl' -o scores.csv --force
