// Package optimize synthesises datasets that score high: it starts from random
// data Y and follows the gradient of a similarity measure towards a reference X,
// and looks at what the data encode on the way. The question is that of Cloos
// et al. (2025): what does a high score imply about a model?
//
// Run drives any number of restarts. Each is a chain of iterates Y₀, Y₁, … of
// which one is held at a time, so that memory does not grow with their number.
// A Recorder sees every iterate, and keeps what it wants of it.
//
//	N. Cloos, M. Siegel, S. L. Brincat, E. K. Miller and C. J. Cueva (2024),
//	Differentiable optimization of similarity scores between models and brains,
//	arXiv:2407.07059.
package optimize
