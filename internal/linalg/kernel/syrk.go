package kernel

import "gonum.org/v1/gonum/blas"

// Dsyrk computes one triangle of
//
//	C ← alpha·op(A)·op(A)ᵀ + beta·C
//
// with op(A) n×k: A is n×k for NoTrans, and k×n otherwise, where the product is
// AᵀA. The other triangle of C is neither read nor written. Panels of A are
// packed once and serve as both factors. It panics as gonum's Dsyrk does.
func (impl Implementation) Dsyrk(ul blas.Uplo, tA blas.Transpose, n, k int, alpha float64, a []float64, lda int, beta float64, c []float64, ldc int) {
	if !validUplo(ul) || !validTrans(tA) || k <= 0 || !fitsOp(tA, n, k, a, lda) || !fits(n, n, c, ldc) {
		if k == 0 {
			alpha = 0 // gonum would multiply C by 0 and keep its NaNs
		}
		impl.Implementation.Dsyrk(ul, tA, n, k, alpha, a, lda, beta, c, ldc)
		return
	}
	x := view(isTrans(tA), a, lda)
	impl.engine.multiply(&product[float64]{
		m: n, n: n, k: k, alpha: alpha, beta: beta,
		a: x, b: x.t(), c: c, ldc: ldc,
		region: triangleOf(ul), gram: true,
	})
}

// Dsyr2k computes one triangle of
//
//	C ← alpha·op(A)·op(B)ᵀ + alpha·op(B)·op(A)ᵀ + beta·C
//
// with op(A) and op(B) n×k. The other triangle of C is neither read nor
// written. It panics as gonum's Dsyr2k does.
func (impl Implementation) Dsyr2k(ul blas.Uplo, tA blas.Transpose, n, k int, alpha float64, a []float64, lda int, b []float64, ldb int, beta float64, c []float64, ldc int) {
	if !validUplo(ul) || !validTrans(tA) || k <= 0 || !fitsOp(tA, n, k, a, lda) || !fitsOp(tA, n, k, b, ldb) || !fits(n, n, c, ldc) {
		if k == 0 {
			alpha = 0 // gonum would multiply C by 0 and keep its NaNs
		}
		impl.Implementation.Dsyr2k(ul, tA, n, k, alpha, a, lda, b, ldb, beta, c, ldc)
		return
	}
	x, y := view(isTrans(tA), a, lda), view(isTrans(tA), b, ldb)
	p := product[float64]{
		m: n, n: n, k: k, alpha: alpha, beta: beta,
		a: x, b: y.t(), c: c, ldc: ldc,
		region: triangleOf(ul),
	}
	impl.engine.multiply(&p)
	if alpha != 0 {
		p.a, p.b, p.beta = y, x.t(), 1
		impl.engine.multiply(&p)
	}
}

// validUplo reports whether ul names a triangle.
func validUplo(ul blas.Uplo) bool { return ul == blas.Upper || ul == blas.Lower }

// triangleOf returns the region of a triangle.
func triangleOf(ul blas.Uplo) region {
	if ul == blas.Upper {
		return upper
	}
	return lower
}
