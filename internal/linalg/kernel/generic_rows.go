package kernel

import "unsafe"

// genericRows are the kernels of matrix times vector in portable Go. They read the
// rows one by one; groups of four let a processor work on four sums at a time.
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

func genericDot4(groups, n int, a *float64, lda int, x, sums *float64) {
	row := rowsOf(4*groups, n, a, lda)
	xs, out := unsafe.Slice(x, n), unsafe.Slice(sums, 4*groups)
	for i := 0; i < len(out); i += 4 {
		r0, r1, r2, r3 := row(i), row(i+1), row(i+2), row(i+3)
		var s0, s1, s2, s3 float64
		for j, v := range xs {
			s0 += r0[j] * v
			s1 += r1[j] * v
			s2 += r2[j] * v
			s3 += r3[j] * v
		}
		out[i], out[i+1], out[i+2], out[i+3] = s0, s1, s2, s3
	}
}

func genericDot1(groups, n int, a *float64, lda int, x, sums *float64) {
	row := rowsOf(groups, n, a, lda)
	xs, out := unsafe.Slice(x, n), unsafe.Slice(sums, groups)
	for i := range out {
		var s float64
		for j, v := range row(i) {
			s += v * xs[j]
		}
		out[i] = s
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
			ys[j] += f * v
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
			r[j] += f * v
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
		var s float64
		for j, v := range row(i) {
			s += v * xs[j]
			ys[j] += f * v
		}
		out[i] = s
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
