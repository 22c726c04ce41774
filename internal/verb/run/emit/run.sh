#!/bin/bash
# {{cm .By}}
#
# Runs {{.Shards}} parts of {{cm .Plan}} by GNU parallel, as many at once as there are
# processors, and merges them. Arguments go to parallel: run.sh --jobs 4. Run
# again, it does what is missing.
set -u
cd {{sh .Work}} || exit 1
mkdir -p {{sh .Parts}}
# Whether all parts are there is for the merge to say: one that ends with 3 has
# failed items, and its rows belong into the table.
parallel --will-cite --joblog {{sh .Dir}}/joblog "$@" \
  {{sh .PartLine}} ::: {0..{{.Last}}}
exec {{sh .Simtool}} merge {{.PartList}} -o {{sh .Table}} --force
