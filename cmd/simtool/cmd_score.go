package main

import (
	"github.com/spf13/cobra"

	"simtool/internal/io"
	"simtool/internal/result"
	"simtool/internal/verb/score"
)

func newScoreCommand(a *app) *cobra.Command {
	return withVerb(a, &cobra.Command{
		Use:   "score X Y [Y...]",
		Short: "Score how similar models are to a recording",
		Long: `Compare each Y with the reference X, by one or more measures of similarity.

X and Y are ` + dataio.InputList() + ` files, gzipped or not; "-"
is standard input ("-:key" an array of an npz). Patterns such as "models/*.npy"
stand for the files that they match, also in quotes. Rows are samples: both must hold the same stimuli in the
same order. Arrays of 3 dimensions are time × condition × neuron (--axes names
another order) and are pooled into time·condition samples unless --per asks
for a score per time bin or per condition.

Measures are separated by commas and have parameters behind colons, as in
"cka,rsa:rdm=correlation:compare=spearman"; "default" stands for the core
measures, of which those that hold samples out hold out whole conditions of pooled
3-d data, and "all" for every family. "simtool measures" lists them.

A result has one row per pair and measure, with the columns

` + columnList(result.Scores.Schema) + `

where n counts samples, p the features of X and q those of Y. With --per a
last column, time or condition, holds the index, counted from 0. Of many times some
score high by chance: with --permutations p_adj compares each with the best time of
random pairings, the same ones at all times, so that in one of twenty recordings that
have nothing in common any p_adj is .05. p_cluster is that of the run of times that the
time is in, of which each is beyond one in twenty random pairings: it finds what lasts
though no time stands out, and does not tell when it begins. All times of a pair are
then one item of a --shard. Rows come in the order of the pairs, whatever --jobs is.

corrected is an estimate of the value for all stimuli, [lo, hi] its interval and se
its error: the value itself is often too high, and may lie above hi. null is the
value of samples paired at random, and calibrated is 0 there and 1 for identical
systems (--calibrate quantile: 0 for all but one in twenty random pairings). pvalue,
with --permutations, is the share of random pairings that score as well: of rows, of
whole conditions of 3-d data, of shifts of a single series, and of all pairings where
these are few. What is independent, and may be exchanged, is measured unless --units
names it; --groups keeps it within sessions or subjects, and holds out whole ones in
folds. Note says what was left out and why, warning which numbers the data cannot
support. On a terminal ~ marks values
that samples paired at random reach as well.

With --all-pairs each file is compared with itself and each later one; measures that
are not symmetric are scored in both directions. Files that a pattern names are in
natural order, layer2 before layer10. Hundreds of systems cost little more than reading
them where a score follows from inner products of one vector each, as with cka, rsa,
linreg or distance-correlation. The items of a --shard are bands of the matrix.
--matrix FILE writes the scores of one measure as a square matrix, .csv or .tsv with a
header and names of rows, or .npy with the names in FILE.names.txt; the row is X, the
column Y, and what could not be scored is empty, or NaN. Without --output there is no
table then. "simtool collection", plot and report read it. --list reads pairs from a file,
two columns separated by a comma, a tab or spaces; blank lines and lines that
begin with # are skipped, relative paths start from the current directory, and
of two patterns each file of the one is compared with each of the other.

Noise in X keeps every model below the best score. --halves A,B names two halves of
the trials of which X is the mean, --repeat further repeats of X, of which models are
then scored against the mean. ceiling is the score of a perfect model, which is X
without noise, and normalised the share of it that the estimate reaches, for measures
of which it is known: cka, nbs, procrustes, linreg, ridge, and rsa by pearson or
spearman. The noise must be independent between repeats and between samples.
--subject names other subjects with the samples of X: ceiling is then the score of X
with the mean of their dissimilarities (rsa; the note has the upper bound), or its mean
estimate with each of them.

--train and --test name the samples (conditions of 3-d data) that measures with folds,
such as linreg:cv=5, are fitted to and scored on, where a benchmark prescribes them.

Large pairs are read once, block by block, in little memory when every measure
asked for works from second moments ("simtool measures" says which do).
Otherwise a pair that would need more than --max-memory is an error that says
how much. --moments scores what simtool moments made of pieces of a recording.

A single pair that cannot be compared is an error. Among several pairs it is a
row with an error, and the others are scored.`,
		Example: `simtool score recording.npy model.npy
simtool score recording.npy models/*.npy -m cka,procrustes -o scores.csv
simtool score recording.npy models/*.npy --repeat rec.npy -m cka,linreg
simtool score recording.npy model.npy -m cka,nbs --permutations 999
simtool score recording.npy model.npy -m cka --units conditions.csv:motion
simtool score rec.npy model.npy --per time -m cka --format jsonl
simtool score --all-pairs layers/*.npy -m all -j 8 -o scores.json
simtool score --all-pairs layers/*.npy -m cka --matrix layers.npy
cat model.npy | simtool score recording.npy - -m default`,
	}, score.New, exitPartial, exitInvalid, exitCheckpoint)
}
