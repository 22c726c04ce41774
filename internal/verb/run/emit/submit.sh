#!/bin/bash
# {{cm .By}}
#
# Submits {{cm .Plan}} as a job array, and the merge behind it. Arguments go to
# sbatch, for both: submit.sh --partition=long --account=lab. Run again, it does
# what is missing: tasks that are complete end at once.
set -eu
cd {{sh .Work}}
mkdir -p {{sh .Dir}}/logs
array=$(sbatch --parsable "$@" {{sh .Dir}}/array.sbatch)
array=${array%%;*} # without the name of the cluster
# afterany, not afterok: a part with failed items ends with 3, and its rows belong
# into the table. The merge itself refuses parts that are missing or incomplete.
merge=$(sbatch --parsable --dependency="afterany:$array" "$@" {{sh .Dir}}/merge.sbatch)
echo "job array $array, merged by job ${merge%%;*} into "{{sh .Table}}
