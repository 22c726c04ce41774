// Package optimize synthesises datasets that score high. It starts from random
// data Y, follows the gradient of a similarity measure towards a reference X, and
// analyses which features of X the iterates encode. The question is that of Cloos
// et al. (2025): what does a high score imply about a model?
//
// Run runs any number of restarts. Each is a chain of iterates Y₀, Y₁, …. It keeps
// one iterate at a time, so that memory does not grow with their number. A Recorder
// receives every iterate.
//
//	N. Cloos, M. Siegel, S. L. Brincat, E. K. Miller and C. J. Cueva (2024),
//	Differentiable optimization of similarity scores between models and brains,
//	arXiv:2407.07059.
package optimize
