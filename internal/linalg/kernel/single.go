package kernel

import (
	"math"
	"unsafe"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas32"
)

// UseSingle makes gonum's blas32 multiply matrices by New.
func UseSingle() { blas32.Use(New()) }

// Sgemm is Dgemm for float32. Sums are of float32 too: what is said of their order, and
// that it does not depend on the number of threads, holds as for float64.
func (impl Implementation) Sgemm(tA, tB blas.Transpose, m, n, k int, alpha float32, a []float32, lda int, b []float32, ldb int, beta float32, c []float32, ldc int) {
	if !validTrans(tA) || !validTrans(tB) || k <= 0 ||
		!fitsOp(tA, m, k, a, lda) || !fitsOp(tB, k, n, b, ldb) || !fits(m, n, c, ldc) {
		impl.Implementation.Sgemm(tA, tB, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc)
		return
	}
	impl.engine.single.multiply(&product[float32]{
		m: m, n: n, k: k, alpha: alpha, beta: beta,
		a: view(isTrans(tA), a, lda), b: view(isTrans(tB), b, ldb),
		c: c, ldc: ldc,
	})
}

// Ssyrk is Dsyrk for float32.
func (impl Implementation) Ssyrk(ul blas.Uplo, tA blas.Transpose, n, k int, alpha float32, a []float32, lda int, beta float32, c []float32, ldc int) {
	if !validUplo(ul) || !validTrans(tA) || k <= 0 || !fitsOp(tA, n, k, a, lda) || !fits(n, n, c, ldc) {
		if k == 0 {
			alpha = 0 // gonum would multiply C by 0 and keep its NaNs
		}
		impl.Implementation.Ssyrk(ul, tA, n, k, alpha, a, lda, beta, c, ldc)
		return
	}
	x := view(isTrans(tA), a, lda)
	impl.engine.single.multiply(&product[float32]{
		m: n, n: n, k: k, alpha: alpha, beta: beta,
		a: x, b: x.t(), c: c, ldc: ldc,
		region: triangleOf(ul), gram: true,
	})
}

// fma returns x·y + z with one rounding, as the kernels compute it.
func fma[T float](x, y, z T) T {
	if unsafe.Sizeof(x) == unsafe.Sizeof(float64(0)) {
		return T(math.FMA(float64(x), float64(y), float64(z)))
	}
	// The product of two float32 is exact in float64. If the sum is not, its last bit is
	// made odd: it then rounds to float32 as the exact sum does (Boldo and Melquiond 2008,
	// doi:10.1109/TC.2007.70819).
	p, c := float64(x)*float64(y), float64(z)
	s := p + c
	part := s - p
	lost := (p - (s - part)) + (c - part)
	if bits := math.Float64bits(s); lost != 0 && bits&1 == 0 && s-s == 0 {
		if (lost > 0) == (s > 0) {
			bits++
		} else {
			bits--
		}
		s = math.Float64frombits(bits)
	}
	return T(s)
}
