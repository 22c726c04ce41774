package main

import (
	"github.com/spf13/cobra"

	"simtool/internal/result"
	"simtool/internal/verb/collection"
)

func newCollectionCommand(a *app) *cobra.Command {
	return withVerb(a, &cobra.Command{
		Use:   "collection SYSTEMS...",
		Short: "Say how many systems relate: map, tree, clusters, paths",
		Long: `Compare all pairs of three or more systems by one measure, and say what the matrix of
their distances holds. Scores become distances in the measure's own geometry: a value
that is a distance stays, a cosine becomes its angle, and of other scores it is what is
missing from that of identical systems, which need not be a metric. The first rows say
which it was, and whether all triples of systems keep the triangle inequality.

One argument is a matrix that --matrix wrote, or any square matrix of distances with
names; with --measure it holds scores of that measure. Systems keep the order in which
they are given, and those of a pattern are in natural order, layer2 before layer10.

A result has one row for each thing that is said, with the columns

` + columnList(result.Collections.Schema) + `

and the aspects: maps are places of the systems on a few axes, classical by the
eigenvectors of the squared distances and metric by least stress. tree is average
linkage; beside is the share of trees from all but one block of samples that have the
same cluster. clusters is the cut of the tree with the largest silhouette, a medoid the
system nearest to all others of its cluster, and a system is an outlier whose remoteness
is over 3.5 robust standard deviations above the median. dimension is how many
directions the collection has, from the distances to two neighbours (Facco and others
2017) and from the eigenvalues. path is the way through the systems in their order, such
as layers or training steps: what is walked, beside the straight distance from the first.

--mean FILE.npz has the Fréchet mean of the systems under rotations (generalised
Procrustes; systems of fewer features as if with columns of zeros; scaled to norm 1
where the measure does not see the scale), and aligned_0, aligned_1 and so on, each
system rotated to it. Rows say how much of the variance the mean has (mean), what is left
of each system (residual) and sample (stimulus), and where the systems lie about their
mean (tangent). Systems that lack
samples, by name or for want of a value, count where they have them (--pair-by common,
--missing drop), and each is moved besides; their rows are NaN in aligned_0 and so on. With rsa it is the mean of the dissimilarities, systems counting alike.

--groups compares the distances within and between labelled groups, --mantel correlates
the matrix with another of the same systems, and --given holds a third constant. Their p
values are of random orders of the systems.`,
		Example: `simtool collection layers/*.npy -m cka
simtool collection layers/*.npy -m procrustes --matrix layers.csv -o say.csv
simtool collection layers/*.npy -m procrustes --mean mean.npz -o mean.csv
simtool collection layers.csv -m procrustes --clusters 3`,
	}, collection.New, exitInvalid)
}
