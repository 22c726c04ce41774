package linalg

import (
	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/mat"
)

// Gram returns XᵀX, p×p, of the n×p matrix x. Nothing is centred.
func Gram(x *mat.Dense) *mat.Dense {
	_, p := x.Dims()
	g := mat.NewDense(p, p, nil)
	GramTo(g, x)
	return g
}

// GramTo writes XᵀX into the p×p matrix g, whose content is overwritten.
func GramTo(g, x *mat.Dense) { syrkTo(g, blas.Trans, x) }

// OuterGram returns XXᵀ, n×n, of the n×p matrix x. Nothing is centred.
func OuterGram(x *mat.Dense) *mat.Dense {
	n, _ := x.Dims()
	g := mat.NewDense(n, n, nil)
	OuterGramTo(g, x)
	return g
}

// OuterGramTo writes XXᵀ into the n×n matrix g, whose content is overwritten.
func OuterGramTo(g, x *mat.Dense) { syrkTo(g, blas.NoTrans, x) }

// CrossGram returns XᵀY, p×q, of the n×p matrix x and the n×q matrix y. Nothing
// is centred.
func CrossGram(x, y *mat.Dense) *mat.Dense {
	_, p := x.Dims()
	_, q := y.Dims()
	c := mat.NewDense(p, q, nil)
	CrossGramTo(c, x, y)
	return c
}

// CrossGramTo writes XᵀY into the p×q matrix c, whose content is overwritten.
func CrossGramTo(c, x, y *mat.Dense) {
	blas64.Gemm(blas.Trans, blas.NoTrans, 1, x.RawMatrix(), y.RawMatrix(), 0, c.RawMatrix())
}

// syrkTo computes one triangle of a symmetric product and mirrors it.
func syrkTo(g *mat.Dense, t blas.Transpose, x *mat.Dense) {
	raw := g.RawMatrix()
	if raw.Rows != raw.Cols {
		panic(mat.ErrShape)
	}
	blas64.Syrk(t, 1, x.RawMatrix(), 0, upperOf(raw))
	mirror(raw)
}

// upperOf views the upper triangle of a square matrix as a symmetric one.
func upperOf(a blas64.General) blas64.Symmetric {
	return blas64.Symmetric{N: a.Rows, Data: a.Data, Stride: a.Stride, Uplo: blas.Upper}
}

// mirror copies the upper triangle of a square matrix onto the lower one, in
// blocks that stay in cache.
func mirror(a blas64.General) {
	const block = 64
	n, ld := a.Rows, a.Stride
	for i0 := 0; i0 < n; i0 += block {
		for j0 := i0; j0 < n; j0 += block {
			for i := i0; i < min(i0+block, n); i++ {
				for j := max(j0, i+1); j < min(j0+block, n); j++ {
					a.Data[j*ld+i] = a.Data[i*ld+j]
				}
			}
		}
	}
}
