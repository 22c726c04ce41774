// Package frontier finds the set of pairs (A, B) of scores that datasets can have
// with a reference X. For each level of A it finds the smallest and the largest B,
// and with each a certificate: how far the data are from satisfying the conditions of
// an optimum.
//
//	A. Cloos, M. Siegel, S. L. Brincat, E. K. Miller and C. J. Cueva (2024),
//	Differentiable optimization of similarity scores between models and brains,
//	arXiv:2407.07059,
//
// sample the same set from inside, by optimising towards targets around it, as PathTo
// does.
package frontier
