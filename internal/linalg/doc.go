// Package linalg is the dense linear algebra of simtool: Gram matrices,
// orthogonal factorisations, symmetric eigenvalues, singular values, polar
// factors, least squares, ranks and pairwise distances.
//
// Matrices are gonum's *mat.Dense, row-major; rows are samples. A symmetric
// matrix is a full *mat.Dense with both triangles filled. No function writes to
// its inputs, and results never alias them; a function whose name ends in To
// writes into memory that the caller owns. Shapes that do not fit are programmer
// errors and panic, as in gonum. Data that cannot be decomposed (NaN, Inf) give an
// error.
//
// Every function gives the same bits for any GOMAXPROCS: the shape of the problem
// decides how parallel work is cut, never the number of workers.
//
// eps is 2⁻⁵² throughout and the numerical rank of an n×p matrix is the number
// of singular values above s_max·max(n,p)·eps.
package linalg
