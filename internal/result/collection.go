package result

// Collections is the table of simtool collection: a row for each thing that the matrix of
// all pairs says.
var Collections = Declare[Collection]("simtool.collection/v1", "simtool collection", "one thing that the matrix of all pairs says")

// Collection is a row of Collections.
type Collection struct {
	Measure string  `column:"measure" doc:"the measure of the matrix; empty for a matrix that was read" show:"fixed,spare=1"`
	Aspect  string  `column:"aspect" doc:"matrix, triangle, classical or metric (maps), stress, tree, clusters, cluster, medoid, remoteness, neighbour, dimension, path, groups, mantel, partial-mantel, mean, residual, stimulus or tangent"`
	System  string  `column:"system" doc:"the system; tree: the first system of one cluster that is joined; stimulus: its name, where the file has one; mantel: the file of the other matrix"`
	Other   string  `column:"other" doc:"neighbour: the other system; tree: the first system of the other cluster; stress and dimension: of which map, or by which estimate; partial-mantel: the file of the matrix that is held constant"`
	Item    int     `column:"item" empty:"-1" doc:"maps: the axis, from 1; tree: the join, from 1; cluster and medoid: the cluster, from 1, 0 for all systems; clusters: their number; neighbour: 1 for the nearest; path: the place, from 1; stimulus: its number, from 0; tangent: the axis, from 1"`
	Value   float64 `column:"value" doc:"matrix: the mean distance; triangle: share of triples that break the inequality; maps: the coordinate; stress: √(Σ(d−δ)²/Σd²); tree: distance at which both are joined; clusters: mean silhouette; medoid and remoteness: mean distance from the others; neighbour: its distance; path: length walked from the first system; groups: mean distance between, within, or their difference; mantel: the correlation; mean: the sum of squared residuals; residual: that of a system as a share of its variance; stimulus: that of a sample over all systems; tangent: the coordinate"`
	Beside  float64 `column:"beside" doc:"triangle: the largest excess; maps: share of the axis in the positive eigenvalues; tree: share of the trees without a block of samples that have the cluster; remoteness: robust standard deviations above the median; path: distance from the first system; mean: share of the variance of all systems; residual: the sum itself; tangent: share of the axis" show:"digits=4"`
	PValue  float64 `column:"pvalue" doc:"share of random orders of the systems, or of their labels, with as large a value" show:"digits=4"`
	Note    string  `column:"note" doc:"what a reader should know" show:"note"`
}
