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
// # Adding a measure
//
// Write one file that declares a Family (card, aliases, constructor) and its
// Score, add the family to the slice in registry.go, and add three values from
// elsewhere to testdata/independent. Flags, help, completion, documentation, the
// contract test and the benchmarks read the card. File ensd.go is the shortest
// example. The function shared keeps a quantity that several measures can use; it
// requires no change to System or Pair.
package measures
