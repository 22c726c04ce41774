// Package sensitivity says what a principal component is worth to a measure: it
// changes components of a dataset X in a known way and scores the result against
// X, by construction on the data and, for the measures that have one, by a closed
// form.
//
// With the centred X = Σ σᵢ·uᵢ·vᵢᵀ and λᵢ = σᵢ², a change replaces the course
// σᵢuᵢ of a component over the samples by another one and leaves vᵢ alone. CKA
// weighs a component by λᵢ², NBS and Procrustes by λᵢ, and regression asks only
// whether it is there:
//
//	A. Cloos, M. Siegel, S. L. Brincat, E. K. Miller and C. J. Cueva (2024),
//	Differentiable optimization of similarity scores between models and brains,
//	arXiv:2407.07059.
package sensitivity
