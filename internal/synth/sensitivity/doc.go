// Package sensitivity measures how much a score depends on each principal component.
// It changes components of a dataset X in a known way and scores the result against
// X: by construction on the data and, where a measure has one, by a closed form.
//
// With the centred X = Σ σᵢ·uᵢ·vᵢᵀ and λᵢ = σᵢ², a change replaces the coordinate
// σᵢuᵢ of a component over the samples by another one and keeps vᵢ. CKA weighs a
// component by λᵢ², NBS and Procrustes by λᵢ, and regression depends only on its
// presence:
//
//	A. Cloos, M. Siegel, S. L. Brincat, E. K. Miller and C. J. Cueva (2024),
//	Differentiable optimization of similarity scores between models and brains,
//	arXiv:2407.07059.
package sensitivity
