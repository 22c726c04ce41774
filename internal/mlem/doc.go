// Package mlem fits metric-learning encoding models: which theoretical features
// does a representation encode, and how strongly?
//
// # The model
//
// Stimuli i and j differ by d_f(i,j) in feature f (Features: numbers scaled to
// their range, categories equal or not, circular and ordered values, given
// matrices) and by D_ij in a representation (Neural: Euclidean, correlation,
// crossnobis, …). The model is a metric over features,
//
//	D_ij² ≈ c + s·d(i,j)ᵀ·W·d(i,j),
//
// W diagonal with entries w ≥ 0, or symmetric positive semidefinite with products
// of features (interactions), or unconstrained. All distinct pairs i<j are used,
// never a stimulus with itself. Off-diagonal entries count twice, as in dᵀWd, and
// w or W is reported with Frobenius norm 1.
//
// The model regresses the squared distance. The released package regresses the
// square of the (range-scaled) distance on d_f², and the true weights of simulated
// recordings come out closest with it (cosine .9963 and .9997, against .9957 and
// .9996 for D itself). Distances that are already squared lengths, such as 1−cos,
// are regressed unchanged; NeuralOptions.Power overrides both.
//
// # The fit
//
// The released package maximises a "differentiable Spearman correlation" by
// stochastic gradients. At the strength it uses, soft ranks are affine in the
// values, so it maximises Pearson's correlation. Over a cone of metrics, with scale
// and offset free, this is least squares on centred regressors. Fit solves it
// exactly: it forms the normal equations over all pairs in one pass of matrix
// products (accumulator), and then solves a problem of P×P for P weights, whatever
// the number of pairs. Nonnegative least squares uses an active set, semidefinite
// least squares an interior-point method; Result.KKT reports the violation of the
// optimality conditions. There is no batch size and no learning rate. Weights
// depend on the seed by rounding only, and nothing depends on the number of
// workers.
//
// Folds, bootstrap samples and jackknife are weighted sums of the same moments of
// clusters of stimuli (algebra) or, where pairs are needed, of cells of pairs, and several
// representations share the regressors, so one pass accumulates all of them.
//
// The objective Spearman fits, by turns, the metric and a monotone transform of
// the neural distances, so that only their order counts.
//
// # Scores, importances and their uncertainty
//
// Scores are of pairs within held-out folds of stimuli, and of pairs of a held-out
// stimulus and one that was fitted to. Pairs are not independent, stimuli are. Intervals of weights are percentiles over resampled stimuli (a pair
// counts m_i·m_j times, never a stimulus with its copy), with a new fit for each
// sample. Intervals of scores come from the influence of each stimulus on
// Spearman's ρ (stats.RankCorrelation), and intervals of importances from this
// influence together with the jackknife of the fit. With more than a hundred
// stimuli, weights and importances resample a hundred random clusters of them
// instead. P-values permute the rows of the recording within folds.
//
// In simulations of 60 and 200 stimuli (6 features, half of them without weight, noise of 2
// sd; docs/validation-mlem.md) nominal 95 % intervals of weights and importances of features
// with weight covered what they estimate in 95 to 98 % of cases, those of held-out scores
// in 95 to 99 %. Those of features without weight cover in 98 to 100 %: an importance that may
// be 0 is skewed, 0 or a little below wherever w ≥ 0 holds the weight at 0 and with a tail
// above, so that its interval is extended to 0 and to the error of the permutations. A weight
// at the edge of the semidefinite cone, which is positive in every resampled set, has an
// interval that reaches 0 where it does without the constraint.
//
// # Noise
//
// The noise of a stimulus is in all of its distances. RowEffects gives the part of the
// distances that effects of single stimuli can explain the small weight it deserves (see
// rowPart), and Shrink draws weights towards equal ones by the penalty whose estimated
// error is least. Both together are what the command line does by default.
//
// # Baselines
//
// Compare compares the metric with RSA with equal weights, feature-reweighted RSA
// (FitFRRSA), encoding and decoding models (FitEncoding, FitDecoding) and the
// released package's own procedure (FitCompat). Simulate makes recordings with a
// known metric, and Study the sweeps of the paper's figures.
//
// # References
//
//   - Jalouzot, Sobczyk, Lhopitallier, Salle, Lan, Chemla and Lakretz (2024),
//     Metric-learning encoding models identify processing profiles of linguistic
//     features in BERT's representations, arXiv:2402.11608.
//   - Kaniuth and Hebart (2022), Feature-reweighted representational similarity
//     analysis, NeuroImage 257:119294, doi:10.1016/j.neuroimage.2022.119294.
//   - Kriegeskorte, Mur and Bandettini (2008), Representational similarity
//     analysis, doi:10.3389/neuro.06.004.2008.
//   - Walther et al. (2016), Reliability of dissimilarity measures for
//     multi-voxel pattern analysis, doi:10.1016/j.neuroimage.2015.12.012.
//   - Lawson and Hanson (1974), Solving least squares problems.
//   - Helmberg, Rendl, Vanderbei and Wolkowicz (1996), An interior-point method
//     for semidefinite programming, doi:10.1137/0806020.
package mlem
