// Package measures scores how similar two systems are that responded to the
// same samples.
//
// A Measure is one way to score; it is named by the grammar
//
//	family[:key=value]...
//
// for example "rsa:rdm=correlation:compare=spearman", and Parse turns a name
// into a Measure. A System is one side of a comparison. It keeps the quantities that
// depend on it alone (centred data, Gram matrix, orthonormal basis, dissimilarities). A
// Pair keeps the quantities that depend on both systems. Measures of the same Pair share
// these quantities.
//
// # Notation
//
// X is n×p, the reference (data); Y is n×q, the system compared with it (model);
// rows are samples. Xc and Yc have their column means removed. A = XcᵀXc,
// B = YcᵀYc, C = XcᵀYc; Kx = XcXcᵀ, Ky = YcYcᵀ. ‖·‖ is the Frobenius norm and
// ‖·‖* the nuclear norm. The numerical rank of an n×p matrix counts the
// singular values above s_max·max(n,p)·2⁻⁵².
//
// # Files
//
// A newcomer finds here:
//
//   - the contract: measure.go, card.go, param.go, name.go, alias.go, registry.go,
//     references.go, caution.go. What only some measures have is an optional interface:
//     Differentiable in gradient.go, FromMoments and CountDependent in moments.go, Memory
//     and GradientMemory in memory.go, Theory in theory.go, Monotone in quantity.go,
//     OfPairs in pair_matrices.go, Estimable in estimate.go, NullMean in null.go,
//     Permutable in orders.go. As asks for one.
//   - systems and pairs, and the quantities that measures share: system.go, pair.go and
//     memo.go; bases in basis.go, principal components in principal.go, folds in
//     folds.go; what rounding can do in rounding.go and grain.go; alignment by rotation,
//     and forms of a cosine, in angle.go.
//   - moments in place of samples: moments.go and moments_*.go, and the stream that adds
//     them up: stream.go and stream_*.go.
//   - quantities between pairs of samples: kernel.go and kernel_*.go, bands.go for many
//     samples, neighbours.go and neighbours_*.go; RDMs and their comparison in rdm.go
//     and rdm_*.go.
//   - the families, one file each, named as the family or in short: cka.go, nbs.go,
//     procrustes.go, shape.go, permutation.go (with assignment.go), match.go, cca.go,
//     svcca.go, pwcca.go, pls_sv.go, rsa.go, distcorr.go, ensd.go, knn.go, cknna.go,
//     eigenspace.go, gulp.go; linreg.go, ridge.go and pls.go share regression.go and
//     regression_*.go.
//   - what stands beside a score: estimates without some samples in *_units.go, of ranks
//     in rsa_influence.go; means over random pairings in *_null.go; their scores in
//     orders.go, factored.go and *_permuted.go; the work of pairs of samples in
//     pair_flops.go.
//   - gradients, in *_gradient.go: of a family beside its file; of kernels and RDMs in
//     pairwise_gradient.go and radial_gradient.go; of rotations, of functions of singular
//     values and of held-out folds in rotation_gradient.go, spectral_gradient.go and
//     folds_gradient.go.
//
// They are one package because families share what systems and pairs keep, which nobody
// else should see: a package of RDMs or of pairs would have to export all of it.
//
// # Adding a measure
//
// Write one file that declares a Family (card, aliases, constructor) and its
// Score, add the family to the slice in registry.go, and add three values from
// elsewhere to testdata/independent. Flags, help, completion, documentation, the
// contract test and the benchmarks read the card. File ensd.go is the shortest
// example. The function shared keeps a quantity that several measures can use; it
// requires no change to System or Pair.
package measures
