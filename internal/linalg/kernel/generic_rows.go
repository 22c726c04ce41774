package kernel

import (
	"math"
	"unsafe"
)

// genericRows are the kernels of matrix times vector in portable Go. They read the
// rows one by one.
func genericRows() [2]rowKernels {
	return [2]rowKernels{
		{4, genericDot4, genericAxpy, genericGer, genericSymv, genericDeviate4},
		{1, genericDot1, genericAxpy1, genericGer1, genericSymv1, genericDeviate1},
	}
}

// rowsOf returns a function that slices row i of a matrix of the given size.
func rowsOf(rows, n int, a *float64, lda int) func(i int) []float64 {
	all := unsafe.Slice(a, (rows-1)*lda+n)
	return func(i int) []float64 { return all[i*lda : i*lda+n : i*lda+n] }
}

// sumLanes is the number of partial sums of an inner product, those of the widest
// vector registers: sum l has the terms j ≡ l modulo sumLanes.
const sumLanes = 8

// laneSums are the partial sums of one inner product.
type laneSums [sumLanes]float64

// total adds the upper half of the sums to the lower, of eight, four and two.
func (s *laneSums) total() float64 {
	var four [4]float64
	for l := range four {
		four[l] = s[l] + s[l+4]
	}
	return (four[0] + four[2]) + (four[1] + four[3])
}

// add adds the products of two vectors of the same length. Sums that have no term of
// the last, incomplete group get a product of zeros, which turns -0 to 0.
func (s *laneSums) add(x, y []float64) {
	s0, s1, s2, s3, s4, s5, s6, s7 := s[0], s[1], s[2], s[3], s[4], s[5], s[6], s[7]
	for len(x) >= sumLanes && len(y) >= sumLanes {
		s0 = math.FMA(x[0], y[0], s0)
		s1 = math.FMA(x[1], y[1], s1)
		s2 = math.FMA(x[2], y[2], s2)
		s3 = math.FMA(x[3], y[3], s3)
		s4 = math.FMA(x[4], y[4], s4)
		s5 = math.FMA(x[5], y[5], s5)
		s6 = math.FMA(x[6], y[6], s6)
		s7 = math.FMA(x[7], y[7], s7)
		x, y = x[sumLanes:], y[sumLanes:]
	}
	*s = laneSums{s0, s1, s2, s3, s4, s5, s6, s7}
	if len(x) == 0 {
		return
	}
	for l, v := range x {
		s[l] = math.FMA(v, y[l], s[l])
	}
	for l := len(x); l < sumLanes; l++ {
		s[l] += 0
	}
}

func genericDot4(groups, n int, a *float64, lda int, x, sums *float64) {
	genericDot1(4*groups, n, a, lda, x, sums)
}

func genericDot1(groups, n int, a *float64, lda int, x, sums *float64) {
	row := rowsOf(groups, n, a, lda)
	xs, out := unsafe.Slice(x, n), unsafe.Slice(sums, groups)
	for i := range out {
		var s laneSums
		s.add(row(i), xs)
		out[i] = s.total()
	}
}

func genericAxpy(groups, n int, a *float64, lda int, x, y *float64) {
	genericAxpy1(4*groups, n, a, lda, x, y)
}

func genericAxpy1(groups, n int, a *float64, lda int, x, y *float64) {
	row := rowsOf(groups, n, a, lda)
	ys := unsafe.Slice(y, n)
	for i, f := range unsafe.Slice(x, groups) {
		for j, v := range row(i) {
			ys[j] = math.FMA(f, v, ys[j])
		}
	}
}

func genericGer(groups, n int, a *float64, lda int, x, y *float64) {
	genericGer1(4*groups, n, a, lda, x, y)
}

func genericGer1(groups, n int, a *float64, lda int, x, y *float64) {
	row := rowsOf(groups, n, a, lda)
	ys := unsafe.Slice(y, n)
	for i, f := range unsafe.Slice(x, groups) {
		r := row(i)
		for j, v := range ys {
			r[j] = math.FMA(f, v, r[j])
		}
	}
}

func genericSymv(groups, n int, a *float64, lda int, x, y, factors, sums *float64) {
	genericSymv1(4*groups, n, a, lda, x, y, factors, sums)
}

func genericSymv1(groups, n int, a *float64, lda int, x, y, factors, sums *float64) {
	row := rowsOf(groups, n, a, lda)
	xs, ys := unsafe.Slice(x, n), unsafe.Slice(y, n)
	fs, out := unsafe.Slice(factors, groups), unsafe.Slice(sums, groups)
	for i, f := range fs {
		var s laneSums
		s.add(row(i), xs)
		out[i] = s.total()
		for j, v := range row(i) {
			ys[j] = math.FMA(f, v, ys[j])
		}
	}
}

func genericDeviate4(groups, n int, a *float64, lda int, x, y *float64) {
	row := rowsOf(4*groups, n, a, lda)
	xs, ys := unsafe.Slice(x, n), unsafe.Slice(y, n)
	for i := 0; i < 4*groups; i += 4 {
		r0, r1, r2, r3 := row(i), row(i+1), row(i+2), row(i+3)
		for j, v := range xs {
			ys[j] += ((r0[j] - v) + (r1[j] - v)) + ((r2[j] - v) + (r3[j] - v))
		}
	}
}

func genericDeviate1(groups, n int, a *float64, lda int, x, y *float64) {
	row := rowsOf(groups, n, a, lda)
	xs, ys := unsafe.Slice(x, n), unsafe.Slice(y, n)
	for i := range groups {
		for j, v := range row(i) {
			ys[j] += v - xs[j]
		}
	}
}

func genericCenter(groups, n int, a *float64, lda int, x, y, c *float64, ldc int) {
	from, to := rowsOf(groups, n, a, lda), rowsOf(groups, n, c, ldc)
	xs, ys := unsafe.Slice(x, n), unsafe.Slice(y, n)
	for i := range groups {
		out := to(i)
		for j, v := range from(i) {
			out[j] = v - xs[j] - ys[j]
		}
	}
}
