package main

import (
	"gonum.org/v1/gonum/mat"

	"simtool/internal/linalg"
)

func init() {
	for name, f := range map[string]func(a *mat.Dense){
		"eigh":     func(a *mat.Dense) { _, _, _ = linalg.EigSym(a) },
		"eigvalsh": func(a *mat.Dense) { _, _ = linalg.EigSymValues(a) },
		"cholesky": func(a *mat.Dense) { linalg.Cholesky(a) },
	} {
		ops[name] = operation{1, func(n []int) func() {
			a := linalg.Gram(dense(2*n[0], n[0]))
			return func() { f(a) }
		}}
	}
	for name, f := range map[string]func(a *mat.Dense){
		"svd":     func(a *mat.Dense) { _, _, _, _ = linalg.SVD(a) },
		"svdvals": func(a *mat.Dense) { _, _ = linalg.SingularValues(a) },
		"qr":      func(a *mat.Dense) { linalg.QR(a) },
		"polar":   func(a *mat.Dense) { _, _, _ = linalg.Polar(a) },
		"pdist":   func(a *mat.Dense) { linalg.SqDistances(a) },
		"nuclear": func(a *mat.Dense) { _, _ = linalg.NuclearNorm(a) },
		"center":  func(a *mat.Dense) { linalg.Center(a) },
	} {
		ops[name] = operation{2, func(n []int) func() {
			a := dense(n[0], n[1])
			return func() { f(a) }
		}}
	}
	ops["argsort"] = operation{1, func(n []int) func() {
		values := vector(n[0]).Data
		return func() { linalg.Argsort(values) }
	}}
}

// dense returns an r×c matrix of normal numbers.
func dense(r, c int) *mat.Dense { return mat.NewDense(r, c, random(r, c).Data) }
